"""The client's private keys: which of them sign, with what, and what the others are told."""

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tests.playground.issuer import Issuer, begin, come_back, finish
from tests.playground.walking import leave, open_form, to_code
from tests.support.apps import Playground
from tests.support.browser import Browser
from tests.support.rogue import Rogue

METHOD = "private_key_jwt"


@pytest.fixture
def issuer(rogue: Rogue) -> Issuer:
    """A server that takes any assertion."""
    made = Issuer(rogue)
    made.answer_token("")
    return made


def private(key: Any) -> str:
    """A private JWK, as a person pastes it."""
    return json.dumps(key.as_dict(private=True))


def weak(alg: str) -> str:
    """An RSA key too short for some algorithms' signatures, and too weak for all."""
    key = rsa.generate_private_key(65537, 1024)
    return private(RSAKey(key, key, {"alg": alg}))


def secp256k1() -> str:
    """A PEM key of a curve that no accepted algorithm uses."""
    key = generate_private_key(SECP256K1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (RSAKey.generate_key(2048), "RS256"),
        (RSAKey.generate_key(2048, {"alg": "PS256"}), "PS256"),
        (RSAKey.generate_key(2048, {"use": "sig", "key_ops": ["sign", "verify"]}), "RS256"),
        (ECKey.generate_key("P-384"), "ES384"),
        (OKPKey.generate_key("Ed25519"), "EdDSA"),
    ],
    ids=["RSA", "RSA-for-PS256", "RSA-for-signatures", "P-384", "Ed25519"],
)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_pasted_key_signs_with_its_algorithm(
    http: Browser, playground: Playground, issuer: Issuer, key: Any, alg: str
) -> None:
    """The key's type and curve say which, and its alg where it has one (RFC 7517 §4.4)."""
    typed = {"token_endpoint_auth_method": METHOD, "client_private_key": private(key)}
    finish(http, playground, begin(http, playground, issuer, **typed))
    sent = issuer.rogue.received("/token")[0].form["client_assertion"]
    assert jwt.decode(sent, key, algorithms=[alg]).header["alg"] == alg


UNFIT = {
    "X25519": private(OKPKey.generate_key("X25519")),
    "X448": private(OKPKey.generate_key("X448")),
    "RSA-for-encryption": private(RSAKey.generate_key(2048, {"use": "enc"})),
    "RSA-for-decrypting": private(RSAKey.generate_key(2048, {"key_ops": ["decrypt"]})),
    "RSA-for-RSA-OAEP": private(RSAKey.generate_key(2048, {"alg": "RSA-OAEP"})),
    "RSA-too-short-for-PS512": weak("PS512"),
    "secp256k1": secp256k1(),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_key_that_cannot_sign(
    http: Browser, playground: Playground, issuer: Issuer, kind: str
) -> None:
    """The first form marks the field; chosen in the second form, the method says so too."""
    typed = {"client_private_key": UNFIT[kind]}
    form = open_form(http, playground)
    page = leave(form, token_endpoint_auth_method=METHOD, **typed)
    assert page.status == 400
    error = page.soup.select_one("#f-client_private_key-error")
    assert "This key cannot sign" in error.get_text()
    page = come_back(http, playground, begin(http, playground, issuer, **typed))
    page = page.submit("Get Access Token", token_endpoint_auth_method=METHOD)
    assert page.status == 400
    assert "This key cannot sign" in page.words
    assert issuer.rogue.received("/token") == []


@pytest.mark.parametrize("method", ["client_secret_basic", METHOD])
def test_own_key_does_not_sign_for_one_server_at_another(
    http: Browser, playground: Playground, rogue: Rogue, method: str
) -> None:
    """The second form leads it elsewhere no more than the first."""
    typed = {"token_endpoint_auth_method": METHOD, "token_endpoint": f"{rogue.url}/token"}
    page = to_code(http, playground, token_endpoint_auth_method=method)
    page = page.submit("Get Access Token", **typed)
    assert page.status == 400
    assert "own key signs for the issuer" in page.words
    assert rogue.requests == []


def test_pasted_key_signs_wherever_it_is_sent(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Who pastes it says where it goes, as with a secret that is typed."""
    key = private(RSAKey.generate_key(2048))
    page = to_code(http, playground, token_endpoint_auth_method=METHOD, client_private_key=key)
    page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token")
    assert "client_assertion" in rogue.requests[0].form
