"""What a person typed, checked field by field; nothing typed is ever lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from urllib.parse import parse_qsl

from playground.errors import InputRefused
from playground.fields import ALL, BY_NAME, CODE, FIELDS, REDIRECTING, RESPONSE_TYPES, Field
from playground.protocol.keys import load_to_sign
from playground.secret_names import concealed
from playground.urls import places, unfilled, url_problem

Pairs = Sequence[tuple[str, str]]
MAX_EXTRA = 20
OURS = frozenset(
    "response_type client_id redirect_uri scope state nonce code_challenge code_challenge_method "
    "response_mode prompt login_hint max_age acr_values".split()
)
OURS_AT_LOGOUT = frozenset("id_token_hint client_id post_logout_redirect_uri state".split())
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SCHEME = re.compile(r"^https?://", re.IGNORECASE)
_LINE_BREAK = re.compile(r"[\r\n\t]")
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*")


@dataclass(frozen=True, kw_only=True)
class Form:
    """The form as typed; every field is text, named as in `playground.fields`.

    `registration_endpoint` and what is supported (separated by spaces) come from the server's
    metadata and have no field on the page.
    """

    profile: str = ""
    grant_type: str = "authorization_code"
    client_id: str = ""
    username: str = ""
    password: str = ""
    scope: str = ""
    redirect_uri: str = ""
    authorization_endpoint: str = ""
    token_endpoint: str = ""
    client_secret: str = ""
    token_endpoint_auth_method: str = "client_secret_basic"
    client_private_key: str = ""
    id_token_decryption_key: str = ""
    response_type: str = ""
    exchange_at_once: str = ""
    code_challenge_method: str = "S256"
    response_mode: str = ""
    prompt: str = ""
    login_hint: str = ""
    max_age: str = ""
    acr_values: str = ""
    issuer: str = ""
    authorization_response_iss_parameter_supported: str = ""
    jwks_uri: str = ""
    userinfo_endpoint: str = ""
    introspection_endpoint: str = ""
    revocation_endpoint: str = ""
    end_session_endpoint: str = ""
    check_session_iframe: str = ""
    resource_endpoint: str = ""
    post_logout_redirect_uri: str = ""
    registration_endpoint: str = ""
    scopes_supported: str = ""
    token_endpoint_auth_methods_supported: str = ""
    id_token_signing_alg_values_supported: str = ""
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def redirecting(self) -> bool:
        """Whether this grant goes through the browser."""
        return self.grant_type in REDIRECTING

    @property
    def response_types(self) -> frozenset[str]:
        """What the authorization endpoint is asked to return, as a set."""
        return frozenset(self.response_type.split())

    @property
    def scopes(self) -> tuple[str, ...]:
        """The scopes asked for, in order."""
        return tuple(self.scope.split())


@dataclass(frozen=True, kw_only=True)
class TokenForm:
    """The tutorial's second form, as typed."""

    redirect_uri: str
    token_endpoint: str
    client_secret: str
    code_verifier: str
    token_endpoint_auth_method: str


_VERBATIM = ("password", "client_secret")
NAMES = tuple(item.name for item in fields(Form) if item.name != "extra")


def read(given: Mapping[str, str], extra: Pairs, *, kept: Form) -> Form:
    """The form as sent; fields that were not on the page keep what was typed before.

    Spaces belong to a password and to a client secret (RFC 6749 A.2, A.16), and to nothing else.
    An empty secret means the kept one, for pages never carry a secret back out; so does a URL
    whose keys presenter mode has hidden.
    """
    typed = {name: given[name] for name in NAMES if name in given}
    typed = {n: value if n in _VERBATIM else value.strip(" ") for n, value in typed.items()}
    typed = {n: value for n, value in typed.items() if value != concealed(getattr(kept, n))}
    for name in ("client_secret", "client_private_key", "id_token_decryption_key"):
        if not typed.get(name):
            typed.pop(name, None)
    typed |= dict.fromkeys(_unticked(given), "")
    pairs = tuple((name.strip(), value) for name, value in extra if name.strip() or value)
    return fit(replace(kept, **typed, extra=pairs))


def open_places(form: Form) -> list[str]:
    """The names in «…» that a profile left for the person to fill in."""
    return places(" ".join(str(getattr(form, name)) for name in NAMES))


def fill(form: Form, given: Mapping[str, str]) -> Form:
    """The form with the values given as `place_<name>` in place of «name», wherever it stands."""
    for place in open_places(form):
        if value := given.get(f"place_{place}", "").strip().rstrip("/"):
            filled = {n: _put(str(getattr(form, n)), f"«{place}»", value) for n in NAMES}
            form = replace(form, **filled)  # type: ignore[arg-type]
    return form


def _put(text: str, place: str, value: str) -> str:
    """A value in its place; a whole URL without its scheme, where one stands there already."""
    return text.replace(f"://{place}", f"://{_SCHEME.sub('', value)}").replace(place, value)


def _unticked(given: Mapping[str, str]) -> list[str]:
    """Checkboxes that were on the page and came back unticked send nothing at all."""
    shown = given.get("shown", "").split()
    return [n for n in shown if n in BY_NAME and BY_NAME[n].kind == "checkbox" and n not in given]


