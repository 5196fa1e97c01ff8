"""The doctor on a page: its findings for this browser's flow, and what their buttons do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from flask import url_for

from playground.doctor.case import Case, Facts
from playground.doctor.diagnose import diagnose
from playground.doctor.diagnosis import Diagnosis, Remedy
from playground.doctor.pending import to_register, waits_for
from playground.doctor.products import settings
from playground.errors import Failure, PlaygroundError, StoreUnavailable
from playground.flow import Flow
from playground.mask import HIDDEN
from playground.protocol.discovery import search
from playground.report.redact import Redactor
from playground.report.secrets import collect
from playground.urls import url_problem
from playground.web.browser import own_ids, owns
from playground.web.requests import own_origin
from playground.web.security import allow_leaving
from playground.web.services import services
from playground.web.shown import Shown
from playground.wire.exchange import Exchange

Fields = Sequence[Shown]
RECENT = 3
METADATA_DECIDES = (
    "invalid_client",
    "unauthorized_client",
    "invalid_scope",
    "unsupported_grant_type",
    "unsupported_response_type",
)
MAX_RAW = 6_000


@dataclass(frozen=True, kw_only=True)
class Action:
    """A button: a link, or with `post` a form with `hidden` fields; `retry` is the second form."""

    label: str = ""
    url: str = ""
    hidden: tuple[tuple[str, str], ...] = ()
    post: bool = False
    retry: bool = False


@dataclass(frozen=True, kw_only=True)
class Findings:
    """What the failure page shows; `actions` belong to the diagnoses one by one.

    `failure` is without the secrets that a server may have echoed in it.
    """

    failure: Failure
    diagnoses: tuple[Diagnosis, ...]
    actions: tuple[Action, ...]
    fields: Fields
    description: str
    evidence: tuple[tuple[str, str], ...]
    raw: str

    @property
    def rest(self) -> list[tuple[Diagnosis, Action]]:
        """All but the likeliest, with their buttons."""
        return list(zip(self.diagnoses, self.actions, strict=True))[1:]


def facts() -> Facts:
    """What the doctor must know beside the flow."""
    return Facts(
        now=time.time(),
        here=own_origin(),
        hosts=services().settings.hosts,
    )


def consult(failure: Failure, flow: Flow | None, fields: Fields) -> Findings:
    """The findings for a failure; `fields` are the second form's, empty where it cannot help."""
    exchanges = _exchanges(flow)
    case = Case(failure, flow, tuple(exchanges), facts())
    fields = () if case.spent else fields
    diagnoses, failed = diagnose(case), case.exchange
    redactor = Redactor(collect(flow, exchanges) if flow else (), replacement=lambda _: HIDDEN)
    if flow is not None and flow.request is not None:
        allow_leaving()
    return Findings(
        failure=replace(
            failure,
            sentence=redactor.text(failure.sentence),
            error=redactor.text(failure.error),
            error_uri=redactor.text(failure.error_uri),
        ),
        diagnoses=diagnoses,
        actions=tuple(action(d.remedy, flow, can_retry=bool(fields)) for d in diagnoses),
        fields=_filled(fields, diagnoses, case.typed),
        description=redactor.text(failure.error_description),
        evidence=_evidence(failure, diagnoses, redactor),
        raw=_raw(failed, redactor) if failed else "",
    )


def inquire(failure: Failure, flow: Flow) -> None:
    """Read what the server says of itself, where it answered and that decides between causes."""
    asked = failure.error in METADATA_DECIDES or failure.server_status in (404, 405)
    if not asked or not flow.form.issuer or url_problem(flow.form.issuer):
        return
    if any("/.well-known/" in x.url for x in _exchanges(flow)):
        return
    with suppress(PlaygroundError):
        search(flow.form.issuer, lambda outgoing: services().conductor.send(flow, outgoing))


def _exchanges(flow: Flow | None) -> Sequence[Exchange]:
    try:
        return services().flows.exchanges(flow.id) if flow else ()
    except StoreUnavailable:
        return ()


