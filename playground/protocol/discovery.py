"""The server's metadata: where it may be, and what of it may be used (RFC 8414, OIDC Discovery)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from playground.foreign_json import parsed_object
from playground.urls import url_problem
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"
WSO2 = "/oauth2/token"
MAX_LIST, MAX_WORD = 200, 200
ENDPOINTS = (
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "introspection_endpoint",
    "revocation_endpoint",
    "end_session_endpoint",
    "check_session_iframe",
    "registration_endpoint",
)
LISTS = (
    "scopes_supported",
    "response_types_supported",
    "response_modes_supported",
    "grant_types_supported",
    "token_endpoint_auth_methods_supported",
    "code_challenge_methods_supported",
    "id_token_signing_alg_values_supported",
    "id_token_encryption_alg_values_supported",
    "prompt_values_supported",
    "claims_supported",
)
FLAGS = (
    "authorization_response_iss_parameter_supported",
    "backchannel_logout_supported",
    "frontchannel_logout_supported",
)
Send = Callable[[Outgoing], Exchange]
_TENANT = re.compile(r"/t/[^/]+")  # one of WSO2's tenants


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A metadata URL, and the issuers whose metadata may lie there."""

    url: str
    issuers: tuple[str, ...]
    rule: str


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """The members that passed their checks; `remarks` says what did not, and is not used."""

    url: str
    issuer: str
    endpoints: Mapping[str, str]
    supported: Mapping[str, tuple[str, ...]]
    flags: Mapping[str, bool]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """One URL that was tried: the sentence says why its answer is no use, else metadata."""

    url: str
    rule: str
    status: int
    metadata: Metadata | None = None
    sentence: str = ""
    asked: str = ""
    found: str = ""


def issuer_problem(typed: str) -> str:
    """Why this is neither an issuer nor a metadata URL, as a sentence (RFC 8414 §2)."""
    problem = url_problem(typed)
    if not problem and urlsplit(typed).query and "/.well-known/" not in typed:
        return "An issuer has no query (RFC 8414 §2); leave out everything from the ? on."
    return problem


def candidates(typed: str) -> list[Candidate]:
    """Where the metadata of what was typed may be, the likeliest first."""
    if "/.well-known/" in urlsplit(typed).path:
        return [Candidate(url=typed, issuers=_issuers_of(typed), rule="the address you gave")]
    parts, base = urlsplit(typed), typed.rstrip("/")
    path = parts.path.rstrip("/")
    inserted = urlunsplit(parts._replace(path=OAUTH + path))
    found = [
        Candidate(url=base + OPENID, issuers=(typed,), rule="OIDC Discovery §4"),
        Candidate(url=inserted, issuers=(typed,), rule="RFC 8414 §3.1"),
    ]
    if path:
        found.append(
            Candidate(url=base + OAUTH, issuers=(typed,), rule="the same, appended to the issuer")
        )
    if not path or _TENANT.fullmatch(path):
        found.append(
            Candidate(url=base + WSO2 + OPENID, issuers=(base + WSO2,), rule="WSO2's own place")
        )
    return found


def _issuers_of(url: str) -> tuple[str, ...]:
    """The issuers whose metadata lies at `url`: a final slash leaves no trace in it (§4.1)."""
    parts = urlsplit(url)
    before, _, after = parts.path.partition("/.well-known/")
    inserted = "/" + after.partition("/")[2] if "/" in after else ""
    issuer = urlunsplit(parts._replace(path=before + inserted, query="")).rstrip("/")
    return issuer, f"{issuer}/"


def search(typed: str, send: Send) -> list[Attempt]:
    """Try every place until one has metadata; the last attempt says whether one had."""
    attempts: list[Attempt] = []
    for candidate in candidates(typed):
        exchange = send(_request(candidate))
        attempts.append(examine(candidate, exchange))
        if attempts[-1].metadata is not None:
            break
    return attempts


def _request(candidate: Candidate) -> Outgoing:
    return Outgoing(
        purpose="Fetch the server's metadata",
        method="GET",
        url=candidate.url,
        headers=(("Accept", "application/json"),),
    )


