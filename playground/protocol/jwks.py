"""Choosing the key that verifies a signature from a server's key set (RFC 7517 §5)."""

from __future__ import annotations

from collections.abc import Iterator

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from playground.foreign_json import parsed_object

VerificationKey = RSAKey | ECKey | OKPKey | OctKey
MIN_RSA_BITS = 2048
ASYMMETRIC = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
HMAC = {"HS256": 32, "HS384": 48, "HS512": 64}  # bytes of the hash, so of the key (RFC 7518 §3.2)
ALGORITHMS = (*ASYMMETRIC, *HMAC)
_SIGNING_CURVES = ("Ed25519", "Ed448")


class KeyNotFoundError(Exception):
    """No key fits; the message is a sentence. `unknown_kid` means that a new set may help."""

    def __init__(self, sentence: str, *, unknown_kid: bool = False) -> None:
        super().__init__(sentence)
        self.unknown_kid = unknown_kid


def choose(header: dict[str, object], key_set: bytes, client_secret: str) -> VerificationKey:
    """The one key for this header. Raises KeyNotFoundError with the reason.

    HMAC uses the client secret alone, never a public key; `jwk`, `jku`, `x5u` and `x5c` in the
    header are ignored; keys of unknown kinds are skipped (RFC 8725 §3.1–3.2).
    """
    algorithm = str(header.get("alg", ""))
    if algorithm in HMAC:
        return _secret_key(client_secret, algorithm)
    if algorithm not in ASYMMETRIC:
        raise KeyNotFoundError(f"The algorithm “{algorithm}” is not accepted.")
    kid = header.get("kid")
    fitting = [key for key in _keys(key_set) if fits(key, algorithm, "verify")]
    named = [key for key in fitting if key.kid == kid] if isinstance(kid, str) else fitting
    if not named:
        wanted = f"“{kid}” for {algorithm}" if isinstance(kid, str) else f"for {algorithm}"
        raise KeyNotFoundError(f"The server's key set has no key {wanted}.", unknown_kid=True)
    if len(named) > 1 and not isinstance(kid, str):
        raise KeyNotFoundError("The token names no key, and several keys of the set would fit.")
    return _strong(named[0])


def _secret_key(client_secret: str, algorithm: str) -> OctKey:
    if len(client_secret.encode()) < HMAC[algorithm]:
        raise KeyNotFoundError(
            f"{algorithm} needs a client secret of {HMAC[algorithm]} bytes or more."
        )
    return OctKey.import_key(client_secret)


def _keys(key_set: bytes) -> Iterator[VerificationKey]:
    """The keys of a set that can verify; what is no key at all is skipped."""
    entries = (parsed_object(key_set) or {}).get("keys")
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
            continue
        try:
            key = JWKRegistry.import_key(entry)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
        if isinstance(key, RSAKey | ECKey | OKPKey):
            yield key


def fits(key: VerificationKey, algorithm: str, operation: str) -> bool:
    """Whether the key's type, curve, `use`, `alg` and `key_ops` allow it (RFC 7517 §4.1–4.4)."""
    if isinstance(key, OKPKey) and key.curve_name not in _SIGNING_CURVES:
        return False
    try:
        JWSRegistry.algorithms[algorithm].check_key(key)
        key.check_key_op(operation)
    except JoseError:
        return False
    return True


def _strong(key: VerificationKey) -> VerificationKey:
    if isinstance(key, RSAKey) and key.raw_value.key_size < MIN_RSA_BITS:
        raise KeyNotFoundError(f"The server's key has fewer than {MIN_RSA_BITS} bits.")
    return key