def fit(form: Form) -> Form:
    """The form with a response type that fits the grant: the first, if another's was chosen."""
    fitting = RESPONSE_TYPES.get(form.grant_type, ("",))
    return form if form.response_type in fitting else replace(form, response_type=fitting[0])


def check(form: Form) -> Form:
    """The same form if it can be sent. Raises InputRefused with a sentence per wrong field."""
    problems = {
        item.name: problem
        for item in FIELDS
        if shown_grant(form) in item.grants
        and (problem := _problem(item, getattr(form, item.name)))
    }
    if shown_grant(form) not in REDIRECTING and not form.token_endpoint:
        problems["token_endpoint"] = "This grant needs the token endpoint."
    problems = _between_fields(form) | problems
    if extra_problem := _extra_problem(form.extra):
        problems["extra"] = extra_problem
    problems |= _key_problem(form)
    if problems:
        raise InputRefused(fields=problems, evidence=tuple(problems.items()))
    return form


def shown_grant(form: Form) -> str:
    """The grant whose fields are shown and checked: the tutorial's, for one that is none."""
    return form.grant_type if form.grant_type in ALL else CODE


def _problem(item: Field, value: str) -> str:
    if not value:
        return f"{item.label} is missing." if item.required else ""
    if len(value) > item.maxlength:
        return f"This is longer than {item.maxlength} characters."
    if problem := control_problem(value, lines=item.kind == "textarea"):
        return problem
    if item.kind == "url" or unfilled(value):
        return url_problem(value)
    if item.kind == "select" and item.options and value not in dict(item.options):
        return f"{item.label} cannot be {value!r}; choose one from the list."
    if item.name == "scope" and not _SCOPE.fullmatch(value):
        return "Scopes are words of ASCII letters, digits and signs, separated by one space."
    if item.kind == "number" and not (value.isascii() and value.isdecimal()):
        return "This is a whole number of seconds."
    return ""


def _between_fields(form: Form) -> dict[str, str]:
    """What is wrong with fields only beside others."""
    at_logout = _doubled(form.end_session_endpoint, _sent(OURS_AT_LOGOUT, form))
    problems = {"end_session_endpoint": at_logout}
    if form.redirecting:
        extra = {name: "an extra parameter" for name, value in form.extra if value}
        sent = _sent(OURS, form) | extra
        problems["authorization_endpoint"] = _doubled(form.authorization_endpoint, sent)
    return {name: problem for name, problem in problems.items() if problem}


def _sent(names: Iterable[str], form: Form) -> dict[str, str]:
    """Which of these parameters are sent, and where each comes from; an empty field sends none."""
    return {
        name: f"the field {BY_NAME[name].label}" if name in BY_NAME else "made for each request"
        for name in names
        if getattr(form, name, "made")
    }


def _doubled(endpoint: str, sent: Mapping[str, str]) -> str:
    """What an endpoint's own query has of what is sent there: each once (RFC 6749 §3.1)."""
    query = endpoint.partition("?")[2]
    if not query:
        return ""
    named = dict(parse_qsl(query, keep_blank_values=True))
    doubled = ", ".join(f"{name} ({sent[name]})" for name in sorted(sent.keys() & named))
    return doubled and (
        f"Its query has {doubled}, which the playground sends too; a parameter may be sent only "
        "once. Take it out here."
    )


def control_problem(value: str, *, lines: bool = False) -> str:
    """Why a value cannot be sent as it is, as a sentence; `lines`: it may have several."""
    if _CONTROL.search(value) or (not lines and _LINE_BREAK.search(value)):
        return "This contains a control character or a line break."
    return ""


def _key_problem(form: Form) -> dict[str, str]:
    """What is wrong with a pasted key, where one is to sign."""
    try:
        if form.token_endpoint_auth_method == "private_key_jwt" and form.client_private_key:
            load_to_sign(form.client_private_key, field="client_private_key")
    except InputRefused as error:
        return error.fields
    return {}


def _extra_problem(extra: Pairs) -> str:
    names = [name for name, _ in extra]
    if len(extra) > MAX_EXTRA:
        return f"At most {MAX_EXTRA} extra parameters."
    if "" in names:
        return "An extra parameter needs a name."
    if taken := sorted(OURS & set(names)):
        return f"{', '.join(taken)}: the playground sends this itself; use its own field."
    if doubled := sorted({name for name in names if names.count(name) > 1}):
        return f"{', '.join(doubled)}: a parameter may be sent only once (RFC 6749 §3.1)."
    if any(_CONTROL.search(n + v) or len(n) > 200 or len(v) > 2000 for n, v in extra):
        return "An extra parameter is too long or contains a control character."
    return ""


def to_memory(form: Form) -> dict[str, object]:
    """The form as plain data for the session; the person's password is not kept."""
    plain = {name: getattr(form, name) for name in NAMES}
    return {**plain, "password": "", "extra": [list(pair) for pair in form.extra]}


def from_memory(memory: Mapping[str, object], *, default: Form) -> Form:
    """The form that the session remembers, laid over the default."""
    known = {name: memory[name] for name in NAMES if isinstance(memory.get(name), str)}
    pairs = memory.get("extra")
    extra = tuple((str(n), str(v)) for n, v in pairs) if isinstance(pairs, list) else default.extra
    return fit(replace(default, **known, extra=extra))  # type: ignore[arg-type]
