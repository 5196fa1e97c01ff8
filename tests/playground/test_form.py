"""The form: labels and defaults of the tutorial, nothing typed is lost, bad input is explained."""

import re

import pytest
from playwright.sync_api import Page as BrowserPage

from tests.playground.walking import choose_grant, leave, open_form
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser


def labels(page) -> list[str]:
    """The labels above the first fold, in order."""
    return [tag.get_text(" ", strip=True) for tag in page.soup.select(".field > label")]


def test_home_leads_to_the_form(http: Browser, playground: Playground) -> None:
    """Import Photos on the home page opens the form."""
    page = http.get(playground.url + "/playground2").click("Import Photos")
    assert page.path == "/playground2/oauth2"
    assert "Authorize" in page.buttons


def test_home_says_how_the_embedded_server_starts(http: Browser, playground: Playground) -> None:
    """It may not be running: the playground can be started alone."""
    assert "make run starts it" in http.get(playground.url + "/playground2").words


def test_unknown_page_leads_to_the_start_page(http: Browser, playground: Playground) -> None:
    """What the advice names is a link."""
    page = http.get(playground.url + "/playground2/nowhere")
    assert page.status == 404
    assert "Import Photos" in page.click("Go to the start page").words


@pytest.mark.parametrize("old", ["oauth2.jsp", "index.jsp"])
def test_old_addresses_lead_to_the_form(http: Browser, playground: Playground, old: str) -> None:
    """The original's addresses still work."""
    assert http.get(f"{playground.url}/playground2/{old}").path == "/playground2/oauth2"


def test_labels_stand_in_the_tutorials_order(http: Browser, playground: Playground) -> None:
    """The tutorial's five labels come in its words and order."""
    wanted = [
        "Authorization Grant Type",
        "Client Id",
        "Scope",
        "Callback URL",
        "Authorize Endpoint",
    ]
    found = labels(open_form(http, playground))
    assert [label for label in found if label in wanted] == wanted


def test_defaults_are_the_tutorials(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """The demo application's values are filled in, the callback follows the address bar."""
    form = open_form(http, playground, "wso2is.local").form("Authorize")
    assert form.value("grant_type") == "authorization_code"
    assert form.value("client_id") == "IZsIi6HDbB5e8VKdZAnUi_fZ3f8a"
    assert form.value("authorization_endpoint") == f"{embedded.url}/oauth2/authorize"
    assert form.value("redirect_uri") == (
        f"http://wso2is.local:{playground.port}/playground2/oauth2client"
    )


def test_callback_moves_with_the_host_name(http: Browser, playground: Playground) -> None:
    """A visit under another host name offers that name's callback."""
    here = open_form(http, playground, "localhost").form("Authorize").value("redirect_uri")
    there = open_form(http, playground, "wso2is.local").form("Authorize").value("redirect_uri")
    assert ("localhost" in here, "wso2is.local" in there) == (True, True)


def test_typed_values_survive_an_error_and_a_new_visit(
    http: Browser, playground: Playground
) -> None:
    """What was typed stays after a refusal, and on the next visit."""
    page = leave(open_form(http, playground), scope="openid kept", redirect_uri="nonsense")
    assert page.status == 400
    assert page.form("Authorize").value("scope") == "openid kept"
    again = open_form(http, playground).form("Authorize")
    assert (again.value("scope"), again.value("redirect_uri")) == ("openid kept", "nonsense")


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example/x",
        "https://",
        "https://a b/",
        "https://host:99999/",
        "https://user:pass@host/",
        "https://host/#fragment",
        "https://host/\\evil",
        "https://[::1/",
        "https://-host/",
    ],
)
def test_bad_endpoint_is_refused_with_a_sentence(
    http: Browser, playground: Playground, url: str
) -> None:
    """Anything but an absolute http(s) URL is refused beside its field, and kept."""
    page = leave(open_form(http, playground), authorization_endpoint=url)
    assert page.status == 400
    assert page.soup.select_one("#f-authorization_endpoint-error") is not None
    assert page.form("Authorize").value("authorization_endpoint") == url


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("client_id", "", "missing"),
        ("scope", "openid  two", "separated by one space"),
        ("scope", "bad\x7fscope", "control character"),
        ("scope", "ümlaut", "ASCII"),
        ("max_age", "-1", "whole number"),
        ("grant_type", "magic", "choose one"),
        ("prompt", "shout", "choose one"),
        ("client_id", "x" * 501, "longer than"),
    ],
)
def test_bad_field_is_refused_with_a_sentence(
    http: Browser, playground: Playground, field: str, typed: str, words: str
) -> None:
    """Each field says what is wrong with what was typed."""
    page = leave(open_form(http, playground), **{field: typed})
    assert page.status == 400
    assert words in page.words


