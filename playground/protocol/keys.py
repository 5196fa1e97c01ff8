"""The client's own keys: to sign assertions, and to decrypt id tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from playground.errors import InputRefused

PrivateKey = RSAKey | ECKey | OKPKey
_EC_ALGORITHMS = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
RSA_BITS = 2048


@dataclass(frozen=True, kw_only=True)
class SigningKey:
    """A private key with the algorithm it signs with and its id."""

    key: PrivateKey
    algorithm: str
    kid: str


def generate() -> str:
    """A new RSA key as a private JWK, with `kid` and `use`."""
    key = RSAKey.generate_key(RSA_BITS, private=True, auto_kid=True)
    return json.dumps(key.as_dict(private=True))


def load(text: str, *, field: str) -> SigningKey:
    """A pasted PEM or JWK. Raises InputRefused naming the field it was typed in."""
    try:
        key = _import(text.strip())
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        sentence = "This is neither a PEM private key nor a private JWK."
        raise InputRefused(
            sentence=sentence,
            fields={field: sentence},
            evidence=(("Reason", str(error)[:200]),),
        ) from error
    if not isinstance(key, RSAKey | ECKey | OKPKey) or not key.is_private:
        sentence = "This key has no private part; a private one is needed."
        raise InputRefused(sentence=sentence, fields={field: sentence})
    key.ensure_kid()
    return SigningKey(key=key, algorithm=_algorithm(key), kid=str(key.kid))


def _import(text: str) -> object:
    if text.startswith("{"):
        return JWKRegistry.import_key(json.loads(text))
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            return kind.import_key(text)
        except (ValueError, TypeError, JoseError):
            continue
    raise ValueError("no RSA, EC or OKP key")


def _algorithm(key: PrivateKey) -> str:
    if isinstance(key, RSAKey):
        return "RS256"
    if isinstance(key, OKPKey):
        return "EdDSA"
    return _EC_ALGORITHMS.get(str(key.curve_name), "ES256")


def public(text: str) -> dict[str, object]:
    """The public half of a private key, as published in our JWKS (RFC 7517 §4)."""
    key = load(text, field="client_private_key")
    return {**key.key.as_dict(private=False), "kid": key.kid}
