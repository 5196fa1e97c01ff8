"""The independent servers work by themselves, before the playground meets them."""

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
import requests
from joserfc import jwe, jwt
from joserfc.jwk import KeySet, OctKey

from tests.servers.canaille import CanailleProvider
from tests.servers.mock import MockProvider
from tests.servers.node import Client, NodeProvider
from tests.servers.toolkit import DjangoProvider
from tests.servers.walking import authorization_url
from tests.support.browser import Browser
from tests.support.rogue import Rogue

VERIFIER = "a-verifier-that-is-long-enough-for-the-standard-0123456789"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)
Server = NodeProvider | DjangoProvider | CanailleProvider | MockProvider


def metadata(server: Server, http: Browser) -> dict[str, Any]:
    """What the server says about itself."""
    found: dict[str, Any] = http.get(server.metadata_url).response.json()
    assert found["issuer"] == server.issuer
    return found


def request_url(server: Server, http: Browser, callback: str, client: str, **more: str) -> str:
    """An authorization request for a code with PKCE."""
    params = {
        "client_id": client,
        "redirect_uri": callback,
        "response_type": "code",
        "scope": "openid",
        "state": "a-state",
        "nonce": "a-nonce",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    return authorization_url(metadata(server, http)["authorization_endpoint"], **params | more)


def token(server: Server, http: Browser, client: Client, **form: str) -> dict[str, Any]:
    """A token response, the client authenticated by Basic when it has a secret."""
    if client.client_secret:
        auth = (client.client_id, requests.utils.quote(client.client_secret, safe=""))
    else:
        auth, form = None, {**form, "client_id": client.client_id}
    page = http.post(metadata(server, http)["token_endpoint"], form, auth=auth)
    assert page.status == 200, page.html
    found: dict[str, Any] = page.response.json()
    return found


def id_token_claims(server: Server, http: Browser, id_token: str) -> dict[str, Any]:
    """The claims after the signature was checked against the server's keys."""
    keys = KeySet.import_key_set(http.get(metadata(server, http)["jwks_uri"]).response.json())
    return dict(jwt.decode(id_token, keys, algorithms=["RS256", "ES256"]).claims)


@pytest.fixture(params=["oidc_provider", "django_oauth_toolkit", "canaille", "oidc_provider_mock"])
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the independent servers in turn."""
    found: Server = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def callback(playground_port: int) -> str:
    """The playground's callback; nobody needs to answer there."""
    return f"http://localhost:{playground_port}/playground2/oauth2client"


def test_a_code_with_pkce_becomes_tokens(server: Server, http: Browser, callback: str) -> None:
    """Sign in, approve, exchange the code, verify the id token, ask UserInfo, refresh."""
    client = next(iter(server.clients.values()))
    back = server.sign_in(http, request_url(server, http, callback, client.client_id))
    assert back.url.startswith(f"{callback}?")
    assert back.params["state"] == "a-state"
    tokens = token(
        server,
        http,
        client,
        grant_type="authorization_code",
        code=back.params["code"],
        redirect_uri=callback,
        code_verifier=VERIFIER,
    )
    claims = id_token_claims(server, http, tokens["id_token"])
    assert (claims["iss"], claims["nonce"]) == (server.issuer, "a-nonce")
    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    userinfo = http.get(metadata(server, http)["userinfo_endpoint"], headers=bearer)
    assert userinfo.response.json()["sub"] == claims["sub"]
    again = token(
        server, http, client, grant_type="refresh_token", refresh_token=tokens["refresh_token"]
    )
    assert again["access_token"] != tokens["access_token"]


@pytest.mark.parametrize("name", ["oidc_provider", "django_oauth_toolkit", "canaille"])
def test_another_verifier_brings_nothing(
    request: pytest.FixtureRequest, name: str, http: Browser, callback: str
) -> None:
    """A code brings nothing without its own verifier; the mock, left out, does not ask."""
    server = request.getfixturevalue(name)
    client = next(iter(server.clients.values()))
    back = server.sign_in(http, request_url(server, http, callback, client.client_id))
    form = {
        "grant_type": "authorization_code",
        "code": back.params["code"],
        "redirect_uri": callback,
        "code_verifier": VERIFIER[::-1],
    }
    auth = (client.client_id, requests.utils.quote(client.client_secret, safe=""))
    page = http.post(metadata(server, http)["token_endpoint"], form, auth=auth)
    assert (page.status, "invalid_grant" in page.html) == (400, True), page.html


def test_denial_comes_back_as_an_error(server: Server, http: Browser, callback: str) -> None:
    """A person who says no is sent back with access_denied."""
    client = next(iter(server.clients.values()))
    url = request_url(server, http, callback, client.client_id)
    back = server.sign_in(http, url, approve=False)
    assert back.params["error"] == "access_denied"


@pytest.mark.parametrize(
    ("name", "known"),
    [("oidc_provider", "basic"), ("django_oauth_toolkit", "service"), ("canaille", "web")],
)
def test_client_credentials_introspection_and_revocation(
    request: pytest.FixtureRequest, name: str, known: str, http: Browser
) -> None:
    """A client's own token is active until it is revoked."""
    server = request.getfixturevalue(name)
    client = server.clients[known]
    found = metadata(server, http)
    extra = {"scope": "introspection"} if name == "django_oauth_toolkit" else {}
    tokens = token(server, http, client, grant_type="client_credentials", **extra)
    asked = {"token": tokens["access_token"]}
    auth = (client.client_id, requests.utils.quote(client.client_secret, safe=""))
    introspection = found.get("introspection_endpoint") or f"{server.issuer}/introspect/"
    revocation = found.get("revocation_endpoint") or f"{server.issuer}/revoke_token/"
    assert http.post(introspection, asked, auth=auth).response.json()["active"] is True
    assert http.post(revocation, asked, auth=auth).status == 200
    assert http.post(introspection, asked, auth=auth).response.json()["active"] is False


@pytest.mark.parametrize(
    "response_type",
    ["id_token", "id_token token", "code id_token", "code token", "code id_token token"],
)
def test_front_channel_tokens_come_in_the_fragment(
    oidc_provider: NodeProvider, http: Browser, callback: str, response_type: str
) -> None:
    """oidc-provider answers implicit and hybrid requests."""
    url = request_url(oidc_provider, http, callback, "basic", response_type=response_type)
    back = oidc_provider.sign_in(http, url)
    assert back.url.startswith(f"{callback}#")
    assert back.params.get("iss", oidc_provider.issuer) == oidc_provider.issuer
    expected = {"token": "access_token"}
    assert {expected.get(kind, kind) for kind in response_type.split()} <= set(back.params)


@pytest.mark.parametrize(
    "response_type",
    ["code id_token", "code token", "code id_token token"],
)
def test_the_toolkit_answers_hybrid_requests(
    django_oauth_toolkit: DjangoProvider, http: Browser, callback: str, response_type: str
) -> None:
    """django-oauth-toolkit puts hybrid answers in the fragment."""
    url = request_url(django_oauth_toolkit, http, callback, "hybrid", response_type=response_type)
    back = django_oauth_toolkit.sign_in(http, url)
    assert {"code", "state"} <= set(back.params)


def test_form_post_is_a_form_to_the_callback(
    oidc_provider: NodeProvider, http: Browser, callback: str
) -> None:
    """response_mode=form_post comes as a page with a form."""
    url = request_url(oidc_provider, http, callback, "basic", response_mode="form_post")
    back = oidc_provider.sign_in(http, url)
    assert back.form
    assert back.url == callback
    assert back.params["state"] == "a-state"


@pytest.mark.parametrize("name", ["secret_jwt", "key_jwt"])
def test_clients_authenticate_with_jwts(
    oidc_provider: NodeProvider, http: Browser, name: str
) -> None:
    """client_secret_jwt and private_key_jwt are accepted."""
    client = oidc_provider.clients[name]
    key = client.key or OctKey.import_key(client.client_secret)
    claims = {"iss": name, "sub": name, "aud": oidc_provider.issuer, "jti": name, "exp": 9999999999}
    header = {"alg": "RS256" if client.key else "HS256"}
    form = {
        "grant_type": "client_credentials",
        "client_id": name,
        "client_assertion": jwt.encode(header, claims, key),
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    page = http.post(metadata(oidc_provider, http)["token_endpoint"], form)
    assert page.status == 200, page.html


def test_id_tokens_are_encrypted_for_the_client(
    oidc_provider: NodeProvider, http: Browser, callback: str
) -> None:
    """The client called encrypted gets its id token as a JWE that its key opens."""
    client = oidc_provider.clients["encrypted"]
    url = request_url(oidc_provider, http, callback, "encrypted", response_type="id_token")
    back = oidc_provider.sign_in(http, url)
    assert client.key
    registry = jwe.JWERegistry(algorithms=["RSA-OAEP-256", "A256GCM"], strict_check_header=False)
    opened = jwe.decrypt_compact(back.params["id_token"], client.key, registry=registry)
    assert opened.protected["iss"] == oidc_provider.issuer  # replicated, RFC 7519 §5.3
    assert opened.plaintext
    assert id_token_claims(oidc_provider, http, opened.plaintext.decode())["sub"] == "jane"


def test_a_client_registers_reads_and_deletes_itself(
    oidc_provider: NodeProvider, http: Browser, callback: str
) -> None:
    """Dynamic registration and its management work."""
    endpoint = metadata(oidc_provider, http)["registration_endpoint"]
    made = http.send("POST", endpoint, json={"redirect_uris": [callback]}).response.json()
    bearer = {"Authorization": f"Bearer {made['registration_access_token']}"}
    uri = made["registration_client_uri"]
    read = http.get(uri, headers=bearer).response.json()
    assert read["client_id"] == made["client_id"]
    assert http.send("DELETE", uri, headers=bearer).status == 204
    assert http.get(uri, headers=bearer).status == 401


def test_sign_out_returns_to_the_client(server: Server, http: Browser, callback: str) -> None:
    """RP-initiated logout ends the session and comes back with its state."""
    client = next(iter(server.clients.values()))
    back = server.sign_in(http, request_url(server, http, callback, client.client_id))
    tokens = token(
        server,
        http,
        client,
        grant_type="authorization_code",
        code=back.params["code"],
        redirect_uri=callback,
        code_verifier=VERIFIER,
    )
    after = callback.replace("/oauth2client", "/logout/callback")
    url = authorization_url(
        metadata(server, http)["end_session_endpoint"],
        client_id=client.client_id,
        id_token_hint=tokens["id_token"],
        post_logout_redirect_uri=after,
        state="a-logout-state",
    )
    page = server.sign_out(http, url)
    assert page.location == f"{after}?state=a-logout-state"


def test_sign_out_notifies_a_client_over_the_back_channel(
    oidc_provider: NodeProvider, http: Browser, callback: str, rogue: Rogue
) -> None:
    """oidc-provider posts a logout token to the client's back-channel URI."""
    rogue.answer("/bclogout")
    wanted = {
        "redirect_uris": [callback],
        "backchannel_logout_uri": f"{rogue.url}/bclogout",
        "backchannel_logout_session_required": True,
    }
    found = metadata(oidc_provider, http)
    made = http.send("POST", found["registration_endpoint"], json=wanted).response.json()
    client = Client(client_id=made["client_id"], client_secret=made["client_secret"])
    back = oidc_provider.sign_in(http, request_url(oidc_provider, http, callback, client.client_id))
    tokens = token(
        oidc_provider,
        http,
        client,
        grant_type="authorization_code",
        code=back.params["code"],
        redirect_uri=callback,
        code_verifier=VERIFIER,
    )
    hint = {"id_token_hint": tokens["id_token"]}
    oidc_provider.sign_out(http, authorization_url(found["end_session_endpoint"], **hint))
    (received,) = rogue.wait_for("/bclogout")
    claims = id_token_claims(oidc_provider, http, received.form["logout_token"])
    assert claims["sid"]
    assert "http://schemas.openid.net/event/backchannel-logout" in claims["events"]


def test_a_provider_over_tls_is_trusted(
    start_oidc_provider: Callable[..., NodeProvider], playground_port: int, http: Browser
) -> None:
    """oidc-provider also runs under the tests' own authority."""
    server = start_oidc_provider(playground_port=playground_port, tls=True)
    assert server.issuer.startswith("https://")
    assert metadata(server, http)["token_endpoint"].startswith("https://")


def test_a_provider_can_insist_on_pkce(
    start_oidc_provider: Callable[..., NodeProvider], http: Browser, playground_port: int
) -> None:
    """Without a challenge such a server answers with an error."""
    server = start_oidc_provider(playground_port=playground_port, PKCE="required")
    callback = server.redirect_uris[0]
    url = authorization_url(
        metadata(server, http)["authorization_endpoint"],
        client_id="basic",
        redirect_uri=callback,
        response_type="code",
        scope="openid",
    )
    assert server.sign_in(http, url).params["error"] == "invalid_request"
