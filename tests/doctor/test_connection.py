"""No answer, a certificate that is not trusted, an address that is no token endpoint."""

import socket
from collections.abc import Callable

import pytest

from tests.doctor.failing import begin, causes, come_back, difference, evidence, lede, way_back
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.processes import free_port
from tests.support.rogue import Handler, Rogue
from tests.support.trust import Trusted


def exchange(http: Browser, playground: Playground, rogue: Rogue, endpoint: str) -> Page:
    """Exchange a code at this token endpoint."""
    state = begin(http, playground, rogue, token_endpoint=endpoint)
    return come_back(http, playground, code="a-code", state=state).submit("Get Access Token")


def test_connection_refused(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """Nobody listens: the port is named, and what listens where."""
    port = free_port()
    page = exchange(http, playground, rogue, f"https://localhost:{port}/oauth2/token")
    assert page.status == 502
    assert f"Is the server running on {port}?" in lede(page)
    assert "9443" in page.words
    assert "in a container" in causes(page)
    assert "Get Access Token" in page.buttons
    way_back(page)


def test_discovery_of_a_server_that_is_not_there(http: Browser, playground: Playground) -> None:
    """A look-up belongs to no flow, and is diagnosed by what its failure says."""
    port = free_port()
    page = http.get(f"{playground.url}/playground2/discovery")
    refused = page.submit("Look it up", issuer=f"https://localhost:{port}")
    assert f"Is the server running on {port}?" in lede(refused)
    unknown = page.submit("Look it up", issuer="https://no-such-host.invalid")
    assert "does not know the host name no-such-host.invalid" in lede(unknown)


def test_unknown_host(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """A name that this machine does not know, with the line for /etc/hosts."""
    page = exchange(http, playground, rogue, "https://no-such-host.invalid/token")
    assert "does not know the host name no-such-host.invalid" in lede(page)
    assert "127.0.0.1 no-such-host.invalid" in page.words


def test_https_to_a_plain_port(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """TLS where the server speaks plain HTTP."""
    rogue.answer("/token")
    page = exchange(http, playground, rogue, rogue.url.replace("http:", "https:") + "/token")
    assert "does not speak https; it may want http" in lede(page)


def test_http_to_a_tls_port(
    http: Browser, playground: Playground, rogue: Rogue, tls_server: Callable[..., Rogue]
) -> None:
    """Plain HTTP to a port that the flow knows as https; the server just hangs up."""
    server = tls_server("good")
    endpoint = server.url.replace("https:", "http:") + "/token"
    front = f"{server.url}/authorize"
    state = begin(http, playground, rogue, token_endpoint=endpoint, authorization_endpoint=front)
    page = come_back(http, playground, code="a-code", state=state).submit("Get Access Token")
    assert "does not speak http; it may want https" in lede(page)
    assert page.form("Get Access Token").value("token_endpoint") == f"{server.url}/token"


@pytest.mark.parametrize(
    "said",
    [
        "Bad Request\r\nThis combination of host and port requires TLS.\r\n",
        "<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>",
        "Client sent an HTTP request to an HTTPS server.\n",
        "<title>400 Bad Request</title>You're speaking plain HTTP to an SSL-enabled server port.",
    ],
    ids=["tomcat", "nginx", "go", "apache"],
)
def test_tls_port_that_answers_plain_http(
    http: Browser, playground: Playground, rogue: Rogue, said: str
) -> None:
    """Servers tell it in words of their own; the https URL is filled in."""
    rogue.answer("/token", 400, {"Content-Type": "text/html"}, said)
    page = exchange(http, playground, rogue, f"{rogue.url}/token")
    assert "speaks https, and it was asked over plain http" in lede(page)
    assert page.form("Get Access Token").value("token_endpoint").startswith("https://")


@pytest.mark.parametrize("way", ["hang_up", "reset"])
def test_dropped_connection(http: Browser, playground: Playground, rogue: Rogue, way: str) -> None:
    """A server that ends the connection without a word may have any reason for it."""
    getattr(rogue, way)("/token")
    page = exchange(http, playground, rogue, f"{rogue.url}/token")
    assert "dropped it before the answer was there" in lede(page)
    assert "it may want https. (less likely)" in causes(page)


def test_answer_that_stops_in_the_middle(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """An answer that broke off says nothing about the address."""
    rogue.truncate("/token")
    page = exchange(http, playground, rogue, f"{rogue.url}/token")
    assert "dropped it before the answer was there" in lede(page)
    assert "token endpoint" not in causes(page)


def test_no_connection_in_time(
    http: Browser, start_playground: Callable[..., Playground], rogue: Rogue
) -> None:
    """A host that takes no connection took no request either."""
    impatient = start_playground(PLAYGROUND_DEADLINE="1")
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        port = full.getsockname()[1]
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        page = exchange(http, impatient, rogue, f"http://localhost:{port}/token")
        for one in waiting:
            one.close()
    assert page.status == 504
    assert f"No connection to localhost:{port} came about in time" in lede(page)
    assert "took the request" not in page.words


def test_no_way_to_the_host(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """The operating system knows no way there: nothing was sent, and nobody is slow."""
    page = exchange(http, playground, rogue, "http://127.255.255.255/token")
    assert page.status == 502
    assert page.heading == "No connection to 127.255.255.255 came about."
    assert "No way leads to 127.255.255.255: network is unreachable" in lede(page)


def test_too_slow(http: Browser, start_playground: Callable[..., Playground], rogue: Rogue) -> None:
    """A server that does not finish in time; how long we waited stands there."""
    rogue.slow("/token", 60)
    impatient = start_playground(PLAYGROUND_DEADLINE="1")
    page = exchange(http, impatient, rogue, f"{rogue.url}/token")
    assert page.status == 504
    assert "did not finish its answer in time" in lede(page)


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        ("untrusted", "an authority that the playground does not know"),
        ("self_signed", "its certificate is self-signed, as WSO2's is"),
        ("expired", "certificate has expired"),
        ("wrong_name", "it is not for localhost"),
    ],
)
def test_bad_certificate(
    http: Browser,
    start_playground: Callable[..., Playground],
    trusted: Trusted,
    rogue: Rogue,
    tls_server: Callable[..., Rogue],
    kind: str,
    cause: str,
) -> None:
    """Each bad certificate is named, and nothing was sent."""
    playground = start_playground(PLAYGROUND_CA_FILE=str(trusted.file))
    page = exchange(http, playground, rogue, f"{tls_server(kind).url}/token")
    assert page.status == 502
    assert cause in lede(page)
    assert "Nothing was sent" in page.words
    assert "See the certificate" in page.buttons


def test_page_at_the_token_endpoint(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """404 with a web page: the page's title is evidence, its markup is not ours."""
    rogue.html("/nowhere", 404)
    page = exchange(http, playground, rogue, f"{rogue.url}/nowhere")
    assert "There is nothing at this address" in lede(page)
    assert evidence(page, "Status") == "404 Not Found"
    assert evidence(page, "Title of the page that came") == "Welcome"
    assert page.soup.find("script", string="alert(1)") is None


def test_authorization_endpoint_as_token_endpoint(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """The two endpoints mixed up; 405 and Allow."""
    rogue.answer("/oauth2/authorize", 405, {"Allow": "GET"})
    page = exchange(http, playground, rogue, f"{rogue.url}/oauth2/authorize")
    assert "That is the authorization endpoint" in lede(page)
    assert evidence(page, "Allow") == "GET"


@pytest.mark.parametrize(
    ("status", "body", "kind", "cause"),
    [
        (200, {"access_token": "at-0123456789"}, "application/json", "not as a token response"),
        (200, {"accessToken": "at-0123456789"}, "application/json", "not as a token response"),
        (
            200,
            "access_token=gho_0123456789&token_type=bearer",
            "application/x-www-form-urlencoded",
            "answers as a form",
        ),
        (429, "slow down", "text/plain", "too many requests"),
        (403, "Access Denied", "text/plain", "Something before the token endpoint"),
        (403, "Invalid CORS request", "text/plain", "A CORS filter"),
        (502, "<title>502 Bad Gateway</title>", "text/html", "A proxy or balancer answered"),
        (503, "<title>503</title>", "text/html", "A proxy or balancer answered"),
        (500, "<title>Oops</title>", "text/html", "only its log knows why"),
    ],
)
def test_answer_that_is_no_oauth_at_the_right_address(
    http: Browser,
    playground: Playground,
    rogue: Rogue,
    status: int,
    body: str | dict[str, str],
    kind: str,
    cause: str,
) -> None:
    """A broken token response, a filter, a proxy: another address would not help."""
    rogue.answer("/token", status, {"Content-Type": kind}, body)
    page = exchange(http, playground, rogue, f"{rogue.url}/token")
    assert cause in lede(page)
    assert "not a token endpoint" not in page.words
    assert "The code is still good" not in page.words


@pytest.mark.parametrize(
    ("status", "error", "cause"),
    [
        (415, "Unsupported Media Type", "does not read a form"),
        (404, "Realm does not exist", "There is nothing at this address"),
        (200, "bad_verification_code", "does not know this code"),
        (400, "invalid_target", "does not know the resource"),
        (400, "E1234", "it is its own"),
    ],
)
def test_error_in_free_text(
    http: Browser, playground: Playground, rogue: Rogue, status: int, error: str, cause: str
) -> None:
    """A member `error` that is none of the standard's leads to a cause and a step all the same."""
    rogue.answer("/token", status, {"Content-Type": "application/json"}, {"error": error})
    page = exchange(http, playground, rogue, f"{rogue.url}/token")
    assert cause in lede(page)
    way_back(page)


@pytest.mark.parametrize(
    "words",
    [
        "Missing form parameter: grant_type",
        "redirect_uri is required",
        "The request is missing a required parameter: code_verifier",
    ],
)
def test_form_that_the_server_does_not_read(
    http: Browser, playground: Playground, rogue: Rogue, words: str
) -> None:
    """A parameter that was sent, and is called missing, was not read."""
    body = {"error": "invalid_request", "error_description": words}
    rogue.answer("/token", 400, {"Content-Type": "application/json"}, body)
    page = exchange(http, playground, rogue, f"{rogue.url}/token")
    assert "missing, and it was sent: it does not read the form" in lede(page)
    for cause in ("not allowed to use", "remembers another", "does not accept the verifier"):
        assert cause not in causes(page)


def test_moved_token_endpoint(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """A redirect that only adds a slash is shown, and never followed."""
    rogue.redirect("/o/token", f"{rogue.url}/o/token/")
    page = exchange(http, playground, rogue, f"{rogue.url}/o/token")
    assert "moves this address (one ends with a slash)" in lede(page)
    assert not rogue.received("/o/token/")


def test_token_endpoint_of_the_metadata(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Where the issuer's metadata names another endpoint, the difference is shown and filled in."""
    right = f"{rogue.url}/oauth2/token"
    rogue.answer(
        "/.well-known/openid-configuration",
        body={"issuer": rogue.url, "token_endpoint": right},
    )
    rogue.html("/oauth/token", 404)
    state = begin(
        http, playground, rogue, issuer=rogue.url, token_endpoint=f"{rogue.url}/oauth/token"
    )
    page = come_back(http, playground, code="c", state=state).submit("Get Access Token")
    assert difference(page) == ([], ["2"])
    assert page.form("Get Access Token").value("token_endpoint") == right


def test_https_required_by_keycloak(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """Keycloak behind a proxy whose headers it does not trust."""
    body = {"error": "invalid_request", "error_description": "HTTPS required"}
    rogue.answer("/token", 403, body=body)
    page = exchange(http, playground, rogue, f"{rogue.url}/token")
    assert "insists on https" in lede(page)
    assert "proxy-headers" in page.html


def test_clock_an_hour_behind(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """The Date header of a refusal gives the skew away."""

    def behaviour(handler: Handler) -> None:
        body = b'{"error": "invalid_grant"}'
        handler.send_response_only(400)
        handler.send_header("Date", "Sun, 06 Nov 1994 08:49:37 GMT")
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    rogue.behave("/token", behaviour)
    page = exchange(http, playground, rogue, f"{rogue.url}/token")
    assert "The clocks disagree" in causes(page)
    assert evidence(page, "Server's clock (Date header)") == "Sun, 06 Nov 1994 08:49:37 GMT"
    assert "behind ours" in evidence(page, "The server's clock is")
