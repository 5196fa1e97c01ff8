"""Verifies id tokens: decrypts, fetches and keeps the server's keys, runs every check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256

from joserfc import jwe
from joserfc.errors import JoseError

from playground.errors import CheckFailed, ServerMisbehaved
from playground.foreign_json import parsed_object
from playground.protocol import id_token
from playground.protocol.checks import Check, failed
from playground.protocol.id_token import Claims, Expected, check_claims, check_signature
from playground.protocol.jwks import ALGORITHMS, HMAC, KeyNotFoundError, choose
from playground.protocol.jwt_view import open_jwt
from playground.protocol.keys import load
from playground.store import Store
from playground.wire.exchange import Exchange
from playground.wire.transport import Outgoing

KEEP_SECONDS = 600.0
REFETCH_FLOOR = 30.0
JWE_KEYS = ("RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
JWE_CONTENT = ("A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM")
Send = Callable[[Outgoing], Exchange]


@dataclass(frozen=True, kw_only=True)
class KeySource:
    """Where a flow's keys come from; `scope` separates servers that are trusted differently.

    `over_tls` says that the token comes straight from the server, over TLS.
    """

    jwks_uri: str
    scope: str = ""
    client_secret: str = ""
    decryption_key: str = ""
    over_tls: bool = False


@dataclass(frozen=True, kw_only=True)
class Verified:
    """A JWT of the server's, its claims and every check made.

    `signed` is the JWS, taken out of its JWE where it came in one (RFC 7516 §5.2). The claims are
    empty where there are none to read; a check in the list says why.
    """

    signed: str = ""
    header: Claims = field(default_factory=dict)
    claims: Claims = field(default_factory=dict)
    checks: tuple[Check, ...] = ()


class Verifier:
    """Keeps fetched key sets in the shared store, for all workers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def verify(self, token: str, expected: Expected, source: KeySource, send: Send) -> Verified:
        """An id token: its signature, and then every check of its claims."""
        found = self.verify_signed(token, source, send)
        if failed(found.checks):
            return found
        made = check_claims(found.header, found.claims, expected)
        return replace(found, checks=(*found.checks, *made))

    def verify_signed(self, token: str, source: KeySource, send: Send) -> Verified:
        """Any signed JWT of the server's, and the line about its signature."""
        signed, opened = decrypted(token, source.decryption_key)
        view = open_jwt(signed)
        if view is None or view.claims is None:
            no_jws = id_token.signature_check("fail", "a signed JWT", "something else")
            return Verified(checks=(*opened, no_jws))
        claims, signature = self._signature(signed, view.header, source, send)
        if claims is None and signature.verdict != "fail":
            claims = view.claims
        return Verified(
            signed=signed, header=view.header, claims=claims or {}, checks=(*opened, signature)
        )

    def _signature(
        self, token: str, header: Claims, source: KeySource, send: Send
    ) -> tuple[Claims | None, Check]:
        """Verify with the server's key; a new key set is fetched once for an unknown kid."""
        if header.get("alg") not in ALGORITHMS:
            return None, id_token.signature_check(
                "fail", f"one of {', '.join(ALGORITHMS)}", f"alg {header.get('alg')}"
            )
        if not source.jwks_uri and header.get("alg") not in HMAC:
            return None, _unverifiable(header, source)
        key_set = b"" if header.get("alg") in HMAC else self._key_set(source, send)
        try:
            key = choose(header, key_set, source.client_secret)
        except KeyNotFoundError as error:
            newer = self._refetched(source, send) if error.unknown_kid else None
            try:
                key = choose(header, newer or b"{}", source.client_secret)
            except KeyNotFoundError:
                return None, id_token.signature_check("fail", "one by a key of the set", str(error))
        return check_signature(token, key)

    def _key_set(self, source: KeySource, send: Send) -> bytes:
        kept = self._store.get(_key(source))
        return kept if kept is not None else self._fetch(source, send)

    def _refetched(self, source: KeySource, send: Send) -> bytes | None:
        """The set once more, not more often than the floor allows (OIDC Core §10.1.1)."""
        if not self._store.add(_key(source) + ":fetched", b"1", REFETCH_FLOOR):
            return None
        return self._fetch(source, send)

    def _fetch(self, source: KeySource, send: Send) -> bytes:
        outgoing = Outgoing(
            purpose="Fetch the server's keys",
            method="GET",
            url=source.jwks_uri,
            headers=(("Accept", "application/jwk-set+json, application/json"),),
        )
        exchange = send(outgoing)
        if exchange.status != 200 or not _is_key_set(exchange.response_body):
            raise ServerMisbehaved(
                sentence="The server's keys cannot be read, so no signature can be verified.",
                evidence=(("jwks_uri", source.jwks_uri), ("Status", str(exchange.status))),
                advice=("Compare the key set's URL with jwks_uri in the server's metadata.",),
                status=502,
                exchange=exchange.id,
            )
        self._store.put(_key(source), exchange.response_body, KEEP_SECONDS)
        return exchange.response_body


def decrypted(token: str, private_key: str) -> tuple[str, list[Check]]:
    """The JWS inside a JWE (RFC 7516 §5.2); a JWS as it is. Raises CheckFailed."""
    if token.count(".") != 4:
        return token, []
    key = load(private_key, field="id_token_decryption_key")
    registry = jwe.JWERegistry(algorithms=[*JWE_KEYS, *JWE_CONTENT], strict_check_header=False)
    registry.max_protected_header_length = id_token.MAX_HEADER
    try:
        opened = jwe.decrypt_compact(token, key.key, registry=registry)
        text = (opened.plaintext or b"").decode()
    except (JoseError, ValueError, TypeError, UnicodeDecodeError) as error:
        raise CheckFailed(
            sentence="The encrypted token cannot be opened with this key.",
            evidence=(("Reason", str(error)[:200]),),
            advice=("Give the private key whose public half the server encrypts for.",),
        ) from error
    note = Check(
        title="encryption",
        expected="one that our key opens",
        found=f"opened, {opened.headers().get('alg')} {opened.headers().get('enc')}",
        verdict="ok",
        section="RFC 7516 §5.2",
    )
    return text, [note]


def _key(source: KeySource) -> str:
    return "jwks:" + sha256(f"{source.scope} {source.jwks_uri}".encode()).hexdigest()


def _is_key_set(body: bytes) -> bool:
    return isinstance((parsed_object(body) or {}).get("keys"), list)


def _unverifiable(header: Claims, source: KeySource) -> Check:
    """No key set: TLS to the server vouches; in the front channel and over http nothing does.

    A critical header is one that nobody here understands (RFC 7515 §4.1.11).
    """
    why = "" if source.over_tls else ", and it did not come from the server over TLS"
    if "crit" in header:
        why = ", and it has a critical header"
    return Check(
        title="signature",
        expected="a key set (jwks_uri) to verify it with",
        found=f"none is configured{why}",
        verdict="fail" if why else "warn",
        section="OIDC Core §3.1.3.7 (6)",
    )
