"""A flow told once, redacted, for the report as HTML and as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from playground.errors import Failure
from playground.fields import GRANTS
from playground.flow import Flow
from playground.protocol.checks import Check
from playground.report.redact import Redactor
from playground.report.secrets import collect
from playground.report.told import Pairs, Told, tell
from playground.wire.exchange import Exchange


@dataclass(frozen=True, kw_only=True)
class Story:
    """What happened, in the order a reader asks for it; every text in it is redacted."""

    title: str
    facts: Pairs
    asked: Pairs
    checks: tuple[tuple[str, tuple[Check, ...]], ...]
    claims: tuple[tuple[str, object], ...]
    exchanges: tuple[Told, ...]
    failure: Failure | None


def redactor_of(flow: Flow, exchanges: Iterable[Exchange]) -> Redactor:
    """A redactor that knows this flow's secrets."""
    return Redactor(collect(flow, exchanges))


def story(flow: Flow, exchanges: list[Exchange], *, server: str) -> Story:
    """The flow and its exchanges as a report tells them; `server` is the profile's title."""
    redactor = redactor_of(flow, exchanges)
    claims = redactor.data(flow.claims or {})
    return Story(
        title=f"{grant_name(flow)} at {server}",
        facts=tuple((n, redactor.message(v)) for n, v in _facts(flow, server)),
        asked=tuple(
            redactor.pair(n, v) for n, v in (flow.request.parameters if flow.request else ())
        ),
        checks=tuple((title, _checks(rows, redactor)) for title, rows in _all_checks(flow) if rows),
        claims=tuple(claims.items()) if isinstance(claims, dict) else (),
        exchanges=tuple(tell(exchanges, redactor)),
        failure=_failure(flow.failure, redactor),
    )


def grant_name(flow: Flow) -> str:
    """The grant as the form calls it."""
    return dict(GRANTS).get(flow.form.grant_type, flow.form.grant_type)


def outcome(flow: Flow) -> tuple[str, str]:
    """How far it came, as a verdict (ok, fail, warn, info) and a sentence."""
    if flow.failure is not None:
        return "fail", flow.failure.sentence
    if flow.signed_out:
        return "info", "Signed out."
    if flow.result("photos"):
        return "ok", "The token opened the photos."
    if flow.token is not None:
        return "ok", "The access token came."
    if flow.code:
        return "info", "A code came back; it was not exchanged."
    if flow.response is not None:
        return "ok", "An id token came back."
    if flow.request is not None:
        return "warn", "The browser left for the server and did not come back."
    return "info", "Nothing was sent yet."


def file_name(flow: Flow, ending: str) -> str:
    """A name that says when and which server, and nothing secret."""
    moment = datetime.fromtimestamp(flow.created_at, UTC).strftime("%Y%m%d-%H%M%S")
    server = re.sub(r"[^a-z0-9]+", "-", flow.form.profile.lower()).strip("-") or "server"
    return f"oauth2-{server[:40]}-{moment}.{ending}"


def _facts(flow: Flow, server: str) -> Iterable[tuple[str, str]]:
    form = flow.form
    began = datetime.fromtimestamp(flow.created_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    yield from (("Began", began), ("Server", server), ("Outcome", outcome(flow)[1]))
    yield from (("Grant", grant_name(flow)), ("Client Id", form.client_id), ("Scope", form.scope))
    if form.redirecting:
        yield "Authorize Endpoint", form.authorization_endpoint
        yield "Callback URL", form.redirect_uri
    if form.token_endpoint:
        yield "Access Token Endpoint", form.token_endpoint
        yield "Client authentication", form.token_endpoint_auth_method


def _all_checks(flow: Flow) -> Iterable[tuple[str, tuple[Check, ...]]]:
    yield "The authorization response", flow.response_checks
    yield "The id token", flow.id_token_checks
    for result in flow.results:
        yield result.kind.capitalize(), result.checks
    if flow.failure is not None:
        yield "What failed", flow.failure.checks


def _checks(checks: Iterable[Check], redactor: Redactor) -> tuple[Check, ...]:
    return tuple(
        replace(c, expected=redactor.text(c.expected), found=redactor.text(c.found)) for c in checks
    )


def _failure(failure: Failure | None, redactor: Redactor) -> Failure | None:
    if failure is None:
        return None
    return replace(
        failure,
        sentence=redactor.text(failure.sentence),
        evidence=tuple((name, redactor.message(value)) for name, value in failure.evidence),
        advice=tuple(redactor.text(line) for line in failure.advice),
        error_description=redactor.text(failure.error_description),
        error_uri=redactor.message(failure.error_uri),
        checks=(),
    )