@pytest.mark.parametrize("name", ["state", "client_id", "redirect_uri", "code_challenge"])
def test_extra_parameter_that_is_ours_is_refused(
    http: Browser, playground: Playground, name: str
) -> None:
    """A parameter that the playground sends itself cannot be sent twice (RFC 6749 §3.1)."""
    page = leave(open_form(http, playground), extra_name=name, extra_value="x")
    assert page.status == 400
    assert "uses" not in page.words
    assert f"{name}: the playground sends this itself" in page.words


@pytest.mark.parametrize(
    ("field", "query", "words"),
    [
        ("authorization_endpoint", "scope=openid", "scope (the field Scope)"),
        ("authorization_endpoint", "t=1&client%5Fid=x", "client_id (the field Client Id)"),
        ("authorization_endpoint", "state=", "state (made for each request)"),
        ("authorization_endpoint", "audience=x", "audience (an extra parameter)"),
        ("end_session_endpoint", "client_id=x", "client_id (the field Client Id)"),
        ("end_session_endpoint", "state=x", "state (made for each request)"),
    ],
)
def test_endpoint_with_a_parameter_that_is_sent_too(
    http: Browser, playground: Playground, field: str, query: str, words: str
) -> None:
    """No parameter is sent twice; the field says which one, and keeps it (RFC 6749 §3.1)."""
    url = f"https://server.example/endpoint?{query}"
    typed = {"extra_name": "audience", "extra_value": "y", field: url}
    page = leave(open_form(http, playground), **typed)
    assert page.status == 400
    assert words in page.soup.select_one(f"#f-{field}-error").get_text()
    assert page.form("Authorize").value(field) == url


def test_endpoint_with_a_parameter_that_is_not_sent(http: Browser, playground: Playground) -> None:
    """A query may have what our own fields leave out, and what the other endpoint is sent."""
    page = leave(
        open_form(http, playground),
        authorization_endpoint="https://server.example/authorize?prompt=login&id_token_hint=x",
        end_session_endpoint="https://server.example/logout?scope=openid",
    )
    assert page.location.startswith("https://server.example/authorize?prompt=login&")


def test_client_secret_never_comes_back_out(http: Browser, playground: Playground) -> None:
    """A typed secret is kept on our side; no page, cookie or URL has it again."""
    secret = "a-secret-that-was-typed-12345"
    sent = leave(open_form(http, playground), client_secret=secret)
    page = open_form(http, playground)
    assert "a-••••45" in page.html
    for text in (sent.location, page.html, str(http.session.cookies)):
        assert secret not in text


@pytest.mark.parametrize(
    ("grant", "shown", "hidden"),
    [
        ("client_credentials", "token_endpoint", "redirect_uri"),
        ("password", "username", "authorization_endpoint"),
        ("implicit", "response_type", "code_challenge_method"),
        ("hybrid", "response_type", "username"),
    ],
)
def test_grant_decides_which_fields_show(
    http: Browser, playground: Playground, grant: str, shown: str, hidden: str
) -> None:
    """Without scripts a button shows the fields of the chosen grant."""
    names = choose_grant(open_form(http, playground), grant).form("Authorize").names
    assert shown in names
    assert hidden not in names


def test_server_is_chosen_from_the_list(http: Browser, playground: Playground) -> None:
    """Another profile fills the form with its endpoints and says what to enter."""
    page = open_form(http, playground).submit("Use this server", profile="wso2-is")
    form = page.form("Authorize")
    assert form.value("authorization_endpoint") == "https://localhost:9443/oauth2/authorize"
    assert "WSO2 Identity Server" in page.words


def test_form_without_csrf_token_is_refused(http: Browser, playground: Playground) -> None:
    """A post that did not come from our page starts nothing (CWE-352)."""
    open_form(http, playground)
    page = http.post(playground.url + "/playground2/oauth2", {"action": "authorize"}, follow=False)
    assert page.status == 400
    assert "does not belong to your current session" in page.words


def hint(page, name: str) -> str:
    """The line under a field."""
    return " ".join(page.soup.select_one(f"#f-{name}-help").get_text().split())


