"""The test fixtures themselves: what other tests lean on must hold."""

import socket
import time
from collections.abc import Callable

import pytest
import requests
from playwright.sync_api import Error, Page

from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser
from tests.support.chromium import Pages, axe
from tests.support.processes import Process, free_port, listens, python, wait_until
from tests.support.redis import RedisServer
from tests.support.rogue import Handler, Rogue
from tests.support.trust import Trusted

FORM = """<!doctype html><html lang="en"><title>Form</title><main><h1>Form</h1>
<form id=f method=post action=/take?keep=1>
<input type=hidden name=csrf_token value=abc><input name=scope value="old one">
<input type=checkbox name=on checked><input type=checkbox name=off>
<select name=grant><option>one<option selected>two</select><textarea name=text>
long</textarea><button name=go value=1>Send it</button><button name=go value=2>Other</button>
</form><a href="/elsewhere#part">Else where</a></main></html>"""


def test_a_process_that_ends_at_once_fails_with_its_log(tmp_path: object, run_dir: object) -> None:
    """A server that cannot start shows what it said."""
    broken = Process("broken", python("-c", "raise SystemExit('no such port')"), folder=run_dir)
    with pytest.raises(AssertionError, match="ended at once") as failure:
        broken.start(lambda: False)
    assert "no such port" in "".join(failure.value.__notes__)
    assert not broken.alive


def test_stop_leaves_nothing_of_the_group(run_dir: object) -> None:
    """A server's own children go with it."""
    port = free_port()
    serve = f"import http.server as h; h.test(port={port}, bind='127.0.0.1')"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {serve!r}])"
    process = Process("parent", python("-c", parent), folder=run_dir)
    process.start(lambda: listens(port))
    process.stop()
    wait_until(lambda: not listens(port), "the port is free again")


def test_both_halves_start_and_answer(
    embedded: Embedded, playground: Playground, http: Browser
) -> None:
    """The embedded server is who it says, and the playground shows a page."""
    found = http.get(f"{embedded.issuer}/.well-known/openid-configuration").response.json()
    assert found["issuer"] == embedded.issuer
    for host in ("localhost", "wso2is.local", "127.0.0.1"):
        page = http.get(f"{playground.at(host)}/playground2")
        assert page.status == 200, page.words


def test_the_browser_submits_a_form_as_it_came(rogue: Rogue, http: Browser) -> None:
    """Hidden fields, defaults, the pressed button, and what was typed are sent; no more."""
    rogue.answer("/form", headers={"Content-Type": "text/html"}, body=FORM)
    rogue.answer("/take", 303, {"Location": "/form"})
    page = http.get(f"{rogue.url}/form")
    assert page.heading == "Form"
    assert page.link("Else where") == f"{rogue.url}/elsewhere"
    after = page.submit("Send it", scope="new & good")
    assert after.path == "/form"
    (received,) = rogue.received("/take")
    assert received.form == {
        "csrf_token": "abc",
        "scope": "new & good",
        "on": "on",
        "grant": "two",
        "text": "long",
        "go": "1",
    }
    assert received.query == "keep=1"
    assert received.headers["Origin"] == rogue.url
    with pytest.raises(AssertionError, match="No field 'typo'"):
        page.submit("Send it", typo="x")


def test_the_browser_keeps_cookies_per_host_and_site(rogue: Rogue, http: Browser) -> None:
    """A host name does not see another's cookies; a cross-site post brings only SameSite=None."""
    lax, none = "a=1; Path=/; HttpOnly; SameSite=Lax", "b=2; Path=/; SameSite=None"
    rogue.answer("/lax", headers={"Set-Cookie": lax})
    rogue.answer("/none", headers={"Set-Cookie": none})
    rogue.answer("/see")
    http.get(f"{rogue.url}/lax")
    http.get(f"{rogue.url}/none")
    http.get(f"{rogue.url}/see")
    http.get(f"http://127.0.0.1:{rogue.port}/see")
    http.post(f"{rogue.url}/see", {"x": "y"}, cross_site=True)
    http.get(f"{rogue.url}/see")
    seen = [request.headers.get("Cookie", "") for request in rogue.received("/see")]
    assert [set(cookies.split("; ")) for cookies in seen] == [
        {"a=1", "b=2"},
        {""},
        {"b=2"},
        {"a=1", "b=2"},
    ]
    assert set(http.cookies("localhost")) == {"a", "b"}


