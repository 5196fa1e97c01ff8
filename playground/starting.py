"""What is tried once before the first worker starts: one that stops is started over and over."""

from __future__ import annotations

import socket
import ssl

from playground import profiles
from playground.errors import TrustUnreadable
from playground.settings import Settings, SettingsError
from playground.store.opening import try_store
from playground.wire.trust import Trust

_passed: list[Settings] = []


def check(settings: Settings) -> None:
    """Raises SettingsError for what only this machine can tell of the settings."""
    _address(settings.bind)
    _certificate(settings)
    _authorities(settings)
    try_store(settings)
    profiles.load(settings.profiles, embedded=settings.embedded)
    _passed.append(settings)


def has_passed() -> bool:
    """Whether settings were tried in this process, or in the one that it was forked from."""
    return bool(_passed)


def remarks(settings: Settings) -> list[str]:
    """What of the settings is perhaps not as it was meant. Raises SettingsError."""
    own = profiles.own(settings.profiles, embedded=settings.embedded).values()
    return [
        f"Profile [{p.name}] takes its client secret from {p.client_secret_env}, which is not set."
        for p in own
        if p.client_secret_env and not p.client_secret()
    ]


def _address(bind: str) -> None:
    """Listen there on any port; whether ours is free is gunicorn's to say, which tries again."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.bind((bind, 0))
    except (OSError, UnicodeError) as error:
        raise SettingsError(
            f"PLAYGROUND_BIND is {bind!r}, which is no address of this machine: {error}."
        ) from None


def _certificate(settings: Settings) -> None:
    """An empty password keeps OpenSSL from asking for one at the terminal."""
    if settings.certfile is None:
        return
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(settings.certfile, settings.keyfile, password="")
    except OSError as error:
        raise SettingsError(
            f"PLAYGROUND_CERTFILE and PLAYGROUND_KEYFILE name {settings.certfile} and "
            f"{settings.keyfile}, which are no certificate chain and its key without a password "
            f"in PEM: {error.strerror}."
        ) from None


def _authorities(settings: Settings) -> None:
    try:
        Trust(ca_file=settings.ca_file).context()
    except TrustUnreadable as error:
        raise SettingsError(str(error)) from None
