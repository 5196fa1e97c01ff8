"""The messages of a flow in order: those that were recorded, and those still to come."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from urllib.parse import parse_qsl, urlsplit

from playground.explain.kinds import BY_NAME, error_word, failed, kind_of
from playground.flow import Flow
from playground.form import Form
from playground.wire.exchange import Exchange

PERSON, BROWSER, PLAYGROUND, SERVER, RESOURCE = range(5)
DONE, NOW, FAILED, TODO = "done", "now", "failed", "todo"
_AT_RESOURCE = ("photos", "picture", "resource")


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """From one column to another; `lost` when it did not arrive, `silent` for words alone."""

    source: int
    target: int
    words: str
    lost: bool = False
    silent: bool = False


@dataclass(frozen=True, kw_only=True)
class Message:
    """One exchange, or one to come. `exchange` is empty where nothing was recorded of it."""

    kind: str
    title: str
    arrows: tuple[Arrow, ...]
    state: str
    front: bool = False
    exchange: str = ""
    number: int = 0
    times: int = 1
    failure: str = ""


def plan(form: Form) -> tuple[Message, ...]:
    """The messages of a flow that has not begun, for this form's grant."""
    return tuple(_planned(name, form) for name in _names(form))


def messages(flow: Flow, exchanges: Sequence[Exchange]) -> tuple[Message, ...]:
    """What happened, what came back of what we cannot see, and what is still to come."""
    happened: list[Message] = []
    responses = 0
    for number, times, exchange in _grouped(exchanges):
        message = _recorded(flow, exchange, number, times, again=responses > 0)
        if message.kind == "response":
            if not responses and _decided(flow):
                happened.append(_decision(flow))
            responses += 1
        happened.append(message)
    if happened and happened[-1].state == DONE:
        happened[-1] = replace(happened[-1], state=NOW)
    return (*happened, *_to_come(flow, happened))


def _grouped(exchanges: Sequence[Exchange]) -> Iterator[tuple[int, int, Exchange]]:
    """Each exchange with its number and 1; a row of equal ones once, with how many they are."""
    number = 1
    for _, same in groupby(enumerate(exchanges), key=_alike):
        members = [exchange for _, exchange in same]
        yield number, len(members), members[0]
        number += len(members)


def _alike(numbered: tuple[int, Exchange]) -> tuple[str, int, int]:
    """Equal for neighbours that are drawn as one."""
    number, exchange = numbered
    repeated = exchange.purpose == "Get a photo" and not failed(exchange)
    return (exchange.purpose, exchange.status, 0 if repeated else number + 1)


def _names(form: Form) -> list[str]:
    """The kinds of messages this form's grant is made of, in order."""
    names = ["request", "decision", "response"] if form.redirecting else []
    code = not form.redirecting or "code" in form.response_types
    front_id_token = "id_token" in form.response_types and bool(form.jwks_uri)
    back_id_token = code and "openid" in form.scopes and bool(form.jwks_uri) and form.redirecting
    names += ["keys"] * front_id_token + ["token"] * code
    names += ["keys"] * (back_id_token and not front_id_token)
    with_token = code or "token" in form.response_types
    return names + ["photos"] * (bool(form.resource_endpoint) and with_token)


def _to_come(flow: Flow, happened: Iterable[Message]) -> list[Message]:
    """The rest of the plan; keys that were not fetched are known already, a refused flow ends."""
    done = {m.kind for m in happened if m.state != FAILED}
    names = _names(flow.form)
    if flow.signed_out or _refused(flow, happened):
        return []
    known = {"keys"} if flow.exchanged or flow.claims else set()
    last = max((i for i, name in enumerate(names) if name in done), default=-1)
    rest = [name for name in names[last + 1 :] if name not in known]
    return [_planned(name, flow.form) for name in rest]


def _refused(flow: Flow, happened: Iterable[Message]) -> bool:
    return flow.response is None and any(m.kind == "response" for m in happened)


def _decided(flow: Flow) -> bool:
    """Whether what came back says that the person decided."""
    failure = flow.failure
    return flow.response is not None or bool(failure and failure.error == "access_denied")


def _decision(flow: Flow) -> Message:
    state = DONE if flow.response is not None else FAILED
    words = "Sign In, Approve" if state == DONE else "Deny"
    return Message(
        kind="decision",
        title=words,
        arrows=(Arrow(source=PERSON, target=SERVER, words=words),),
        state=state,
        front=True,
    )


