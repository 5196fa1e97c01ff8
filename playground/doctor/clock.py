"""Clocks: the server's, as its Date header tells it, against ours (RFC 9110 §6.6.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from playground.doctor.case import Case
from playground.doctor.diagnosis import AGAIN, CERTAIN, LIKELY, POSSIBLE, RETRY, Diagnosis, Row
from playground.protocol.checks import Check
from playground.protocol.id_token import LEEWAY
from playground.wire.exchange import Exchange

_NOTICEABLE = 5.0
_MILLISECONDS = 1e11  # as seconds, the year 5138
_TIMES = ("exp", "iat", "nbf")


def look(case: Case) -> Iterator[Diagnosis]:
    """A time check that failed, or a difference that can spoil anything with a lifetime."""
    off = skew(case.last_answer) if case.last_answer else None
    wrong = [c for c in case.failure.checks if c.title in _TIMES and c.verdict == "fail"]
    odd = {check.title: words for check in wrong if (words := _oddity(check, case.failure.at))}
    if odd:
        yield _no_time(wrong, odd)
    elif wrong:
        yield _failed_check(case, off)
    elif off is not None and abs(off) > LEEWAY and (case.at_token or case.at_resource):
        yield _possible(case, off)


def skew(exchange: Exchange) -> float | None:
    """Seconds that the server's clock is ahead of ours; None when it does not tell the time."""
    try:
        date = parsedate_to_datetime(exchange.response_header("Date"))
    except (TypeError, ValueError, OverflowError):
        return None
    there = date.replace(tzinfo=UTC) if date.tzinfo is None else date
    return there.timestamp() - _answered_at(exchange)


def _answered_at(exchange: Exchange) -> float:
    return exchange.started_at + exchange.milliseconds / 1000


def in_words(seconds: float) -> str:
    """How far apart the clocks are."""
    length = timedelta(seconds=round(abs(seconds)))
    direction = "ahead of" if seconds > 0 else "behind"
    return f"{length} (h:mm:ss) {direction} ours" if length else "the same, to the second"


def _evidence(case: Case, off: float | None) -> tuple[Row, ...]:
    exchange = case.last_answer
    if exchange is None or off is None:
        return (Row(name="Server's clock", value="not known: it sends no Date header"),)
    ours = datetime.fromtimestamp(_answered_at(exchange), UTC)
    return (
        Row(name="Server's clock (Date header)", value=exchange.response_header("Date")),
        Row(name="Our clock at that moment", value=f"{ours:%a, %d %b %Y %H:%M:%S} GMT"),
        Row(name="The server's clock is", value=in_words(off)),
    )


def _oddity(check: Check, now: float) -> str:
    """Why it is no time at all, to go on after its name; empty for a time that does not fit."""
    if not check.found:
        return "is missing"
    try:
        seconds = float(check.found)
    except ValueError:
        return "is no number"
    if abs(seconds) >= _MILLISECONDS:
        return "is in milliseconds, and must be in seconds"
    fits = seconds > now - LEEWAY if check.title == "exp" else seconds <= now + LEEWAY
    return "is a string, and must be a number" if fits else ""


def _no_time(wrong: list[Check], odd: dict[str, str]) -> Diagnosis:
    said = ", ".join(f"{name} {words}" for name, words in odd.items())
    return Diagnosis(
        cause="id_token_times",
        likelihood=CERTAIN,
        sentence=f"The id token breaks the standard: {said}.",
        evidence=tuple(Row(name=c.title, value=c.found or "nothing") for c in wrong),
        steps=(
            "Clocks have no part in it. The server must send numbers of seconds since 1970 "
            "(OIDC Core §2, RFC 7519 §2).",
        ),
        remedy=AGAIN,
    )


def _failed_check(case: Case, off: float | None) -> Diagnosis:
    differ = off is not None and abs(off) > _NOTICEABLE
    names = ", ".join(name for name in _TIMES if case.failed(name))
    sentence = f"The id token's {names} does not fit our clock"
    if off is None:
        sentence += "; the server does not tell its own."
    elif differ:
        sentence = f"The clocks disagree: the server's is {in_words(off)}."
    else:
        sentence += ", though the server's clock does."
    return Diagnosis(
        cause="clock",
        likelihood=CERTAIN if off is not None and abs(off) > LEEWAY else LIKELY,
        sentence=sentence,
        evidence=_evidence(case, off),
        steps=(
            "Set both clocks by NTP (timedatectl, or the host's clock for a container).",
            f"The playground allows {LEEWAY} s of difference.",
        )
        if differ or off is None
        else (
            "Look at the lifetime of id tokens at the server; a lifetime of zero, or a clock "
            "of its own behind a proxy, looks like this.",
        ),
        remedy=AGAIN,
    )


def _possible(case: Case, off: float) -> Diagnosis:
    return Diagnosis(
        cause="clock",
        likelihood=LIKELY if case.method.endswith("_jwt") and case.at_token else POSSIBLE - 5,
        sentence=f"The clocks disagree: the server's is {in_words(off)}.",
        evidence=_evidence(case, off),
        steps=("Whatever has a lifetime suffers. Set both clocks by NTP.",),
        remedy=RETRY if case.with_code else AGAIN,
    )
