"""A flow's story as Markdown (CommonMark with GitHub's tables), ready for an issue or a wiki."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator

from playground.protocol.checks import Check
from playground.report.story import Story
from playground.report.told import Body, Pairs, Told

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_TICKS = re.compile(r"`+")
_VERDICTS = {"ok": "passed", "fail": "**failed**", "warn": "look", "info": "note"}


def markdown(told: Story) -> str:
    """The whole report."""
    return "\n".join(_lines(told)).rstrip() + "\n"


def _lines(told: Story) -> Iterator[str]:
    yield from (f"# {_plain(told.title)}", "")
    yield from _list(told.facts)
    if told.failure is not None:
        yield from ("## What went wrong", "", _plain(told.failure.sentence), "")
        yield from _list(told.failure.evidence)
        yield from (*(f"- {_plain(line)}" for line in told.failure.advice), "")
    if told.asked:
        yield from ("## What was asked", "")
        yield from _list(told.asked)
    for title, checks in told.checks:
        yield from (f"## What was checked: {_plain(title)}", "")
        yield from _table(checks)
    if told.claims:
        yield from ("## Who signed in, by the id token", "")
        yield from _list((name, _value(value)) for name, value in told.claims)
    yield from ("## What was on the wire", "")
    for exchange in told.exchanges:
        yield from _exchange(exchange)
    yield "Secrets, codes and tokens are replaced by REDACTED-… with their name."


def _exchange(told: Told) -> Iterator[str]:
    yield from (f"### {told.number}. {_plain(told.purpose)}", "")
    route = f"{told.sender} to {told.receiver}, {told.channel} channel, {told.at}"
    timing = f", {told.milliseconds} ms" if told.channel == "back" else ""
    tls = f", {told.tls}, certificate of {told.peer}" if told.tls else ""
    yield from (_plain(route + timing + tls), "")
    yield from _fence(
        _message(f"{told.method} {told.url}", told.request_headers, told.request_body)
    )
    if told.status:
        yield from _fence(_message(told.answer, told.response_headers, told.response_body))
    else:
        yield from (f"Answer: {_plain(told.answer)}", "")


def _message(start: str, headers: Pairs, body: Body) -> str:
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    content = body.text or (f"({body.size} bytes of {body.mime})" if body.size else "")
    return "\n".join([*lines, "", content] if content else lines)


def _fence(text: str) -> list[str]:
    """A fenced block; the fence is longer than any in the text (CommonMark §4.5)."""
    fence = "`" * max(3, 1 + max((len(ticks) for ticks in _TICKS.findall(text)), default=0))
    return [f"{fence}http", text.replace("\r\n", "\n"), fence, ""]


def _list(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [*(f"- {_plain(name)}: {_code(value)}" for name, value in pairs), ""]


def _table(checks: Iterable[Check]) -> list[str]:
    rows = (
        f"| {_VERDICTS.get(c.verdict, c.verdict)} | {_plain(c.title)} | {_cell(c.expected)} "
        f"| {_cell(c.found)} | {_plain(c.section)} |"
        for c in checks
    )
    head = ("| Verdict | Check | Expected | Found | Section |", "| --- | --- | --- | --- | --- |")
    return [*head, *rows, ""]


def _cell(text: str) -> str:
    return _code(text).replace("|", "\\|")


def _code(text: str) -> str:
    """A code span, whatever backticks are in it (CommonMark §6.1)."""
    text = " ".join(text.split())
    if not text:
        return "none"
    ticks = "`" * (1 + max((len(found) for found in _TICKS.findall(text)), default=0))
    pad = " " if "`" in (text[0], text[-1]) else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
