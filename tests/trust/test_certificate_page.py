"""The certificate page: shown, trusted exactly, for this session or a profile, and taken back."""

from collections.abc import Callable
from hashlib import sha256
from ssl import PEM_cert_to_DER_cert

import pytest

from tests.playground.issuer import Issuer, begin, finish
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.chromium import Pages, axe
from tests.support.rogue import Rogue

Start = Callable[..., Rogue]
PAGE = "/playground2/certificate"
TRUST = "Trust this one, for this session"


def fingerprint(server: Rogue) -> str:
    """As keytool and OpenSSL print it."""
    digest = sha256(PEM_cert_to_DER_cert(server.certificate.decode())).hexdigest().upper()
    return ":".join(digest[at : at + 2] for at in range(0, 64, 2))


def look(http: Browser, playground: Playground, url: str) -> Page:
    """Type an address into the certificate page."""
    return http.get(playground.url + PAGE).submit("Look", url=url)


def metadata(server: Rogue) -> str:
    """Let the server be an issuer; its URL."""
    server.answer(
        "/.well-known/openid-configuration",
        body={"issuer": server.url, "token_endpoint": f"{server.url}/token"},
    )
    return server.url


def discover(http: Browser, playground: Playground, url: str) -> Page:
    """Look the server's metadata up."""
    page = http.get(playground.url + "/playground2/discovery")
    button = "Look it up" if "Look it up" in page.buttons else "Look up another"
    return page.submit(button, issuer=url)


def test_a_self_signed_server_is_trusted_in_the_middle_of_a_flow(
    http: Browser, playground: Playground, tls_server: Start
) -> None:
    """The failure leads to the certificate, trusting it back to the code, which is still good."""
    server = tls_server("self_signed")
    issuer = Issuer(server)
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])))
    failed = finish(http, playground, sent)
    assert failed.status == 502
    assert "self-signed" in failed.heading
    assert server.requests == []

    page = failed.submit("See the certificate")
    assert fingerprint(server) in page.words.replace(" ", "")
    assert "CN=localhost,O=WSO2" in page.words
    assert server.requests == []

    page = page.submit(TRUST)
    token = page.submit("Get Access Token")
    assert token.status == 200
    assert len(server.received("/token")) == 1
    assert len(server.received("/jwks")) == 1


def test_trust_is_this_sessions_alone(
    new_browser: Callable[[], Browser], playground: Playground, tls_server: Start
) -> None:
    """What one person trusts, nobody else does."""
    server = tls_server("self_signed")
    one, two = new_browser(), new_browser()
    look(one, playground, server.url).submit(TRUST)
    assert discover(one, playground, metadata(server)).status == 200
    assert discover(two, playground, server.url).status == 502


def test_trust_can_be_taken_back(http: Browser, playground: Playground, tls_server: Start) -> None:
    """After “Trust it no more” the server is refused again."""
    server = tls_server("self_signed")
    look(http, playground, server.url).submit(TRUST)
    assert discover(http, playground, metadata(server)).status == 200
    http.get(playground.url + PAGE).submit("Trust it no more")
    assert discover(http, playground, server.url).status == 502


def test_trust_saved_for_a_profile_outlives_the_session(
    new_browser: Callable[[], Browser], playground: Playground, tls_server: Start
) -> None:
    """On one's own machine a certificate can be saved; it counts with that profile only."""
    server, url = tls_server("self_signed"), "/playground2/oauth2"
    one, two = new_browser(), new_browser()
    for browser in (one, two):
        browser.get(playground.url + url).submit("Use this server", profile="wso2-am")
    page = look(one, playground, server.url)
    page.submit("Save it for WSO2 API Manager")
    assert discover(two, playground, metadata(server)).status == 200
    two.get(playground.url + url).submit("Use this server", profile="okta")
    assert discover(two, playground, server.url).status == 502
    one.get(playground.url + PAGE).submit("Trust it no more")


def test_nobody_decides_for_everybody_where_others_come_in(
    http: Browser, start_playground: Callable[..., Playground], tls_server: Start
) -> None:
    """Behind a proxy, saving is neither offered nor done."""
    playground = start_playground(
        PLAYGROUND_PROXIES="1", PLAYGROUND_ALLOWED_SERVERS="localhost", PLAYGROUND_WORKERS="1"
    )
    server = tls_server("self_signed")
    page = look(http, playground, server.url)
    assert not [words for words in page.buttons if words.startswith("Save it")]
    form = page.form(TRUST).fill(keep="profile")
    form.submit()
    other = Browser(http.session.verify)
    assert discover(other, playground, metadata(server)).status == 502
    other.close()


