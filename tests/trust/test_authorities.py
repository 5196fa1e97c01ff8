"""The configured authorities: a file or a folder, and said by name when they cannot be read."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from playground.errors import CertificateRefused, TrustUnreadable
from playground.wire.exchange import Exchange
from playground.wire.outgoing import Outgoing
from playground.wire.policy import OutboundPolicy
from playground.wire.transport import Transport
from playground.wire.trust import Trust
from tests.playground.issuer import Issuer, begin, finish
from tests.support.apps import Playground
from tests.support.browser import Browser
from tests.support.rogue import Rogue
from tests.support.trust import Trusted

Start = Callable[..., Rogue]


def make_transport(ca_file: Path | None = None) -> Transport:
    """A transport that knows the usual authorities, and those of a file."""
    return Transport(
        policy=OutboundPolicy(loopback=True),
        trust=Trust(ca_file=ca_file),
        deadline=10,
        max_response=10_000,
    )


def get(transport: Transport, server: Rogue) -> Exchange:
    """Ask the server for something."""
    server.answer("/", body={})
    outgoing = Outgoing(purpose="Test", method="GET", url=f"{server.url}/")
    return transport.send(outgoing, record=lambda _: None)


def test_a_file_that_is_broken_is_named_and_may_be_put_right(
    tls_server: Start, trusted: Trusted, tmp_path: Path
) -> None:
    """Nothing is sent over https, and nobody blames the server."""
    file, server = tmp_path / "ca.pem", tls_server("good")
    transport = make_transport(file)
    file.write_text("no certificate")
    with pytest.raises(TrustUnreadable, match=f"PLAYGROUND_CA_FILE names {file}"):
        get(transport, server)
    with pytest.raises(TrustUnreadable, match=f"PLAYGROUND_CA_FILE names {file}"):
        transport.certificate(server.url)
    assert server.requests == []
    file.write_bytes(trusted.authority.cert_pem.bytes())
    assert get(transport, server).status == 200


def test_plain_http_needs_no_authority(rogue: Rogue, tmp_path: Path) -> None:
    """Where no certificate is verified, a broken file does not matter."""
    file = tmp_path / "ca.pem"
    file.write_text("no certificate")
    assert get(make_transport(file), rogue).status == 200


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_bundle_that_cannot_be_read_is_named(
    tls_server: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """A bundle that is not there is no reason to trust another one."""
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "none.pem"))
    with pytest.raises(TrustUnreadable, match=f"{variable} names .*none.pem"):
        get(make_transport(), tls_server("good"))


def test_a_folder_of_authorities_is_used(
    tls_server: Start, trusted: Trusted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """REQUESTS_CA_BUNDLE may name a folder, as with requests."""
    authority = tmp_path / "authority.pem"
    authority.write_bytes(trusted.authority.cert_pem.bytes())
    subprocess.run(["openssl", "rehash", str(tmp_path)], check=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    assert get(make_transport(), tls_server("good")).status == 200
    with pytest.raises(CertificateRefused):
        get(make_transport(), tls_server("untrusted"))


def test_a_file_that_breaks_after_the_start_has_a_page(
    http: Browser,
    start_playground: Callable[..., Playground],
    tls_server: Start,
    trusted: Trusted,
    tmp_path: Path,
) -> None:
    """The page names the file; once that is right, the same code is exchanged."""
    file = tmp_path / "ca.pem"
    playground = start_playground(PLAYGROUND_CA_FILE=str(file))
    issuer = Issuer(tls_server("good"))
    sent = begin(http, playground, issuer)
    issuer.answer_token(issuer.sign(issuer.claims(sent["nonce"])))
    file.write_text("no certificate")
    failed = finish(http, playground, sent)
    assert failed.status == 503
    assert failed.heading.startswith(f"PLAYGROUND_CA_FILE names {file}")
    file.write_bytes(trusted.authority.cert_pem.bytes())
    assert failed.submit("Get Access Token").status == 200