def _planned(name: str, form: Form) -> Message:
    if name == "decision":
        arrows: tuple[Arrow, ...] = (Arrow(source=PERSON, target=SERVER, words="Sign In, Approve"),)
        return Message(
            kind=name, title="Sign In and Approve", arrows=arrows, state=TODO, front=True
        )
    front = name in ("request", "response")
    kind = BY_NAME[name]
    if front:
        arrows = _front_arrows(name, _comes_back(form))
    else:
        target = RESOURCE if name in _AT_RESOURCE else SERVER
        arrows = _back_arrows(target, kind.asks, kind.answers)
    return Message(kind=name, title=_TITLES[name], arrows=arrows, state=TODO, front=front)


_TITLES = {
    "request": "Authorization request",
    "response": "Authorization response",
    "token": "Token request",
    "keys": "Fetch the server's keys",
    "photos": "Get Photos",
}


def _comes_back(form: Form) -> str:
    """What the response type brings through the browser, in words."""
    names = {"code": "code", "token": "token", "id_token": "id token"}
    return ", ".join(word for kind, word in names.items() if kind in form.response_types)


@lru_cache(maxsize=256)
def _front_arrows(name: str, brings: str, *, wrong: bool = False) -> tuple[Arrow, ...]:
    if name == "request":
        return (
            Arrow(source=PLAYGROUND, target=BROWSER, words="303 redirect"),
            Arrow(source=BROWSER, target=SERVER, words="authorization request"),
        )
    return (
        Arrow(source=SERVER, target=BROWSER, words=f"redirect: {brings}"),
        Arrow(
            source=BROWSER, target=PLAYGROUND, words=f"callback: {'refused' if wrong else brings}"
        ),
    )


@lru_cache(maxsize=256)
def _back_arrows(target: int, asks: str, answers: str) -> tuple[Arrow, ...]:
    return (
        Arrow(source=PLAYGROUND, target=target, words=asks),
        Arrow(source=target, target=PLAYGROUND, words=answers),
    )


def _recorded(flow: Flow, exchange: Exchange, number: int, times: int, *, again: bool) -> Message:
    """The message as it was; a second response to one request counts as refused."""
    kind = kind_of(exchange)
    wrong, failure = failed(exchange), error_word(exchange)
    if exchange.channel == "front":
        brings = _comes_back(flow.form)
        if kind.name == "response":
            wrong = wrong or again or flow.response is None
            brings = _error(exchange) or ("again" if again else brings)
            failure = brings if wrong else ""
        arrows = _front_arrows(kind.name, brings, wrong=wrong)
    else:
        arrows = _back(exchange, kind.asks, kind.answers, failure)
        failure = failure or (_status(exchange, "") if wrong else "")
    return Message(
        kind=kind.name,
        title=exchange.purpose,
        arrows=arrows,
        state=FAILED if wrong else DONE,
        front=exchange.channel == "front",
        exchange=exchange.id,
        number=number,
        times=times,
        failure=failure,
    )


def _back(exchange: Exchange, asks: str, answers: str, failure: str) -> tuple[Arrow, ...]:
    target = RESOURCE if exchange.receiver == "resource server" else SERVER
    if not exchange.error:
        return _back_arrows(target, asks, _status(exchange, answers))
    there = Arrow(source=PLAYGROUND, target=target, words=asks, lost=not exchange.status)
    if exchange.status:
        answer = _status(exchange, failure)
        return (there, Arrow(source=target, target=PLAYGROUND, words=answer))
    return (there, Arrow(source=PLAYGROUND, target=target, words=failure, silent=True))


def _status(exchange: Exchange, answers: str) -> str:
    """The status and what came: the error's own word where there is one."""
    words = answers if exchange.status < 400 else _error(exchange)
    return f"{exchange.status} {words}".strip()


def _error(exchange: Exchange) -> str:
    """`error` of the answer, or of the callback; empty when there is none."""
    if exchange.channel == "front":
        body = exchange.request_body.decode("latin-1")
        return dict(parse_qsl(urlsplit(exchange.url).query or body)).get("error", "")[:40]
    try:
        data = json.loads(exchange.response_body) if exchange.status >= 400 else None
    except (ValueError, RecursionError):
        return ""
    error = data.get("error") if isinstance(data, dict) else None
    return error[:40] if isinstance(error, str) else ""