@pytest.mark.parametrize("kind", ["wrong_name", "expired"])
def test_a_certificate_that_cannot_help_is_not_offered(
    http: Browser, playground: Playground, tls_server: Start, kind: str
) -> None:
    """With a wrong name or a past date there is nothing to trust, and no way to force it."""
    server = tls_server(kind)
    page = look(http, playground, server.url)
    assert "Trusting it would not help." in page.words
    assert TRUST not in page.buttons
    token = page.form("Look").value("csrf_token")
    digest = fingerprint(server).replace(":", "").lower()
    forced = http.post(
        f"{playground.url}{PAGE}/trust", {"csrf_token": token, "fingerprint": digest}
    )
    assert forced.status == 400


def test_only_what_was_shown_can_be_trusted(
    http: Browser, playground: Playground, tls_server: Start
) -> None:
    """A form that names another fingerprint than the one on the page trusts nothing."""
    server = tls_server("self_signed")
    page = look(http, playground, server.url)
    assert page.form(TRUST).fill(fingerprint="0" * 64).submit().status == 400
    assert discover(http, playground, metadata(server)).status == 502


def test_looking_needs_a_form_of_ours(
    http: Browser, playground: Playground, tls_server: Start
) -> None:
    """Neither a link nor a foreign form makes the playground connect anywhere."""
    server = tls_server("self_signed")
    shown = http.get(f"{playground.url}{PAGE}?url={server.url}")
    assert "appears here" in shown.words
    assert http.post(playground.url + PAGE, {"url": server.url}).status == 400


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://169.254.169.254/latest", 400),
        ("http://localhost:1/", 400),
        ("https://user:pw@localhost/", 400),
        ("https://localhost:1/", 502),
        ("javascript:alert(1)", 400),
        ("", 400),
    ],
)
def test_looking_obeys_the_outbound_policy(
    http: Browser, playground: Playground, url: str, status: int
) -> None:
    """Metadata addresses, other schemes and dead ports give an explained refusal."""
    assert look(http, playground, url).status == status


def test_a_plain_port_has_no_certificate(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A server without TLS is named as such."""
    page = look(http, playground, f"https://localhost:{rogue.port}/")
    assert page.status == 502
    assert "does not speak TLS" in page.heading


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "PLAYGROUND_CA_FILE"])
def test_a_configured_bundle_is_trusted(
    http: Browser, start_playground: Callable[..., Playground], tls_server: Start, variable: str
) -> None:
    """A server under an authority of one's own works when that is configured."""
    bundle = str(http.session.verify)
    playground = start_playground(**{variable: bundle, "PLAYGROUND_WORKERS": "1"})
    server = tls_server("good")
    assert discover(http, playground, metadata(server)).status == 200
    assert discover(http, playground, metadata(tls_server("untrusted"))).status == 502


def test_empty_variables_turn_nothing_off(
    http: Browser, start_playground: Callable[..., Playground], tls_server: Start
) -> None:
    """Set but empty, the bundle variables change nothing: verification stays on."""
    empty = dict.fromkeys(
        ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PLAYGROUND_CA_FILE"), ""
    )
    playground = start_playground(**empty, PYTHONHTTPSVERIFY="0", PLAYGROUND_WORKERS="1")
    assert discover(http, playground, metadata(tls_server("good"))).status == 502


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(
    new_page: Pages, playground: Playground, tls_server: Start, scheme: str
) -> None:
    """axe-core finds nothing on the question and on the answer, on a phone neither."""
    page = new_page(colour_scheme=scheme, viewport=(390, 844))
    page.goto(playground.url + PAGE)
    page.fill("input[name=url]", tls_server("self_signed").url)
    page.click("button:has-text('Look')")
    page.wait_for_selector(f"text={TRUST}")
    axe(page)
    page.click(f"text={TRUST}")
    page.goto(playground.url + PAGE)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_saved_trust_outlives_taking_the_metadata(
    http: Browser, playground: Playground, tls_server: Start
) -> None:
    """The form then belongs to another profile; what was said of this server still counts."""
    server = tls_server("self_signed")
    look(http, playground, server.url).submit("Save it for Embedded (offline)")
    discover(http, playground, metadata(server)).submit("Take it into the form")
    assert discover(http, playground, server.url).status == 200
    http.get(playground.url + PAGE).submit("Trust it no more")
    assert discover(http, playground, server.url).status == 502
