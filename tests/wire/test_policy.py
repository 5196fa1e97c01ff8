"""Which addresses are never contacted, and which servers a public playground may call."""

import pytest

from playground.errors import OutboundRefused
from playground.wire.policy import OutboundPolicy
from tests.support.rogue import Rogue
from tests.wire.conftest import MakeSender, Sender

FORBIDDEN = [
    "169.254.169.254",
    "169.254.1.1",
    "0.0.0.0",
    "0.1.2.3",
    "255.255.255.255",
    "224.0.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fe80::1",
    "fe80::1%lo",
    "ff02::1",
    "::",
    "fd00:ec2::254",
    "fd20:ce::254",
    "fd00:c1::a9fe:a9fe",
    "fd00:42::42",
    "fd00:a9fe:a9fe::1",
    "fd00:100::100:200",
    "::ffff:169.254.169.254",
    "::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "2001:0:a9fe:a9fe::1",
    "fec0::1",
]
ALLOWED = [
    "127.0.0.1",
    "::1",
    "10.0.0.1",
    "192.168.1.1",
    "::ffff:127.0.0.1",
    "2001:4860:4860::8888",
    "fd20:ce::1",
    "fd00:42::1",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_link_local_and_metadata_addresses_are_refused(address: str) -> None:
    """In every spelling, tunnels and translations included, whatever the configuration names."""
    policy = OutboundPolicy(loopback=True, allowed_hosts=("named.example",))
    with pytest.raises(OutboundRefused, match="never contacts"):
        policy.check_address("named.example", address)


@pytest.mark.parametrize("address", ALLOWED)
def test_ordinary_addresses_are_allowed(address: str) -> None:
    """Private networks are where people's servers are."""
    OutboundPolicy(loopback=True).check_address("host", address)


@pytest.mark.parametrize("url", ["http://169.254.169.254/latest", "http://[fe80::1]/", "http://0/"])
def test_the_transport_refuses_before_it_connects(sender: Sender, url: str) -> None:
    """An address typed as such is refused, and the refusal is recorded."""
    error = sender.fail(url)
    assert isinstance(error, OutboundRefused), error
    assert sender.recorded[-1].request_head == b""


def test_the_resolved_address_counts_and_not_the_name(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A harmless name that leads to the metadata service is refused."""
    monkeypatch.setattr(
        "playground.wire.connection.addresses", lambda *_: ["169.254.169.254", "127.0.0.1"]
    )
    error = sender.fail("http://harmless.example/")
    assert isinstance(error, OutboundRefused)
    assert "169.254.169.254" in str(error)


def test_a_name_that_changes_its_mind_is_checked_every_time(
    rogue: Rogue, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding a name between two requests does not help."""
    rogue.answer("/", body={})
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    monkeypatch.setattr("playground.wire.connection.addresses", lambda *_: next(answers))
    monkeypatch.setattr("playground.wire.connection.MAX_IDLE", 0.0)
    url = f"http://rebinding.example:{rogue.port}/"
    assert sender.get(url).status == 200
    assert isinstance(sender.fail(url), OutboundRefused)


@pytest.mark.parametrize("url", ["ftp://localhost/x", "file:///etc/passwd", "gopher://h/", "x", ""])
def test_only_http_and_https(sender: Sender, url: str) -> None:
    """No other scheme is ever opened."""
    error = sender.fail(url)
    assert isinstance(error, OutboundRefused)
    assert "http and https" in str(error)


def test_a_public_playground_calls_named_servers_only(
    rogue: Rogue, make_sender: MakeSender
) -> None:
    """The refusal says which setting allows the host; a named one is called."""
    rogue.answer("/", body={})
    error = make_sender(loopback=False, allowed_hosts=("idp.example",)).fail(f"{rogue.url}/")
    assert isinstance(error, OutboundRefused)
    assert "PLAYGROUND_ALLOWED_SERVERS" in " ".join(error.advice)
    assert rogue.requests == []
    for name in ("LOCALHOST", f"localhost:{rogue.port}"):
        sender = make_sender(loopback=False, allowed_hosts=(name,))
        assert sender.get(f"{rogue.url}/").status == 200


@pytest.mark.parametrize(
    ("named", "url"),
    [
        ("xn--mnchen-3ya.de", "https://MÜNCHEN.de/token"),
        ("xn--grobank-2va.de:1", "http://großbank.de:1/"),
        ("[::1]", "http://[::1]:8080/"),
        ("[::1]:8080", "http://[::1]:8080/"),
    ],
)
def test_a_named_server_may_be_called_in_any_spelling(named: str, url: str) -> None:
    """Both are brought to the name that is looked up."""
    OutboundPolicy(loopback=False, allowed_hosts=(named,)).check_url(url)


def test_a_look_alike_of_a_named_server_is_not_called() -> None:
    """ß is not ss (RFC 5891)."""
    policy = OutboundPolicy(loopback=False, allowed_hosts=("grossbank.de",))
    with pytest.raises(OutboundRefused):
        policy.check_url("https://großbank.de/")


def test_a_named_port_is_not_the_whole_host(rogue: Rogue, make_sender: MakeSender) -> None:
    """Naming one port of a host opens no other port of it."""
    error = make_sender(loopback=False, allowed_hosts=("localhost:1",)).fail(f"{rogue.url}/")
    assert isinstance(error, OutboundRefused)


def test_a_proxy_in_the_environment_changes_nothing(
    rogue: Rogue, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests go where the flow says, also where a proxy variable is set."""
    rogue.answer("/", body={})
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert sender.get(f"{rogue.url}/").status == 200
