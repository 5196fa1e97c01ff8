"""A refused authorization, in the embedded server's words and in those of other products."""

from collections.abc import Callable

import pytest

from playground.doctor.products import SETTINGS, settings
from playground.form import Form
from tests.doctor.failing import (
    begin,
    causes,
    come_back,
    difference,
    evidence,
    lede,
    refused,
    way_back,
)
from tests.playground.walking import approve, leave, open_form, sign_in
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser
from tests.support.processes import free_port
from tests.support.rogue import Rogue

GRANT_OFF = "[oauth.grant_type.authorization_code]\nenable = false\n"


def test_grant_switched_off_for_the_server(
    http: Browser,
    start_embedded: Callable[..., Embedded],
    start_playground: Callable[..., Playground],
) -> None:
    """The tutorial's last step: the server's metadata proves it, with the lines to change."""
    port = free_port()
    server = start_embedded(deployment_toml=GRANT_OFF, playground_port=port)
    page = leave(open_form(http, start_playground(embedded=server, port=port))).follow()
    assert "switched off for the whole server" in lede(page)
    assert "almost certain" in lede(page)
    assert "authorization_code" not in evidence(page, "Grants in the server's metadata")
    assert "[oauth.grant_type.authorization_code] enable = true" in page.words
    assert "not allowed to use this grant type" in causes(page)
    assert "Standard flow" in page.words
    way_back(page)


def test_pkce_mandatory_for_the_application(
    http: Browser,
    start_embedded: Callable[..., Embedded],
    start_playground: Callable[..., Playground],
) -> None:
    """PKCE made mandatory in the portal: one button authorizes again with S256."""
    port = free_port()
    server = start_embedded(playground_port=port)
    portal = sign_in(http.get(f"{server.url}/devportal"))
    portal.click("Playground").form("UPDATE").submit(pkce_mandatory="1")
    page = open_form(http, start_playground(embedded=server, port=port))
    page = leave(page, code_challenge_method="").follow()
    assert "requires PKCE of this client, and the request had no challenge" in lede(page)
    assert evidence(page, "code_challenge_method") == "not sent"
    again = page.submit("Authorize again with PKCE S256")
    assert approve(again).heading == "What came back"


@pytest.mark.parametrize(
    ("error", "words", "method", "cause"),
    [
        ("invalid_request", "Missing parameter: code_challenge_method", "", "requires PKCE"),
        ("invalid_request", "Code challenge required.", "", "requires PKCE"),
        (
            "invalid_request",
            "PKCE code challenge is required by the application.",
            "",
            "requires PKCE",
        ),
        ("invalid_request", "plain PKCE code challenge", "plain", "does not take the plain"),
        ("invalid_request", "PKCE is not supported", "S256", "refuses our PKCE challenge"),
        ("invalid_scope", "Invalid scopes: view_photos", "S256", "the scope view_photos"),
        ("invalid_scope", "AADSTS70011: The provided value is not valid.", "S256", "scope"),
        (
            "unauthorized_client",
            "Client is not allowed to initiate browser login. Standard flow is disabled.",
            "S256",
            "not allowed to use this grant type",
        ),
        (
            "unauthorized_client",
            "Grant type 'authorization_code' not allowed for the client.",
            "S256",
            "not allowed to use this grant type",
        ),
        ("unsupported_response_type", "", "S256", "switched off for the whole server"),
        ("access_denied", "AADSTS65004: User declined to consent", "S256", "pressed Deny"),
        ("access_denied", "AADSTS90094: Admin consent is required", "S256", "policy says no"),
        (
            "access_denied",
            "User is not assigned to the client application.",
            "S256",
            "policy says no",
        ),
        (
            "access_denied",
            "Policy evaluation failed for this request, please check the policy configurations.",
            "S256",
            "policy says no",
        ),
        ("access_denied", "Please verify your email before logging in.", "S256", "policy says no"),
        ("temporarily_unavailable", "authentication_expired", "S256", "waited too long"),
        ("server_error", "", "S256", "only its log knows why"),
        ("login_required", "Authentication required", "S256", "did not get through the sign-in"),
        ("invalid_request", "AADSTS50011: redirect URI mismatch", "S256", "know this callback"),
    ],
    ids=lambda value: value[:24] if isinstance(value, str) else value,
)
def test_vendors_words_for_a_refused_authorization(
    http: Browser,
    playground: Playground,
    rogue: Rogue,
    error: str,
    words: str,
    method: str,
    cause: str,
) -> None:
    """Each product's own words lead to the cause; the words stay on the page."""
    page = refused(http, playground, rogue, error, words, code_challenge_method=method)
    assert page.status == 400
    assert cause in lede(page)
    assert words in page.words
    way_back(page)


