"""The tutorial's gateway spelling: /authorize and /token on the playground's own port."""

from tests.playground.walking import approve, leave, open_form, sign_in
from tests.support.apps import Playground
from tests.support.browser import Browser


def test_flow_through_the_gateway(http: Browser, playground: Playground) -> None:
    """A whole flow works with /authorize and /token on our port, as the tutorial prints them."""
    page = leave(open_form(http, playground), authorization_endpoint=f"{playground.url}/authorize")
    assert page.location.startswith(f"{playground.url}/authorize?response_type=code")
    page = approve(sign_in(page.follow()))
    page = page.submit("Get Access Token", token_endpoint=f"{playground.url}/token")
    assert page.heading == "You received the access token", page.words


def test_token_endpoint_of_the_gateway_passes_errors_on(
    http: Browser, playground: Playground
) -> None:
    """Status, challenge and body are the server's own."""
    page = http.post(f"{playground.url}/token", {"grant_type": "client_credentials"})
    assert page.status == 401
    assert page.headers["WWW-Authenticate"].startswith("Basic")
    assert page.response.json()["error"] == "invalid_client"


def test_posted_request_stays_a_post(http: Browser, playground: Playground) -> None:
    """An authorization request may be posted (OIDC Core §3.1.2.1); it leads on with its form."""
    page = http.post(f"{playground.url}/authorize", {"client_id": "none"}, follow=False)
    assert page.status == 307
    assert page.location.endswith("/oauth2/authorize")


def test_no_gateway_without_a_server(start_playground, http: Browser) -> None:
    """Where no server runs behind it, the gateway is not there."""
    alone = start_playground()
    assert http.get(f"{alone.url}/authorize").status == 404
    assert http.post(f"{alone.url}/token", {}).status == 404
