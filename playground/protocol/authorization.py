"""The authorization request and the validated authorization response (RFC 6749 §4.1.1–4.1.2)."""

from __future__ import annotations

import hmac
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from oauthlib.oauth2 import WebApplicationClient

from playground.errors import AuthorizationFailed, ResponseRefused
from playground.form import Form
from playground.protocol.checks import Check, compare, failed
from playground.protocol.explain import authorization_error
from playground.urls import add_parameters

Pairs = Sequence[tuple[str, str]]
_KEPT = "code access_token token_type expires_in scope id_token session_state".split()
_STARTING_STEP, _CONSENT_STEP = 6, 8
VERIFIER_OCTETS = 48
UNASKED = (  # what prompt=none is refused with (OIDC Core §3.1.2.6)
    "login_required",
    "consent_required",
    "interaction_required",
    "account_selection_required",
)
_TOKEN_PARAMETERS = {"code": "code", "token": "access_token", "id_token": "id_token"}


@dataclass(frozen=True, kw_only=True)
class AuthorizationRequest:
    """What the browser carries to the authorization endpoint."""

    authorization_endpoint: str
    parameters: tuple[tuple[str, str], ...]

    @cached_property
    def url(self) -> str:
        """The endpoint with its own query kept and our parameters added (RFC 6749 §3.1)."""
        return add_parameters(self.authorization_endpoint, self.parameters)

    def get(self, name: str) -> str:
        """One parameter's value; empty when it was not sent."""
        return dict(self.parameters).get(name, "")


@dataclass(frozen=True, kw_only=True)
class AuthorizationResponse:
    """A response that passed every check; nothing else can be exchanged for a token."""

    parameters: tuple[tuple[str, str], ...]
    code: str = ""
    access_token: str = ""
    token_type: str = ""
    expires_in: str = ""
    scope: str = ""
    id_token: str = ""
    session_state: str = ""


def new_code_verifier() -> str:
    """A fresh verifier: 64 characters that hold 48 random octets (RFC 7636 §4.1, §7.1)."""
    return secrets.token_urlsafe(VERIFIER_OCTETS)


def wants_nonce(form: Form) -> bool:
    """An id token can come back when openid is asked for (OIDC Core §3.1.2.1, §3.2.2.1)."""
    return form.redirecting and ("openid" in form.scopes or "id_token" in form.response_types)


def prepare(
    form: Form, *, state: str, nonce: str, code_verifier: str, id_token_hint: str = ""
) -> AuthorizationRequest:
    """Build the request; empty parameters are not sent (RFC 6749 §3.1)."""
    parameters = [
        ("response_type", form.response_type),
        ("client_id", form.client_id),
        ("scope", form.scope),
        ("redirect_uri", form.redirect_uri),
        ("state", state),
        ("nonce", nonce),
        *_pkce(form.code_challenge_method, code_verifier),
        ("response_mode", form.response_mode),
        ("prompt", form.prompt),
        ("login_hint", form.login_hint),
        ("max_age", form.max_age),
        ("acr_values", form.acr_values),
        ("id_token_hint", id_token_hint),
        *(pair for pair in form.extra if pair[0] != "id_token_hint" or not id_token_hint),
    ]
    return AuthorizationRequest(
        authorization_endpoint=form.authorization_endpoint,
        parameters=tuple((name, value) for name, value in parameters if value),
    )


def _pkce(method: str, code_verifier: str) -> Pairs:
    """The challenge (RFC 7636 §4.2–4.3); nothing without a verifier."""
    if not code_verifier:
        return ()
    challenge = code_verifier
    if method != "plain":  # which oauthlib calls None
        challenge = WebApplicationClient("").create_code_challenge(code_verifier, method)
    return (("code_challenge", challenge), ("code_challenge_method", method))


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the flow's request lets us expect of its response."""

    state: str
    issuer: str
    iss_required: bool
    response_types: frozenset[str]
    response_mode: str


def expected_of(form: Form, state: str) -> Expected:
    """What to expect of the response to a request made from `form`.

    Where no mode was asked for, a code comes in the query and a token in the fragment.
    """
    tokens = form.response_types - {"code"}
    return Expected(
        state=state,
        issuer=form.issuer,
        iss_required=bool(form.authorization_response_iss_parameter_supported),
        response_types=form.response_types,
        response_mode=form.response_mode or ("fragment" if tokens else "query"),
    )


def check_repeats(parameters: Pairs) -> None:
    """No parameter may come twice (RFC 6749 §3.1). Raises ResponseRefused."""
    doubled = sorted(name for name, count in Counter(n for n, _ in parameters).items() if count > 1)
    if doubled:
        raise ResponseRefused(
            sentence=f"The response has {', '.join(doubled)} more than once.",
            evidence=(("Section", "RFC 6749 §3.1"),),
            advice=("Which one is meant cannot be known, so none is used. Start a new flow.",),
            step=_STARTING_STEP,
        )


