"""Whole flows against independent servers from npm and PyPI, over real HTTP."""

import json

import pytest

from tests.interop.meeting import Server, bring, filled_form, to_callback, to_token
from tests.playground.walking import leave, value
from tests.servers.mock import MockProvider
from tests.servers.node import NodeProvider
from tests.servers.toolkit import DjangoProvider
from tests.support.apps import Playground
from tests.support.browser import Browser, Page

RECEIVED = "You received the access token"
CLIENTS = {
    "oidc_provider": "basic",
    "django_oauth_toolkit": "web",
    "canaille": "web",
    "oidc_provider_mock": "any",
}


@pytest.fixture(params=CLIENTS)
def server(request: pytest.FixtureRequest) -> Server:
    """Each of the independent servers in turn."""
    found: Server = request.getfixturevalue(request.param)
    return found


def client_of(server: Server):
    """The confidential client that each server has."""
    name = next(name for name in CLIENTS.values() if name in server.clients)
    return server.clients[name]


def checks_passed(page: Page) -> set[str]:
    """The titles of the checks on the page, every one of them passed."""
    rows = page.soup.select("table.checks tbody tr")
    assert all("failed" not in row.get_text() for row in rows)
    return {row.th.get_text(" ", strip=True).split()[0] for row in rows}


def test_code_with_pkce(http: Browser, playground: Playground, server: Server) -> None:
    """A code with PKCE becomes a token, and the id token passes every check."""
    page = to_token(http, playground, server, client_of(server))
    assert page.heading == RECEIVED, page.words
    assert {"signature", "iss", "aud", "nonce", "exp"} <= checks_passed(page)


def test_userinfo(http: Browser, playground: Playground, server: Server) -> None:
    """UserInfo names the subject of the id token."""
    page = to_token(http, playground, server, client_of(server)).submit("Get UserInfo")
    assert page.heading == "Who signed in?", page.words


def test_refresh(http: Browser, playground: Playground, server: Server) -> None:
    """Where a refresh token comes, it brings new tokens."""
    scope = {"scope": "openid offline_access"} if isinstance(server, NodeProvider) else {}
    typed = {**scope, "prompt": "consent"} if scope else scope
    page = to_token(http, playground, server, client_of(server), **typed)
    before = value(page, "access token")
    page = page.submit("Refresh")
    assert page.heading == RECEIVED, page.words
    assert value(page, "access token") != before


@pytest.mark.parametrize("name", ["oidc_provider", "canaille"])
def test_introspection_and_revocation(
    request: pytest.FixtureRequest, http: Browser, playground: Playground, name: str
) -> None:
    """A live token is active; once revoked it is not."""
    server = request.getfixturevalue(name)
    page = to_token(http, playground, server, client_of(server))
    assert value(page.submit("Introspect"), "active") == "true"
    assert "active is false" in page.submit("Revoke").words


def test_introspection_and_revocation_at_django(
    http: Browser, playground: Playground, django_oauth_toolkit: DjangoProvider
) -> None:
    """The same at a server of another make."""
    server = django_oauth_toolkit
    found = {
        "introspection_endpoint": f"{server.issuer}/introspect/",
        "revocation_endpoint": f"{server.issuer}/revoke_token/",
    }
    page = to_token(http, playground, server, server.clients["web"], **found)
    assert value(page.submit("Introspect"), "active") == "true"
    revoked = page.submit("Revoke")
    assert revoked.heading == "The token is revoked", revoked.words


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("post", "client_secret_post"),
        ("secret_jwt", "client_secret_jwt"),
        ("key_jwt", "private_key_jwt"),
        ("public", "none"),
    ],
)
def test_client_authentication(
    http: Browser, playground: Playground, oidc_provider: NodeProvider, name: str, method: str
) -> None:
    """Every other client authentication method is accepted by a server that checks it."""
    client = oidc_provider.clients[name]
    typed = {"token_endpoint_auth_method": method}
    if client.key:
        typed["client_private_key"] = json.dumps(client.key.as_dict(private=True))
    page = to_token(http, playground, oidc_provider, client, **typed)
    assert page.heading == RECEIVED, page.words


