"""The client's own keys: to sign assertions, and to decrypt id tokens."""

from __future__ import annotations

import json
from dataclasses import dataclass

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from playground.errors import InputRefused
from playground.protocol.jwks import ASYMMETRIC, fits

PrivateKey = RSAKey | ECKey | OKPKey
RSA_BITS = 2048
_PURPOSE = ("kty", "crv", "use", "alg", "key_ops")


@dataclass(frozen=True, kw_only=True)
class ClientKey:
    """A private key with its id and the algorithm it signs with, empty where it cannot sign."""

    key: PrivateKey
    algorithm: str
    kid: str


def generate() -> str:
    """A new RSA key as a private JWK, with `kid` and `use`."""
    key = RSAKey.generate_key(RSA_BITS, private=True, auto_kid=True)
    return json.dumps(key.as_dict(private=True))


def load(text: str, *, field: str) -> ClientKey:
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
    algorithm = next((name for name in ASYMMETRIC if fits(key, name, "sign")), "")
    return ClientKey(key=key, algorithm=algorithm, kid=str(key.kid))


def load_to_sign(text: str, *, field: str) -> ClientKey:
    """A pasted key that must be able to sign. Raises InputRefused as `load` does."""
    key = load(text, field=field)
    if why := _why_not(key):
        sentence = f"This key cannot sign: {why}."
        said = key.key.as_dict(private=False)
        raise InputRefused(
            sentence=sentence,
            fields={field: sentence},
            evidence=(
                *((name, str(said[name])[:200]) for name in _PURPOSE if name in said),
                ("Section", "RFC 7517 §4"),
            ),
            advice=(f"Paste one that signs with {', '.join(ASYMMETRIC)}.",),
        )
    return key


def _why_not(key: ClientKey) -> str:
    """Why it cannot sign, in words; empty when it can (RFC 7518 §3.3, §3.5)."""
    if not key.algorithm:
        return "it is of a kind, or meant, for something else"
    weak = isinstance(key.key, RSAKey) and key.key.raw_value.key_size < RSA_BITS
    return f"it has fewer than {RSA_BITS} bits" if weak else ""


def _import(text: str) -> object:
    if text.startswith("{"):
        return JWKRegistry.import_key(json.loads(text))
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            return kind.import_key(text)
        except (ValueError, TypeError, JoseError):
            continue
    raise ValueError("no RSA, EC or OKP key")


def public(text: str) -> dict[str, object]:
    """The public half of a private key, as published in our JWKS (RFC 7517 §4)."""
    key = load(text, field="client_private_key")
    return {**key.key.as_dict(private=False), "kid": key.kid}