@pytest.mark.parametrize("fault", ["reset", "hang_up", "truncate"])
def test_a_rogue_connection_fails(rogue: Rogue, http: Browser, fault: str) -> None:
    """Connections that break are seen as broken by a client."""
    getattr(rogue, fault)("/x")
    with pytest.raises(requests.RequestException):
        http.get(f"{rogue.url}/x")
    assert rogue.received("/x")


def test_a_rogue_answers_what_it_was_told(rogue: Rogue, http: Browser) -> None:
    """JSON, broken JSON, pages, redirects and bombs come as programmed."""
    rogue.answer("/json", 401, {"WWW-Authenticate": "Bearer"}, {"error": "x"})
    rogue.broken_json("/broken")
    rogue.html("/html")
    rogue.redirect("/away", "http://elsewhere.invalid/")
    rogue.gzip_bomb("/bomb", 1_000_000)
    rogue.huge("/huge", 1_000_000)
    assert http.get(f"{rogue.url}/json").response.json() == {"error": "x"}
    with pytest.raises(requests.JSONDecodeError):
        http.get(f"{rogue.url}/broken").response.json()
    assert http.get(f"{rogue.url}/html").heading.startswith("It works")
    away = http.get(f"{rogue.url}/away", follow=False)
    assert (away.status, away.location) == (302, "http://elsewhere.invalid/")
    bomb = http.get(f"{rogue.url}/bomb").response
    assert len(bomb.content) == 1_000_000
    assert int(bomb.headers["Content-Length"]) < 10_000
    assert len(http.get(f"{rogue.url}/huge").html) == 1_000_002
    assert http.get(f"{rogue.url}/nothing").status == 404


def test_slow_and_dripping_answers_end_when_the_server_stops(http: Browser) -> None:
    """Nobody waits for a stopped rogue."""
    rogue = Rogue()
    rogue.slow("/slow", 600)
    rogue.drip("/drip")
    rogue.endless("/endless")
    for path in ("/slow", "/drip", "/endless"):
        with socket.create_connection(("127.0.0.1", rogue.port)) as client:
            client.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            rogue.wait_for(path)
    before = time.monotonic()
    rogue.stop()
    assert time.monotonic() - before < 60
    assert not listens(rogue.port)


def test_a_good_certificate_is_accepted(tls_server: Callable[..., Rogue], http: Browser) -> None:
    """The tests' own authority is trusted."""
    server = tls_server("good")
    server.answer("/", body="hello")
    assert http.get(server.url).html == "hello"


@pytest.mark.parametrize("kind", ["wrong_name", "expired", "untrusted", "self_signed"])
def test_a_bad_certificate_is_refused(
    tls_server: Callable[..., Rogue], http: Browser, kind: str
) -> None:
    """Each bad certificate fails verification."""
    with pytest.raises(requests.exceptions.SSLError):
        http.get(tls_server(kind).url)


def test_redis_comes_back_empty_after_an_outage(redis_server: RedisServer) -> None:
    """Redis can be stopped and started again in a test."""
    with redis_server.client() as client:
        client.set("key", "value")
        assert client.get("key") == b"value"
    with redis_server.outage():
        assert not redis_server.answers()
    with redis_server.client() as client:
        assert client.get("key") is None


