"""The configuration: one frozen object, read once at start; a wrong value stops the start."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from ipaddress import ip_address
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from playground.hosts import base_url, bind_address, own_hosts, servers

TUTORIAL_HOSTS = ("wso2is.local", "localhost", "localhost.com", "127.0.0.1", "[::1]")


class SettingsError(Exception):
    """A setting is wrong; the message says which one and why. Stops the start."""


def _setting(
    default: Any, env: str, meaning: str, settle: Callable[[Any], Any] | None = None
) -> Any:
    """`settle` gives the value as it is used. It raises ValueError where it cannot be."""
    return field(default=default, metadata={"env": env, "meaning": meaning, "settle": settle})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything a person can configure, by environment variable (the README has the table)."""

    hosts: tuple[str, ...] = _setting(
        TUTORIAL_HOSTS,
        "PLAYGROUND_HOSTS",
        "Host names the playground answers to, separated by spaces.",
        own_hosts,
    )
    bind: str = _setting(
        "127.0.0.1", "PLAYGROUND_BIND", "Address that gunicorn listens on.", bind_address
    )
    port: int = _setting(8080, "PLAYGROUND_PORT", "Port that gunicorn listens on, 1 to 65535.")
    certfile: Path | None = _setting(
        None, "PLAYGROUND_CERTFILE", "Certificate chain (PEM) to serve https with; empty: http."
    )
    keyfile: Path | None = _setting(
        None, "PLAYGROUND_KEYFILE", "The certificate's private key (PEM)."
    )
    data_dir: Path = _setting(
        Path(".local/playground"),
        "PLAYGROUND_DATA_DIR",
        "Folder for sessions, flows and the session key; made private.",
    )
    embedded: str = _setting(
        "https://localhost:9443",
        "PLAYGROUND_EMBEDDED",
        "Base URL of the embedded server, for its profile.",
        base_url,
    )
    ca_file: Path = _setting(
        Path(".local/authserver/ca.pem"),
        "PLAYGROUND_CA_FILE",
        "A certificate authority (PEM) trusted beside the usual ones; may appear later.",
    )
    gateway: str = _setting(
        "",
        "PLAYGROUND_GATEWAY",
        "Server behind the tutorial's /authorize and /token on our own port; empty: none.",
        base_url,
    )
    profiles: Path | None = _setting(
        None, "PLAYGROUND_PROFILES", "TOML file with your own server profiles."
    )
    redis_url: str = _setting(
        "", "REDIS_URL", "Redis for sessions and flows, shared by workers and hosts; empty: files."
    )
    allowed_hosts: tuple[str, ...] = _setting(
        (),
        "PLAYGROUND_ALLOWED_SERVERS",
        "Servers (host or host:port) that may be called when not bound to loopback, or behind a "
        "proxy; separated by spaces.",
        servers,
    )
    session_hours: int = _setting(
        12, "PLAYGROUND_SESSION_HOURS", "Hours a session and its flows are kept, 1 to 720."
    )
    deadline: float = _setting(
        20.0, "PLAYGROUND_DEADLINE", "Seconds an outgoing request may take in all, 1 to 29."
    )
    max_response: int = _setting(
        1_000_000,
        "PLAYGROUND_MAX_RESPONSE",
        "Bytes of a response read at most, decompressed, 1000 to 50000000.",
    )
    max_flows: int = _setting(
        24, "PLAYGROUND_MAX_FLOWS", "Flows one browser may have open, 1 to 64; older ones go."
    )
    proxies: int = _setting(
        0,
        "PLAYGROUND_PROXIES",
        "Reverse proxies in front whose X-Forwarded-* headers count, 0 to 10; 0: ignored.",
    )
    workers: int = _setting(2, "PLAYGROUND_WORKERS", "Processes that gunicorn starts, 1 to 64.")
    threads: int = _setting(
        128,
        "PLAYGROUND_THREADS",
        "Requests one process handles at once, 4 to 1000; half of them may wait for one server.",
    )

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach us."""
        return is_loopback(self.bind)

    @property
    def private(self) -> bool:
        """Whether nobody else can reach us, not through a proxy either."""
        return self.loopback and not self.proxies

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings; an empty variable counts as absent. Raises SettingsError."""
        given = os.environ if environment is None else environment
        hints = get_type_hints(cls)
        values = {
            item.name: _read(item, hints[item.name], given[item.metadata["env"]])
            for item in fields(cls)
            if given.get(item.metadata["env"], "").strip()
        }
        settings = cls(**values)
        settings._check()
        return settings

    def _check(self) -> None:
        _within("PLAYGROUND_PORT", self.port, 1, 65535)
        _within("PLAYGROUND_SESSION_HOURS", self.session_hours, 1, 720)
        _within("PLAYGROUND_DEADLINE", self.deadline, 1, 29)
        _within("PLAYGROUND_MAX_FLOWS", self.max_flows, 1, 64)
        _within("PLAYGROUND_PROXIES", self.proxies, 0, 10)
        _within("PLAYGROUND_WORKERS", self.workers, 1, 64)
        _within("PLAYGROUND_THREADS", self.threads, 4, 1000)
        _within("PLAYGROUND_MAX_RESPONSE", self.max_response, 1_000, 50_000_000)
        _file("PLAYGROUND_PROFILES", self.profiles)
        _file("PLAYGROUND_CERTFILE", self.certfile)
        _file("PLAYGROUND_KEYFILE", self.keyfile)
        if (self.certfile is None) != (self.keyfile is None):
            raise SettingsError(
                "PLAYGROUND_CERTFILE and PLAYGROUND_KEYFILE belong together; only one is set."
            )


def is_loopback(bind: str) -> bool:
    """Whether an address is this machine's for itself."""
    try:
        return bind == "localhost" or ip_address(bind).is_loopback
    except ValueError:  # another name may lead anywhere
        return False


def _read(item: Field[Any], kind: Any, text: str) -> Any:
    value, settle = _convert(item, kind, text), item.metadata["settle"]
    try:
        return settle(value) if settle else value
    except ValueError as error:
        raise SettingsError(f"{item.metadata['env']} {error}") from None


def _convert(item: Field[Any], kind: Any, text: str) -> Any:
    value: Any = text.split() if kind == tuple[str, ...] else text.strip()
    if kind in (Path, Path | None):
        return Path(value)
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{item.metadata['env']}={text!r} will not do: {error}.") from None


def _within(env: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise SettingsError(f"{env} is {value}; it must be from {low} to {high}.")


def _file(env: str, path: Path | None) -> None:
    if path and not path.is_file():
        raise SettingsError(f"{env} names {path}, which is no file.")