@pytest.mark.parametrize(
    ("name", "words", "codes"),
    [
        ("scope", "Sent as scope.", ["scope"]),
        ("grant_type", "grant_type and response_type.", ["grant_type", "response_type"]),
        ("client_secret", "client_secret, or in the Authorization header.", ["client_secret"]),
        ("jwks_uri", "jwks_uri in the server's metadata.", ["jwks_uri"]),
        ("issuer", "issuer in the server's metadata.", ["issuer"]),
        ("resource_endpoint", "The resource that the token opens.", []),
    ],
)
def test_hint_says_what_a_field_becomes(
    http: Browser, playground: Playground, name: str, words: str, codes: list[str]
) -> None:
    """A parameter is sent, a member of the metadata is not; only names are set as code."""
    page = open_form(http, playground)
    assert hint(page, name).endswith(words)
    assert ("Sent as" in hint(page, name)) == (name in ("scope", "grant_type", "client_secret"))
    assert [tag.get_text() for tag in page.soup.select(f"#f-{name}-help code")] == codes


@pytest.mark.parametrize(
    ("grant", "sent"),
    [
        ("hybrid", " Sent as grant_type."),
        ("client_credentials", " Sent as grant_type."),
        ("implicit", ""),
    ],
)
def test_hint_of_the_grant_names_what_that_grant_sends(
    http: Browser, playground: Playground, grant: str, sent: str
) -> None:
    """Hybrid and implicit have a field for the response type, the other grants send none."""
    page = choose_grant(open_form(http, playground), grant)
    assert hint(page, "grant_type") == f"How the token is obtained.{sent}"


def test_hint_speaks_of_a_kept_secret_where_there_is_one(
    http: Browser, playground: Playground
) -> None:
    """An empty secret means the kept one; another server has none yet."""
    page = open_form(http, playground)
    assert "Empty: the one kept for this server." in hint(page, "client_secret")
    page = page.submit("Use this server", profile="wso2-is")
    assert "kept" not in hint(page, "client_secret")


@pytest.mark.parametrize(
    ("secret", "shown"), [("x" * 15, "••••"), ("ab" + "x" * 13 + "y", "ab••••xy")]
)
def test_short_secret_shows_nothing_of_itself(
    http: Browser, playground: Playground, secret: str, shown: str
) -> None:
    """What is shown of a kept secret is never a good part of it."""
    leave(open_form(http, playground), client_secret=secret)
    assert f"kept: {shown}" in open_form(http, playground).html


def test_tutorial_fields_come_first(http: Browser, playground: Playground) -> None:
    """The fields of the tutorial in its order, then Authorize; what else there is comes after."""
    form = open_form(http, playground).soup.select_one("form[method=post] > .field").parent
    labels = [label.get_text(strip=True) for label in form.select("label, button[value=authorize]")]
    assert labels[:6] == [
        "Authorization Grant Type",
        "Client Id",
        "Scope",
        "Callback URL",
        "Authorize Endpoint",
        "Authorize",
    ]


def test_enter_authorizes(page: BrowserPage, playground: Playground) -> None:
    """Enter in a field presses Authorize, not what stands first in the form."""
    page.goto(playground.url + "/playground2/oauth2")
    with page.expect_request("**/oauth2/authorize*"):
        page.get_by_label("Client Id").press("Enter")


def test_home_leads_to_the_developer_portal(http: Browser, playground: Playground) -> None:
    """Steps 2 to 4 are one click away."""
    home = http.get(playground.url + "/playground2")
    assert home.click("Developer Portal").path.startswith(("/devportal", "/authenticationendpoint"))


def test_preview_is_what_is_sent(http: Browser, playground: Playground) -> None:
    """The URL under the form, without scripts, is encoded as the one that is sent."""
    leave(open_form(http, playground), scope="openid a'(b)*", login_hint="me & you/+")
    page = open_form(http, playground)
    shown = page.soup.select_one("[data-preview]").get_text()
    sent = leave(page).location
    assert shown == re.sub(r"(state|nonce|code_challenge)=[^&]+", r"\1=…", sent)


def test_reset_clears_what_was_typed(http: Browser, playground: Playground) -> None:
    """Reset forgets the form and the session."""
    leave(open_form(http, playground), scope="openid forgotten")
    page = open_form(http, playground).submit("Reset")
    assert page.path.rstrip("/") == "/playground2"
    assert open_form(http, playground).form("Authorize").value("scope") != "openid forgotten"
