"""The sequence diagram: what happened is drawn, what is to come is dashed, failures are marked."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from playground.explain.diagram import MOST, of_flow, of_plan
from playground.explain.kinds import kind_of
from playground.form import Form
from tests.doctor.failing import begin, come_back, refused
from tests.explain.looking import arrows, exchange_page
from tests.playground.walking import (
    approve,
    choose_grant,
    leave,
    open_form,
    sign_in,
    to_code,
    to_token,
)
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser
from tests.support.records import exchange, flow
from tests.support.rogue import Rogue

EXCHANGE = exchange(status=400)


def test_before_the_flow_everything_is_dashed(http: Browser, playground: Playground) -> None:
    """Home and form show the flow to come, and no arrow leads anywhere."""
    for page in (http.get(playground.url + "/playground2"), open_form(http, playground)):
        assert "Get Photos, token" in arrows(page, "todo")
        assert arrows(page, "done") == arrows(page, "now") == []
        assert page.soup.select("svg[role=group] a") == []


def test_the_plan_follows_the_grant(http: Browser, playground: Playground) -> None:
    """A grant without the browser has no redirect in its plan; an implicit one no token request."""
    direct = arrows(choose_grant(open_form(http, playground), "client_credentials"), "todo")
    assert direct == ["token request", "access token", "Get Photos, token", "photos"]
    implicit = arrows(choose_grant(open_form(http, playground), "implicit"), "todo")
    assert "redirect: token, id token" in implicit
    assert "token request" not in implicit


def test_arrows_become_solid_as_messages_happen(http: Browser, playground: Playground) -> None:
    """The callback page has request and response drawn, the token request still dashed."""
    page = to_code(http, playground)
    assert arrows(page, "done") == ["303 redirect", "authorization request", "Sign In, Approve"]
    assert arrows(page, "now") == ["redirect: code", "callback: code"]
    assert arrows(page, "todo")[:2] == ["token request", "access token"]
    page = page.submit("Get Access Token")
    drawn = arrows(page, "done") + arrows(page, "now")
    assert "200 access token" in drawn
    assert arrows(page, "todo") == ["Get Photos, token", "photos"]
    assert arrows(page.submit("Get Photos"), "todo") == []


def test_every_arrow_leads_to_its_exchange(http: Browser, playground: Playground) -> None:
    """Each link of the picture opens the page of the message it stands for, lit up there."""
    page = to_token(http, playground)
    base = page.url.partition("/playground2")[0]
    links = page.soup.select("svg[role=group] a")
    assert len(links) >= 3
    for link in links:
        shown = http.get(base + str(link["href"]))
        assert shown.heading in str(link["aria-label"])
        assert len(shown.soup.select("svg[role=group] a.now")) == 1


def test_the_list_says_the_same_as_the_picture(http: Browser, playground: Playground) -> None:
    """A screen reader gets every message, with its route and its state."""
    page = to_code(http, playground)
    lines = [li.get_text(" ", strip=True) for li in page.soup.select(".diagram li")]
    assert lines[0].endswith("playground to browser to authorization server; happened")
    assert lines[3].endswith("playground to authorization server to playground; still to come")
    assert len(lines) == len(page.soup.select("svg[role=group] :is(.arrow, .arrow-back)"))


def test_while_the_browser_is_away_the_response_is_to_come(
    http: Browser, playground: Playground
) -> None:
    """The flow's page shows that nothing came back yet."""
    leave(open_form(http, playground))
    (name,) = (n for n in http.cookies("localhost") if n.startswith("playground_flow_"))
    identifier = name.removeprefix("playground_flow_")
    page = http.get(f"{playground.url}/playground2/oauth2client/{identifier}")
    assert arrows(page, "now") == ["303 redirect", "authorization request"]
    assert arrows(page, "todo")[0] == "Sign In, Approve"


