"""The callback: only this browser's own, unused, well-formed response is accepted."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from playwright.sync_api import Page as Window
from playwright.sync_api import expect

from tests.playground.issuer import CLIENT, Issuer
from tests.playground.walking import approve, choose_grant, leave, open_form, sign_in, to_code
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue

CALLBACK = "/playground2/oauth2client"


def begun(http: Browser, playground: Playground, **typed: str) -> str:
    """Begin a flow; its state."""
    page = leave(open_form(http, playground), **typed)
    return dict(parse_qsl(urlsplit(page.location).query))["state"]


def answer(http: Browser, playground: Playground, *pairs: tuple[str, str]) -> Page:
    """Bring an authorization response as the browser would."""
    return http.get(f"{playground.url}{CALLBACK}?{urlencode(pairs)}")


def refused(page: Page, words: str) -> None:
    """It is a 4xx page that says why, and shows no code."""
    assert 400 <= page.status < 500
    assert words in page.words


def test_missing_state(http: Browser, playground: Playground) -> None:
    """A response without state is refused (RFC 6749 §10.12)."""
    begun(http, playground)
    refused(answer(http, playground, ("code", "c")), "its state is missing or unknown")


def test_wrong_state(http: Browser, playground: Playground) -> None:
    """A response with a state of nobody's is refused."""
    begun(http, playground)
    refused(answer(http, playground, ("code", "c"), ("state", "x")), "missing or unknown")


def test_state_of_a_flow_that_was_let_go(
    http: Browser, start_playground: Callable[..., Playground]
) -> None:
    """Who began more flows than a browser keeps is told of the limit."""
    small = start_playground(PLAYGROUND_MAX_FLOWS="1")
    typed = {"client_id": "c", "authorization_endpoint": f"{small.url}/elsewhere"}
    first, _ = begun(http, small, **typed), begun(http, small, **typed)
    page = answer(http, small, ("code", "c"), ("state", first))
    refused(page, "keeps its 1 newest flows (PLAYGROUND_MAX_FLOWS)")


def test_replayed_state(http: Browser, playground: Playground, embedded: Embedded) -> None:
    """A state counts once."""
    state = begun(http, playground)
    first = answer(http, playground, ("code", "c"), ("state", state), ("iss", embedded.issuer))
    assert first.status == 200
    second = answer(http, playground, ("code", "c"), ("state", state), ("iss", embedded.issuer))
    refused(second, "already used")


