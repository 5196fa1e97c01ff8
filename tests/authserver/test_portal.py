"""The Developer Portal over its forms, as without scripts."""

import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.authserver.conftest import (
    CALLBACK,
    Browser,
    NewApplication,
    RunningServer,
    run_server,
    text_of,
)
from tests.authserver.test_seed import KEYS as DEMO_KEYS


def test_portal_asks_for_sign_in(browser: Browser) -> None:
    """The portal shows nothing before the login page, and comes back after it."""
    page = browser.open("/devportal")
    assert "login.do" in page.url
    page = browser.sign_in()
    assert page.url.endswith("/devportal")
    assert "Playground" in text_of(page)


def test_tutorial_steps_in_the_portal(signed_in: Browser) -> None:
    """Add an application, enter the callback, generate keys, then select Code and update."""
    signed_in.open("/devportal/applications/create")
    assert "Shared Quota for Application Tokens" in text_of(signed_in.page)
    page = signed_in.submit(signed_in.form("name"), name="Photo importer")
    assert page.url.endswith("/productionkeys")
    assert "Production Keys" in text_of(page)
    assert "GENERATE KEYS" in page.text
    assert "tutorial step 3–4 of 9" in text_of(page)
    assert box(page.text, "grant-authorization_code") == "disabled"
    assert box(page.text, "grant-implicit") == "disabled"
    assert box(page.text, "grant-password") == "checked"
    assert box(page.text, "grant-client_credentials") == "checked"
    page = signed_in.submit(signed_in.form("redirect_uris"), redirect_uris=CALLBACK)
    keys = re.findall(r'id="consumer-\w+" value="([^"]+)"', page.text)
    assert len(keys) == 2
    for key in keys:
        assert re.fullmatch(r"\w{27}a", key, re.ASCII)
    assert box(page.text, "grant-authorization_code") == ""
    assert "UPDATE" in page.text
    assert "The keys are generated." in text_of(page)
    assert '<a href="http://localhost:8080/playground2">playground</a>' in page.text
    page = signed_in.submit(
        signed_in.form("redirect_uris"), grant_types=["authorization_code", "password"]
    )
    assert box(page.text, "grant-authorization_code") == "checked"
    assert re.findall(r'id="consumer-\w+" value="([^"]+)"', page.text) == keys


def box(page: str, identity: str) -> str:
    """The state of a checkbox."""
    tag = re.search(rf'<input type="checkbox"[^>]*id="{identity}"[^>]*>', page)
    assert tag, identity
    found = [state for state in ("checked", "disabled") if f" {state}" in tag.group()]
    return " ".join(found)


def test_code_without_callback(signed_in: Browser) -> None:
    """Code cannot be selected before there is a callback URL, whatever the browser sends."""
    signed_in.open("/devportal/applications/create")
    signed_in.submit(signed_in.form("name"), name="No callback")
    page = signed_in.submit(signed_in.form("redirect_uris"), grant_types=["authorization_code"])
    assert page.status_code == 400
    assert "Enter a callback URL to be able to select Code or Implicit." in text_of(page)


@pytest.mark.parametrize(
    "callback",
    [
        "javascript:alert(1)",
        "/relative",
        "http://",
        "http://x.example/#fragment",
        "http://user@x.example/",
        "http://x.example;script-src/",
        "http://x.example,y.example/",
        "http://x.example:99999/",
        "http://[::1/",
        "data:text/html,x",
    ],
)
def test_bad_callback(signed_in: Browser, callback: str) -> None:
    """A callback that is none is named, and everything typed is still there."""
    signed_in.open("/devportal/applications/create")
    signed_in.submit(signed_in.form("name"), name="Bad callback")
    page = signed_in.submit(signed_in.form("redirect_uris"), redirect_uris=callback)
    assert page.status_code == 400
    assert "is not an absolute URL" in text_of(page)
    assert "GENERATE KEYS" in page.text


def test_callbacks_are_split_at_lines(signed_in: Browser) -> None:
    """A line with spaces is one callback that is wrong, and stays as it was typed."""
    signed_in.open("/devportal/applications/create")
    signed_in.submit(signed_in.form("name"), name="Lines")
    typed = f"not a url\r\n\r\n  {CALLBACK}"
    page = signed_in.submit(signed_in.form("redirect_uris"), redirect_uris=typed)
    assert text_of(page).count("is not an absolute URL") == 1
    assert "not a url is not an absolute URL." in text_of(page)
    assert dict(signed_in.form("redirect_uris").fields)["redirect_uris"] == f"not a url\n{CALLBACK}"


@pytest.mark.parametrize("callback", ["http://[::1]:5000/cb", "com.example.app:/cb"])
def test_unusual_callbacks(new_application: NewApplication, callback: str) -> None:
    """An IPv6 address and an app's own scheme are callbacks too (RFC 8252 §7)."""
    assert new_application(redirect_uris=callback).client_id


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("user_access_token_expiry", "soon", "must be a whole number of seconds"),
        ("user_access_token_expiry", "0", "must be from 1 second to a year"),
        ("jwks", "{", "The JWKS cannot be read"),
        ("jwks", '{"keys": [{"kty": "RSA"}]}', "The JWKS cannot be read"),
        ("jwks", "[" * 5000, "The JWKS cannot be read"),
        ("jwks", "[1]", "The JWKS cannot be read"),
        ("jwks_uri", "ftp://x/", "is not an http or https URL"),
        ("backchannel_logout_uri", "nowhere", "is not an http or https URL"),
        ("id_token_encrypted_response_alg", "RSA-OAEP", "need the application's JWKS"),
        ("id_token_encrypted_response_alg", "none", "must be one of"),
        ("grant_types", "urn:magic", "does not exist here"),
    ],
)
def test_bad_settings(signed_in: Browser, field: str, value: str, words: str) -> None:
    """Each setting that cannot be used is named in a sentence."""
    signed_in.open("/devportal/applications/create")
    signed_in.submit(signed_in.form("name"), name="Bad settings")
    page = signed_in.submit(signed_in.form("redirect_uris"), **{field: value})
    assert page.status_code == 400
    assert words in text_of(page)
    if field.endswith("expiry"):
        assert dict(signed_in.form("redirect_uris").fields)[field] == value