def _raw(exchange: Exchange, redactor: Redactor) -> str:
    """The answer as it came, but for its secrets."""
    if not exchange.status:
        return ""
    headers = [redactor.header(name, value) for name, value in exchange.response_headers]
    lines = [f"{exchange.http_version} {exchange.status} {exchange.reason}"]
    lines += [f"{name}: {value}" for name, value in headers]
    body = exchange.response_body.decode("utf-8", "replace")
    return "\n".join([*lines, "", redactor.message(body)[:MAX_RAW]])


def _evidence(
    failure: Failure, diagnoses: tuple[Diagnosis, ...], redactor: Redactor
) -> tuple[tuple[str, str], ...]:
    """The failure's own evidence, as far as the likeliest diagnosis does not show it already."""
    shown = [row.value for diagnosis in diagnoses[:1] for row in diagnosis.evidence]
    new = (pair for pair in failure.evidence if not any(pair[1] in value for value in shown))
    return tuple((name, redactor.message(value)) for name, value in new)


def _filled(fields: Fields, diagnoses: tuple[Diagnosis, ...], sent: dict[str, str]) -> Fields:
    """The second form as it was sent, with the likeliest remedy's changes filled in."""
    values = dict(sent)
    remedy = diagnoses[0].remedy if diagnoses else None
    if remedy is not None and remedy.kind == "retry":
        values |= dict(remedy.changes)
    return [replace(f, value=values.get(f.name, f.value)) for f in fields]


def action(remedy: Remedy | None, flow: Flow | None, *, can_retry: bool) -> Action:
    """What the button of a remedy does in this flow; the way back to the form at least."""
    if flow is None or remedy is None:
        return _to_form(remedy)
    kind = remedy.kind
    if kind == "retry":
        return Action(retry=True) if can_retry else _next_best(flow)
    if kind == "again" and flow.request is not None:
        url = url_for("again.authorize", identifier=flow.id)
        return Action(label=remedy.label, url=url, hidden=remedy.changes, post=True)
    if kind == "token" and flow.token is not None:
        return Action(label=remedy.label, url=url_for("token.show", identifier=flow.id))
    if kind == "callback":
        return Action(label=remedy.label, url=url_for("callback.show", identifier=flow.id))
    return _to_form(remedy)


def _next_best(flow: Flow) -> Action:
    """Without a waiting code: the token's page, the direct grant's, or a new flow."""
    if flow.token is not None:
        return Action(label="Back to the token", url=url_for("token.show", identifier=flow.id))
    if flow.request is None:
        return Action(label="Try again", url=url_for("token.direct", identifier=flow.id))
    url = url_for("again.authorize", identifier=flow.id)
    return Action(label="Authorize again", url=url, post=True)


def _to_form(remedy: Remedy | None) -> Action:
    anchor = f"f-{remedy.field}" if remedy and remedy.field else None
    label = remedy.label if remedy and remedy.kind == "form" and remedy.label else ""
    return Action(label=label or "Back to the form", url=url_for("form.show", _anchor=anchor))


def waiting(flow: Flow) -> dict[str, object]:
    """What the page of a flow shows that left and has not come back."""
    allow_leaving()
    causes = waits_for(flow, facts())
    return {
        "registration": to_register(flow),
        "where": settings("redirect_uri", flow.form),
        "causes": [(d, action(d.remedy, flow, can_retry=False)) for d in causes],
    }


def pending_flow() -> Flow | None:
    """The newest of this browser's last few flows that left for the server and is not back."""
    try:
        found = (services().flows.find(name) for name in own_ids()[: -RECENT - 1 : -1])
        waiting = (f for f in found if f is not None and owns(f) and is_pending(f))
        return next(waiting, None)
    except StoreUnavailable:
        return None


def is_pending(flow: Flow) -> bool:
    """Whether it left and nothing came, neither a response nor a refusal."""
    return flow.request is not None and flow.response is None and flow.failure is None
