"""A refused token request: which of the parameters it was, and what this flow knows about it."""

import time
from collections.abc import Callable

import pytest

from tests.doctor.failing import (
    begin,
    causes,
    come_back,
    difference,
    evidence,
    exchange_at,
    exchange_directly,
    lede,
    refresh_at,
    way_back,
)
from tests.playground.walking import choose_grant, open_form, to_code
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser
from tests.support.processes import free_port, wait_until
from tests.support.rogue import Rogue

SECRET = "Gm0bJ6oWV8fC5OQLLlC6jslACW8a"


def test_other_redirect_uri_is_a_character_diff(http: Browser, playground: Playground) -> None:
    """The token request's callback against the authorization request's, character by character."""
    code = to_code(http, playground)
    asked = code.form("Get Access Token").value("redirect_uri")
    page = code.submit(
        "Get Access Token", redirect_uri=asked.replace("localhost", "127.0.0.1") + "/"
    )
    assert page.status == 400
    assert "another callback URL than the authorization request" in lede(page)
    assert "almost certain" in lede(page)
    assert "localhost and 127.0.0.1 are two names" in lede(page)
    assert difference(page) == (["localhost"], ["127.0.0.1", "/"])
    assert evidence(page, "error_description") == "Callback url mismatch"
    for name in ("Keycloak", "Valid redirect URIs", "Developer Portal"):
        assert name in page.words
    assert page.form("Get Access Token").value("redirect_uri") == asked
    way_back(page)


