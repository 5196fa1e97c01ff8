"""Discovery: where the metadata is looked for, what of it is believed, what it changes."""

from collections.abc import Callable
from typing import Any

import pytest

from playground.form import Form
from playground.metadata import applied
from playground.protocol.discovery import Metadata
from tests.playground.walking import open_form
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser, Page
from tests.support.chromium import Pages, axe
from tests.support.processes import free_port
from tests.support.rogue import Rogue

PAGE = "/playground2/discovery"
OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"


def document(issuer: str, **changed: Any) -> dict[str, Any]:
    """Good metadata of an issuer, some members changed; None takes one out."""
    members = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "response_types_supported": ["code"],
        **changed,
    }
    return {name: value for name, value in members.items() if value is not None}


def look(http: Browser, playground: Playground, typed: str) -> Page:
    """Type an issuer or a metadata URL."""
    page = http.get(playground.url + PAGE)
    button = "Look it up" if "Look it up" in page.buttons else "Look up another"
    return page.submit(button, issuer=typed)


def form_values(http: Browser, playground: Playground) -> dict[str, str]:
    """What the form holds."""
    values = dict(open_form(http, playground).form("Authorize").values)
    return {name: value for name, value in values.items() if name != "csrf_token"}


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("", OPENID),
        ("", OAUTH),
        ("/realms/one", f"/realms/one{OPENID}"),
        ("/realms/one", f"{OAUTH}/realms/one"),
        ("/realms/one", f"/realms/one{OAUTH}"),
    ],
)
def test_an_issuer_leads_to_its_metadata(
    http: Browser, playground: Playground, rogue: Rogue, path: str, place: str
) -> None:
    """OIDC Discovery's place, and RFC 8414's, inserted and appended."""
    issuer = rogue.url + path
    rogue.answer(place, body=document(issuer))
    page = look(http, playground, issuer)
    assert (page.status, page.buttons.count("Take it into the form")) == (200, 1)
    page.submit("Take it into the form")
    values = form_values(http, playground)
    assert values["issuer"] == issuer
    assert values["token_endpoint"] == f"{issuer}/token"


@pytest.mark.parametrize(
    "place", [f"/realms/one{OPENID}", f"{OAUTH}/realms/one", f"/realms/one{OAUTH}"]
)
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_metadata_url_may_be_pasted(
    http: Browser, playground: Playground, rogue: Rogue, place: str, slash: str
) -> None:
    """The issuer is the one whose metadata lies there; a final slash leaves no trace (§4.1)."""
    rogue.answer(place, body=document(f"{rogue.url}/realms/one{slash}"))
    assert look(http, playground, rogue.url + place).status == 200


def test_the_host_of_a_wso2_server_will_do(
    http: Browser, playground: Playground, embedded: Embedded
) -> None:
    """WSO2's own place is found from the host, and its issuer is the one of that place."""
    page = look(http, playground, embedded.url)
    assert page.status == 200
    assert embedded.issuer in page.words
    page.submit("Take it into the form")
    values = form_values(http, playground)
    assert values["issuer"] == embedded.issuer
    assert values["authorization_response_iss_parameter_supported"] == "1"


@pytest.mark.parametrize(
    "found",
    [
        "https://evil.example",
        "{issuer}/",
        "{issuer}/x",
        "HTTP://{host}",
        "{issuer}?a=b",
        "{issuer} ",
    ],
)
def test_another_issuers_document_is_refused(
    http: Browser, playground: Playground, rogue: Rogue, found: str
) -> None:
    """Equal to the character, or not used; both strings are shown (RFC 8414 §3.3)."""
    host = rogue.url.removeprefix("http://")
    named = found.format(issuer=rogue.url, host=host)
    rogue.answer(OPENID, body=document(rogue.url) | {"issuer": named})
    before = form_values(http, playground)
    page = look(http, playground, rogue.url)
    assert page.status == 400
    assert "another issuer's" in page.words
    codes = [tag.get_text() for tag in page.soup.find_all("code", class_="plain")]
    assert {rogue.url, named} <= set(codes)
    for mark, words in (("ins", "Underlined: only in"), ("del", "Struck out: only in")):
        assert (words in page.words) == bool(page.soup.select(f".diff {mark}"))
    assert "Take it into the form" not in page.buttons
    assert form_values(http, playground) == before


def test_the_change_is_shown_before_it_is_taken(
    http: Browser, playground: Playground, embedded: Embedded, rogue: Rogue
) -> None:
    """Old and new stand side by side; only the button changes the form."""
    rogue.answer(OPENID, body=document(rogue.url))
    page = look(http, playground, rogue.url)
    rows = {
        str(tr.th.get_text(" ", strip=True)): [td.get_text(strip=True) for td in tr.find_all("td")]
        for tr in page.soup.select("table.compare tbody tr")
    }
    assert rows["Access Token Endpoint differs"] == [
        f"{embedded.url}/oauth2/token",
        f"{rogue.url}/token",
    ]
    assert form_values(http, playground)["token_endpoint"] == f"{embedded.url}/oauth2/token"