def test_a_refusal_is_marked_with_its_word(http: Browser, playground: Playground) -> None:
    """A wrong secret shows 401 and invalid_client in the failure colour; the token is to come."""
    page = to_code(http, playground).submit("Get Access Token", client_secret="wrong")
    assert "401 invalid_client" in arrows(page, "failed")
    assert "token request" in arrows(page, "todo")


def test_a_denial_ends_the_diagram(http: Browser, playground: Playground) -> None:
    """After Deny nothing more is to come in this flow."""
    page = approve(sign_in(leave(open_form(http, playground)).follow()), "Deny")
    assert "redirect: access_denied" in arrows(page, "failed")
    assert arrows(page, "todo") == []


def test_no_answer_is_a_cross_and_a_reason(http: Browser, playground: Playground) -> None:
    """A refused connection has an arrow that does not arrive, and says so."""
    page = to_code(http, playground)
    page = page.submit("Get Access Token", token_endpoint="https://localhost:1/token")
    assert "no connection" in arrows(page, "failed")
    assert page.soup.select("svg[role=group] .failed .cross")


def test_an_untrusted_server_is_named_as_such(
    http: Browser, playground: Playground, tls_server: Callable[..., Rogue]
) -> None:
    """The reason stands in the picture itself."""
    url = tls_server("self_signed").url + "/token"
    page = to_code(http, playground).submit("Get Access Token", token_endpoint=url)
    assert "not trusted" in arrows(page, "failed")


def test_a_response_sent_twice_is_refused_in_the_picture(
    http: Browser, playground: Playground
) -> None:
    """Replaying the callback adds a failed message; the first one stays good."""
    page = leave(open_form(http, playground)).follow()
    callback = approve(sign_in(page), follow=False).location
    http.get(callback)
    page = http.get(callback)
    assert "refused" in arrows(page, "failed")
    assert "callback: code" in arrows(page, "done")


