"""Behind a reverse proxy: its headers count where configured, and nowhere else."""

from collections.abc import Callable

import requests

from tests.faults.person import Person, words
from tests.support.apps import Playground
from tests.support.rogue import Rogue

FORWARDED = {
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "wso2is.local",
    "X-Forwarded-For": "192.0.2.7",
}
NewPerson = Callable[[Playground], Person]


def test_a_configured_proxy_says_how_the_browser_came(
    start_playground: Callable[..., Playground],
) -> None:
    """Scheme and host name come from the proxy: in the callback URL and in the cookies."""
    playground = start_playground(PLAYGROUND_PROXIES="1")
    page = requests.get(f"{playground.url}/playground2/oauth2", headers=FORWARDED, timeout=60)
    assert "https://wso2is.local/playground2/oauth2client" in page.text
    assert "Secure" in page.headers["Set-Cookie"]


def test_a_configured_proxy_names_its_port(start_playground: Callable[..., Playground]) -> None:
    """Beside the host name, or in a header of its own; the usual one is left out."""
    playground = start_playground(PLAYGROUND_PROXIES="1")
    for port, written in {"8444": ":8444", "443": ""}.items():
        headers = {**FORWARDED, "X-Forwarded-Port": port}
        page = requests.get(f"{playground.url}/playground2/oauth2", headers=headers, timeout=60)
        assert f"https://wso2is.local{written}/playground2/oauth2client" in page.text
    headers = {**FORWARDED, "X-Forwarded-Port": "1@evil"}
    page = requests.get(f"{playground.url}/playground2/oauth2", headers=headers, timeout=60)
    assert page.status_code == 400


def test_without_a_configured_proxy_its_headers_are_ignored(alone: Playground) -> None:
    """Anybody can send such headers; they change nothing."""
    headers = {**FORWARDED, "X-Forwarded-Port": "8444"}
    page = requests.get(f"{alone.url}/playground2/oauth2", headers=headers, timeout=60)
    assert f"{alone.url}/playground2/oauth2client" in page.text
    assert "https://wso2is.local/playground2" not in page.text
    assert "Secure" not in page.headers["Set-Cookie"]


def test_a_forwarded_host_is_checked_like_any_other(
    start_playground: Callable[..., Playground],
) -> None:
    """A proxy that passes on what a browser invented does not get a page for it."""
    playground = start_playground(PLAYGROUND_PROXIES="1")
    headers = {**FORWARDED, "X-Forwarded-Host": "attacker.example"}
    answer = requests.get(f"{playground.url}/playground2/oauth2", headers=headers, timeout=60)
    assert answer.status_code == 400
    assert "attacker.example" not in answer.text


def test_a_playground_that_others_reach_calls_named_servers_only(
    start_playground: Callable[..., Playground], token_server: Rogue, new_person: NewPerson
) -> None:
    """The refusal is a page that names the setting; with the setting the flow goes through."""
    closed = start_playground(PLAYGROUND_PROXIES="1")
    failed = new_person(closed).ready(f"{token_server.url}/token").exchange()
    assert failed.status_code == 400
    assert "PLAYGROUND_ALLOWED_SERVERS" in words(failed)
    assert token_server.requests == []
    named = f"localhost:{token_server.port}"
    opened = start_playground(PLAYGROUND_BIND="0.0.0.0", PLAYGROUND_ALLOWED_SERVERS=named)
    page = new_person(opened).ready(f"{token_server.url}/token").exchange()
    assert "the-access-token" in page.text
