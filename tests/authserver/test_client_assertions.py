"""client_secret_jwt and private_key_jwt, and id tokens encrypted for the client."""

import json
import time
import uuid
from typing import Any

import pytest
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from tests.authserver.conftest import CLIENT_ID, CLIENT_SECRET, NewApplication, RunningServer
from tests.authserver.receiver import Receiver
from tests.authserver.test_other_grants import PASSWORD
from tests.authserver.test_tokens import decode
from tests.support.rogue import Rogue

BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture(scope="module")
def key() -> RSAKey:
    """A client's key pair."""
    return RSAKey.generate_key(2048, {"kid": "client-key"})


def assertion(server: RunningServer, key: Any, alg: str, client_id: str, **changes: Any) -> str:
    """A client assertion; None removes a claim."""
    now = int(time.time())
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": server.issuer,
        "exp": now + 60,
        "jti": str(uuid.uuid4()),
        **changes,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": alg}, kept, key, algorithms=[alg])


def send(server: RunningServer, value: str, **form: str) -> Any:
    """A token request with an assertion."""
    proof = {"client_assertion_type": BEARER, "client_assertion": value}
    return server.token(auth=None, grant_type="client_credentials", **proof, **form)


def by_secret(server: RunningServer, **changes: Any) -> str:
    """An assertion signed with the demo application's secret."""
    key = OctKey.import_key(CLIENT_SECRET.encode())
    return assertion(server, key, "HS256", CLIENT_ID, **changes)


def test_client_secret_jwt(server: RunningServer) -> None:
    """An HMAC with the secret proves the client, once."""
    value = by_secret(server)
    assert send(server, value).status_code == 200
    replayed = send(server, value)
    assert replayed.status_code == 401
    assert replayed.json()["error_description"] == "JWT ID is used before."


def test_assertion_beside_a_client_id(server: RunningServer) -> None:
    """A client_id beside the assertion must be its client's (RFC 7521 §4.2)."""
    assert send(server, by_secret(server), client_id=CLIENT_ID).status_code == 200
    refused = send(server, by_secret(server), client_id="other")
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_private_key_jwt(
    server: RunningServer, new_application: NewApplication, key: RSAKey
) -> None:
    """A signature that the pasted JWKS verifies."""
    jwks = json.dumps({"keys": [key.as_dict(private=False)]})
    made = new_application(grant_types=["client_credentials"], jwks=jwks)
    for alg in ("RS256", "PS256"):
        value = assertion(server, key, alg, made.client_id)
        assert send(server, value).status_code == 200
    stranger = RSAKey.generate_key(2048)
    refused = send(server, assertion(server, stranger, "RS256", made.client_id))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert refused.headers["WWW-Authenticate"].startswith("Basic")


def test_private_key_jwt_by_jwks_uri(
    server: RunningServer, new_application: NewApplication, receiver: Receiver
) -> None:
    """A signature that the published JWKS verifies, elliptic curves too."""
    key = ECKey.generate_key("P-256")
    receiver.jwks = KeySet([key]).as_dict(private=False)
    made = new_application(grant_types=["client_credentials"], jwks_uri=f"{receiver.url}/jwks")
    value = assertion(server, key, "ES256", made.client_id)
    assert send(server, value).status_code == 200


@pytest.mark.parametrize(
    "jwks_uri",
    ["http://169.254.169.254/latest", "http://127.0.0.1:1/", "{}/redirect", "{}/html"],
)
def test_jwks_uri_that_is_not_used(
    server: RunningServer,
    new_application: NewApplication,
    receiver: Receiver,
    key: RSAKey,
    jwks_uri: str,
) -> None:
    """Only this machine is asked, without redirects, and only JSON counts."""
    receiver.jwks = KeySet([key]).as_dict(private=False)
    made = new_application(
        grant_types=["client_credentials"], jwks_uri=jwks_uri.format(receiver.url)
    )
    response = send(server, assertion(server, key, "RS256", made.client_id))
    assert response.json()["error"] == "invalid_client"


