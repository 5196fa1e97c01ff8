"""What processes cost, as Linux counts it: CPU seconds and resident memory of a group."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def on_core(number: int, command: list[str]) -> list[str]:
    """The command bound to one core, where there are several."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2 or not shutil.which("taskset"):
        return command
    return ["taskset", "-c", str(cores[number % len(cores)]), *command]


def cpu_seconds(group: int) -> float:
    """User and system time of all living processes of a process group."""
    return sum(int(f[11]) + int(f[12]) for f in _stats(group)) / TICKS


def resident_mb(group: int) -> float:
    """Resident memory of the group's processes, what they share counted for each."""
    return sum(int(f[21]) for f in _stats(group)) * PAGE / 1e6


def _stats(group: int) -> Iterator[list[str]]:
    """The fields of /proc/*/stat after the command's name, for the processes of the group."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == group:
                yield fields
