"""The id token's checks, each a line: signature and claims (OIDC Core §3.1.3.7, §3.2.2.11)."""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from authlib.oidc.core.util import create_half_hash
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwt import JWTClaimsRegistry

from playground.foreign_json import parse
from playground.protocol.checks import Check, compare
from playground.protocol.jwks import ALGORITHMS, VerificationKey

LEEWAY = 60
MAX_HEADER = 16_384
_TYPES = ("", "jwt", "application/jwt")
Claims = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the flow lets us expect. `mandatory` names the hashes that must be there (§3.3.2.11).

    `algorithms` are those that the server's metadata announces, where it was taken.
    A refreshed id token may leave the nonce out; if it has one, it is the first one's (§12.2).
    """

    issuer: str
    client_id: str
    nonce: str = ""
    refreshed: bool = False
    max_age: str = ""
    acr_values: str = ""
    access_token: str = ""
    code: str = ""
    mandatory: frozenset[str] = frozenset()
    subject: str = ""
    algorithms: tuple[str, ...] = ()
    now: float = field(default_factory=time.time)


def check_signature(token: str, key: VerificationKey) -> tuple[Claims | None, Check]:
    """Verify a compact JWS; the claims only if the signature is good (RFC 8725 §3.1)."""
    registry = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    registry.max_header_length = MAX_HEADER
    expected = f"one by the server's key {key.kid or ''}".rstrip()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            signed = jws.deserialize_compact(token, key, registry=registry)
        claims = parse(signed.payload)
    except (JoseError, ValueError, TypeError) as error:
        return None, signature_check("fail", expected, f"not valid: {error}")
    if not isinstance(claims, dict):
        return None, signature_check("fail", expected, "the content is no JSON object")
    return claims, signature_check("ok", expected, f"valid, {signed.headers().get('alg')}")


def signature_check(verdict: str, expected: str, found: str) -> Check:
    """The line that speaks of the signature."""
    return Check(
        title="signature", expected=expected, found=found, verdict=verdict, section="RFC 7515 §5.2"
    )


def check_claims(header: Claims, claims: Claims, expected: Expected) -> list[Check]:
    """Every check of the claims, in the order of OIDC Core §3.1.3.7."""
    return [
        check_type(header),
        *_algorithm(header, expected),
        _issuer(claims, expected),
        *_audience(claims, expected),
        _subject(claims, expected),
        *check_times(claims, expected.now),
        *_nonce(claims, expected),
        *_hashes(header, claims, expected),
        *_sign_in(claims, expected),
    ]


def check_type(header: Claims) -> Check:
    """Explicit typing keeps other JWTs out (RFC 8725 §3.11)."""
    found = str(header.get("typ", ""))
    verdict = "ok" if found.lower() in _TYPES else "fail"
    return Check(
        title="typ",
        expected="JWT or none",
        found=found or "absent",
        verdict=verdict,
        section="RFC 8725 §3.11",
    )


def _algorithm(header: Claims, expected: Expected) -> list[Check]:
    """Whether the server signs as it announces; its metadata may be older than its keys."""
    if not expected.algorithms:
        return []
    found = str(header.get("alg"))
    return [
        Check(
            title="alg",
            expected=f"one that the metadata announces: {', '.join(expected.algorithms)}",
            found=found,
            verdict="ok" if found in expected.algorithms else "warn",
            section="OIDC Core §3.1.3.7 (7)",
        )
    ]


def _issuer(claims: Claims, expected: Expected) -> Check:
    section = "OIDC Core §3.1.3.7 (2)"
    found = claims.get("iss")
    if not expected.issuer:
        return Check(
            title="iss",
            expected="no issuer is configured",
            found=_shown(found),
            verdict="warn" if isinstance(found, str) else "fail",
            section=section,
        )
    return compare("iss", expected.issuer, found, section)


def _audience(claims: Claims, expected: Expected) -> Iterator[Check]:
    """We must be the audience, and no one we do not know beside us (§3.1.3.7 (3)–(5))."""
    value = claims.get("aud")
    audience = [value] if isinstance(value, str) else value
    good = audience == [expected.client_id]
    yield Check(
        title="aud",
        expected=f"{expected.client_id} alone",
        found=_shown(value),
        verdict="ok" if good else "fail",
        section="OIDC Core §3.1.3.7 (3)",
    )
    if "azp" in claims:
        yield compare("azp", expected.client_id, claims["azp"], "OIDC Core §3.1.3.7 (5)")


def _subject(claims: Claims, expected: Expected) -> Check:
    found = claims.get("sub")
    if expected.subject:
        return compare("sub", expected.subject, found, "OIDC Core §12.2")
    good = isinstance(found, str) and 0 < len(found) <= 255
    return Check(
        title="sub",
        expected="who signed in, at most 255 characters",
        found=_shown(found),
        verdict="ok" if good else "fail",
        section="OIDC Core §2",
    )


def check_times(
    claims: Claims, at: float, *, needed: Sequence[str] = ("exp", "iat")
) -> Iterator[Check]:
    """Those that are there or needed, all with the same small leeway (RFC 7519 §4.1)."""
    now = int(at)
    registry = JWTClaimsRegistry(now=now, leeway=LEEWAY)
    words = {"exp": "after now", "iat": "not after now", "nbf": "not after now"}
    for name in ("exp", "iat", "nbf"):
        if name not in needed and name not in claims:
            continue
        try:
            registry.validate({name: claims.get(name)})
            verdict = "ok"
        except (JoseError, TypeError, ValueError):
            verdict = "fail"
        yield Check(
            title=name,
            expected=f"{words[name]} ({now}), leeway {LEEWAY} s",
            found=_shown(claims.get(name)),
            verdict=verdict,
            section="OIDC Core §3.1.3.7 (9)–(10)",
        )


def _nonce(claims: Claims, expected: Expected) -> Iterator[Check]:
    section = "OIDC Core §12.2" if expected.refreshed else "OIDC Core §3.1.3.7 (11)"
    if expected.nonce and ("nonce" in claims or not expected.refreshed):
        yield compare("nonce", expected.nonce, claims.get("nonce"), section)


def _hashes(header: Claims, claims: Claims, expected: Expected) -> Iterator[Check]:
    """The id token vouches for the token and code beside it (§3.1.3.8, §3.2.2.9, §3.3.2.10)."""
    for name, value in (("at_hash", expected.access_token), ("c_hash", expected.code)):
        if not value or (name not in claims and name not in expected.mandatory):
            continue
        algorithm = str(header.get("alg", ""))
        half = create_half_hash(value, "EdDSA" if algorithm == "Ed25519" else algorithm)
        computed = half.decode() if half else "not computable"
        yield compare(name, computed, claims.get(name), "OIDC Core §3.3.2.11")


def _sign_in(claims: Claims, expected: Expected) -> Iterator[Check]:
    """When and how the person signed in (§3.1.3.7 (12)–(13))."""
    if expected.max_age:
        at = claims.get("auth_time")
        now = int(expected.now)
        oldest = now - int(expected.max_age)
        good = (
            isinstance(at, int | float)
            and not isinstance(at, bool)
            and oldest - LEEWAY <= at <= now + LEEWAY
        )
        yield Check(
            title="auth_time",
            expected=f"{oldest} to {now} (max_age {expected.max_age} s), leeway {LEEWAY} s",
            found=_shown(at),
            verdict="ok" if good else "fail",
            section="OIDC Core §3.1.3.7 (13)",
        )
    if expected.acr_values:
        acr = _shown(claims.get("acr"))
        yield Check(
            title="acr",
            expected=f"one of {expected.acr_values}",
            found=acr,
            verdict="ok" if acr in expected.acr_values.split() else "warn",
            section="OIDC Core §3.1.3.7 (12)",
        )


def _shown(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:500]
