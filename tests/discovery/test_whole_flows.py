"""Whole flows against servers we did not write, beginning with nothing but their address."""

from collections.abc import Callable

import pytest

from tests.discovery.test_discovery import look
from tests.discovery.test_registration import DELETE, REGISTER
from tests.playground.walking import choose_grant, leave, open_form, value
from tests.servers.canaille import CanailleProvider
from tests.servers.mock import MockProvider
from tests.servers.node import NodeProvider
from tests.servers.toolkit import DjangoProvider
from tests.support.apps import Playground
from tests.support.browser import Browser, Page

Server = NodeProvider | DjangoProvider | CanailleProvider | MockProvider
CERTIFICATE_TRUST = "Trust this one, for this session"


def walk(server: Server, http: Browser, form: Page, **typed: str) -> Page:
    """Authorize, sign in at the server, come back, exchange; the token page."""
    left = leave(form, **typed)
    assert left.status == 303, left.words
    back = server.sign_in(http, left.location).deliver(http)
    assert "code" in back.words, back.words
    token = back.submit("Get Access Token")
    assert (token.status, token.heading) == (200, "You received the access token"), token.words
    return token


def use(token: Page) -> Page:
    """UserInfo agrees with the id token; a refresh brings another access token; revoke it."""
    who = token.submit("Get UserInfo")
    assert (who.status, who.heading) == (200, "Who signed in?"), who.words
    refreshed = token.submit("Refresh")
    assert refreshed.status == 200, refreshed.words
    assert value(refreshed, "access token") != value(token, "access token")
    return refreshed


def introspect_and_revoke(token: Page) -> None:
    """The server knows the token, until it is revoked."""
    known = token.submit("Introspect")
    assert (known.status, "active true" in known.words) == (200, True), known.words
    gone = token.submit("Revoke")
    assert (gone.status, gone.heading) == (200, "The token is revoked"), gone.words
    assert "active is false" in gone.words


def sign_out(token: Page, server: Server, http: Browser) -> None:
    """The server's session ends too, and the browser comes back to us."""
    left = token.submit("Sign out", follow=False)
    assert left.location.startswith(server.issuer), left.words
    back = server.sign_out(http, left.location)
    while back.location:
        back = back.follow()
    assert back.path.startswith("/playground2/logout"), back.url
    assert back.status == 200, back.words
    assert "Sign out" not in back.buttons


def test_oidc_provider_from_its_issuer_alone(
    http: Browser, playground: Playground, oidc_provider: NodeProvider
) -> None:
    """Discover, register, sign in with PKCE, verify, ask who it is, refresh, delete the client."""
    form = look(http, playground, oidc_provider.issuer).submit("Take it into the form")
    registered = form.click("register this playground there").submit(REGISTER)
    assert registered.status == 200, registered.words
    form = registered.click("Use it: back to the form")
    token = walk(oidc_provider, http, form)
    assert "id token" in token.words
    token = use(token)
    introspect_and_revoke(token)
    sign_out(token, oidc_provider, http)
    page = http.get(playground.url + "/playground2/registration").submit(DELETE)
    assert DELETE not in page.buttons


def test_django_oauth_toolkit_from_its_metadata_url(
    http: Browser, playground: Playground, django_oauth_toolkit: DjangoProvider
) -> None:
    """Paste the metadata's address, type the client, and walk."""
    client = django_oauth_toolkit.clients["web"]
    form = look(http, playground, django_oauth_toolkit.metadata_url).submit("Take it into the form")
    issuer = django_oauth_toolkit.issuer
    typed = {"client_id": client.client_id, "client_secret": client.client_secret}
    typed["introspection_endpoint"] = f"{issuer}/introspect/"
    typed["revocation_endpoint"] = f"{issuer}/revoke_token/"
    token = walk(django_oauth_toolkit, http, form, scope="openid", **typed)
    assert "id token" in token.words
    token = use(token)
    introspect_and_revoke(token)
    sign_out(token, django_oauth_toolkit, http)


def test_canaille_from_its_issuer(
    http: Browser, playground: Playground, canaille: CanailleProvider
) -> None:
    """Every endpoint comes from the metadata of a server that insists on PKCE."""
    client = canaille.clients["web"]
    form = look(http, playground, canaille.issuer).submit("Take it into the form")
    typed = {"client_id": client.client_id, "client_secret": client.client_secret}
    token = walk(canaille, http, form, scope="openid profile", **typed)
    assert "id token" in token.words
    token = use(token)
    introspect_and_revoke(token)
    sign_out(token, canaille, http)


def test_oidc_provider_mock_with_a_client_it_never_saw(
    http: Browser, playground: Playground, oidc_provider_mock: MockProvider
) -> None:
    """A server that takes anybody; its tokens are verified all the same."""
    form = look(http, playground, oidc_provider_mock.issuer).submit("Take it into the form")
    client = next(iter(oidc_provider_mock.clients.values()))
    typed = {"client_id": client.client_id, "client_secret": client.client_secret}
    use(walk(oidc_provider_mock, http, form, scope="openid", **typed))


def test_a_server_behind_an_unknown_authority(
    http: Browser,
    playground: Playground,
    playground_port: int,
    start_oidc_provider: Callable[..., NodeProvider],
) -> None:
    """The whole way over a certificate that a person trusted: metadata, keys, token, UserInfo."""
    server = start_oidc_provider(playground_port=playground_port, tls=True)
    refused = look(http, playground, server.issuer)
    assert refused.status == 502
    discovery = refused.submit("See the certificate").submit(CERTIFICATE_TRUST)
    found = discovery.submit("Look it up")
    form = found.submit("Take it into the form")
    client = server.clients["basic"]
    typed = {"client_id": client.client_id, "client_secret": client.client_secret}
    use(walk(server, http, form, scope="openid", **typed))


@pytest.mark.parametrize(
    ("name", "client"),
    [("oidc_provider", "basic"), ("django_oauth_toolkit", "service"), ("canaille", "web")],
)
def test_client_credentials(
    request: pytest.FixtureRequest, http: Browser, playground: Playground, name: str, client: str
) -> None:
    """A client without a person gets its token from what the metadata says."""
    server = request.getfixturevalue(name)
    look(http, playground, server.issuer).submit("Take it into the form")
    form = choose_grant(open_form(http, playground), "client_credentials")
    known = server.clients[client]
    direct = form.submit(
        "Authorize", client_id=known.client_id, client_secret=known.client_secret, scope=""
    )
    token = direct.submit("Get Access Token")
    assert (token.status, token.heading) == (200, "You received the access token"), token.words
