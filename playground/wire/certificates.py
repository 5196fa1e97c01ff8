"""Who presents what: a server's certificate, looked at without believing it."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from playground.errors import PlaygroundError, ServerMisbehaved
from playground.urls import ascii_host
from playground.wire.connection import TAP, Tap, TappedConnection
from playground.wire.faults import TRANSPORT_FAULTS, certificate_sentence, explain
from playground.wire.policy import OutboundPolicy
from playground.wire.trust import Trust, server_of

CONNECT_TIMEOUT = 5.0
_UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True, kw_only=True)
class Presented:
    """A certificate as a server presented it; times in seconds since the epoch.

    `distrust` says why the known authorities do not vouch for it (empty: they do), `obstacle`
    why trusting it by itself would not help either: its host name or its dates are wrong.
    """

    url: str
    server: str
    certificate: str
    fingerprint: str
    subject: str
    issuer: str
    self_signed: bool
    names: tuple[str, ...]
    not_before: float
    not_after: float
    key: str
    tls_version: str
    looked_at: float
    distrust: str = ""
    obstacle: str = ""


@dataclass(frozen=True, kw_only=True)
class Look:
    """Three handshakes without a byte of application data; `deadline` is monotonic seconds."""

    url: str
    policy: OutboundPolicy
    trust: Trust
    deadline: float

    def present(self) -> Presented:
        """What the server presents. Raises OutboundRefused, ServerUnreachable and their like."""
        self.policy.check_url(self.url)
        der, version = self._handshake(_unverified())
        pem = ssl.DER_cert_to_PEM_cert(der)
        return _describe(
            self.url,
            pem,
            tls_version=version,
            distrust=self._refusal(self.trust.context()),
            obstacle=self._refusal(Trust(pinned=(pem,)).context()),
        )

    def _refusal(self, context: ssl.SSLContext) -> str:
        """Why this verifying context refuses the server, as OpenSSL says; empty if it does not."""
        tap = Tap(policy=self.policy, deadline=self.deadline)
        try:
            self._connect(context, tap)
        except ssl.SSLCertVerificationError as error:
            return f"It {certificate_sentence(error)} (OpenSSL: {error.verify_message})."
        except TRANSPORT_FAULTS as error:
            return f"The second handshake failed: {explain(error, self.url, expired=False)}"
        return ""

    def _handshake(self, context: ssl.SSLContext) -> tuple[bytes, str]:
        tap = Tap(policy=self.policy, deadline=self.deadline)
        try:
            return self._connect(context, tap)
        except PlaygroundError:
            raise
        except TRANSPORT_FAULTS as error:
            raise explain(error, self.url, expired=tap.expired) from error

    def _connect(self, context: ssl.SSLContext, tap: Tap) -> tuple[bytes, str]:
        parts = urlsplit(self.url)
        host = ascii_host(str(parts.hostname))
        connection = TappedConnection(host, parts.port or 443, timeout=CONNECT_TIMEOUT)
        token = TAP.set(tap)
        try:
            connection.connect()
            with context.wrap_socket(connection.sock, server_hostname=host) as tls:
                return tls.getpeercert(binary_form=True) or b"", tls.version() or ""
        finally:
            tap.release()
            TAP.reset(token)
            connection.close()


def _unverified() -> ssl.SSLContext:
    """For looking only: this context never leaves this module and never carries a request."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _describe(url: str, pem: str, *, tls_version: str, distrust: str, obstacle: str) -> Presented:
    try:
        found = x509.load_pem_x509_certificate(pem.encode())
        names, key = _names(found), _key(found)
        subject, issuer = found.subject.rfc4514_string(), found.issuer.rfc4514_string()
    except _UNREADABLE as error:
        raise ServerMisbehaved(
            sentence=f"The certificate that {server_of(url)} presents cannot be read.",
            evidence=(("Reason", str(error)[:200]),),
            advice=("Look at it with: openssl s_client -connect " + server_of(url),),
            status=502,
        ) from error
    return Presented(
        url=url,
        server=server_of(url),
        certificate=pem,
        fingerprint=sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest(),
        subject=subject,
        issuer=issuer,
        self_signed=found.subject == found.issuer,
        names=names,
        not_before=found.not_valid_before_utc.timestamp(),
        not_after=found.not_valid_after_utc.timestamp(),
        key=key,
        tls_version=tls_version,
        looked_at=time.time(),
        distrust=distrust,
        obstacle=obstacle,
    )


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The host names and addresses it is for (RFC 9525 §6.3)."""
    try:
        listed = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(str(name.value) for name in listed)


def _key(certificate: x509.Certificate) -> str:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return f"RSA, {key.key_size} bits"
    if isinstance(key, ec.EllipticCurvePublicKey):
        return f"EC, {key.curve.name}"
    return type(key).__name__.removesuffix("PublicKey")
