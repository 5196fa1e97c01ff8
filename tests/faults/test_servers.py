"""An authorization server that fails in every way: a clear page each time, and a way on."""

from collections.abc import Callable

import pytest

from tests.faults.conftest import TOKEN
from tests.faults.person import Person, words
from tests.support.apps import Playground
from tests.support.processes import free_port
from tests.support.rogue import Rogue

NewPerson = Callable[[Playground], Person]
CASES = [
    ("slow", (60.0,), 504, "did not answer in time"),
    ("drip", (), 504, "did not answer in time"),
    ("reset", (), 502, "broke before the answer was complete"),
    ("hang_up", (), 502, "stopped in the middle"),
    ("truncate", (), 502, "stopped in the middle"),
    ("html", (), 502, "did not answer with a JSON object"),
    ("broken_json", (), 502, "did not answer with a JSON object"),
    ("huge", (), 502, "larger than 1,000,000 bytes"),
    ("gzip_bomb", (30_000_000,), 502, "larger than 1,000,000 bytes"),
    ("redirect", ("http://localhost:1/elsewhere",), 502, "redirects; that is not followed"),
]


@pytest.mark.parametrize(("fault", "options", "status", "said"), CASES, ids=[c[0] for c in CASES])
def test_a_failing_token_endpoint_is_explained_and_can_be_tried_again(
    alone: Playground,
    rogue: Rogue,
    new_person: NewPerson,
    fault: str,
    options: tuple[object, ...],
    status: int,
    said: str,
) -> None:
    """The page says what happened; when the server is well again, the next attempt succeeds."""
    getattr(rogue, fault)("/token", *options)
    person = new_person(alone).ready(f"{rogue.url}/token")
    failed = person.exchange()
    assert failed.status_code == status, words(failed)
    assert said in words(failed)
    assert "<script>alert" not in failed.text
    rogue.answer("/token", body=TOKEN)
    page = person.exchange(attempt=1)
    assert page.status_code == 200, words(page)
    assert "the-access-token" in page.text


def test_a_server_that_is_down_is_explained(alone: Playground, new_person: NewPerson) -> None:
    """Nothing listens: the page names host and port."""
    port = free_port()
    failed = new_person(alone).ready(f"http://localhost:{port}/token").exchange()
    assert failed.status_code == 502
    assert f"Nothing answers at localhost:{port}" in words(failed)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("expired", "has expired"),
        ("wrong_name", "is for another host name"),
        ("untrusted", "comes from an authority that is not trusted yet"),
        ("self_signed", "is self-signed and not trusted yet"),
    ],
)
def test_a_wrong_certificate_is_explained(
    alone: Playground,
    tls_server: Callable[..., Rogue],
    new_person: NewPerson,
    kind: str,
    said: str,
) -> None:
    """The code is not sent to a server that cannot prove who it is."""
    server = tls_server(kind)
    server.answer("/token", body=TOKEN)
    failed = new_person(alone).ready(f"{server.url}/token").exchange()
    assert failed.status_code == 502
    assert said in words(failed)
    assert server.requests == []


def test_a_double_click_sends_one_request(
    alone: Playground, token_server: Rogue, new_person: NewPerson
) -> None:
    """The same form sent twice exchanges the code once and shows the token twice."""
    person = new_person(alone).ready(f"{token_server.url}/token")
    pages = [person.exchange(), person.exchange()]
    assert [page.status_code for page in pages] == [200, 200]
    assert all("the-access-token" in page.text for page in pages)
    assert len(token_server.received("/token")) == 1


def test_a_link_local_address_is_refused_with_a_page(
    alone: Playground, new_person: NewPerson
) -> None:
    """Nobody reaches a cloud's metadata service through the form."""
    failed = new_person(alone).ready("http://169.254.169.254/token").exchange()
    assert failed.status_code == 400
    assert "never contacts" in words(failed)
