"""One session sends for everybody: nothing of one request may reach another."""

from playground.wire.outgoing import Outgoing
from tests.support.rogue import Rogue
from tests.wire.conftest import Sender


def _get(sender: Sender, url: str, **more: object) -> None:
    outgoing = Outgoing(purpose="Test", method="GET", url=url, **more)  # type: ignore[arg-type]
    sender.transport.send(outgoing, record=sender.recorded.append)


def test_a_servers_cookie_does_not_come_back(rogue: Rogue, sender: Sender) -> None:
    """A cookie set in one person's exchange is shown there and sent with nobody's request."""
    rogue.answer("/", headers={"Set-Cookie": "JSESSIONID=of-ada; Path=/"}, body={})
    _get(sender, f"{rogue.url}/")
    _get(sender, f"{rogue.url}/")
    assert sender.recorded[0].response_header("Set-Cookie") == "JSESSIONID=of-ada; Path=/"
    assert [request.headers.get("Cookie") for request in rogue.requests] == [None, None]


def test_a_token_is_sent_with_its_own_request_only(rogue: Rogue, sender: Sender) -> None:
    """A bearer token, or a header typed by hand, is gone with the request that it was for."""
    rogue.answer("/", body={})
    _get(sender, f"{rogue.url}/", access_token="of-ada", headers=(("X-Mine", "ada"),))
    _get(sender, f"{rogue.url}/")
    _get(sender, f"{rogue.url}/", access_token="of-bob")
    seen = [(r.headers.get("Authorization"), r.headers.get("X-Mine")) for r in rogue.requests]
    assert seen == [("Bearer of-ada", "ada"), (None, None), ("Bearer of-bob", None)]
    assert [x.reused_connection for x in sender.recorded] == [False, True, True]


def test_a_header_is_sent_once_however_it_is_written(rogue: Rogue, sender: Sender) -> None:
    """A header given in another case replaces ours and does not come beside it."""
    rogue.answer("/", body={})
    _get(sender, f"{rogue.url}/", headers=(("accept", "text/turtle"), ("user-agent", "mine")))
    (request,) = rogue.requests
    assert request.headers.get("Accept") == "text/turtle"
    names = [name.lower() for name, _ in sender.recorded[0].request_headers]
    assert sorted(names) == sorted(set(names))