@pytest.mark.parametrize(
    ("error", "words", "said"),
    [
        ("login_required", "", "Nobody is signed in at the server."),
        (
            "temporarily_unavailable",
            "authentication_expired",
            "The sign-in took too long, and the server gave it up.",
        ),
    ],
)
def test_heading_does_not_contradict_the_cause(
    http: Browser, playground: Playground, rogue: Rogue, error: str, words: str, said: str
) -> None:
    """The error is told in words that hold for every request it can answer."""
    assert refused(http, playground, rogue, error, words).heading == said


@pytest.mark.parametrize(
    ("scope", "words", "button"),
    [
        ("view_photos", "Invalid scopes: openid view_photos", "without view_photos"),
        ("openid view_photos", "Invalid scopes: openid view_photos", "with openid alone"),
        ("openid view_photos", "unknown scope 'view_photos'.", "without view_photos"),
    ],
)
def test_refused_scope_has_a_button(
    http: Browser, playground: Playground, rogue: Rogue, scope: str, words: str, button: str
) -> None:
    """Keycloak repeats the whole list: which of them it was is not known, a way on is."""
    page = refused(http, playground, rogue, "invalid_scope", words, scope=scope)
    again = page.submit(f"Authorize again {button}", follow=False)
    assert again.location.startswith(f"{rogue.url}/authorize?")
    assert "view_photos" not in again.location


def test_prompt_none_without_a_session(http: Browser, playground: Playground) -> None:
    """The remedy leaves prompt out, and the sign-in page comes."""
    page = leave(open_form(http, playground), prompt="none").follow()
    assert "prompt=none, and nobody is signed in" in lede(page)
    assert "Sign In" in page.submit("Authorize again without prompt=none").buttons


def test_consent_denied(http: Browser, playground: Playground) -> None:
    """The person pressed Deny; nothing is broken."""
    page = approve(sign_in(leave(open_form(http, playground)).follow()), "Deny")
    assert "The person pressed Deny." in lede(page)
    assert "User denied the consent" in page.words
    assert "Where to set it" not in page.words
    assert "Keycloak" not in page.words


def test_prompt_none_before_an_approval_that_stays(http: Browser, playground: Playground) -> None:
    """Approve Once is no approval for later; the remedy is named in the flow's own product."""
    approve(sign_in(leave(open_form(http, playground)).follow()))
    page = leave(open_form(http, playground), prompt="none").follow()
    assert "has not approved this application yet" in lede(page)
    assert "choose Approve Always" in evidence(page, "WSO2 API Manager")


@pytest.mark.parametrize("topic", SETTINGS)
@pytest.mark.parametrize("profile", ["embedded", "google", "other"])
def test_settings_are_never_those_of_other_products_alone(topic: str, profile: str) -> None:
    """Where the product is known, its own line comes first, or no line at all."""
    rows = settings(topic, Form(profile=profile))
    assert not rows or rows[0].here == (profile != "other")


def test_response_mode_that_is_not_offered(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """The embedded server's words, brought back as its fragment would be."""
    words = "response_mode query cannot be had for code."
    page = refused(http, playground, rogue, "invalid_request", words, response_mode="query")
    assert "does not answer this request with response_mode query" in lede(page)
    assert "Authorize again with the server's own mode" in page.buttons


def test_other_issuer_is_a_character_diff(http: Browser, playground: Playground) -> None:
    """The issuer of the form against the one in the response."""
    form = open_form(http, playground).form("Authorize")
    wrong = form.value("issuer").replace("https", "http") + "/"
    page = approve(sign_in(leave(form.page, issuer=wrong).follow()))
    assert "http is not https, one ends with a slash" in lede(page)
    assert difference(page) == (["/"], ["s"])
    assert "use_entityid_as_issuer_in_oidc_discovery" in page.html
    assert "Change it in the form" in page.words


def test_missing_iss_where_it_is_announced(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A server that does not name itself, though the form says so."""
    typed = {"authorization_response_iss_parameter_supported": "1", "issuer": rogue.url}
    state = begin(http, playground, rogue, **typed)
    page = come_back(http, playground, code="c", state=state)
    assert "does not say who it comes from" in lede(page)


def test_entras_tenant_placeholder(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """{tenantid} in the issuer stands for a GUID."""
    state = begin(http, playground, rogue, issuer=f"{rogue.url}/common/v2.0")
    found = f"{rogue.url}/{{tenantid}}/v2.0"
    page = come_back(http, playground, code="c", state=state, iss=found)
    assert "{tenantid} stands for a tenant's GUID" in lede(page)