def test_keycloaks_other_redirect_uri_is_recognised(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Keycloak's own words for a callback it does not remember, both requests being the same."""
    body = {"error": "invalid_grant", "error_description": "Incorrect redirect_uri"}
    page = exchange_at(http, playground, rogue, 400, body)
    assert "The server remembers another callback URL" in lede(page)


def test_wrong_secret_names_method_used_and_methods_allowed(
    http: Browser, playground: Playground
) -> None:
    """invalid_client: how the client proved itself, and how the server's metadata allows it to."""
    page = to_code(http, playground).submit("Get Access Token", client_secret="wrong-secret")
    assert "not the one the server has for this client id" in lede(page)
    assert evidence(page, "Method used").startswith("client_secret_basic")
    allowed = evidence(page, "Methods the server allows")
    assert {"client_secret_basic", "client_secret_post"} <= set(allowed.split(", "))
    assert "wrong-secret" not in page.html
    assert SECRET not in page.html
    assert page.submit("Get Access Token").heading == "You received the access token"


def test_method_that_the_metadata_does_not_allow(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """The likeliest remedy is filled in: a method of the server's own list."""
    rogue.answer("/.well-known/openid-configuration", 200, body=metadata(rogue))
    rogue.answer("/token", 401, {"Content-Type": "application/json"}, {"error": "invalid_client"})
    state = begin(http, playground, rogue, issuer=rogue.url)
    page = come_back(http, playground, code="c", state=state).submit("Get Access Token")
    assert "does not take client_secret_basic" in lede(page)
    assert evidence(page, "Methods the server allows") == "client_secret_post"
    chosen = page.form("Get Access Token").value("token_endpoint_auth_method")
    assert chosen == "client_secret_post"


def test_metadata_that_does_not_name_the_methods(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """What it leaves out has a default; it was read all the same."""
    said = {**metadata(rogue)}
    del said["token_endpoint_auth_methods_supported"]
    rogue.answer("/.well-known/openid-configuration", 200, body=said)
    rogue.answer("/token", 401, {"Content-Type": "application/json"}, {"error": "invalid_client"})
    state = begin(http, playground, rogue, issuer=rogue.url)
    page = come_back(http, playground, code="c", state=state).submit("Get Access Token")
    assert "client_secret_basic then (RFC 8414" in evidence(page, "Methods the server allows")
    assert "was not read" not in page.words


def test_refused_client_without_a_code(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """Where there is no code, nothing is said of one; the way on leads to the first form."""
    body = {"error": "invalid_client"}
    page = exchange_directly(http, playground, rogue, "client_credentials", 401, body)
    assert "not the one the server has for this client id" in lede(page)
    assert "code may still" not in page.words
    assert "Change it in the form" in page.words


def test_fitting_verifier_that_is_refused(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Both challenges are the same; the server may compute its own in a way of its own."""
    body = {"error": "invalid_grant", "error_description": "PKCE verification failed"}
    page = exchange_at(http, playground, rogue, 400, body)
    assert "though it fits the challenge we sent" in lede(page)
    assert "without padding (RFC 7636 §4.6)" in page.words
    assert page.soup.select_one("code.diff") is None


def metadata(rogue: Rogue) -> dict[str, object]:
    """What a server says that takes one method only."""
    return {
        "issuer": rogue.url,
        "authorization_endpoint": f"{rogue.url}/authorize",
        "token_endpoint": f"{rogue.url}/token",
        "response_types_supported": ["code"],
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }


@pytest.mark.parametrize(
    ("status", "error", "description", "cause"),
    [
        (401, "unauthorized_client", "Invalid client or Invalid client credentials", "secret is"),
        (401, "access_denied", "Unauthorized", "secret is"),
        (401, "invalid_client", "AADSTS7000215: Invalid client secret provided.", "secret is"),
        (401, "invalid_client", "AADSTS7000222: The provided secret keys are expired.", "expired"),
        (401, "invalid_client", "AADSTS700025: Client is public", "public"),
        (401, "invalid_client", "client authentication failed", "secret is"),
        (
            401,
            "invalid_client",
            "The client supports 'client_secret_post', the request used another method",
            "speaks of client_secret_post",
        ),
        (
            401,
            "invalid_client",
            "The client cannot authenticate with methods: "
            "['client_secret_basic', 'client_secret_post', 'none']",
            "secret is",
        ),
        (
            401,
            "invalid_client",
            "A valid OAuth client could not be found for client_id: x",
            "does not know this client id",
        ),
    ],
    ids=[
        "keycloak",
        "auth0",
        "entra",
        "entra-expired",
        "entra-public",
        "node",
        "hydra",
        "authlib",
        "wso2",
    ],
)
def test_vendors_words_for_a_refused_client(
    http: Browser,
    playground: Playground,
    rogue: Rogue,
    status: int,
    error: str,
    description: str,
    cause: str,
) -> None:
    """Each product's own way to refuse a client leads to the same few causes."""
    body = {"error": error, "error_description": description}
    page = exchange_at(http, playground, rogue, status, body)
    assert cause in lede(page)
    assert page.heading == "The server does not accept this client's credentials."
    assert description in page.words


def test_no_secret_sent_where_one_is_wanted(http: Browser, playground: Playground) -> None:
    """A confidential client that says only its id learns that a proof was expected."""
    page = to_code(http, playground).submit("Get Access Token", token_endpoint_auth_method="none")
    assert "wants this client to prove who it is" in lede(page)
    assert evidence(page, "Method used").startswith("none")


def test_encoded_secret_is_a_possible_cause(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A secret that form-encoding changes may be misread by the server (RFC 6749 §2.3.1)."""
    body = {"error": "invalid_client"}
    page = exchange_at(http, playground, rogue, 401, body, client_secret="a+b/c=d%e")
    assert "form-encoded inside Basic" in causes(page)
    assert "a+b/c=d%e" not in page.html


def test_other_verifier_is_shown_by_its_challenge(http: Browser, playground: Playground) -> None:
    """The challenge sent against the challenge of the verifier; verifiers stay hidden."""
    page = to_code(http, playground).submit("Get Access Token", code_verifier="x" * 43)
    assert "verifier does not fit the challenge" in lede(page)
    sent = evidence(page, "Challenge of the authorization request")
    assert sent != evidence(page, "Challenge of the verifier that was sent")
    assert len(sent) == 43
    assert "PKCE method" in page.words


def test_missing_verifier(http: Browser, playground: Playground) -> None:
    """A flow that began with a challenge and sent no verifier."""
    page = to_code(http, playground).submit("Get Access Token", code_verifier="")
    assert "had no PKCE verifier" in lede(page)


def test_code_sent_twice(http: Browser, playground: Playground) -> None:
    """After a refused attempt the server calls the code inactive; the page counts the attempts."""
    refused = to_code(http, playground).submit("Get Access Token", code_verifier="x" * 43)
    page = refused.submit("Get Access Token")
    assert "The code was sent once before" in lede(page)
    assert "almost certain" in lede(page)
    assert evidence(page, "Token requests with it") == "2"
    assert page.submit("Authorize again").status == 200


def test_expired_code(
    http: Browser,
    start_embedded: Callable[..., Embedded],
    start_playground: Callable[..., Playground],
) -> None:
    """A code of one second is too old after two; its age is on the page."""
    toml = "[oauth.token_validation]\nauthorization_code_validity = 1\n"
    port = free_port()
    server = start_embedded(deployment_toml=toml, playground_port=port)
    page = to_code(http, start_playground(embedded=server, port=port))
    came = time.monotonic()
    wait_until(lambda: time.monotonic() - came > 2, "the code is too old")
    page = page.submit("Get Access Token")
    assert "The code is too old" in lede(page)
    assert evidence(page, "Age of the code").endswith(" s")


@pytest.mark.parametrize(
    ("status", "error", "description", "cause"),
    [
        (400, "invalid_grant", "Code not valid", "does not know this code"),
        (400, "invalid_grant", "Code is expired", "too old"),
        (
            400,
            "invalid_grant",
            "AADSTS54005: code was already redeemed",
            "used",
        ),
        (400, "invalid_grant", "Malformed auth code.", "does not know this code"),
        (403, "invalid_grant", "Invalid authorization code", "does not know this code"),
    ],
    ids=["keycloak-unknown", "keycloak-expired", "entra", "google", "auth0"],
)
def test_vendors_words_for_a_dead_code(
    http: Browser,
    playground: Playground,
    rogue: Rogue,
    status: int,
    error: str,
    description: str,
    cause: str,
) -> None:
    """Used, expired or foreign, in each product's own words."""
    body = {"error": error, "error_description": description}
    page = exchange_at(http, playground, rogue, status, body)
    assert cause in lede(page)
    again = page.submit("Authorize again", follow=False)
    assert again.location.startswith(f"{rogue.url}/authorize?")


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        ("", "The refresh token is over"),
        ("Refresh token is expired.", "The refresh token has expired"),
        ("Persisted access token data not found", "The refresh token is over"),
        ("Maximum allowed refresh token reuse exceeded", "was used before"),
        ("Token client and authorized client don't match", "belongs to another client"),
    ],
    ids=["silent", "wso2-expired", "wso2-unknown", "keycloak-reuse", "keycloak-client"],
)
def test_refused_refresh_token(
    http: Browser, playground: Playground, rogue: Rogue, words: str, cause: str
) -> None:
    """A refresh has causes of its own; a code and a callback URL have no part in it."""
    body = {"error": "invalid_grant", "error_description": words}
    page = refresh_at(http, playground, rogue, 400, body)
    assert page.heading == "The server does not accept the refresh token."
    assert cause in lede(page)
    assert "callback URL" not in page.words
    assert page.submit("Authorize again", follow=False).status == 303


@pytest.mark.parametrize(
    ("grant", "words", "cause"),
    [
        ("password", "Invalid user credentials", "user name or the password is wrong"),
        ("password", "Account is not fully set up", "wants something more of the person"),
        ("client_credentials", "", "does not let this client act for itself"),
    ],
)
def test_refused_grant_without_a_browser_step(
    http: Browser, playground: Playground, rogue: Rogue, grant: str, words: str, cause: str
) -> None:
    """A password and a client of its own are refused for reasons of their own, too."""
    body = {"error": "invalid_grant", "error_description": words}
    person = {"username": "ada", "password": "wrong-one"} if grant == "password" else {}
    page = exchange_directly(http, playground, rogue, grant, 400, body, **person)
    assert cause in lede(page)
    assert "callback URL" not in page.words
    assert "wrong-one" not in page.html
    way_back(page)


def test_grant_off_at_the_token_endpoint(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A grant the server does not offer: both places are named, with WSO2's lines."""
    body = {"error": "unsupported_grant_type"}
    page = exchange_at(http, playground, rogue, 400, body)
    assert "switched off for the whole server" in lede(page)
    assert "[oauth.grant_type.authorization_code]" in page.words


def test_unknown_scope_of_client_credentials(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A grant without a browser step fails on a page with a way back, too."""
    body = {"error": "invalid_scope", "error_description": "Invalid scopes: view_photos"}
    rogue.answer("/token", 400, {"Content-Type": "application/json"}, body)
    page = choose_grant(open_form(http, playground), "client_credentials")
    page = page.submit("Authorize", token_endpoint=f"{rogue.url}/token", scope="view_photos")
    page = page.submit("Get Access Token")
    assert "does not give the scope view_photos" in lede(page)
    way_back(page)


@pytest.mark.parametrize("status", [404, 500])
def test_page_that_lists_what_was_sent_names_no_cause(
    http: Browser, playground: Playground, rogue: Rogue, status: int
) -> None:
    """A framework's debug page repeats our parameters; it does not complain of them."""
    body = (
        "<!doctype html><title>KeyError at /token</title><dl><dt>grant_type<dd>authorization_code"
        "<dt>redirect_uri<dt>code_verifier<dt>client_secret_post</dl><p>invalid_scope: expired"
    )
    page = exchange_at(http, playground, rogue, status, body, {"Content-Type": "text/html"})
    assert {404: "There is nothing at this address", 500: "broke while"}[status] in lede(page)
    for cause in ("callback URL", "verifier", "grant type", "scope", "too old"):
        assert cause not in causes(page)


def test_server_that_broke_speaks_of_itself(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """The words of a 500 name the server's own trouble, whatever parameter is in them."""
    body = {"error": "server_error", "error_description": "column grant_type does not exist"}
    page = exchange_at(http, playground, rogue, 500, body)
    assert "only its log knows why" in lede(page)
    assert "grant type" not in causes(page)


def test_raw_answer_is_shown_without_its_secrets(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """The server's answer stands on the page as it came, but for tokens in it."""
    body = {"access_token": "at-should-stay-hidden-123", "token_type": "mac", "hint": "as it came"}
    page = exchange_at(http, playground, rogue, 200, body)
    assert page.status == 502
    assert "as it came" in page.words
    assert "at-should-stay-hidden-123" not in page.html


def test_what_was_typed_is_still_there(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """The second form keeps the endpoint and the method that were typed."""
    body = {"error": "invalid_client"}
    method = "client_secret_post"
    page = exchange_at(http, playground, rogue, 401, body, token_endpoint_auth_method=method)
    form = page.form("Get Access Token")
    assert form.value("token_endpoint") == f"{rogue.url}/token"
    assert form.value("token_endpoint_auth_method") == method