def examine(candidate: Candidate, exchange: Exchange) -> Attempt:
    """What an answer is worth: metadata of the right issuer, or a sentence why not."""
    sentence, data, found = _unusable(exchange), None, ""
    if not sentence:
        data = parsed_object(exchange.response_body)
        sentence = "" if data is not None else "The answer is not a JSON object."
    if data is not None:
        sentence, found = _wrong(data, candidate)
    return Attempt(
        url=candidate.url,
        rule=candidate.rule,
        status=exchange.status,
        sentence=sentence,
        asked=candidate.issuers[0] if found else "",
        found=found,
        metadata=None if sentence or data is None else read(candidate.url, data),
    )


def _unusable(exchange: Exchange) -> str:
    kind = exchange.response_header("Content-Type") or "no Content-Type"
    if 300 <= exchange.status < 400:
        where = exchange.response_header("Location") or "nowhere"
        return f"It redirects to {where}; redirects are not followed. Type that address yourself."
    if exchange.status == 404:
        return "There is nothing (404)."
    if exchange.status != 200:
        return f"It answered with status {exchange.status}."
    if "html" in kind:
        return f"It answered with a web page ({kind}), not with JSON."
    return ""


def _wrong(data: dict[str, object], candidate: Candidate) -> tuple[str, str]:
    """Why the document is refused, and the issuer it names where that is the reason."""
    issuer = data.get("issuer")
    if not isinstance(issuer, str) or not issuer:
        return "The document has no issuer that is a string (RFC 8414 §2 requires one).", ""
    if issuer not in candidate.issuers:
        return "The document is another issuer's; they must be equal to the character.", issuer
    if not any(_url(data, name) for name in ("authorization_endpoint", "token_endpoint")):
        return "The document has neither an authorization endpoint nor a token endpoint.", ""
    return "", ""


def read(url: str, data: dict[str, object]) -> Metadata:
    """Take the members whose types and URLs are right (OIDC Discovery §4.3, RFC 8414 §3.3)."""
    endpoints = {name: _url(data, name) for name in ENDPOINTS}
    supported = {name: words for name in LISTS if (words := _words(data.get(name)))}
    return Metadata(
        url=url,
        issuer=str(data["issuer"]),
        endpoints=endpoints,
        supported=supported,
        flags={name: data.get(name) is True for name in FLAGS},
        remarks=tuple(_remarks(data, endpoints)),
    )


def _url(data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    return value if isinstance(value, str) and not url_problem(value, fragment=True) else ""


def _words(value: object) -> tuple[str, ...]:
    """The list's strings that are sane words, or combinations of words; at most MAX_LIST."""
    if not isinstance(value, list):
        return ()
    words = [w for w in value if isinstance(w, str) and 0 < len(w) <= MAX_WORD and w.isprintable()]
    return tuple(words[:MAX_LIST])


def _remarks(data: dict[str, object], endpoints: Mapping[str, str]) -> list[str]:
    found = [
        f"{name} is no usable URL ({data[name]!r:.120}); it is not taken."
        for name, url in endpoints.items()
        if data.get(name) is not None and not url
    ]
    found += [
        f"{name} is not a list of strings; it is not taken."
        for name in LISTS
        if data.get(name) is not None and not isinstance(data[name], list)
    ]
    found += [
        f"{name} is neither true nor false; it counts as false."
        for name in FLAGS
        if data.get(name) is not None and not isinstance(data[name], bool)
    ]
    if "response_types_supported" not in data:
        found.append("response_types_supported is missing (RFC 8414 §2 requires it).")
    if not endpoints["jwks_uri"]:
        found.append("There is no jwks_uri: id tokens cannot be verified by signature.")
    if str(data["issuer"]).startswith("https:"):
        found += [
            f"{name} is plain http though the issuer is https; the server may sit behind a proxy "
            "that it was not told of."
            for name, url in endpoints.items()
            if url.startswith("http:")
        ]
    return found