@pytest.mark.parametrize("mode", ["form_post", "fragment"])
@pytest.mark.parametrize(
    "response_type",
    ["id_token", "id_token token", "code id_token", "code token", "code id_token token"],
)
def test_implicit_and_hybrid(
    http: Browser,
    playground: Playground,
    oidc_provider: NodeProvider,
    response_type: str,
    mode: str,
) -> None:
    """Front-channel tokens of every type are verified, then the code exchanged."""
    grant = "hybrid" if "code" in response_type else "implicit"
    page = filled_form(http, playground, oidc_provider, oidc_provider.clients["basic"], grant)
    page = leave(page, response_type=response_type, response_mode=mode)
    page = bring(http, oidc_provider.sign_in(http, page.location))
    assert page.status == 200, page.words
    if grant == "hybrid":
        assert page.submit("Get Access Token").heading == RECEIVED


@pytest.mark.parametrize("name", ["oidc_provider", "canaille"])
def test_client_credentials(
    request: pytest.FixtureRequest, http: Browser, playground: Playground, name: str
) -> None:
    """Client credentials need no browser step."""
    server = request.getfixturevalue(name)
    page = filled_form(http, playground, server, client_of(server), "client_credentials")
    page = leave(page, scope="").follow().submit("Get Access Token")
    assert page.heading == RECEIVED, page.words


def test_password_grant(
    http: Browser, playground: Playground, django_oauth_toolkit: DjangoProvider
) -> None:
    """The password grant works where a server still offers it."""
    server = django_oauth_toolkit
    page = filled_form(http, playground, server, server.clients["password"], "password")
    page = leave(page, scope="openid", **{n: server.user[n] for n in ("username", "password")})
    page = page.follow().submit("Get Access Token")
    assert page.heading == RECEIVED, page.words


def test_encrypted_id_token(
    http: Browser, playground: Playground, oidc_provider: NodeProvider
) -> None:
    """An id token that the server encrypts is opened with the pasted key."""
    client = oidc_provider.clients["encrypted"]
    assert client.key
    key = json.dumps(client.key.as_dict(private=True))
    page = to_token(http, playground, oidc_provider, client, id_token_decryption_key=key)
    assert page.heading == RECEIVED, page.words
    assert "encryption" in checks_passed(page)


def test_signed_userinfo(
    http: Browser, playground: Playground, oidc_provider: NodeProvider
) -> None:
    """UserInfo as a signed JWT is verified with the server's keys."""
    client = oidc_provider.clients["signed_userinfo"]
    page = to_token(http, playground, oidc_provider, client).submit("Get UserInfo")
    assert {"signature", "iss", "aud", "sub"} <= checks_passed(page)


def test_denied(http: Browser, playground: Playground, server: Server) -> None:
    """A person who says no comes back to a sentence; the mock forgets state in its errors."""
    page = leave(filled_form(http, playground, server, client_of(server), "authorization_code"))
    page = bring(http, server.sign_in(http, page.location, approve=False))
    assert page.status == 400
    assert "access_denied" in page.words
    heading = "belongs to no flow" if isinstance(server, MockProvider) else "Access was denied"
    assert heading in page.heading


def test_logout(http: Browser, playground: Playground, server: Server) -> None:
    """Sign out asks the server, which sends the browser back with our state."""
    page = to_token(http, playground, server, client_of(server), **_returns(playground))
    leaving = page.submit("Sign out", follow=False)
    back = server.sign_out(http, leaving.location)
    page = back.follow() if back.location else back
    assert page.heading == "You are signed out", page.words


def _returns(playground: Playground) -> dict[str, str]:
    home = f"{playground.url}/playground2"
    return {"post_logout_redirect_uri": f"{home}/logout/callback"}


def test_back_channel_logout(
    http: Browser, playground: Playground, oidc_provider: NodeProvider
) -> None:
    """The server's own back-channel message ends the session of another browser window."""
    client = oidc_provider.clients["basic"]
    page = to_token(http, playground, oidc_provider, client)
    assert "Sign out" in page.buttons
    oidc_provider.sign_out(http, f"{oidc_provider.issuer}/session/end")
    assert "Sign out" not in http.get(page.url).buttons


def test_code_is_not_sent_to_another_server(
    http: Browser, playground: Playground, server: Server
) -> None:
    """iss, where it is announced, is compared before anything else happens."""
    page = to_callback(http, playground, server, client_of(server))
    assert "iss" in checks_passed(page)
