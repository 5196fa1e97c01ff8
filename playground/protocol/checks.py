"""One check as a line: what was expected, what came, the verdict, the section."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Check:
    """`verdict` is ok, fail, warn (works, but is weak) or info (nothing to compare with)."""

    title: str
    expected: str
    found: str
    verdict: str
    section: str


def compare(title: str, expected: str, found: object, section: str) -> Check:
    """A check that the two are exactly equal, so that a number is not the string of its digits."""
    return Check(
        title=title,
        expected=expected,
        found=_words(found) or "absent",
        verdict="ok" if expected == found else "fail",
        section=section,
    )


def _words(found: object) -> str:
    if found is None or isinstance(found, str):
        return found or ""
    return json.dumps(found, ensure_ascii=False)[:500] + ", which is no string"


def failed(checks: Iterable[Check]) -> list[Check]:
    """The checks that failed."""
    return [check for check in checks if check.verdict == "fail"]
