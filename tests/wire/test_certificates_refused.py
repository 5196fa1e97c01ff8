"""TLS is verified on every connection, also on one that resumes a session."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509

from playground.errors import CertificateRefused, ServerMisbehaved, ServerUnreachable
from playground.wire.certificates import _describe
from playground.wire.outgoing import Outgoing
from playground.wire.policy import OutboundPolicy
from playground.wire.resuming import ResumingContext
from playground.wire.transport import Transport
from playground.wire.trust import Pin, Trust, server_of
from tests.support.certificates import LOCALHOST, own_leaf, self_signed
from tests.support.rogue import Rogue
from tests.wire.conftest import Sender


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("wrong_name", "another host name"),
        ("expired", "has expired"),
        ("untrusted", "not trusted yet"),
        ("self_signed", "self-signed"),
    ],
)
def test_a_wrong_certificate_ends_before_the_first_byte(
    tls_server: object, sender: Sender, kind: str, words: str
) -> None:
    """Expired, foreign and misnamed certificates are refused, and nothing was sent."""
    server: Rogue = tls_server(kind)  # type: ignore[operator]
    server.answer("/", body={})
    error = sender.fail(f"{server.url}/")
    assert isinstance(error, CertificateRefused)
    assert words in str(error)
    assert server.requests == []
    assert sender.recorded[-1].request_head == b""


@pytest.fixture
def unnamed() -> Iterator[Rogue]:
    """A server whose certificate says localhost in its subject alone."""
    server = Rogue(*self_signed())
    yield server
    server.stop()


def test_a_name_in_the_subject_alone_is_none(unnamed: Rogue, tmp_path: Path) -> None:
    """Without subjectAltName it is for no host (RFC 9525 §6.3), and trusting it does not help."""
    authority = tmp_path / "authority.pem"
    authority.write_bytes(unnamed.certificate)
    policy, trust = OutboundPolicy(loopback=True), Trust(ca_file=authority)
    sender = Sender(Transport(policy=policy, trust=trust, deadline=20, max_response=1000))
    assert "another host name" in str(sender.fail(unnamed.url))
    assert "another host name" in sender.transport.certificate(unnamed.url).obstacle
    assert unnamed.requests == []


def test_https_to_a_plain_port_is_explained(rogue: Rogue, sender: Sender) -> None:
    """TLS spoken to a server without it gives the advice to use http."""
    error = sender.fail(f"https://localhost:{rogue.port}/")
    assert isinstance(error, ServerUnreachable)
    assert "http://" in " ".join(error.advice)


def test_a_session_is_resumed_on_the_next_connection(
    tls_server: object, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new connection to a known server saves the handshake, and still knows who answered."""
    monkeypatch.setattr("playground.wire.connection.MAX_IDLE", 0.0)
    resumed: list[bool] = []
    wrap = ssl.SSLContext.wrap_socket

    def watch(self: ssl.SSLContext, *args: object, **kwargs: object) -> ssl.SSLSocket:
        sock = wrap(self, *args, **kwargs)  # type: ignore[arg-type]
        if isinstance(self, ResumingContext):
            resumed.append(bool(sock.session_reused))
        return sock

    server: Rogue = tls_server("good")  # type: ignore[operator]
    server.answer("/", body={})
    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", watch)
    exchanges = [sender.get(f"{server.url}/") for _ in range(3)]
    assert [exchange.reused_connection for exchange in exchanges] == [False] * 3
    assert resumed == [False, True, True]
    assert len({exchange.peer for exchange in exchanges}) == 1


def test_trust_in_one_session_does_not_help_another(tls_server: object, sender: Sender) -> None:
    """Somebody's pinned certificate opens no connection for anybody else, not by resuming."""
    server: Rogue = tls_server("self_signed")  # type: ignore[operator]
    server.answer("/", body={})
    url = f"{server.url}/"
    pin = Pin(server=server_of(url), certificate=server.certificate.decode())
    outgoing = Outgoing(purpose="Test", method="GET", url=url)
    sent = sender.transport.send(outgoing, record=sender.recorded.append, pinned=(pin,))
    assert sent.status == 200
    assert isinstance(sender.fail(url), CertificateRefused)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        (b"\x02\x01\x02", b"\x02\x01\x06"),
        (b"\x82\x09localhost", b"\xa3\x09localhost"),
        (b"\x06\x03\x55\x1d\x12", b"\x06\x03\x55\x1d\x11"),
        (b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01", b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x09"),
    ],
    ids=["version-7", "x400-address", "extension-twice", "unknown-key"],
)
def test_a_certificate_that_cannot_be_shown(was: bytes, becomes: bytes) -> None:
    """An odd certificate is its server's mistake, and the person is told so."""
    other = x509.IssuerAlternativeName([x509.DNSName("localhost")])
    _, pem = own_leaf(LOCALHOST, other, change=lambda der: der.replace(was, becomes, 1))
    with pytest.raises(ServerMisbehaved, match="cannot be read"):
        _describe("https://localhost", pem.decode(), tls_version="", distrust="", obstacle="")