def validate(
    parameters: Pairs, expected: Expected, *, response_mode: str
) -> tuple[AuthorizationResponse, list[Check]]:
    """Check a response, and the mode that brought it, against its request.

    Raises ResponseRefused when it must not be used, AuthorizationFailed when it is the server's
    error (RFC 6749 §4.1.2.1); only what this returns can be exchanged.
    """
    check_repeats(parameters)
    given = dict(parameters)
    checks = [_state_check(expected.state, given.get("state", "")), _iss_check(expected, given)]
    if wrong := failed(checks):
        raise _refusal(wrong[0])
    if "error" in given:
        raise _server_error(given, parameters)
    checks += [_type_check(expected.response_types, given), _mode_check(expected, response_mode)]
    if wrong := failed(checks):
        raise _refusal(wrong[0])
    return _response(parameters, given), checks


def _state_check(expected: str, found: str) -> Check:
    same = hmac.compare_digest(expected.encode(), found.encode())
    return Check(
        title="state",
        expected="the state of this flow",
        found="the same" if same else "another one",
        verdict="ok" if same else "fail",
        section="RFC 6749 §10.12",
    )


def _iss_check(expected: Expected, given: dict[str, str]) -> Check:
    """An id token that was asked for names its issuer itself, so iss may be left out beside one."""
    found, section = given.get("iss", ""), "RFC 9207 §2.4"
    named = "id_token" in expected.response_types and bool(given.get("id_token"))
    required = expected.iss_required and not named
    if expected.issuer and (found or required):
        return compare("iss", expected.issuer, found, section)
    absent = "the id token names it" if named else "the server does not announce it"
    why = "no issuer is configured" if found or required else absent
    verdict = "warn" if required else "info"  # nothing to compare with: a mix-up would pass
    return Check(
        title="iss", expected=why, found=found or "absent", verdict=verdict, section=section
    )


def _type_check(response_types: frozenset[str], given: dict[str, str]) -> Check:
    """Exactly what was asked for came: code, token, id_token (RFC 6749 §4.1.2)."""
    wanted = {_TOKEN_PARAMETERS[kind] for kind in response_types}
    found = {name for name in _TOKEN_PARAMETERS.values() if given.get(name)}
    return Check(
        title="response type",
        expected=", ".join(sorted(wanted)),
        found=", ".join(sorted(found)) or "none of code, access_token, id_token",
        verdict="ok" if found == wanted else "fail",
        section="RFC 6749 §4.1.2",
    )


def _mode_check(expected: Expected, found: str) -> Check:
    """A token never comes in the query; a code may, whatever mode the server was asked for."""
    exposed = found == "query" and expected.response_types != {"code"}
    wanted = "fragment or form_post" if exposed else expected.response_mode
    return Check(
        title="response mode",
        expected=wanted,
        found=found,
        verdict="fail" if exposed else "ok" if found == wanted else "warn",
        section="OAuth 2.0 Multiple Response Types §5",
    )


def _response(parameters: Pairs, given: dict[str, str]) -> AuthorizationResponse:
    return AuthorizationResponse(
        parameters=tuple((n, v) for n, v in parameters),
        **{name: given[name] for name in _KEPT if name in given},
    )


def _refusal(check: Check) -> ResponseRefused:
    sentences = {
        "state": "This response does not belong to this flow: its state is another one.",
        "iss": "This response does not come from the server that was asked.",
        "response type": "The response does not hold what was asked for.",
        "response mode": "A token came in the query of the address, where no token may be.",
    }
    return ResponseRefused(
        sentence=sentences[check.title],
        evidence=(
            ("Expected", check.expected),
            ("Found", check.found),
            ("Section", check.section),
        ),
        advice=("Nothing of it was used. Start a new flow from the form.",),
        step=_STARTING_STEP,
    )


def _server_error(
    given: dict[str, str], parameters: Pairs
) -> AuthorizationFailed | ResponseRefused:
    if any(given.get(name) for name in _TOKEN_PARAMETERS.values()):
        return ResponseRefused(
            sentence="The response holds an error and a result at once.",
            evidence=(("Came", ", ".join(name for name, _ in parameters)),),
            advice=("That is no valid response (RFC 6749 §4.1.2.1). Start a new flow.",),
        )
    sentence, advice = authorization_error(given["error"], given.get("error_description", ""))
    return AuthorizationFailed(
        sentence=sentence,
        advice=advice,
        error=given["error"],
        error_description=given.get("error_description", ""),
        error_uri=given.get("error_uri", ""),
        step=_CONSENT_STEP if given["error"] == "access_denied" else _STARTING_STEP,
    )