def test_jwks_uri_that_is_not_read_to_its_end(
    server: RunningServer, new_application: NewApplication, rogue: Rogue, key: RSAKey
) -> None:
    """A body that is cut off, falsely compressed or nested too deeply is a refusal, never a 500."""
    rogue.truncate("/cut")
    rogue.answer("/gzip", headers={"Content-Encoding": "gzip"}, body=b"no gzip")
    rogue.answer("/deep", body=b"[" * 50_000)
    for path in ("/cut", "/gzip", "/deep"):
        made = new_application(grant_types=["client_credentials"], jwks_uri=rogue.url + path)
        response = send(server, assertion(server, key, "RS256", made.client_id))
        assert response.json()["error"] == "invalid_client", path


def test_public_key_as_hmac_secret(
    server: RunningServer, new_application: NewApplication, key: RSAKey
) -> None:
    """A public key is no HMAC secret (RFC 8725 §3.1)."""
    jwks = json.dumps({"keys": [key.as_dict(private=False)]})
    made = new_application(grant_types=["client_credentials"], jwks=jwks)
    confused = OctKey.import_key(key.as_pem(private=False).replace(b"-----", b"#####"))
    response = send(server, assertion(server, confused, "HS256", made.client_id))
    assert response.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example"},
        {"aud": None},
        {"iss": "other"},
        {"sub": "other"},
        {"exp": 1},
        {"exp": None},
        {"exp": 9_999_999_999},
        {"exp": "soon"},
        {"jti": None},
        {"nbf": 9_999_999_999},
    ],
)
def test_bad_assertion(server: RunningServer, changes: dict[str, Any]) -> None:
    """Each claim is checked (RFC 7523 §3)."""
    response = send(server, by_secret(server, **changes))
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    "value", ["x", "a.b.c", "e30.e30.", "eyJhbGciOiJub25lIn0.e30.", "ü", "." * 9, "W10.W10.x"]
)
def test_hostile_assertion(server: RunningServer, value: str) -> None:
    """What is no assertion is a refusal, never a 5xx."""
    response = send(server, value)
    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("alg", "enc"), [("RSA-OAEP", ""), ("RSA-OAEP-256", "A256GCM"), ("ECDH-ES", "A128GCM")]
)
def test_encrypted_id_token(
    server: RunningServer, new_application: NewApplication, alg: str, enc: str
) -> None:
    """A signed id token inside a JWE that only the client opens (OIDC Core §10.2)."""
    kind: Any = RSAKey.generate_key(2048) if alg.startswith("RSA") else ECKey.generate_key("P-256")
    made = new_application(
        grant_types=["password"],
        jwks=json.dumps(KeySet([kind]).as_dict(private=False)),
        id_token_encrypted_response_alg=alg,
        id_token_encrypted_response_enc=enc,
    )
    token = server.token(auth=made.auth, **PASSWORD, scope="openid").json()["id_token"]
    algorithms = [alg, enc or "A128CBC-HS256"]
    opened = jwe.decrypt_compact(token, kind, algorithms=algorithms)
    assert opened.headers()["cty"] == "JWT"
    assert decode(server, (opened.plaintext or b"").decode()).claims["sub"] == "admin"


def test_encryption_without_a_fitting_key(
    server: RunningServer, new_application: NewApplication
) -> None:
    """A missing encryption key is a refusal that says so."""
    made = new_application(
        grant_types=["password"],
        jwks=json.dumps(KeySet([ECKey.generate_key("P-256")]).as_dict(private=False)),
        id_token_encrypted_response_alg="RSA-OAEP",
    )
    response = server.token(auth=made.auth, **PASSWORD, scope="openid")
    assert response.status_code == 400
    assert "no RSA key" in response.json()["error_description"]
