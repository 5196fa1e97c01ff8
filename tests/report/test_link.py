"""A link to the form: it brings back everything but secrets, and gets none out of anybody."""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from tests.doctor.failing import exchange_at
from tests.playground.walking import leave, open_form, to_token
from tests.report.conftest import SECRET, Walked
from tests.report.secrets import leaks
from tests.support.apps import Embedded, Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue

TYPED = "typed-secret-of-another-server"
NOTICE = "Filled from a link: check the server before you authorize."
PROFILES = """
[company]
title = "Our company"
client_secret_env = "COMPANY_SECRET"
redirect_uri = "{{callback}}"
authorization_endpoint = "{url}/authorize"
token_endpoint = "{url}/token"
"""


def link_of(page: Page) -> str:
    """The link that the token page offers."""
    return str(page.soup.select_one(".long a")["href"])


def linked(http: Browser, playground: Playground, **fields: str) -> Page:
    """A form opened by somebody's link."""
    return http.get(f"{playground.url}/playground2/oauth2?{urlencode(fields)}")


def endpoints(url: str) -> dict[str, str]:
    """A link's fields that lead to this server."""
    return {"authorization_endpoint": f"{url}/authorize", "token_endpoint": f"{url}/token"}


def test_link_reproduces_the_form(http: Browser, playground: Playground, new_browser) -> None:
    """Another person who opens the link has the same form."""
    typed = {"scope": "openid view_photos", "login_hint": "ada@example.com", "extra_name": "ui"}
    page = to_token(http, playground, **typed, extra_value="dark & <wide>")
    form = new_browser().get(link_of(page)).form("Authorize")
    mine = open_form(http, playground).form("Authorize")
    ours = [pair for pair in form.values if pair[0] not in ("csrf_token", "from_link")]
    assert ours == [pair for pair in mine.values if pair[0] != "csrf_token"]


def test_link_holds_no_secret(walked: Walked) -> None:
    """No secret of the flow is in the link."""
    link = link_of(walked.page)
    assert leaks([link], walked.secrets.values()) == []
    names = {name for name, _ in parse_qsl(urlsplit(link).query)}
    assert not names & {"client_secret", "password", "client_private_key"}


@pytest.mark.parametrize(
    "name", ["client_secret", "password", "client_private_key", "id_token_decryption_key"]
)
def test_link_fills_in_no_secret(http: Browser, playground: Playground, name: str) -> None:
    """A secret in a link is ignored."""
    page = linked(http, playground, client_id="c", **{name: TYPED})
    assert TYPED not in page.html


def test_link_is_announced(http: Browser, playground: Playground, rogue: Rogue) -> None:
    """The page says that a link filled it in, and names the servers it leads to."""
    page = linked(http, playground, client_id="c", **endpoints(rogue.url))
    assert NOTICE in page.words
    hosts = page.soup.select_one(".hosts").get_text(" ", strip=True)
    assert rogue.url in hosts
    assert "not in your profiles" in hosts
    assert NOTICE not in open_form(http, playground).words


def test_opening_a_link_changes_nothing(http: Browser, playground: Playground) -> None:
    """The remembered form and its secret stay until the person authorizes."""
    leave(open_form(http, playground), client_id="mine", client_secret=TYPED)
    linked(http, playground, client_id="theirs")
    page = open_form(http, playground)
    assert page.form("Authorize").value("client_id") == "mine"
    assert "kept: ty" in page.html


def test_link_values_are_checked_as_typed(http: Browser, playground: Playground) -> None:
    """A link's wrong values are marked, shown escaped, and never a server error."""
    page = linked(http, playground, redirect_uri="javascript:alert(1)", scope="<b>ü</b>")
    assert page.status == 400
    assert "Please correct the marked fields" in page.words
    assert "<b>ü</b>" not in page.html
    strange = linked(http, playground, grant_type="no such grant", client_id="\x00", max_age="x")
    assert strange.status == 400