def test_keys_that_are_known_are_not_to_come(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """Where the token came without fetching keys, the diagram does not wait for them."""
    to_token(http, playground)
    page = choose_grant(open_form(http, playground), "authorization_code")
    page = approve(leave(page).follow()).submit("Get Access Token")
    assert "keys, please" not in arrows(page, "todo")


WITH_SERVER = "playground to browser to authorization server; happened"
TO_US = "authorization server to browser to playground; happened"


@pytest.mark.parametrize(
    ("purpose", "sender", "words", "route", "section"),
    [
        (
            "Logout request",
            "playground",
            ["303 redirect", "logout request"],
            WITH_SERVER,
            "OIDC RP-Initiated Logout §2",
        ),
        (
            "Return from logout",
            "browser",
            ["redirect: state", "back: state"],
            TO_US,
            "OIDC RP-Initiated Logout §3",
        ),
        (
            "Front-channel logout",
            "browser",
            ["page with our frame", "iss and sid"],
            TO_US,
            "OIDC Front-Channel Logout §2",
        ),
        (
            "Back-channel logout",
            "authorization server",
            ["logout token", "200 signed out"],
            "authorization server to playground to authorization server; happened",
            "OIDC Back-Channel Logout §2.5",
        ),
    ],
)
def test_each_logout_message_is_drawn_as_itself(
    purpose: str, sender: str, words: list[str], route: str, section: str
) -> None:
    """Each runs the way it went, in its own words, and has its own section."""
    back = sender == "authorization server"
    message = exchange(
        purpose=purpose,
        channel="back" if back else "front",
        sender=sender,
        receiver="authorization server" if sender == "playground" else "playground",
        status=200 if back else 0,
    )
    ended = replace(flow(), signed_out="You signed out.")
    (drawn,) = of_flow(ended, [message]).drawn
    assert [w.text for w in drawn.words] == words
    assert drawn.said == route
    assert kind_of(message).section == section


def test_a_sign_out_is_drawn_to_its_end(http: Browser, playground: Playground) -> None:
    """The request to the server and the way back are drawn beside the one callback."""
    page = to_token(http, playground)
    address = page.url.removesuffix("/token")
    page.submit("Sign out").submit("Yes").click("Continue")
    page = http.get(address)
    drawn = arrows(page, "done") + arrows(page, "now")
    assert drawn.count("callback: code") == 1
    for words in ("logout request", "redirect: state", "back: state"):
        assert drawn.count(words) == 1
    assert "OIDC RP-Initiated Logout §3" in exchange_page(page, "Return from logout").words


def test_a_long_flow_stays_readable() -> None:
    """A hundred failed attempts are not a hundred arrows; the beginning and the end are kept."""
    exchanges = [replace(EXCHANGE, id=str(n)) for n in range(100)]
    diagram = of_flow(flow(grant_type="client_credentials"), exchanges)
    assert len(diagram.drawn) == MOST
    assert diagram.left_out == 101 - MOST
    assert diagram.drawn[-2].message.exchange == "99"


@pytest.mark.parametrize(("active", "words"), [("true", "200 active"), ("false", "200 not active")])
def test_an_introspection_says_whether_the_token_lives(active: str, words: str) -> None:
    """The answer's arrow has what the server said, not that it said something."""
    body = f'{{"active": {active}}}'.encode()
    asked = replace(EXCHANGE, purpose="Introspection", status=200, response_body=body)
    drawn = of_flow(flow(grant_type="client_credentials"), [asked]).drawn[0]
    assert drawn.words[-1].text == words


def test_repeated_pictures_are_one_arrow() -> None:
    """Six photos are one arrow with their number; what follows keeps its own number."""
    photo = replace(EXCHANGE, purpose="Get a photo", status=200, receiver="resource server")
    exchanges = [*(replace(photo, id=str(n)) for n in range(6)), replace(EXCHANGE, id="last")]
    first, last, *_ = of_flow(flow(grant_type="client_credentials"), exchanges).drawn
    assert [w.text for w in first.words] == ["a photo, token × 6", "200 picture"]
    assert (last.message.number, last.message.exchange) == (7, "last")


def test_words_stay_inside_the_picture() -> None:
    """An overlong error word is cut and moved, not lost beyond the edge."""
    body = b'{"error": "' + b"x" * 300 + b'"}'
    refused = replace(EXCHANGE, response_body=body)
    drawn = of_flow(flow(grant_type="client_credentials"), [refused]).drawn[0]
    assert all(len(words.text) <= 44 and 0 < words.x < 420 for words in drawn.words)


def test_the_same_plan_is_drawn_once() -> None:
    """The picture of a flow to come is kept, since every visitor sees the same one."""
    assert of_plan(Form()) is of_plan(Form())


def test_nobody_is_drawn_where_nobody_is_asked(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """With prompt=none the server shows no page, so no arrow says that a person did anything."""
    state = begin(http, playground, rogue, prompt="none")
    assert "Sign In, Approve" not in arrows(open_form(http, playground), "todo")
    page = come_back(http, playground, code="a-code", state=state)
    assert arrows(page, "done") == ["303 redirect", "authorization request"]
    assert arrows(page, "now") == ["redirect: code", "callback: code"]


def test_a_refusal_by_rule_is_not_drawn_as_the_persons(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """access_denied may be the server's own rule: the picture shows the answer, and no Deny."""
    page = refused(http, playground, rogue, "access_denied", "User is not assigned to the client.")
    assert arrows(page, "failed") == ["redirect: access_denied", "refused"]
    assert "person" not in " ".join(li.get_text() for li in page.soup.select(".diagram li"))


def test_an_approval_may_be_an_earlier_one(http: Browser, playground: Playground) -> None:
    """The server's yes proves that a person approved, and not when."""
    lines = [li.get_text(" ", strip=True) for li in to_code(http, playground).soup.select("li")]
    assert any(
        li.endswith("person to authorization server; happened now or earlier") for li in lines
    )
