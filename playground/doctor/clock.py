"""Clocks: the server's, as its Date header tells it, against ours (RFC 9110 §6.6.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from playground.doctor.case import Case
from playground.doctor.diagnosis import AGAIN, CERTAIN, LIKELY, POSSIBLE, RETRY, Diagnosis, Row
from playground.protocol.id_token import LEEWAY
from playground.wire.exchange import Exchange

_NOTICEABLE = 5.0
_TIMES = ("exp", "iat", "nbf")


def look(case: Case) -> Iterator[Diagnosis]:
    """A time check that failed, or a difference that can spoil anything with a lifetime."""
    off = skew(case.last_answer) if case.last_answer else None
    if case.failed(*_TIMES):
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


def _failed_check(case: Case, off: float | None) -> Diagnosis:
    differ = off is not None and abs(off) > _NOTICEABLE
    names = ", ".join(name for name in _TIMES if case.failed(name))
    return Diagnosis(
        cause="clock",
        likelihood=CERTAIN if off is not None and abs(off) > LEEWAY else LIKELY,
        sentence=f"The clocks disagree: the server's is {in_words(off or 0.0)}."
        if differ
        else f"The id token's {names} does not fit our clock, though the server's clock does.",
        evidence=_evidence(case, off),
        steps=(
            "Set both clocks by NTP (timedatectl, or the host's clock for a container).",
            f"The playground allows {LEEWAY} s of difference.",
        )
        if differ
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
