"""What pages show of a flow, ready to be written: secrets with their masks, checks, fields.

Everything here may be part of a sheet's shape. `hole` turns a text that differs from flow to flow
into a stand-in; without one the text itself is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from playground.fields import Field, Options
from playground.flow import Flow
from playground.form import Form
from playground.mask import half, mask
from playground.protocol.checks import Check
from playground.protocol.jwt_view import JwtView
from playground.protocol.token import TokenResponse
from playground.report.link import without_secrets
from playground.web.filters import Hole, Moment, moment, pretty, utc
from playground.web.recorded import reader_of

_TIMES = ("exp", "iat", "nbf", "auth_time")
_HALVED = ("code", "access_token", "id_token", "state")


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A field as the template draws it."""

    name: str
    label: str
    value: str
    kind: str
    help: str
    parameter: str
    also: str = ""
    metadata: str = ""
    options: Options = ()
    error: str = ""
    placeholder: str = ""
    required: bool = False
    maxlength: int = 2000
    autocomplete: str = "off"

    @classmethod
    def of(cls, item: Field, value: str, **more: object) -> Shown:
        """A field of the form with this value."""
        known = {
            "required": item.required,
            "options": item.options,
            "maxlength": item.maxlength,
            "parameter": item.parameter,
            **more,
        }
        return cls(
            name=item.name,
            label=item.label,
            value=value,
            kind=item.kind,
            help=item.help,
            also=item.also,
            metadata=item.metadata,
            **known,  # type: ignore[arg-type]
        )


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """A secret, and what is shown of it before it is revealed."""

    value: str
    shown: str


@dataclass(frozen=True, kw_only=True)
class Outline:
    """What the parts of a flow's pages read of the flow; `form` is without its secrets."""

    id: str
    attempts: int
    form: Form | None = None


@dataclass(frozen=True, kw_only=True)
class Token:
    """A token response on its page; `others` are the tokens beside the access token."""

    access_token: Hidden
    token_type: str
    expires: Moment | None
    names_scope: bool
    others: tuple[tuple[str, Hidden], ...]
    notes: tuple[str, ...]
    body: str

    @property
    def refresh_token(self) -> bool:
        """Whether there is one."""
        return any(label == "refresh token" for label, _ in self.others)


@dataclass(frozen=True, kw_only=True)
class Jwt:
    """A JWT opened in place: each claim's name, value and remark; None where it is encrypted."""

    kind: str
    header: str
    claims: tuple[tuple[str, str, str], ...] | None


def outline(flow: Flow, hole: Hole) -> Outline:
    """The outline of a flow, for a page that does not read its form."""
    return Outline(id=hole(flow.id), attempts=flow.attempts)


def outline_with_form(flow: Flow, hole: Hole) -> Outline:
    """The outline of a flow, and what was typed but for the secrets."""
    return Outline(id=hole(flow.id), attempts=flow.attempts, form=without_secrets(flow.form))


def hidden(value: str, hole: Hole, shown: Callable[[str], str] = mask) -> Hidden:
    """A secret with its mask."""
    return Hidden(value=hole(value), shown=hole(shown(value)))


def parameters(flow: Flow, hole: Hole) -> tuple[tuple[str, str | Hidden], ...]:
    """What came back with the authorization response, secrets masked by half."""
    given = flow.response.parameters if flow.response else ()
    return tuple(
        (name, hidden(value, hole, half) if name in _HALVED else hole(value))
        for name, value in given
    )


def checks(rows: Iterable[Check], hole: Hole) -> tuple[Check, ...]:
    """Checks, whatever was expected and found."""
    return tuple(
        Check(
            title=row.title,
            expected=hole(row.expected),
            found=hole(row.found),
            verdict=row.verdict,
            section=row.section,
        )
        for row in rows
    )


def unechoed(text: str, flow: Flow) -> str:
    """A server's words without the secrets and passwords that went to it, if it repeats them."""
    return reader_of(flow).redactor.echoes(text)


def unechoing(flow: Flow, hole: Hole) -> Hole:
    """The hole for a server's words."""
    redactor = reader_of(flow).redactor
    return lambda text: hole(redactor.echoes(text))


def token(response: TokenResponse, hole: Hole) -> Token:
    """A token response."""
    others = (("refresh token", response.refresh_token), ("id token", response.id_token))
    return Token(
        access_token=hidden(response.access_token, hole),
        token_type=hole(response.token_type),
        expires=None if response.expires_at is None else moment(response.expires_at, hole),
        names_scope=response.scope is not None,
        others=tuple((label, hidden(value, hole)) for label, value in others if value),
        notes=response.notes,
        body=hole(response.body),
    )


def jwt(view: JwtView, hole: Hole) -> Jwt:
    """An opened JWT."""
    claims = None
    if view.claims is not None:
        claims = tuple(_claim(name, value, hole) for name, value in view.claims.items())
    return Jwt(kind=view.kind, header=hole(pretty(view.header)), claims=claims)


def _claim(name: str, value: object, hole: Hole) -> tuple[str, str, str]:
    text = value if isinstance(value, str) else pretty(value)
    is_time = name in _TIMES and isinstance(value, int | float)
    return hole(name), hole(text), hole(utc(value)) if is_time else ""  # type: ignore[arg-type]