def test_typed_secret_is_not_sent_to_a_links_server(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """A secret that was typed for one server does not go to the server of a link."""
    rogue.answer("/token", status=400, body=json.dumps({"error": "invalid_client"}))
    leave(open_form(http, playground), client_secret=TYPED)
    page = linked(
        http, playground, grant_type="client_credentials", client_id="c", **endpoints(rogue.url)
    )
    failed = page.submit("Authorize").submit("Get Access Token")
    assert "secret" in failed.words.lower()
    assert all(TYPED not in str(vars(request)) for request in rogue.requests)


def test_link_cannot_borrow_a_profiles_secret(
    start_playground, embedded: Embedded, http: Browser, rogue: Rogue, tmp_path
) -> None:
    """A profile's name in a link counts only with that profile's own endpoints."""
    file = tmp_path / "profiles.toml"
    file.write_text(PROFILES.format(url="https://company.example"))
    env = {"PLAYGROUND_PROFILES": str(file), "COMPANY_SECRET": TYPED}
    playground = start_playground(embedded=embedded, **env)
    fields = {"profile": "company", "client_id": "c", "grant_type": "client_credentials"}
    stranger = linked(http, playground, **fields, **endpoints(rogue.url))
    assert "kept:" not in stranger.html
    stranger.submit("Authorize").submit("Get Access Token")
    assert all(TYPED not in str(vars(request)) for request in rogue.requests)
    own = linked(http, playground, **fields, **endpoints("https://company.example"))
    assert "kept: ty" in own.html


def test_link_gets_no_assertion_for_another_server(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """Our own key signs nothing for one server that another would get (RFC 7523 §3)."""
    fields = {"client_id": "c", "issuer": "https://honest.example", **endpoints(rogue.url)}
    page = linked(http, playground, token_endpoint_auth_method="private_key_jwt", **fields)
    for refused in (page, leave(page), leave(page.submit("Show the fields of this grant"))):
        assert refused.status == 400
        error = refused.soup.select_one("#f-client_private_key-error")
        assert "own key signs for the issuer" in error.get_text()
    page = leave(page, issuer=rogue.url)
    assert page.location.startswith(f"{rogue.url}/authorize")


def test_tutorial_link_works_at_once(http: Browser, playground: Playground, walked: Walked) -> None:
    """A link to a server that everybody has needs nothing typed."""
    page = http.get(link_of(walked.page))
    assert "in your profiles" in page.words
    assert SECRET not in page.html
    assert "kept: Gm" in page.html


@pytest.fixture
def home() -> Iterator[Rogue]:
    """The company's own server."""
    server = Rogue()
    yield server
    server.stop()


def company(
    start_playground, embedded: Embedded, http: Browser, home: Rogue, folder: Path
) -> tuple[Playground, Page]:
    """The form of a profile with a secret of its own; its server is `home`."""
    file = folder / "profiles.toml"
    file.write_text(PROFILES.format(url=home.url))
    env = {"PLAYGROUND_PROFILES": str(file), "COMPANY_SECRET": TYPED}
    playground = start_playground(embedded=embedded, **env)
    return playground, open_form(http, playground).submit("Use this server", profile="company")


def code_page(http: Browser, playground: Playground, form: Page, **typed: str) -> Page:
    """Authorize, and come back with a code."""
    sent = leave(form, client_id="c", **typed)
    state = dict(parse_qsl(urlsplit(sent.location).query))["state"]
    return http.get(f"{playground.url}/playground2/oauth2client?code=c&state={state}")


def test_a_profiles_secret_goes_to_its_own_server(
    start_playground, embedded: Embedded, http: Browser, rogue: Rogue, tmp_path: Path
) -> None:
    """Also by the second form, where nothing is typed."""
    rogue.answer("/token", body={"access_token": "t", "token_type": "Bearer"})
    playground, form = company(start_playground, embedded, http, rogue, tmp_path)
    page = code_page(http, playground, form).submit("Get Access Token")
    assert page.heading == "You received the access token"
    basic = b64encode(f"c:{TYPED}".encode()).decode()
    assert rogue.requests[-1].headers["Authorization"] == f"Basic {basic}"


def test_the_second_form_cannot_lead_a_profiles_secret_elsewhere(
    start_playground, embedded: Embedded, http: Browser, rogue: Rogue, home: Rogue, tmp_path: Path
) -> None:
    """Another token endpoint gets what is typed for it, and nothing else."""
    playground, form = company(start_playground, embedded, http, home, tmp_path)
    page = code_page(http, playground, form)
    refused = page.submit("Get Access Token", token_endpoint=f"{rogue.url}/token")
    assert "needs the client secret" in refused.words
    assert rogue.requests == []
    rogue.answer("/token", body={"access_token": "t", "token_type": "Bearer"})
    typed = {"token_endpoint": f"{rogue.url}/token", "client_secret": "typed-for-it"}
    assert page.submit("Get Access Token", **typed).heading == "You received the access token"
    assert TYPED not in str(rogue.requests[-1])


def test_authorizing_again_does_not_make_a_profiles_secret_a_typed_one(
    start_playground, embedded: Embedded, http: Browser, rogue: Rogue, home: Rogue, tmp_path: Path
) -> None:
    """After "Authorize again" the form has no secret of its own that other endpoints would get."""
    playground, form = company(start_playground, embedded, http, home, tmp_path)
    page = code_page(http, playground, form)
    http.post(
        f"{page.url}/again", {"csrf_token": page.form("Get Access Token").value("csrf_token")}
    )
    changed = open_form(http, playground)
    page = code_page(http, playground, changed, token_endpoint=f"{rogue.url}/token")
    assert "needs the client secret" in page.submit("Get Access Token").words
    assert rogue.requests == []


def test_link_leaves_out_keys_in_endpoints(
    http: Browser, playground: Playground, rogue: Rogue
) -> None:
    """What an API calls its key in the query of a URL is a secret; the rest of the URL is not."""
    keys = ("api_key", "access_token", "subscription-key", "key", "sig", "code")
    page = exchange_at(
        http,
        playground,
        rogue,
        200,
        {"access_token": "an-access-token", "token_type": "Bearer"},
        token_endpoint=f"{rogue.url}/token?tenant=a%20b&{'&'.join(f'{k}=a-{k}-b' for k in keys)}",
    )
    query = dict(parse_qsl(urlsplit(link_of(page)).query))
    assert query["token_endpoint"] == f"{rogue.url}/token?tenant=a%20b"