def test_looking_with_head_uses_nothing_up(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """HEAD is safe: the state, and the ticket of a form_post, still count (RFC 9110 §9.2.1)."""
    given = {"code": "c", "state": begun(http, playground), "iss": embedded.issuer}
    assert http.send("HEAD", f"{playground.url}{CALLBACK}?{urlencode(given)}").status == 200
    parked = http.post(playground.url + CALLBACK, given, follow=False, cross_site=True)
    assert http.send("HEAD", parked.location).status == 200
    assert http.get(parked.location).heading == "What came back"


def test_other_browsers_state(new_browser, playground: Playground, embedded: Embedded) -> None:
    """A response brought by another browser than the flow's is refused."""
    state = begun(new_browser(), playground)
    page = answer(
        new_browser(), playground, ("code", "c"), ("state", state), ("iss", embedded.issuer)
    )
    refused(page, "another browser's flow")


def test_other_host_name_is_named(http: Browser, playground: Playground) -> None:
    """A callback on another host name than the flow's says so: the cookie stayed behind."""
    state = begun(http, playground)
    page = http.get(f"{playground.at('wso2is.local')}{CALLBACK}?code=c&state={state}")
    refused(page, "began under another host name")
    assert f"http://localhost:{playground.port}" in page.words


def test_wrong_iss(http: Browser, playground: Playground) -> None:
    """A response from another issuer is refused (RFC 9207 §2.4)."""
    state = begun(http, playground)
    page = answer(http, playground, ("code", "c"), ("state", state), ("iss", "https://evil"))
    refused(page, "does not come from the server that was asked")


def test_missing_iss(http: Browser, playground: Playground) -> None:
    """iss must be there where the server announces it (RFC 9207 §2.4)."""
    state = begun(http, playground)
    page = answer(http, playground, ("code", "c"), ("state", state))
    refused(page, "does not come from the server that was asked")


@pytest.mark.parametrize("id_token", ["", "a.b.c"])
def test_missing_iss_beside_an_id_token_nobody_asked_for(
    http: Browser, playground: Playground, id_token: str
) -> None:
    """Only an id token of the response type stands in for iss (RFC 9207 §2.4)."""
    state = begun(http, playground)
    page = answer(http, playground, ("code", "c"), ("state", state), ("id_token", id_token))
    refused(page, "does not come from the server that was asked")


@pytest.mark.parametrize("came", [(), ("iss",)])
def test_announced_iss_without_an_issuer_to_compare_it_with(
    http: Browser, playground: Playground, embedded: Embedded, came: tuple[str, ...]
) -> None:
    """The check warns that nothing was compared, and does not deny the announcement."""
    state = begun(http, playground, issuer="")
    page = answer(
        http, playground, ("code", "c"), ("state", state), *((n, embedded.issuer) for n in came)
    )
    row = next(r for r in page.soup.select(".checks tr") if "RFC 9207" in r.get_text())
    assert "no issuer is configured" in row.get_text()
    assert "warning" in row.get_text()


def test_missing_iss_beside_the_id_token_that_was_asked_for(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """The id token stands in for iss, and the check does not say that iss was not announced."""
    issuer = Issuer(rogue)
    page = open_form(http, playground).submit("Use this server", profile="other")
    page = leave(
        choose_grant(page, "implicit"),
        client_id=CLIENT,
        response_type="id_token",
        authorization_endpoint=f"{issuer.url}/authorize",
        issuer=issuer.url,
        authorization_response_iss_parameter_supported="1",
        jwks_uri=f"{issuer.url}/jwks",
    )
    sent = dict(parse_qsl(urlsplit(page.location).query))
    id_token = issuer.sign(issuer.claims(sent["nonce"]))
    given = {"id_token": id_token, "state": sent["state"]}
    page = http.post(playground.url + CALLBACK, given, cross_site=True)
    row = next(r for r in page.soup.select(".checks tr") if "RFC 9207" in r.get_text())
    assert "the id token names it" in row.get_text()


def test_repeated_parameter(http: Browser, playground: Playground) -> None:
    """A parameter that comes twice is refused (RFC 6749 §3.1)."""
    state = begun(http, playground)
    page = answer(http, playground, ("code", "a"), ("code", "b"), ("state", state))
    refused(page, "more than once")


def test_code_and_error_at_once(http: Browser, playground: Playground, embedded: Embedded) -> None:
    """A response is either a result or an error."""
    state = begun(http, playground)
    pairs = [("code", "c"), ("error", "access_denied"), ("state", state)]
    refused(answer(http, playground, *pairs, ("iss", embedded.issuer)), "error and a result")


def test_neither_code_nor_error(http: Browser, playground: Playground, embedded: Embedded) -> None:
    """A response that holds nothing of use is refused."""
    state = begun(http, playground)
    page = answer(http, playground, ("state", state), ("iss", embedded.issuer))
    refused(page, "does not hold what was asked for")


def test_other_response_type_than_asked(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """A token in the front channel that nobody asked for is refused."""
    state = begun(http, playground)
    pairs = [("access_token", "t"), ("token_type", "Bearer"), ("state", state)]
    page = answer(http, playground, *pairs, ("iss", embedded.issuer))
    refused(page, "does not hold what was asked for")


@pytest.mark.parametrize(
    ("response_type", "kinds"),
    [("token", "access_token token_type"), ("code id_token", "code id_token")],
)
@pytest.mark.parametrize("response_mode", ["", "query", "form_post"])
def test_token_in_the_query(
    http: Browser,
    playground: Playground,
    embedded: Embedded,
    response_type: str,
    kinds: str,
    response_mode: str,
) -> None:
    """Whatever was asked for, a token in the address is refused (Multiple Response Types §5)."""
    page = choose_grant(open_form(http, playground), "hybrid" if "code" in kinds else "implicit")
    page = leave(page, response_type=response_type, response_mode=response_mode)
    state = dict(parse_qsl(urlsplit(page.location).query))["state"]
    pairs = [(name, "secret-of-the-query") for name in kinds.split()]
    page = answer(http, playground, *pairs, ("state", state), ("iss", embedded.issuer))
    refused(page, "in the query of the address, where no token may be")
    assert "fragment or form_post" in page.words
    assert "secret-of-the-query" not in page.html


@pytest.mark.parametrize("asked", ["", "query", "fragment", "form_post"])
@pytest.mark.parametrize("came", ["query", "fragment", "form_post"])
def test_code_in_each_response_mode(
    http: Browser, playground: Playground, embedded: Embedded, asked: str, came: str
) -> None:
    """A code counts however it comes; the checks say where the server chose another way."""
    given = {"code": "c", "state": begun(http, playground, response_mode=asked)}
    given["iss"] = embedded.issuer
    page = bring(http, playground, given, came)
    assert page.heading == "What came back"
    row = next(r for r in page.soup.select(".checks tr") if "response mode" in r.get_text())
    verdict, *ways = (cell.get_text(strip=True) for cell in row.find_all("td"))
    assert ways == [asked or "query", came]
    assert verdict == ("passed" if came == ways[0] else "warning")


def bring(http: Browser, playground: Playground, given: dict[str, str], mode: str) -> Page:
    """Bring a response as a browser does in this response mode."""
    url = playground.url + CALLBACK
    if mode == "query":
        return answer(http, playground, *given.items())
    if mode == "form_post":
        return http.post(url, given, cross_site=True)
    form = next(f for f in http.get(url).forms if f.tag.has_attr("data-fragment"))
    form.values += given.items()
    return form.submit()


def test_front_channel_token_that_no_header_can_carry(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """It could not be used, so it is not kept either (RFC 6750 §2.1)."""
    page = leave(choose_grant(open_form(http, playground), "implicit"), response_type="token")
    state = dict(parse_qsl(urlsplit(page.location).query))["state"]
    given = {"access_token": "t\r\nk", "token_type": "Bearer", "state": state}
    page = bring(http, playground, {**given, "iss": embedded.issuer}, "fragment")
    refused(page, "cannot go into a header")


def test_unknown_parameters_are_ignored(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """Parameters that we do not know change nothing (RFC 6749 §4.1.2)."""
    state = begun(http, playground)
    pairs = [("code", "c"), ("state", state), ("iss", embedded.issuer)]
    page = answer(http, playground, *pairs, ("session_state", "s"), ("news", "1"))
    assert (page.status, page.heading) == (200, "What came back")


def test_error_is_explained_and_escaped(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """error and error_description are shown as text; error_uri links only to http(s)."""
    state = begun(http, playground)
    page = answer(
        http,
        playground,
        ("error", "invalid_scope"),
        ("error_description", "<script>alert(1)</script>"),
        ("error_uri", "javascript:alert(1)"),
        ("state", state),
        ("iss", embedded.issuer),
    )
    refused(page, "does not know a scope")
    assert "<script>alert(1)" not in page.html
    assert not page.soup.find_all("a", href="javascript:alert(1)")


def test_denied_consent(http: Browser, playground: Playground) -> None:
    """Deny at the server comes back as a sentence, with a way back to the filled form."""
    page = leave(open_form(http, playground), scope="openid denied").follow()
    page = approve(sign_in(page), "Deny")
    refused(page, "Access was denied")
    assert "User denied the consent" in page.words
    form = page.click("Back to the form").form("Authorize")
    assert form.value("scope") == "openid denied"


def test_form_post_works_without_the_session_cookie(http: Browser, playground: Playground) -> None:
    """form_post arrives cross-site, without Lax cookies; a 303 brings them back."""
    page = leave(open_form(http, playground), response_mode="form_post").follow()
    page = approve(sign_in(page))
    page = page.forms[0].submit()
    assert page.heading == "What came back"
    assert page.submit("Get Access Token").heading == "You received the access token"


def test_form_post_ticket_works_once(http: Browser, playground: Playground) -> None:
    """The address that a form_post continues at cannot be used again."""
    state = begun(http, playground)
    parked = http.post(
        playground.url + CALLBACK, {"code": "c", "state": state}, follow=False, cross_site=True
    )
    assert parked.status == 303
    assert "code" not in parked.location.rsplit("/", 1)[1]
    http.get(parked.location)
    refused(http.get(parked.location), "works once")


@pytest.mark.parametrize("name", ["submit", "append"])
def test_fragment_with_a_parameter_named_as_what_a_form_can_do(
    page: Window, playground: Playground, name: str
) -> None:
    """In scripts a form's inputs hide its own methods; the response is taken all the same."""
    page.goto(f"{playground.url}{CALLBACK}#{name}=1&code=c&state=unknown")
    expect(page.get_by_text("its state is missing or unknown").first).to_be_visible()


def test_code_leaves_the_address_bar(http: Browser, playground: Playground) -> None:
    """After the callback neither code nor state is in the URL."""
    page = to_code(http, playground)
    assert page.url.startswith(playground.url + CALLBACK + "/")
    assert "?" not in page.url


def test_two_tabs_finish_independently(http: Browser, playground: Playground) -> None:
    """Two flows of one browser, interleaved, both reach their own token."""
    one = leave(open_form(http, playground), scope="openid one")
    two = leave(open_form(http, playground), scope="openid two")
    second = approve(sign_in(two.follow()))
    first = approve(one.follow())
    for page, scope in ((first, "one"), (second, "two")):
        token = page.submit("Get Access Token")
        assert token.heading == "You received the access token"
        assert f"{scope} granted" in token.words


def test_two_tabs_that_press_authorize_at_once(http: Browser, playground: Playground) -> None:
    """Overlapping requests of one browser lose neither flow."""
    forms = [open_form(http, playground).form("Authorize") for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        pages = list(pool.map(lambda form: form.submit(follow=False), forms))
    assert [page.status for page in pages] == [303] * 6
    for page in pages:
        state = dict(parse_qsl(urlsplit(page.location).query))["state"]
        denied = answer(http, playground, ("error", "access_denied"), ("state", state))
        assert "does not come from the server" in denied.words


@pytest.mark.parametrize("times", [2])
def test_same_response_twice_at_once(
    http: Browser, playground: Playground, embedded: Embedded, times: int
) -> None:
    """Of two simultaneous callbacks with one state, one is accepted and one explained."""
    state = begun(http, playground)
    pairs = [("code", "c"), ("state", state), ("iss", embedded.issuer)]
    with ThreadPoolExecutor(times) as pool:
        pages = list(pool.map(lambda _: answer(http, playground, *pairs), range(times)))
    assert sorted(page.status for page in pages) == [200, 400]


def test_a_second_arrival_leaves_the_flow_as_it_is(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """Opening the callback's address once more is refused, and the flow has not failed of it."""
    state = begun(http, playground)
    pairs = (("code", "c"), ("state", state), ("iss", embedded.issuer))
    page = answer(http, playground, *pairs)
    refused(answer(http, playground, *pairs), "already used")
    listed = http.get(f"{playground.url}/playground2/flows")
    assert "already used" not in listed.words
    assert "it was not exchanged" in listed.words
    assert "Get Access Token" in http.get(page.url).buttons


def test_presenter_mode_is_no_response(http: Browser, playground: Playground) -> None:
    """The page that reads the fragment can be presented."""
    page = http.get(f"{playground.url}{CALLBACK}?present=1")
    assert page.status == 200
    assert page.status == http.get(f"{playground.url}{CALLBACK}?present=0").status


def test_a_record_of_another_release_counts_as_expired(
    http: Browser, start_playground, embedded: Embedded
) -> None:
    """What cannot be read any more shuts nobody out."""
    playground = start_playground(embedded=embedded)
    page = leave(open_form(http, playground))
    with closing(sqlite3.connect(playground.data_dir / "playground.sqlite")) as store, store:
        changed = store.execute("UPDATE entry SET value = x'81a161' WHERE key LIKE 'flow:%'")
        assert changed.rowcount == 1
    state = dict(parse_qsl(urlsplit(page.location).query))["state"]
    refused(answer(http, playground, ("code", "c"), ("state", state)), "missing or unknown")
    assert http.get(f"{playground.url}/playground2/flows").status == 200
