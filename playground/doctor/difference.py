"""Two strings compared: character by character, and in words where they are URLs."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from urllib.parse import SplitResult, urlsplit

from playground.doctor.diagnosis import Parts, Row

MAX = 1000
_ISLAND = 3


def parts(before: str, after: str) -> Parts:
    """What stays, what only `before` has (del), what only `after` has (ins)."""
    before, after = before[:MAX], after[:MAX]
    pieces: list[tuple[bool, str, str]] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        island = tag == "equal" and b - a < _ISLAND and a > 0 and b < len(before)
        same = tag == "equal" and not island
        if pieces and not same and not pieces[-1][0]:
            pieces[-1] = (False, pieces[-1][1] + before[a:b], pieces[-1][2] + after[c:d])
        else:
            pieces.append((same, before[a:b], after[c:d]))
    return tuple(_parts(pieces))


def _parts(pieces: list[tuple[bool, str, str]]) -> Iterator[tuple[str, str]]:
    for same, before, after in pieces:
        if same:
            yield "same", before
            continue
        if before:
            yield "del", before
        if after:
            yield "ins", after


def rows(before: str, after: str, *, names: tuple[str, str]) -> tuple[Row, ...]:
    """Both strings and their difference as evidence; `names` say whose they are."""
    one, other = names
    found = parts(before, after)
    return (
        Row(name=one, value=before),
        Row(name=other, value=after),
        Row(
            name="Difference",
            parts=found,
            note=_legend(found, names),
        ),
    )


def _legend(found: Parts, names: tuple[str, str]) -> str:
    """What those marks mean that are there."""
    kinds = {kind for kind, _ in found}
    words = ("Struck out: only in “{}”.", "Underlined: only in “{}”.")
    marks = zip(("del", "ins"), words, names, strict=True)
    return " ".join(text.format(name) for kind, text, name in marks if kind in kinds)


def in_words(before: str, after: str) -> str:
    """How two URLs differ, as the end of a sentence; empty when they are the same."""
    try:
        one, other = urlsplit(before), urlsplit(after)
        found = [words for words, differs in _differences(one, other) if differs]
    except ValueError:
        return "one of them is no URL"
    if before == after:
        return ""
    return ", ".join(found) or "they differ in the spelling"


def _differences(one: SplitResult, other: SplitResult) -> Iterator[tuple[str, bool]]:
    loopback = {one.hostname, other.hostname} <= {"localhost", "127.0.0.1", "::1"}
    host = "localhost and 127.0.0.1 are two names" if loopback else "the host names differ"
    slash = one.path.rstrip("/") == other.path.rstrip("/")
    case = one.path.lower() == other.path.lower()
    path = "upper and lower case differ" if case else "the paths differ"
    yield "http is not https", one.scheme != other.scheme
    yield host, one.hostname != other.hostname
    yield "the ports differ", one.port != other.port
    yield "one ends with a slash" if slash else path, one.path != other.path
    yield "the queries differ", one.query != other.query
