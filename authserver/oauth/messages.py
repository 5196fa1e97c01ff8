"""Requests and responses of the protocol endpoints, as plain data."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request

from authserver.store.secrets import opaque

FRONT_CHANNEL_PARTS = {"token", "id_token"}
RESPONSE_MODES = ("query", "fragment", "form_post")


class Payload(OAuth2Payload):
    """Parameters; those without a value count as omitted (RFC 6749 §3.1)."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        lists: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            if value:
                lists[name].append(value)
        self._lists = lists
        self._data = {name: values[0] for name, values in lists.items()}

    @property
    def data(self) -> dict[str, str]:
        return self._data

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        return self._lists

    @property
    def repeated(self) -> list[str]:
        """The parameters that came more than once, which none may (RFC 6749 §3.1)."""
        return sorted(name for name, values in self._lists.items() if len(values) > 1)


class ServerRequest(OAuth2Request):
    """A request to a protocol endpoint, whatever framework received it."""

    def __init__(
        self,
        *,
        method: str,
        url: str,
        headers: Mapping[str, str],
        parameters: Iterable[tuple[str, str]],
    ) -> None:
        super().__init__(method, url, headers=headers)
        self.payload = Payload(parameters)
        self.authentication: Authentication | None = None
        self.grant_id = opaque()

    @property
    def args(self) -> dict[str, str]:
        return self.parameters

    @property
    def form(self) -> dict[str, str]:
        return self.parameters

    @property
    def parameters(self) -> dict[str, str]:
        """Each parameter's (first) value."""
        data: dict[str, str] = self.payload.data
        return data

    def proof(self) -> "Authentication":
        """How the person behind this request signed in; codes and id tokens need one."""
        if self.authentication is None:
            raise LookupError("nobody has signed in for this request")
        return self.authentication


class Person(Protocol):
    """Whoever the resource owner is."""

    username: str
    profile: Any

    def get_user_id(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Authentication:
    """How and when the person behind a token was authenticated (OIDC Core §2)."""

    auth_time: int
    sid: str | None = None
    acr: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer to a client: status, body and headers."""

    status: int
    body: Any
    headers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class AuthorizationResponse:
    """What goes back to the callback through the browser (RFC 6749 §4.1.2, OAuth Form Post)."""

    redirect_uri: str
    mode: str
    parameters: tuple[tuple[str, str], ...]

    @property
    def location(self) -> str:
        """The callback with the parameters in its query or fragment."""
        if self.mode == "fragment":
            parts = urlsplit(self.redirect_uri)
            return urlunsplit(parts._replace(fragment=urlencode(self.parameters)))
        return with_query(self.redirect_uri, self.parameters)


def with_query(url: str, parameters: Iterable[tuple[str, str]]) -> str:
    """The URL with these parameters behind its query, which stays as it is (RFC 6749 §3.1.2)."""
    parts = urlsplit(url)
    query = "&".join(filter(None, (parts.query, urlencode(list(parameters)))))
    return urlunsplit(parts._replace(query=query))


def default_mode(response_type: str | None) -> str:
    """Fragment for whatever carries a token, query for the rest (OAuth Multiple Types §2.1)."""
    parts = set((response_type or "").split())
    return "fragment" if parts & FRONT_CHANNEL_PARTS else "query"


def response_mode(request: ServerRequest) -> str:
    """The mode that was asked for, when it may be had; else the default."""
    kind = request.parameters.get("response_type")
    asked = request.parameters.get("response_mode")
    return str(asked) if is_allowed_mode(asked, kind) else default_mode(kind)


def is_allowed_mode(mode: str | None, response_type: str | None) -> bool:
    """Whether a response may travel so; no token ever goes into a query."""
    if mode == "query":
        return default_mode(response_type) == "query"
    return mode in RESPONSE_MODES
