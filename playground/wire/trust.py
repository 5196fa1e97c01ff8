"""Which certificates we trust; verification itself is never off (RFC 9525)."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import certifi

from playground.errors import TrustUnreadable
from playground.wire.resuming import ResumingContext

BUNDLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
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
        """A verifying context; SSL_CERT_FILE and REQUESTS_CA_BUNDLE replace the usual bundle.

        Raises TrustUnreadable.
        """
        if self.pinned:
            return PinnedContext.only(self.pinned)
        context = ResumingContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _load_bundle(context)
        if self.ca_file:
            with _naming("PLAYGROUND_CA_FILE", self.ca_file), suppress(FileNotFoundError):
                context.load_verify_locations(self.ca_file)
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


def _load_bundle(context: ssl.SSLContext) -> None:
    """The bundle that a variable names, a file or a folder as requests takes them, or certifi's."""
    variable = next((name for name in BUNDLES if os.environ.get(name)), "")
    bundle = Path(os.environ.get(variable) or certifi.where())
    with _naming(variable or "certifi", bundle):
        if bundle.is_dir():
            context.load_verify_locations(capath=bundle)
        else:
            context.load_verify_locations(cafile=bundle)


@contextmanager
def _naming(variable: str, path: Path) -> Iterator[None]:
    """Say which variable names a file that cannot be loaded; ssl.SSLError is an OSError."""
    try:
        yield
    except OSError as error:
        raise TrustUnreadable(
            sentence=f"{variable} names {path}, which cannot be read as certificates in PEM: "
            f"{error.strerror}.",
            evidence=(("Variable", variable), ("File", str(path))),
            advice=(
                "Nothing was sent: without these certificates no https server can be verified.",
                f"Put the file right, or let {variable} name another one and start again.",
            ),
            status=503,
        ) from error


def _other_certificate() -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "another certificate than the trusted one")
    error.verify_code = NOT_THE_PINNED_ONE
    error.verify_message = "another certificate than the trusted one"
    return error
