"""Exports: complete, valid, readable by others, and without any secret of the flow."""

import json
from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from haralyzer import HarParser
from playwright.sync_api import Page as Window

from playground.report.har import archive
from playground.report.redact import Redactor
from playground.report.told import tell
from tests.playground.walking import open_form
from tests.report.conftest import Walked
from tests.report.secrets import leaks
from tests.support.apps import Playground
from tests.support.browser import Browser
from tests.support.chromium import Pages, axe
from tests.support.processes import free_port
from tests.support.records import exchange

EXPORTS = {"flow.har": "har", "report.html": "html", "report.md": "md"}


def strings(value: object) -> Iterator[str]:
    """Every text in parsed JSON, names included."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)
    elif isinstance(value, str):
        yield value


def texts(name: str, content: str) -> list[str]:
    """An export as its readers see it, and as it stands in the file."""
    if name == "flow.har":
        return [content, *strings(json.loads(content))]
    if name == "report.html":
        soup = BeautifulSoup(content, "html.parser")
        attributes = [str(value) for tag in soup.find_all() for value in tag.attrs.values()]
        return [content, soup.get_text(" "), *attributes]
    return [content]


def entries(walked: Walked) -> list[dict]:
    """The HAR's entries."""
    return json.loads(walked.export("flow.har").html)["log"]["entries"]


@pytest.mark.parametrize("name", EXPORTS)
def test_no_secret_is_exported(name: str, walked: Walked) -> None:
    """No secret of the flow is in an export, whole or in pieces, in any encoding."""
    content = walked.export(name).html
    assert len(walked.secrets) >= 12
    assert all(walked.secrets.values())
    assert "REDACTED-code" in content
    assert "REDACTED-access_token-2" in content
    assert leaks(texts(name, content), walked.secrets.values()) == []


@pytest.mark.parametrize("name", EXPORTS)
def test_export_is_a_download_of_ones_own(name: str, walked: Walked, new_browser) -> None:
    """An export is saved under a name that says nothing secret; a stranger gets none."""
    answer = walked.export(name)
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith('attachment; filename="oauth2-embedded-')
    assert disposition.endswith(f'.{EXPORTS[name]}"')
    assert answer.headers["Cache-Control"] == "no-store"
    assert walked.id not in disposition
    assert new_browser().get(answer.url).status == 404


def test_har_tells_every_exchange(walked: Walked) -> None:
    """Front and back channel, in order, with parameters, headers, bodies and times."""
    told = entries(walked)
    purposes = [entry["comment"].split(". ")[1].split(":")[0] for entry in told]
    for purpose in ("Authorization request", "Authorization response", "Token request", "Refresh"):
        assert purpose in purposes
    token = told[purposes.index("Token request")]
    sent = {pair["name"]: pair["value"] for pair in token["request"]["postData"]["params"]}
    assert sent["grant_type"] == "authorization_code"
    assert sent["code_verifier"] == "REDACTED-code_verifier"
    assert token["request"]["method"] == "POST"
    assert token["response"]["status"] == 200
    assert json.loads(token["response"]["content"]["text"])["token_type"] == "Bearer"
    assert token["timings"]["wait"] == token["time"] > 0
    assert token["_tls"]["protocol"].startswith("TLS")
    asked = told[purposes.index("Authorization request")]
    assert {pair["name"] for pair in asked["request"]["queryString"]} >= {"state", "scope"}
    assert [entry["startedDateTime"] for entry in told] == sorted(
        entry["startedDateTime"] for entry in told
    )


def test_har_is_read_by_another_program(walked: Walked) -> None:
    """A HAR library finds the page and all of its requests."""
    parser = HarParser(json.loads(walked.export("flow.har").html))
    (page,) = parser.pages
    assert parser.version == "1.2"
    assert len(page.post_requests) == 2
    assert {entry.response.status for entry in page.post_requests} == {200}


def test_har_is_replayed_by_a_browser(walked: Walked, page: Window, tmp_path) -> None:
    """Chromium answers from the HAR what the server had answered."""
    file = tmp_path / "flow.har"
    file.write_text(walked.export("flow.har").html)
    url = next(e["request"]["url"] for e in entries(walked) if "Get Photos" in e["comment"])
    page.route_from_har(file, url=url)
    answer = page.goto(url)
    assert answer is not None
    assert answer.json()["photos"]


def test_picture_in_a_har(walked: Walked) -> None:
    """A picture that came is in the HAR, as Base64."""
    walked.http.get(f"{walked.base}/photos/1")
    content = entries(walked)[-1]["response"]["content"]
    assert content["mimeType"] == "image/jpeg"
    assert content["encoding"] == "base64"


def test_failed_request_in_every_export(http: Browser, playground: Playground) -> None:
    """A refused connection is told with status 0 and the reason, and the report says it."""
    endpoint = f"https://localhost:{free_port()}/token"
    form = open_form(http, playground).submit(
        "Show the fields of this grant", grant_type="client_credentials"
    )
    direct = form.submit("Authorize", token_endpoint=endpoint)
    failed = direct.submit("Get Access Token")
    walked = Walked(http=http, page=failed, id=failed.path.split("/")[3], secrets={})
    response = entries(walked)[-1]["response"]
    assert response["status"] == 0
    assert response["_errorKind"] == "ServerUnreachable"
    assert response["_error"]
    assert "What went wrong" in walked.export("report.md").html
    assert "What went wrong" in walked.export("report.html").html


def test_report_needs_nothing_but_itself(walked: Walked, new_page: Pages, tmp_path) -> None:
    """The HTML report opens from a disk, asks no host for anything, and axe finds nothing."""
    file = tmp_path / "report.html"
    file.write_text(walked.export("report.html").html)
    window = new_page(viewport=(390, 800))
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert window.evaluate("document.documentElement.scrollWidth") <= 390
    assert "What was on the wire" in window.inner_text("body")
    axe(window)


def test_markdown_cannot_be_broken_out_of(http: Browser, playground: Playground) -> None:
    """What a person or server wrote stays inside its code span."""
    page = open_form(http, playground).submit(
        "Show the fields of this grant", grant_type="client_credentials"
    )
    direct = page.submit("Authorize", client_id="a`b</code><script>|")
    walked = Walked(http=http, page=direct, id=direct.path.split("/")[3], secrets={})
    assert "``a`b</code><script>|``" in walked.export("report.md").html
    assert "<script>|" not in walked.export("report.html").html


def test_har_names_the_certificate_as_the_wire_page_does(walked: Walked) -> None:
    """The peer's certificate goes by the host name that it vouches for, in every export."""
    tls = [entry["_tls"] for entry in entries(walked) if "_tls" in entry]
    assert {item["certificate"] for item in tls} == {"localhost"}
    assert ", certificate of localhost" in walked.export("report.md").html


def test_har_lists_every_cookie() -> None:
    """One Cookie header holds several: each is listed by its name, its value gone."""
    sent = exchange(request_head=b"GET / HTTP/1.1\r\nCookie: a=first-value; b=second-value")
    (entry,) = archive("t", tell([sent], Redactor([])))["log"]["entries"]
    assert [item["name"] for item in entry["request"]["cookies"]] == ["a", "b"]
    assert "-value" not in json.dumps(entry)
