"""A likely cause as data: how likely, in a sentence, with evidence and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

CERTAIN, LIKELY, POSSIBLE, UNLIKELY = 95, 70, 40, 15
Parts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Row:
    """One piece of evidence. `parts` are (same | ins | del, text) where two strings differ."""

    name: str
    value: str = ""
    parts: Parts = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What one product calls the setting; `lines` are for its configuration file or a shell."""

    product: str
    where: str = ""
    lines: str = ""
    here: bool = False


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """One button. `kind` is again (a new flow), retry (the second form, with the same code),
    form, token or callback (a page to go to); `changes` are fields to fill in differently.
    """

    kind: str
    label: str = ""
    changes: tuple[tuple[str, str], ...] = ()
    field: str = ""


@dataclass(frozen=True, kw_only=True)
class Diagnosis:
    """`cause` is a short name, `likelihood` goes from 0 to 100."""

    cause: str
    likelihood: int
    sentence: str
    evidence: tuple[Row, ...] = ()
    steps: tuple[str, ...] = ()
    settings: tuple[Setting, ...] = ()
    remedy: Remedy | None = None

    @property
    def word(self) -> str:
        """The likelihood in words."""
        bounds = ((90, "almost certain"), (60, "likely"), (30, "possible"), (0, "less likely"))
        return next(word for bound, word in bounds if self.likelihood >= bound)


AGAIN = Remedy(kind="again", label="Authorize again")
RETRY = Remedy(kind="retry")


def to_form(field: str) -> Remedy:
    """Change one field of the first form."""
    return Remedy(kind="form", label="Change it in the form", field=field)
