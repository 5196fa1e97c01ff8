"""A pinned certificate is trusted for itself: by name and date, and never as an authority."""

import datetime as dt
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest
import trustme

from playground.errors import CertificateRefused
from playground.wire.exchange import Exchange
from playground.wire.outgoing import Outgoing
from playground.wire.policy import OutboundPolicy
from playground.wire.transport import Transport
from playground.wire.trust import Pin, Trust, server_of
from tests.support.rogue import Rogue
from tests.support.trust import server_context

Start = Callable[..., Rogue]


@pytest.fixture
def transport(tmp_path: Path) -> Transport:
    """A transport that knows the usual authorities only."""
    return Transport(
        policy=OutboundPolicy(loopback=True),
        trust=Trust(ca_file=tmp_path / "none.pem"),
        deadline=10,
        max_response=10_000,
    )


def get(transport: Transport, server: Rogue, *pins: Pin) -> Exchange:
    """Ask the server for something, trusting these pins."""
    server.answer("/", body={})
    outgoing = Outgoing(purpose="Test", method="GET", url=f"{server.url}/")
    return transport.send(outgoing, record=lambda _: None, pinned=pins)


def pin(server: Rogue, certificate: bytes | None = None) -> Pin:
    """A pin for the server, of its own certificate unless another one is given."""
    pem = (certificate or server.certificate).decode()
    return Pin(server=server_of(server.url), certificate=pem)


def test_the_pinned_certificate_is_accepted(tls_server: Start, transport: Transport) -> None:
    """A self-signed certificate, and one of an unknown authority, work once they are pinned."""
    for kind in ("self_signed", "untrusted"):
        server = tls_server(kind)
        assert get(transport, server, pin(server)).status == 200


@pytest.mark.parametrize("kind", ["wrong_name", "expired"])
def test_a_pin_does_not_help_a_wrong_name_or_date(
    tls_server: Start, transport: Transport, kind: str
) -> None:
    """Host name and dates are checked on pinned certificates too."""
    server = tls_server(kind)
    with pytest.raises(CertificateRefused):
        get(transport, server, pin(server))
    assert server.requests == []


def test_a_pin_counts_for_its_own_server_only(tls_server: Start, transport: Transport) -> None:
    """The same certificate pinned for another port opens nothing here."""
    server, other = tls_server("self_signed"), tls_server("self_signed")
    with pytest.raises(CertificateRefused):
        get(
            transport, server, Pin(server=server_of(other.url), certificate=pin(server).certificate)
        )


def test_another_certificate_than_the_pinned_one(tls_server: Start, transport: Transport) -> None:
    """A server that presents something else than what was pinned is refused, and got nothing."""
    server, other = tls_server("self_signed"), tls_server("self_signed")
    with pytest.raises(CertificateRefused):
        get(transport, server, pin(server, other.certificate))
    assert server.requests == []


def test_a_pinned_authority_vouches_for_nothing(transport: Transport) -> None:
    """A certificate that the pinned one has signed is not the pinned one."""
    authority = trustme.CA()
    server = Rogue(server_context(authority.issue_cert("localhost")))
    try:
        with pytest.raises(CertificateRefused, match="not the one that you chose"):
            get(transport, server, pin(server, authority.cert_pem.bytes()))
        assert server.requests == []
    finally:
        server.stop()


def test_the_look_says_what_stands_in_the_way(tls_server: Start, transport: Transport) -> None:
    """What is presented is described as OpenSSL judges it, without a byte of a request."""
    for kind, obstacle in (
        ("self_signed", ""),
        ("wrong_name", "host name"),
        ("expired", "expired"),
    ):
        server = tls_server(kind)
        seen = transport.certificate(f"{server.url}/token")
        assert obstacle in seen.obstacle
        assert bool(obstacle) == bool(seen.obstacle)
        assert seen.certificate.strip() == server.certificate.decode().strip()
        assert seen.distrust
        assert server.requests == []


def test_dates_and_names_are_shown_as_they_are(tls_server: Start, transport: Transport) -> None:
    """Subject, issuer, names, validity and fingerprint are the certificate's."""
    server = tls_server("self_signed")
    seen = transport.certificate(server.url)
    assert seen.self_signed
    assert (seen.subject, seen.names) == ("CN=localhost,O=WSO2", ("localhost",))
    assert seen.not_before < dt.datetime.now(dt.UTC).timestamp() < seen.not_after
    assert seen.fingerprint == pin(server).fingerprint
    assert len(ssl.PEM_cert_to_DER_cert(seen.certificate)) > 100