def test_nothing_of_the_server_before_stays(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Endpoints the metadata does not name are emptied; the other server's secret is forgotten."""
    open_form(http, playground).submit(
        "Show the fields of this grant", client_id="mine", client_secret="for the other server"
    )
    rogue.answer(OPENID, body=document(rogue.url))
    look(http, playground, rogue.url).submit("Take it into the form")
    page = open_form(http, playground)
    values = dict(page.form("Authorize").values)
    names = ("introspection_endpoint", "userinfo_endpoint", "resource_endpoint")
    assert [values[name] for name in names] == ["", "", ""]
    assert values["client_id"] == "mine"
    secret = page.soup.find("input", attrs={"name": "client_secret"})
    assert secret is not None
    assert not secret.get("placeholder")
    assert "server: Another server" in page.words


def test_scopes_of_the_server_before_are_left_out(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """What another server does not list is not asked of it, and that is shown first."""
    rogue.answer(OPENID, body=document(rogue.url, scopes_supported=["openid", "profile", "mail"]))
    page = look(http, playground, rogue.url)
    assert "openid profile view_photos" in page.words
    page.submit("Take it into the form")
    assert form_values(http, playground)["scope"] == "openid profile"


def test_a_method_the_server_does_not_allow_is_replaced(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Client authentication follows what the server supports, and what it allows is shown."""
    methods = ["tls_client_auth", "client_secret_post"]
    rogue.answer(OPENID, body=document(rogue.url, token_endpoint_auth_methods_supported=methods))
    look(http, playground, rogue.url).submit("Take it into the form")
    page = open_form(http, playground)
    values = dict(page.form("Authorize").values)
    assert values["token_endpoint_auth_method"] == "client_secret_post"
    assert "tls_client_auth client_secret_post" in page.words


@pytest.mark.parametrize(
    ("answer", "words", "status"),
    [
        ({"status": 404}, "There is nothing (404).", 502),
        ({"status": 503}, "It answered with status 503.", 502),
        ({"headers": {"Content-Type": "text/html"}, "body": "<h1>Hi</h1>"}, "a web page", 502),
        ({"body": "{"}, "not a JSON object", 502),
        ({"body": []}, "not a JSON object", 502),
        ({"body": "[" * 100_000}, "not a JSON object", 502),
        ({"body": {"token_endpoint": "https://x/"}}, "no issuer that is a string", 502),
        ({"body": {"issuer": 5}}, "no issuer that is a string", 502),
        ({"status": 302, "headers": {"Location": "/elsewhere"}}, "redirects to /elsewhere", 502),
    ],
)
def test_an_answer_of_no_use_is_explained(
    http: Browser, playground: Playground, rogue: Rogue, answer: Any, words: str, status: int
) -> None:
    """Whatever comes instead of metadata is named, place by place."""
    rogue.answer(OPENID, **answer)
    page = look(http, playground, rogue.url)
    assert page.status == status
    assert words in page.words
    assert rogue.received("/elsewhere") == []


def test_a_document_without_endpoints(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """Neither an authorization nor a token endpoint: of no use."""
    bare = document(rogue.url, authorization_endpoint=None, token_endpoint="javascript:alert(1)")
    rogue.answer(OPENID, body=bare)
    page = look(http, playground, rogue.url)
    assert page.status == 502
    assert "neither an authorization endpoint nor a token endpoint" in page.words


@pytest.mark.parametrize(
    "value", [5, "", "javascript:alert(1)", "/relative", ["https://x/"], "https://x/\r\nA: b", {}]
)
def test_a_member_of_the_wrong_type_is_not_taken(
    http: Browser, playground: Playground, rogue: Rogue, value: Any
) -> None:
    """Types and URLs are checked before use; the rest of the document still counts."""
    rogue.answer(OPENID, body=document(rogue.url, userinfo_endpoint=value))
    page = look(http, playground, rogue.url)
    assert page.status == 200
    assert "userinfo_endpoint is no usable URL" in page.words
    page.submit("Take it into the form")
    assert form_values(http, playground)["userinfo_endpoint"] == ""


def test_hostile_lists_are_tamed(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """Endless, nested and marked-up lists neither break the page nor are they reflected raw."""
    scopes = ["<script>alert(1)</script>", 7, None, ["x"], "a\nb", *(f"s{n}" for n in range(5000))]
    rogue.answer(
        OPENID,
        body=document(rogue.url, scopes_supported=scopes, grant_types_supported="code"),
    )
    page = look(http, playground, rogue.url)
    assert page.status == 200
    assert "<script>alert" not in page.html
    assert "grant_types_supported is not a list" in page.words
    assert page.submit("Take it into the form").status == 200


def test_plain_endpoints_of_an_https_issuer_are_pointed_out(
    http: Browser, playground: Playground, tls_server: Any
) -> None:
    """A server behind a proxy that does not know of it is recognised."""
    server = tls_server("self_signed")
    http.get(playground.url + "/playground2/certificate").submit("Look", url=server.url).submit(
        "Trust this one, for this session"
    )
    server.answer(OPENID, body=document(server.url, token_endpoint="http://localhost/token"))
    assert (
        "token_endpoint is plain http though the issuer is https"
        in look(http, playground, server.url).words
    )


@pytest.mark.parametrize(
    "typed", ["", "localhost", "ftp://x", "https://x/?a=b", "https://x/#f", "https://«realm»/x"]
)
def test_what_is_no_issuer_is_not_asked(http: Browser, playground: Playground, typed: str) -> None:
    """Anything but an absolute http(s) URL without query is refused with a sentence."""
    page = look(http, playground, typed)
    assert page.status == 400
    assert page.soup.find(class_="error") is not None


def test_taking_nothing_is_refused(http: Browser, playground: Playground) -> None:
    """Without an answer there is nothing to take, and a form of ours is needed."""
    token = http.get(playground.url + PAGE).form("Look it up").value("csrf_token")
    assert http.post(f"{playground.url}{PAGE}/take", {"csrf_token": token}).status == 400
    assert http.post(f"{playground.url}{PAGE}", {"issuer": "https://x"}).status == 400


def test_a_lookup_that_reaches_nobody_can_be_repeated(
    http: Browser, playground: Playground
) -> None:
    """What was typed waits behind a link, and what to do is no question."""
    typed = f"https://localhost:{free_port()}"
    page = look(http, playground, typed)
    assert page.status == 502
    assert "?" not in page.words.partition("What to do")[2].partition("Look it up again")[0]
    again = page.click("Look it up again")
    assert again.form("Look it up").value("issuer") == typed


def test_a_lookup_at_an_untrusted_server_speaks_of_no_code(
    http: Browser, playground: Playground, tls_server: Callable[..., Rogue]
) -> None:
    """No code waits for an exchange there."""
    page = look(http, playground, tls_server("untrusted").url)
    assert "trust exactly that one" in page.words
    assert "code" not in page.words.partition("What to do")[2].partition("Where to set it")[0]
    assert "Look it up again" in page.words


def test_every_request_is_shown(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """The page shows what was really sent and what came back."""
    rogue.answer(OAUTH, body=document(rogue.url))
    page = look(http, playground, rogue.url)
    assert [request.path for request in rogue.requests] == [OPENID, OAUTH]
    assert len(page.soup.find_all("article", class_="exchange")) == 2


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_accessible(
    new_page: Pages, playground: Playground, rogue: Rogue, scheme: str
) -> None:
    """axe-core finds nothing on what was found, nor on a refusal, on a phone neither."""
    rogue.answer(OPENID, body=document(rogue.url, scopes_supported=["openid"]))
    page = new_page(colour_scheme=scheme, viewport=(390, 844))
    for typed, heading in ((rogue.url, "Found"), (f"{rogue.url}/x", "Where it was looked for")):
        page.goto(playground.url + PAGE)
        page.fill("input[name=issuer]", typed)
        page.click("button:has-text('Look')")
        page.wait_for_selector(f"h2:has-text('{heading}')")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_tenant_of_a_wso2_server_will_do(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A tenant's metadata lies in WSO2's own place below it."""
    issuer = f"{rogue.url}/t/foo/oauth2/token"
    rogue.answer(f"/t/foo/oauth2/token{OPENID}", body=document(issuer))
    page = look(http, playground, f"{rogue.url}/t/foo")
    assert page.status == 200
    assert issuer in page.words


@pytest.mark.parametrize(
    ("known", "kept"),
    [
        ({}, True),
        ({"token_endpoint": "https://b.example/token"}, True),
        ({"token_endpoint": "https://B.example:443/t"}, True),
        ({"token_endpoint": "https://a.example/token"}, False),
        ({"authorization_endpoint": "https://a.example/auth"}, False),
        ({"issuer": "https://a.example"}, False),
    ],
)
def test_a_secret_stays_with_its_server(known: dict[str, str], kept: bool) -> None:
    """What was typed for one server is taken out when another one's metadata is taken."""
    metadata = Metadata(
        url="https://b.example/.well-known/x",
        issuer="https://b.example",
        endpoints={"token_endpoint": "https://b.example/token"},
        supported={},
        flags={},
    )
    taken = applied(Form(client_secret="typed", **known), metadata)
    assert bool(taken.client_secret) == kept