def test_chromium_trusts_the_generated_authority(
    page: Page, embedded: Embedded, tls_server: Callable[..., Rogue]
) -> None:
    """Chromium opens the servers of both generated authorities, TLS verified."""
    answer = page.goto(f"{embedded.url}/oauth2/jwks")
    assert answer is not None
    assert answer.ok
    assert answer.security_details()["protocol"].startswith("TLS")
    server = tls_server("good")
    server.answer("/", headers={"Content-Type": "text/html"}, body=FORM)
    page.goto(server.url)
    assert page.title() == "Form"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("untrusted", "ERR_CERT_AUTHORITY_INVALID"),
        ("self_signed", "ERR_CERT_AUTHORITY_INVALID"),
        ("wrong_name", "ERR_CERT_COMMON_NAME_INVALID"),
        ("expired", "ERR_CERT_DATE_INVALID"),
    ],
)
def test_chromium_refuses_a_bad_certificate(
    page: Page, tls_server: Callable[..., Rogue], kind: str, code: str
) -> None:
    """Chromium really verifies: each bad certificate is refused for its own reason."""
    with pytest.raises(Error, match=code):
        page.goto(tls_server(kind).url)


def test_chromium_knows_the_tutorials_host_name(page: Page, rogue: Rogue) -> None:
    """wso2is.local leads here without /etc/hosts."""
    rogue.answer("/", headers={"Content-Type": "text/html"}, body=FORM)
    page.goto(f"http://wso2is.local:{rogue.port}/")
    assert page.title() == "Form"


def test_axe_names_what_is_wrong(page: Page, rogue: Rogue) -> None:
    """An accessibility violation fails with the rule's name and the element."""
    bad = "<!doctype html><html><title>Bad</title><main><h1>Bad</h1><img src=x></main></html>"
    rogue.answer("/", headers={"Content-Type": "text/html"}, body=bad)
    page.goto(rogue.url)
    with pytest.raises(AssertionError, match=r"(?s)html-has-lang.*image-alt.*<img"):
        axe(page)


def test_pages_can_be_without_javascript_and_dark(new_page: Pages, rogue: Rogue) -> None:
    """The page options reach the browser."""
    script = "<!doctype html><title>off</title><script>document.title = 'on'</script>"
    rogue.answer("/", headers={"Content-Type": "text/html"}, body=script)
    plain, scripted = (
        new_page(javascript=False),
        new_page(colour_scheme="dark", viewport=(400, 800)),
    )
    for page, title in ((plain, "off"), (scripted, "on")):
        page.goto(rogue.url)
        assert page.title() == title
    assert scripted.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert scripted.viewport_size == {"width": 400, "height": 800}


def test_trust_is_added_while_running(trusted: Trusted, embedded: Embedded) -> None:
    """The bundle holds the tests' authority and that of every embedded server started so far."""
    assert embedded.ca_file.read_bytes().strip() in trusted.file.read_bytes()


def test_axe_sees_the_page_with_its_style_sheet(new_page: Pages, rogue: Rogue) -> None:
    """After a click the page is looked at when it is whole: before, its colours are others."""
    first = """<!doctype html><html lang="en"><title>T</title>
<main><h1>T</h1><a href="/styled">Next</a></main></html>"""
    sheet = '<title>T</title><meta name="color-scheme" content="light dark">'
    sheet += '<link rel="stylesheet" href="/late.css">'

    def late(handler: Handler) -> None:
        rogue.closing.wait(1)
        handler.reply(200, {"Content-Type": "text/css"}, b"html { background: #000 }")

    page = new_page(colour_scheme="dark")
    rogue.answer("/", headers={"Content-Type": "text/html"}, body=first)
    styled = first.replace("<title>T</title>", sheet)
    rogue.answer("/styled", headers={"Content-Type": "text/html"}, body=styled)
    rogue.behave("/late.css", late)
    page.goto(rogue.url)
    page.get_by_role("link", name="Next").click()
    axe(page)
    assert page.url.endswith("/styled")
