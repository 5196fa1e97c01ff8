"""Which certificate authorities we trust; verification itself is never off (PROTOCOL 16)."""

from __future__ import annotations

import os
import ssl
from dataclasses import dataclass
from pathlib import Path

import certifi


@dataclass(frozen=True, kw_only=True)
class Trust:
    """One trust setting: the usual authorities, a local one, and single certificates (PEM).

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
        bundle = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("SSL_CERT_FILE")
        context = ssl.create_default_context(cafile=bundle or certifi.where())
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.ca_file and self.ca_file.is_file():
            context.load_verify_locations(cafile=self.ca_file)
        if self.pinned:
            context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
            context.load_verify_locations(cadata="\n".join(self.pinned))
        return context
