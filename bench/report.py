"""The table: flows a second, how long they took, what they cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.contestants import NAMES
from bench.load import Outcome

COLUMNS = "flows/s  p50 ms  p95 ms  p99 ms  CPU ms/flow  requests/flow    MB  cold start s"


@dataclass
class Row:
    """One contestant's rounds; rates are the median round's, times are over all flows."""

    name: str
    cold_start: float
    megabytes: float = 0.0
    rates: list[float] = field(default_factory=list)
    costs: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    requests: float = 0.0
    errors: list[str] = field(default_factory=list)

    def add(self, outcome: Outcome, cpu: float) -> None:
        """One round; `cpu` in seconds."""
        flows = max(1, len(outcome.seconds))
        self.rates.append(len(outcome.seconds) / outcome.elapsed)
        self.costs.append(cpu / flows * 1000)
        self.seconds += outcome.seconds
        self.requests = outcome.requests / flows
        self.errors += outcome.errors

    def text(self) -> str:
        """One line of the table."""
        p50, p95, p99 = (percentile(self.seconds, q) * 1000 for q in (50, 95, 99))
        line = (
            f"{NAMES[self.name]:28}{median(self.rates):8.0f}{p50:8.0f}{p95:8.0f}{p99:8.0f}"
            f"{median(self.costs):13.2f}{self.requests:15.1f}{self.megabytes:6.0f}"
            f"{self.cold_start:14.1f}"
        )
        failed = f"   {len(self.errors)} failed, first: {self.errors[0]}" if self.errors else ""
        return line + failed


def percentile(values: Sequence[float], percent: int) -> float:
    """The value that so many percent do not exceed; 0 without values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else 0.0


def table(rows: Sequence[Row]) -> str:
    """All rows under their columns."""
    return "\n".join([f"{'':28} {COLUMNS}", *(row.text() for row in rows)])
