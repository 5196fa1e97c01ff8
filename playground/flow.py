"""One flow is one record: everything from the typed form to the checked token, tab by tab."""

from __future__ import annotations

from dataclasses import dataclass

from playground.errors import Failure
from playground.form import Form, TokenForm
from playground.protocol.authorization import AuthorizationRequest, AuthorizationResponse
from playground.protocol.checks import Check
from playground.protocol.token import TokenResponse


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a request made with the token: photos, UserInfo, introspection, ….

    `data` is the body as parsed JSON, or None and then `body` is its text; `exchange` names
    the recorded exchange.
    """

    kind: str
    exchange: str
    at: float
    status: int
    data: object = None
    body: str = ""
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A flow, kept server-side for the browser that holds its cookie.

    `id` is derived from `state` and says nothing about it; `binding` is the hash of the cookie's
    secret; `started_on` is the origin of ours that it began on; `kept_secret` says that the form's
    client secret is one that the profile keeps and nobody typed; `trust` names the lists of
    certificates that count for it; `id_token` is the newest one that was believed, as the server
    signed it, out of its encryption; `asks_after` names the flows whose session this one asks
    after with prompt=none; times are in seconds since the epoch.
    """

    id: str
    binding: str
    created_at: float
    started_on: str
    form: Form
    kept_secret: bool = False
    trust: tuple[str, ...] = ()
    asks_after: tuple[str, ...] = ()
    request: AuthorizationRequest | None = None
    state: str = ""
    nonce: str = ""
    code_verifier: str = ""
    response: AuthorizationResponse | None = None
    response_checks: tuple[Check, ...] = ()
    responded_at: float = 0.0
    typed: TokenForm | None = None
    attempts: int = 0
    exchanged: bool = False
    token: TokenResponse | None = None
    previous_token: TokenResponse | None = None
    id_token: str = ""
    id_token_checks: tuple[Check, ...] = ()
    claims: dict[str, object] | None = None
    results: tuple[Result, ...] = ()
    failure: Failure | None = None
    signed_out: str = ""

    @property
    def code(self) -> str:
        """The authorization code, if one came back."""
        return self.response.code if self.response else ""

    @property
    def awaits_exchange(self) -> bool:
        """Whether a code is there that no token came for yet, in a session that goes on."""
        return bool(self.code) and not self.exchanged and not self.signed_out

    def result(self, kind: str) -> Result | None:
        """The newest result of one kind."""
        return next((r for r in reversed(self.results) if r.kind == kind), None)
