"""`deployment.toml`, with the keys WSO2 gives it."""

import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from authserver.settings import ConfigurationError

GRANT_TYPES = (
    "authorization_code",
    "implicit",
    "refresh_token",
    "password",
    "client_credentials",
)
LOGIN_URL = "/authenticationendpoint/login.do"
RETRY_URL = "/authenticationendpoint/retry.do"


@dataclass(frozen=True, kw_only=True)
class TokenValidation:
    """`[oauth.token_validation]`: lifetimes in seconds."""

    authorization_code_validity: int = 300
    app_access_token_validity: int = 3600
    user_access_token_validity: int = 3600
    refresh_token_validity: int = 86400
    id_token_validity: int = 3600


@dataclass(frozen=True, kw_only=True)
class TokenRenewal:
    """`[oauth.token_renewal]`: whether a refresh gives a new refresh token (RFC 9700 §4.14.2).

    Access tokens are JWTs and so always new: `renew_access_token_per_request` is not known here.
    """

    renew_refresh_token: bool = True


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """`[authentication.endpoints]`: where a person signs in and where failures are explained."""

    login_url: str = LOGIN_URL
    retry_url: str = RETRY_URL


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """The whole file, defaults filled in, and a sentence for every key that is not known."""

    disabled_grants: frozenset[str] = frozenset()
    endpoints: Endpoints = field(default_factory=Endpoints)
    token_validation: TokenValidation = field(default_factory=TokenValidation)
    token_renewal: TokenRenewal = field(default_factory=TokenRenewal)
    warnings: tuple[str, ...] = ()

    def allows(self, grant_type: str) -> bool:
        """Whether the grant is switched on for the whole server."""
        return grant_type not in self.disabled_grants


def read_deployment(path: Path | None) -> Deployment:
    """The deployment the file describes; no file means WSO2's defaults."""
    if path is None:
        return Deployment()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} is not valid TOML: {error}.") from error
    return _Reader(name=str(path)).deployment(document)


Section = TypeVar("Section", Endpoints, TokenValidation, TokenRenewal)


class _Reader:
    """Walks the document once, collecting warnings for what it does not know."""

    def __init__(self, *, name: str) -> None:
        self.name = name
        self.warnings: list[str] = []

    def deployment(self, document: dict[str, Any]) -> Deployment:
        oauth = self._table(document, "oauth", "")
        authentication = self._table(document, "authentication", "")
        disabled = self._disabled_grants(self._table(oauth, "grant_type", "oauth."))
        endpoints = self._fill(
            Endpoints, self._table(authentication, "endpoints", ""), "authentication.endpoints"
        )
        validation = self._table(oauth, "token_validation", "oauth.")
        renewal = self._table(oauth, "token_renewal", "oauth.")
        self._unknown(document, {"oauth", "authentication"}, "")
        self._unknown(authentication, {"endpoints"}, "authentication.")
        self._unknown(oauth, {"grant_type", "token_validation", "token_renewal"}, "oauth.")
        return Deployment(
            disabled_grants=disabled,
            endpoints=endpoints,
            token_validation=self._fill(TokenValidation, validation, "oauth.token_validation"),
            token_renewal=self._fill(TokenRenewal, renewal, "oauth.token_renewal"),
            warnings=tuple(self.warnings),
        )

    def _disabled_grants(self, table: dict[str, Any]) -> frozenset[str]:
        disabled = set()
        for grant in table:
            where = f"oauth.grant_type.{grant}"
            section = self._table(table, grant, "oauth.grant_type.")
            self._unknown(section, {"enable"}, f"{where}.")
            if grant not in GRANT_TYPES:
                self.warnings.append(f"{self.name}: the grant {where} is not known here; ignored.")
            elif not self._typed(section.get("enable", True), bool, f"{where}.enable"):
                disabled.add(grant)
        return frozenset(disabled)

    def _fill(self, kind: type[Section], table: dict[str, Any], where: str) -> Section:
        known = {item.name: item for item in fields(kind)}
        self._unknown(table, set(known), f"{where}.")
        values = {
            name: self._typed(value, type(known[name].default), f"{where}.{name}")
            for name, value in table.items()
            if name in known
        }
        return kind(**values)

    def _typed(self, value: Any, kind: type[Any], where: str) -> Any:
        if type(value) is not kind:
            words = {bool: "true or false", int: "a whole number of seconds", str: "a text"}
            raise ConfigurationError(f"{self.name}: {where} must be {words[kind]}, not {value!r}.")
        if kind is int and int(value) < 1:
            raise ConfigurationError(f"{self.name}: {where} must be at least 1 second.")
        if kind is str and not str(value).startswith(("/", "https://", "http://")):
            raise ConfigurationError(f"{self.name}: {where} must be a path or URL, not {value!r}.")
        return value

    def _table(self, parent: dict[str, Any], key: str, prefix: str) -> dict[str, Any]:
        value = parent.get(key, {})
        if not isinstance(value, dict):
            raise ConfigurationError(f"{self.name}: [{prefix}{key}] must be a table.")
        return value

    def _unknown(self, table: dict[str, Any], known: set[str], prefix: str) -> None:
        for key in sorted(set(table) - known):
            self.warnings.append(
                f"{self.name}: {prefix}{key} is a setting this stand-in does not know; ignored."
            )