def test_name_is_needed(signed_in: Browser) -> None:
    """An application has a name."""
    signed_in.open("/devportal/applications/create")
    page = signed_in.submit(signed_in.form("name"), name=" ")
    assert page.status_code == 400
    assert "The name must have 1 to 70 characters." in text_of(page)


def test_markup_in_a_name_is_text(signed_in: Browser) -> None:
    """What somebody types never becomes markup."""
    signed_in.open("/devportal/applications/create")
    signed_in.submit(signed_in.form("name"), name="<script>x</script>")
    assert "<script>x" not in signed_in.open("/devportal/applications").text


def test_deleted_application(
    server: RunningServer, new_application: NewApplication, signed_in: Browser
) -> None:
    """A deleted application's keys and tokens stop working."""
    made = new_application(grant_types=["client_credentials"])
    token = server.token(auth=made.auth, grant_type="client_credentials").json()["access_token"]
    page = signed_in.submit(next(form for form in signed_in.forms() if "delete" in form.action))
    assert f"{made.name} is deleted." in text_of(page)
    refused = server.token(auth=made.auth, grant_type="client_credentials")
    assert refused.status_code == 401
    headers = {"Authorization": f"Bearer {token}"}
    assert server.get("/photos/v1/photos", headers=headers).status_code == 401


def test_production_and_sandbox_keys_differ(
    new_application: NewApplication, signed_in: Browser
) -> None:
    """Each tab has keys of its own."""
    made = new_application()
    signed_in.open(made.url.replace("productionkeys", "sandboxkeys"))
    page = signed_in.submit(signed_in.form("redirect_uris"))
    assert made.client_id not in page.text
    assert 'id="consumer-key"' in page.text


def test_unknown_applications(signed_in: Browser) -> None:
    """An application that is not there, or a tab that is not, is 404."""
    assert signed_in.open("/devportal/applications/none/productionkeys").status_code == 404
    assert signed_in.open("/devportal/applications/none/elsewhere").status_code == 404


def test_portal_forms_need_their_csrf_token(signed_in: Browser) -> None:
    """Nothing is saved without the token of the form."""
    signed_in.open("/devportal/applications/create")
    page = signed_in.submit(signed_in.form("name"), csrf_token=None, name="Forged")
    assert page.status_code == 400
    assert "Forged" not in signed_in.open("/devportal/applications").text


def test_portal_logout(signed_in: Browser) -> None:
    """Logout ends the sign-in, also for a copy of its cookie."""
    copy = Browser(signed_in.server)
    copy.http.cookies.update(signed_in.http.cookies)
    assert copy.open("/devportal/applications").url.endswith("/applications")
    signed_in.open("/devportal/applications")
    page = signed_in.submit(next(form for form in signed_in.forms() if "logout" in form.action))
    assert "You have successfully logged out." in text_of(page)
    assert "login.do" in copy.open("/devportal/applications").url


def test_update_keeps_a_grant_that_is_switched_off(tmp_path: Path) -> None:
    """A grant of `deployment.toml` that is off has no box, and is there again when it is on."""
    deployment = "[oauth.grant_type.authorization_code]\nenable = false\n"
    with run_server(tmp_path, deployment) as server:
        browser = Browser(server)
        browser.open(DEMO_KEYS)
        page = browser.sign_in()
        assert "grant-authorization_code" not in page.text
        browser.submit(browser.form("redirect_uris"))
    with run_server(tmp_path) as server:
        browser = Browser(server)
        browser.open(DEMO_KEYS)
        assert box(browser.sign_in().text, "grant-authorization_code") == "checked"


def test_deleted_application_loses_its_approvals(tmp_path: Path) -> None:
    """The ready application, deleted and planted again, is approved anew."""
    with run_server(tmp_path) as server:
        browser = Browser(server)
        browser.authorize()
        browser.sign_in()
        browser.choose("approveAlways")
        browser.open(DEMO_KEYS)
        browser.submit(next(form for form in browser.forms() if "delete" in form.action))
    with run_server(tmp_path) as server:
        browser = Browser(server)
        browser.authorize()
        assert "sessionDataKeyConsent" in browser.sign_in().url


def test_keys_generated_several_times_at_once(signed_in: Browser) -> None:
    """Of several forms sent at the same moment one makes the keys that all of them show."""
    signed_in.open("/devportal/applications/create")
    signed_in.submit(signed_in.form("name"), name="Impatient")
    form, page = signed_in.form("redirect_uris"), signed_in.page
    database = sqlite3.connect(signed_in.server.data_dir / "authserver.sqlite3")
    with ThreadPoolExecutor(max_workers=8) as crowd:
        sent = [crowd.submit(send, signed_in, page.url, form.filled()) for _ in range(8)]
    assert {one.result() for one in sent} == {302}
    application = page.url.split("/")[-2]
    query = "SELECT COUNT(*) FROM clients WHERE application_id = ?"
    assert database.execute(query, (application,)).fetchone() == (1,)
    database.close()


def send(browser: Browser, url: str, fields: list[tuple[str, str]]) -> int:
    """Sends a form over a connection of its own; the status."""
    cookies = browser.http.cookies.get_dict()
    return browser.server.post(url, fields, cookies=cookies).status_code
