"""The sequence diagram's geometry: where each arrow, head and word stands, in SVG units."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from playground.explain.sequence import DONE, FAILED, NOW, TODO, Arrow, Message, messages
from playground.explain.stage import Happened, Stage
from playground.flow import Flow
from playground.form import Form
from playground.wire.exchange import Exchange

WIDTH = 420
COLUMNS = (23, 98, 190, 300, 389)
ACTORS = ("person", "browser", "playground", "authorization server", "resource server")
_ACTORS = tuple((x, tuple(name.split())) for x, name in zip(COLUMNS, ACTORS, strict=True))
_TOP, _ROW, _GAP, _HEAD = 62, 25, 5, 7
_CHARACTER = 6.6  # how wide one is, at the size the words are set in
MOST = 16
STATES = {DONE: "happened", NOW: "happened", FAILED: "failed", TODO: "still to come"}


@dataclass(frozen=True, kw_only=True)
class Words:
    """What stands over an arrow, and where its middle is."""

    text: str
    x: float
    y: int


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """One message: its lines, full heads and crosses as path data. `said` is it as a sentence."""

    message: Message
    lines: str
    heads: str
    crosses: str
    words: tuple[Words, ...]
    said: str


@dataclass(frozen=True, kw_only=True)
class Diagram:
    """What the template draws; `flow` is the id of the flow whose exchanges it leads to."""

    height: int
    drawn: tuple[Drawn, ...] = field(hash=False)
    flow: str = ""
    left_out: int = 0

    @property
    def actors(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Each column's middle, and its name word by word."""
        return _ACTORS

    @property
    def lifelines(self) -> str:
        """The lines under the actors, as path data."""
        return "".join(f"M{x} {_TOP - 22}V{self.height}" for x in COLUMNS)

    @property
    def begun(self) -> bool:
        """Whether anything has happened yet."""
        return any(item.message.state != TODO for item in self.drawn)


def of_flow(
    flow: Flow,
    exchanges: Sequence[Exchange],
    *,
    shown: str = "",
    named: Callable[[str], str] = str,
) -> Diagram:
    """The diagram of a flow as it stands; `shown` is what the page calls its exchange.

    `named` turns the ids of the flow and its exchanges into what the template writes of them.
    """
    recorded = tuple(Happened.of(exchange, named(exchange.id)) for exchange in exchanges)
    return _draw(Stage.of(flow), recorded, named(flow.id), shown)


def _lit(message: Message, shown: bool) -> Message:
    """The message in the page's own light: the shown one stands out instead of the newest."""
    if message.state not in (DONE, NOW):
        return message
    return replace(message, state=NOW if shown else DONE)


def of_plan(form: Form) -> Diagram:
    """The diagram of a flow to come: nothing has happened yet."""
    return _draw(Stage.before(form), (), "", "")


@lru_cache(maxsize=256)
def _draw(stage: Stage, recorded: tuple[Happened, ...], flow: str, shown: str) -> Diagram:
    """Drawn once for all flows that have come to the same."""
    found = messages(stage, recorded)
    if shown:
        found = tuple(_lit(message, message.exchange == shown) for message in found)
    left_out = max(0, len(found) - MOST)
    drawn, y = [], _TOP
    for message in (*found[:3], *found[3 + left_out :]) if left_out else found:
        drawn.append(_message(message, y))
        y += len(message.arrows) * _ROW + _GAP
    return Diagram(height=y, drawn=tuple(drawn), flow=flow, left_out=left_out)


def _message(message: Message, y: int) -> Drawn:
    lines, heads, crosses, words = "", "", "", []
    for row, arrow in enumerate(message.arrows):
        line, head, cross, over = _line(arrow, y + row * _ROW, 1 if row else message.times)
        lines, heads, crosses = lines + line, heads + head, crosses + cross
        words.append(over)
    return Drawn(
        message=message,
        lines=lines,
        heads=heads,
        crosses=crosses,
        words=tuple(words),
        said=_said(message),
    )


@lru_cache(maxsize=1024)
def _line(arrow: Arrow, y: int, times: int) -> tuple[str, str, str, Words]:
    """One arrow's line, head and cross as path data, and its words."""
    start, end = COLUMNS[arrow.source], COLUMNS[arrow.target]
    text = f"{arrow.words} × {times}" if times > 1 else arrow.words
    half = len(text) * _CHARACTER / 2
    middle = round(min(max((start + end) / 2, half + 2), WIDTH - half - 2), 1)
    if arrow.silent:
        return "", "", "", Words(text=text, x=middle, y=y - 10)
    way = 1 if end > start else -1
    words = Words(text=text, x=middle, y=y - 6)
    if arrow.lost:
        tip = end - way * 10
        return f"M{start} {y}H{tip}", "", _cross(tip, y), words
    tip = end - way
    return f"M{start} {y}H{tip - way * (_HEAD - 1)}", _triangle(tip, y, way), "", words


def _triangle(tip: int, y: int, way: int) -> str:
    return f"M{tip} {y}l{-way * _HEAD}-4v8z"


def _cross(tip: int, y: int) -> str:
    return f"M{tip - 4} {y - 4}l8 8m0-8l-8 8"


def _said(message: Message) -> str:
    """One message as a sentence for the list beside the picture."""
    stops = [message.arrows[0].source] + [a.target for a in message.arrows]
    route = " to ".join(ACTORS[stop] for stop in _without_repeats(stops))
    times = f", {message.times} times" if message.times > 1 else ""
    failure = f": {message.failure}" if message.failure else ""
    earlier = " now or earlier" if message.kind == "decision" and message.state != TODO else ""
    return f"{route}{times}; {STATES[message.state]}{earlier}{failure}"


def _without_repeats(stops: Iterable[int]) -> list[int]:
    kept: list[int] = []
    for stop in stops:
        if not kept or kept[-1] != stop:
            kept.append(stop)
    return kept
