"""Certificates that a client must refuse, one for each reason."""

import datetime as dt
import ssl
import tempfile
from collections.abc import Callable

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.trust import Trusted, server_context

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
LOCALHOST = x509.SubjectAlternativeName([x509.DNSName("localhost")])


def certificate(kind: str, trusted: Trusted) -> tuple[ssl.SSLContext, bytes]:
    """A server context and its leaf in PEM: good, wrong_name, expired, untrusted, self_signed."""
    if kind == "self_signed":
        return self_signed(LOCALHOST)
    authority = trustme.CA() if kind == "untrusted" else trusted.authority
    names = ("other.example",) if kind == "wrong_name" else ("localhost", "127.0.0.1")
    dates = {"not_before": NOW - 9 * DAY, "not_after": NOW - DAY} if kind == "expired" else {}
    leaf = authority.issue_cert(*names, **dates)
    return server_context(leaf), leaf.cert_chain_pems[0].bytes()


def self_signed(
    *extensions: x509.ExtensionType, change: Callable[[bytes], bytes] = bytes
) -> tuple[ssl.SSLContext, bytes]:
    """A server context and its leaf in PEM, of `own_leaf`."""
    private, pem = own_leaf(*extensions, change=change)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile(suffix=".pem") as file:
        file.write(private + pem)
        file.flush()
        context.load_cert_chain(file.name)
    return context, pem


def own_leaf(
    *extensions: x509.ExtensionType, change: Callable[[bytes], bytes] = bytes
) -> tuple[bytes, bytes]:
    """As WSO2 ships one: issued by itself, CN=localhost; *change* makes its DER an odd one.

    The private key and the certificate, both in PEM.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "WSO2"),
            x509.NameAttribute(NameOID.COMMON_NAME, "localhost"),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 30 * DAY)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private, ssl.DER_cert_to_PEM_cert(change(der)).encode()
