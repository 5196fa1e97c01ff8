"""The messages of a flow in order: those that were recorded, and those still to come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from playground.explain.kinds import BY_NAME, Kind
from playground.explain.stage import Happened, Stage

PERSON, BROWSER, PLAYGROUND, SERVER, RESOURCE = range(5)
DONE, NOW, FAILED, TODO = "done", "now", "failed", "todo"
_AT_RESOURCE = ("photos", "picture", "resource")
_AWAY = ("request", "logout")
_SHORT = 5  # characters


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


def messages(stage: Stage, recorded: Sequence[Happened]) -> tuple[Message, ...]:
    """What happened, what came back of what we cannot see, and what is still to come."""
    happened: list[Message] = []
    responses = 0
    for number, times, exchange in _grouped(recorded):
        message = _recorded(stage, exchange, number, times, again=responses > 0)
        if message.kind == "response":
            if not responses and stage.accepted and "decision" in stage.names:
                happened.append(_decision(DONE))
            responses += 1
        happened.append(message)
    if happened and happened[-1].state == DONE:
        happened[-1] = replace(happened[-1], state=NOW)
    return (*happened, *_to_come(stage, happened))


def _grouped(recorded: Sequence[Happened]) -> Iterator[tuple[int, int, Happened]]:
    """Each exchange with its number and 1; a row of equal ones once, with how many they are."""
    number = 1
    for _, same in groupby(enumerate(recorded), key=_alike):
        members = [exchange for _, exchange in same]
        yield number, len(members), members[0]
        number += len(members)


def _alike(numbered: tuple[int, Happened]) -> tuple[str, int, int]:
    """Equal for neighbours that are drawn as one."""
    number, exchange = numbered
    repeated = exchange.purpose == "Get a photo" and not exchange.wrong
    return (exchange.purpose, exchange.status, 0 if repeated else number + 1)


def _to_come(stage: Stage, happened: Iterable[Message]) -> list[Message]:
    """The rest of the plan; keys that were not fetched are known already, a refused flow ends."""
    done = {m.kind for m in happened if m.state != FAILED}
    if stage.ended or _refused(stage, happened):
        return []
    known = {"keys"} if stage.keys_known else set()
    last = max((i for i, name in enumerate(stage.names) if name in done), default=-1)
    rest = [name for name in stage.names[last + 1 :] if name not in known]
    return [_planned(name, stage.brings) for name in rest]


def _refused(stage: Stage, happened: Iterable[Message]) -> bool:
    return not stage.accepted and any(m.kind == "response" for m in happened)


def _decision(state: str) -> Message:
    """The person's yes; of a no nothing is known, for a server's own rule brings the same error."""
    return Message(
        kind="decision",
        title="Sign In and Approve",
        arrows=(Arrow(source=PERSON, target=SERVER, words="Sign In, Approve"),),
        state=state,
        front=True,
    )


def _planned(name: str, brings: str) -> Message:
    if name == "decision":
        return _decision(TODO)
    front = name in ("request", "response")
    kind = BY_NAME[name]
    if front:
        arrows = _front_arrows(kind, brings)
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


def _front_arrows(kind: Kind, brings: str, *, wrong: bool = False) -> tuple[Arrow, ...]:
    """Away to the server, or from it back to us; `brings` is what an answer has with it."""
    if kind.name in _AWAY:
        return (
            Arrow(source=PLAYGROUND, target=BROWSER, words="303 redirect"),
            Arrow(source=BROWSER, target=SERVER, words=kind.asks),
        )
    sent, came = kind.asks, kind.answers
    if kind.name == "response":
        sent, came = f"redirect: {brings}", "refused" if wrong else _callback(brings)
    return (
        Arrow(source=SERVER, target=BROWSER, words=sent),
        Arrow(source=BROWSER, target=PLAYGROUND, words=came),
    )


def _callback(brings: str) -> str:
    """What the arrow from browser to playground has room for; the redirect says it in full."""
    return f"callback: {brings}" if len(brings) <= _SHORT else "callback"


def _back_arrows(target: int, asks: str, answers: str) -> tuple[Arrow, ...]:
    return (
        Arrow(source=PLAYGROUND, target=target, words=asks),
        Arrow(source=target, target=PLAYGROUND, words=answers),
    )


def _recorded(stage: Stage, exchange: Happened, number: int, times: int, *, again: bool) -> Message:
    """The message as it was; a second response to one request counts as refused."""
    kind = BY_NAME[exchange.kind]
    wrong, failure = exchange.wrong, exchange.failure
    if exchange.front:
        brings = stage.brings
        if kind.name == "response":
            wrong = wrong or again or not stage.accepted
            brings = exchange.error or ("again" if again else brings)
            failure = brings if wrong else ""
        arrows = _front_arrows(kind, brings, wrong=wrong)
    else:
        arrows = _back(exchange, kind.asks, kind.answers)
        failure = failure or (_status(exchange, "") if wrong else "")
    return Message(
        kind=kind.name,
        title=exchange.purpose,
        arrows=arrows,
        state=FAILED if wrong else DONE,
        front=exchange.front,
        exchange=exchange.id,
        number=number,
        times=times,
        failure=failure,
    )


def _back(exchange: Happened, asks: str, answers: str) -> tuple[Arrow, ...]:
    target = RESOURCE if exchange.at_resource else SERVER
    if exchange.kind == "logout_back":
        return (
            Arrow(source=SERVER, target=PLAYGROUND, words=asks),
            Arrow(source=PLAYGROUND, target=SERVER, words=_status(exchange, answers)),
        )
    if not exchange.failure:
        return _back_arrows(target, asks, _status(exchange, answers))
    there = Arrow(source=PLAYGROUND, target=target, words=asks, lost=not exchange.status)
    if exchange.status:
        answer = _status(exchange, exchange.failure)
        return (there, Arrow(source=target, target=PLAYGROUND, words=answer))
    return (there, Arrow(source=PLAYGROUND, target=target, words=exchange.failure, silent=True))


def _status(exchange: Happened, answers: str) -> str:
    """The status and what came: the error's own word where there is one."""
    came = "not active" if exchange.inactive else answers
    words = came if exchange.status < 400 else exchange.error
    return f"{exchange.status} {words}".strip()
