"""One check as a line: what was expected, what came, the verdict, the section."""

from __future__ import annotations

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


def compare(title: str, expected: str, found: str, section: str) -> Check:
    """A check that the two are exactly equal."""
    verdict = "ok" if expected == found else "fail"
    return Check(
        title=title, expected=expected, found=found or "absent", verdict=verdict, section=section
    )


def failed(checks: Iterable[Check]) -> list[Check]:
    """The checks that failed."""
    return [check for check in checks if check.verdict == "fail"]
