"""Which certificates we trust; verification itself is never off (RFC 9525)."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi

from playground.wire.resuming import ResumingContext

NOT_THE_PINNED_ONE = 28  # X509_V_ERR_CERT_REJECTED


@dataclass(frozen=True, kw_only=True)
class Pin:
    """One certificate (PEM) that a person trusts for one server ("host:port")."""

    server: str
    certificate: str

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, in hex."""
        return sha256(ssl.PEM_cert_to_DER_cert(self.certificate)).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Trust:
    """One trust setting: the usual authorities and a local one, or single certificates (PEM).

    A pinned certificate is trusted for itself, not as an authority over others; host name and
    dates are checked all the same (RFC 9525).
    """

    ca_file: Path | None = None
    pinned: tuple[str, ...] = ()

    def stamp(self) -> tuple[object, ...]:
        """Changes when the authority's file does: it may appear after our start."""
        try:
            status = self.ca_file.stat() if self.ca_file else None
        except OSError:
            status = None
        return (self.pinned, status and (status.st_mtime_ns, status.st_size))

    def context(self) -> ssl.SSLContext:
        """A verifying context; SSL_CERT_FILE and REQUESTS_CA_BUNDLE replace the usual bundle."""
        if self.pinned:
            return PinnedContext.only(self.pinned)
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
        context = ResumingContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(cafile=bundle or certifi.where())
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.ca_file and self.ca_file.is_file():
            context.load_verify_locations(cafile=self.ca_file)
        return context


class PinnedContext(ResumingContext):
    """Accepts the pinned certificates themselves; nothing they issued, and no authority's."""

    accepted: frozenset[bytes] = frozenset()

    @classmethod
    def only(cls, pinned: tuple[str, ...]) -> PinnedContext:
        """A context for these certificates (PEM); chain, host name and dates are verified."""
        context = cls(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata="\n".join(pinned))
        context.accepted = frozenset(ssl.PEM_cert_to_DER_cert(pem) for pem in pinned)
        return context

    def wrap_socket(self, *args: Any, **kwargs: Any) -> ssl.SSLSocket:
        """Handshake, then see that it was one of ours and not one that ours has signed."""
        wrapped = super().wrap_socket(*args, **kwargs)
        if wrapped.getpeercert(binary_form=True) not in self.accepted:
            wrapped.close()
            raise _other_certificate()
        return wrapped


def server_of(url: str) -> str:
    """The server that a pin for `url` belongs to, as "host:port"."""
    parts = urlsplit(url)
    return f"{(parts.hostname or '').lower()}:{parts.port or 443}"


def _other_certificate() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "another certificate than the trusted one")
    error.verify_code = NOT_THE_PINNED_ONE
    error.verify_message = "another certificate than the trusted one"
    return error
