"""The local certificate authority and the certificates it issues.

`python -m authserver.tls NAME... --out DIR` issues one for other names from the same authority.
"""

import argparse
import datetime as dt
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature

from authserver.private_files import alone_in, private_dir, write_private
from authserver.settings import ConfigurationError, from_environment

SERVER_NAMES = ("localhost", "127.0.0.1", "::1", "wso2is.local")
ORGANIZATION = "OAuth 2.0 Playground, embedded server (this machine only)"
AUTHORITY, SERVER = "Local certificate authority", "Local server"
LIFETIME = dt.timedelta(days=397)
RENEW_BEFORE = dt.timedelta(days=14)


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A certificate chain and its key, both PEM files."""

    chain: Path
    key: Path


@dataclass(frozen=True, kw_only=True)
class Authority:
    """The certificate authority kept in one directory, made on first use."""

    directory: Path

    @property
    def certificate(self) -> Path:
        """The file that clients trust."""
        return self.directory / "ca.pem"

    def load(self) -> trustme.CA:
        """The authority itself; a missing or ending one is made anew."""
        key = self.directory / "ca.key"
        if not key.exists() or not _still_good(self.certificate):
            private_dir(self.directory)
            made = trustme.CA(organization_name=ORGANIZATION, organization_unit_name=AUTHORITY)
            write_private(key, made.private_key_pem.bytes())
            write_private(self.certificate, made.cert_pem.bytes())
        return trustme.CA.from_pem(self.certificate.read_bytes(), key.read_bytes())

    def issue(self, names: tuple[str, ...], *, out: Path, stem: str = "server") -> Certificate:
        """A certificate for these names; one that is still good is used again."""
        with alone_in(self.directory):
            return self._issue(
                names, Certificate(chain=out / f"{stem}.pem", key=out / f"{stem}.key")
            )

    def _issue(self, names: tuple[str, ...], issued: Certificate) -> Certificate:
        authority = self.load()
        if issued.key.exists() and self._reusable(issued.chain, names):
            return issued
        now = dt.datetime.now(dt.UTC)
        leaf = authority.issue_cert(
            *names,
            common_name=names[0],
            organization_name=ORGANIZATION,
            organization_unit_name=SERVER,
            not_before=now - dt.timedelta(hours=1),
            not_after=now + LIFETIME,
        )
        private_dir(issued.key.parent)
        write_private(issued.key, leaf.private_key_pem.bytes())
        write_private(issued.chain, b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        return issued

    def _reusable(self, chain: Path, names: tuple[str, ...]) -> bool:
        if not _still_good(chain):
            return False
        leaf = x509.load_pem_x509_certificate(chain.read_bytes())
        authority = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        try:
            leaf.verify_directly_issued_by(authority)
        except (InvalidSignature, ValueError, TypeError):
            return False
        listed = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        found = {str(name.value) for name in listed}
        return found == set(names)


def _still_good(path: Path) -> bool:
    if not path.exists():
        return False
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    return certificate.not_valid_after_utc > dt.datetime.now(dt.UTC) + RENEW_BEFORE


def main() -> int:
    """The command: issues a certificate and prints where it is."""
    parser = argparse.ArgumentParser(prog="python -m authserver.tls", description=__doc__)
    parser.add_argument("names", nargs="+", metavar="NAME", help="host name or IP address")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    arguments = parser.parse_args()
    try:
        settings = from_environment(os.environ)
        authority = Authority(directory=settings.data_dir)
        issued = authority.issue(tuple(arguments.names), out=arguments.out)
    except (ConfigurationError, OSError, ValueError) as error:
        print(f"authserver.tls: {error}", file=sys.stderr)
        return 1
    print(
        f"certificate {issued.chain}\nkey         {issued.key}\nauthority   {authority.certificate}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
