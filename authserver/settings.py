"""What the environment may set, read once at start into one frozen object."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

DEFAULT_PLAYGROUND = " ".join(
    f"{scheme}://{host}:{port}"
    for scheme, port in (("http", 8080), ("https", 8443))
    for host in ("wso2is.local", "localhost", "127.0.0.1", "localhost.com")
)


class ConfigurationError(Exception):
    """A setting that cannot be used; its text is the sentence to show."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Everything the server is told from outside; see `from_environment` for the names."""

    port: int = 9443
    data_dir: Path = Path(".local/authserver")
    deployment_file: Path | None = None
    playground: tuple[str, ...] = tuple(DEFAULT_PLAYGROUND.split())

    @property
    def base_url(self) -> str:
        """The origin this server is known by, whatever URL was asked."""
        return f"https://localhost:{self.port}"

    @property
    def issuer(self) -> str:
        """The issuer of every token and document (RFC 8414 §2)."""
        return f"{self.base_url}/oauth2/token"

    @property
    def playground_home(self) -> str:
        """The playground's base URL under a name that needs no line in the hosts file."""
        local = (url for url in self.playground if "//localhost:" in url)
        return next(local, self.playground[0])

    @property
    def start_page(self) -> str:
        """Where a person begins in the playground."""
        return f"{self.playground_home}/playground2"

    def playground_urls(self, path: str) -> list[str]:
        """The same path under each base URL of the playground."""
        return [f"{base}{path}" for base in self.playground]


def from_environment(environ: Mapping[str, str]) -> Settings:
    """The settings the environment asks for, or a `ConfigurationError` that says what is wrong."""
    default = Settings()
    return Settings(
        port=_port(environ.get("AUTHSERVER_PORT") or str(default.port)),
        data_dir=Path(environ.get("AUTHSERVER_DATA_DIR") or default.data_dir),
        deployment_file=_deployment_file(environ.get("AUTHSERVER_DEPLOYMENT")),
        playground=_base_urls(
            environ.get("AUTHSERVER_PLAYGROUND", "").strip() or DEFAULT_PLAYGROUND
        ),
    )


def _deployment_file(named: str | None) -> Path | None:
    path = Path(named or "deployment.toml")
    if path.is_file():
        return path
    if named:
        raise ConfigurationError(f"AUTHSERVER_DEPLOYMENT: there is no file {named}.")
    return None


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    raise ConfigurationError(f"AUTHSERVER_PORT must be a number from 1 to 65535, not {text!r}.")


def _base_urls(text: str) -> tuple[str, ...]:
    return tuple(_base_url(url) for url in text.split())


def _base_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
        usable = usable and parts.username is None and parts.path in ("", "/")
    except ValueError:
        usable = False
    if not usable or parts.query or parts.fragment:
        raise ConfigurationError(
            f"AUTHSERVER_PLAYGROUND must hold base URLs like http://localhost:8080, not {url!r}."
        )
    return url.rstrip("/")
