"""The nine steps of the tutorial page, in its order and words."""

from __future__ import annotations

from dataclasses import dataclass

TITLES = (
    "Add the host name to /etc/hosts",
    "Create an application in the Developer Portal",
    "Go to the Production Keys tab",
    "Add the Callback URL, GENERATE KEYS",
    "Click Import Photos",
    "Fill in the form, Authorize",
    "Sign In",
    "Approve Once or Approve Always",
    "Get Access Token",
)


@dataclass(frozen=True, kw_only=True)
class Step:
    """`state` is done, current or todo."""

    number: int
    title: str
    state: str


def steps(current: int, *, finished: bool = False) -> tuple[Step, ...]:
    """The nine steps as seen from step `current`; `finished` when the token has come."""
    return tuple(
        Step(number=number, title=title, state=_state(number, current, finished))
        for number, title in enumerate(TITLES, start=1)
    )


def _state(number: int, current: int, finished: bool) -> str:
    if number < current or finished:
        return "done"
    return "current" if number == current else "todo"
