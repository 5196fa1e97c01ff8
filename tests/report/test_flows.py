"""Past flows: the list of one's own, and two of them side by side."""

from bs4 import Tag

from tests.doctor.failing import exchange_at, refused
from tests.playground.walking import leave, open_form
from tests.report.conftest import Walked, walk
from tests.report.secrets import leaks
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.chromium import Pages, axe, hand_over
from tests.support.rogue import Rogue

FLOWS = "/playground2/flows"


def rows(page: Page) -> dict[str, Tag]:
    """The comparison's rows by name."""
    return {row.th.find(string=True).strip(): row for row in page.soup.select("tbody tr")}


def test_empty_list_says_how_to_fill_it(http: Browser, playground: Playground) -> None:
    """Without flows the page says what will appear and how."""
    page = http.get(playground.url + FLOWS)
    assert "Every flow that you begin in this browser appears here" in page.words
    assert page.link("Import Photos").endswith("/playground2/oauth2")


def test_list_leads_to_every_flow(walked: Walked, playground: Playground) -> None:
    """A flow stands there with its server, grant, outcome, exports and a way back to it."""
    page = walked.http.get(playground.url).click("Flows")
    assert "Embedded (offline)" in page.words
    assert "Authorization Code" in page.words
    assert "The token opened the photos." in page.words
    links = [str(a["href"]) for a in page.soup.select("tbody a")]
    assert [link.rpartition("/")[2] for link in links] == [
        "token",
        "flow.har",
        "report.html",
        "report.md",
    ]
    assert all(walked.id in link for link in links)


def test_flow_that_never_came_back_is_listed(http: Browser, playground: Playground) -> None:
    """What left for the server and did not return is told as that."""
    leave(open_form(http, playground))
    assert "did not come back" in http.get(playground.url + FLOWS).words


def test_strangers_flow_is_not_listed(
    http: Browser, playground: Playground, walked: Walked
) -> None:
    """Nobody sees or compares another person's flows."""
    assert walked.id not in http.get(playground.url + FLOWS).html
    url = f"{playground.url}{FLOWS}/compare?left={walked.id}&right={walked.id}"
    assert http.get(url).status == 404


def test_comparison_marks_what_differs(http: Browser, playground: Playground) -> None:
    """Scope and tokens differ and are marked, the rest is not; secrets stay masked."""
    first = walk(http, playground)
    second = walk(http, playground, scope="openid view_photos")
    page = http.get(playground.url + FLOWS).submit("Compare")
    found = rows(page)
    for name in ("scope", "state", "nonce"):
        assert "differs" in found[name].get("class", []), name
    for name in ("client_id", "redirect_uri", "iss", "Content-Type"):
        assert "differs" not in found[name].get("class", []), name
    cells = [cell.get_text() for cell in found["scope"].find_all("td")]
    assert cells == ["openid profile view_photos", "openid view_photos"]
    assert "Token request" not in found or "ms" in found["Refresh"].get_text()
    secrets = [*first.secrets.values(), *second.secrets.values()]
    assert leaks([page.html], secrets) == []


def test_comparison_without_two_flows_leads_to_the_list(
    http: Browser, playground: Playground
) -> None:
    """An incomplete address is no error."""
    assert http.get(f"{playground.url}{FLOWS}/compare?left=x").path == FLOWS


def test_flow_pages_are_accessible_and_narrow(
    new_page: Pages, playground: Playground, walked: Walked
) -> None:
    """axe finds nothing on the list and the comparison, and both fit a phone."""
    for colours in ("light", "dark"):
        window = new_page(viewport=(390, 800), colour_scheme=colours)
        hand_over(walked.http.session, window)
        for path in (FLOWS, f"{FLOWS}/compare?left={walked.id}&right={walked.id}"):
            window.goto(playground.url + path)
            assert window.evaluate("document.documentElement.scrollWidth") <= 390
            axe(window)


def test_comparison_of_a_refusal_shows_what_came(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """error, its description and state came with a refused response, so none of them is absent."""
    refused(http, playground, rogue, "access_denied", "Not assigned.")
    refused(http, playground, rogue, "invalid_scope")
    found = rows(http.get(playground.url + FLOWS).submit("Compare"))
    cells = [cell.get_text() for cell in found["error"].find_all("td")]
    assert cells == ["access_denied", "invalid_scope"]
    cells = [cell.get_text() for cell in found["error_description"].find_all("td")]
    assert cells == ["Not assigned.", ""]
    assert "absent" not in found["state"].get_text()


def test_comparison_keeps_every_attempt(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A refused token request stands beside the good one, each with its parameters and time."""
    ok = {"access_token": "an-access-token", "token_type": "Bearer"}
    page = exchange_at(http, playground, rogue, 400, {"error": "invalid_grant"})
    rogue.answer("/token", 200, {"Content-Type": "application/json"}, ok)
    page.submit("Get Access Token", redirect_uri="https://other.example/")
    exchange_at(http, playground, rogue, 200, ok)
    page = http.get(playground.url + FLOWS).submit("Compare")
    found = rows(page)
    assert "ms" in found["Token request"].get_text()
    assert [c.get_text() == "absent" for c in found["Token request 2"].find_all("td")] == [
        False,
        True,
    ]
    assert "https://other.example/" in found["redirect_uri"].get_text()
