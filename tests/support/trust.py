"""The certificate authorities that the test browsers trust."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path

import trustme


@dataclass
class Trusted:
    """A PEM file that grows while servers start, and the tests' own authority in it."""

    file: Path
    authority: trustme.CA = field(default_factory=trustme.CA)

    def __post_init__(self) -> None:
        self.file.write_bytes(self.authority.cert_pem.bytes())

    def add(self, pem: bytes) -> None:
        """Trust one more authority."""
        with self.file.open("ab") as bundle:
            bundle.write(b"\n" + pem)

    def server_context(self, *names: str) -> ssl.SSLContext:
        """A TLS server context with a certificate for these names, localhost by default."""
        return server_context(self.authority.issue_cert(*(names or ("localhost", "127.0.0.1"))))


def server_context(leaf: trustme.LeafCert) -> ssl.SSLContext:
    """A TLS server context that presents this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context
