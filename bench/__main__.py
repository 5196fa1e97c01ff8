"""`python -m bench`: whole flows through everybody, in turns, and a table of what it took."""

from __future__ import annotations

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import endurance
from bench.contestants import NAMES, Contestant, environment
from bench.load import Job
from bench.machine import cpu_seconds, resident_mb
from bench.report import Row, table
from bench.setting import Setting, measure, prepared
from tests.support.processes import stopping

SCENARIOS = {
    "plain": ("over plain HTTP to the server", False, ""),
    "tls": ("over TLS to the server", True, ""),
    "slow": ("with a server that takes 200 ms", False, "/200"),
}


def main() -> None:
    """Measure what the command line asks for."""
    options = _options()
    with tempfile.TemporaryDirectory() as name, prepared(Path(name)) as setting:
        for scenario in options.scenarios:
            if scenario in SCENARIOS:
                title, *_ = SCENARIOS[scenario]
                print(f"\n{title}\n{table(_rows(setting, Path(name), scenario, options))}")
            else:
                endurance.KINDS[scenario](setting, Path(name), options)


def _rows(setting: Setting, folder: Path, scenario: str, options: argparse.Namespace) -> list[Row]:
    """Everybody in turns, so that a noisy moment of the machine is shared."""
    _, over_tls, delay = SCENARIOS[scenario]
    back = setting.tls if over_tls else setting.plain
    env = environment(
        redis_url=setting.redis.url, server=setting.plain, back=back, authority=setting.authority
    )
    with ExitStack() as stack:
        everybody = []
        for name in options.only or NAMES:
            everybody.append(stack.enter_context(stopping(Contestant(name, folder, env))))
            everybody[-1].begin()
        rows = [Row(contestant.kind, contestant.cold_start) for contestant in everybody]
        for number in range(options.rounds + 1):  # the first one warms up and does not count
            for contestant, row in zip(everybody, rows, strict=True):
                job = Job(
                    journey=contestant.kind,
                    base=contestant.url,
                    server=setting.plain,
                    back=back,
                    flows=options.flows if number else options.at_once,
                    at_once=options.at_once,
                    delay=delay,
                )
                before = cpu_seconds(contestant.pid)
                outcome = measure(job)
                if number:
                    row.add(outcome, cpu_seconds(contestant.pid) - before)
                row.megabytes = resident_mb(contestant.pid)
        return rows


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    kinds = [*SCENARIOS, *endurance.KINDS]
    parser.add_argument(
        "scenarios", nargs="*", default=list(SCENARIOS), help=f"of {', '.join(kinds)}"
    )
    parser.add_argument("--flows", type=int, default=300, help="flows in a round")
    parser.add_argument("--rounds", type=int, default=3, help="rounds that count")
    parser.add_argument("--at-once", type=int, default=32, help="virtual browsers at once")
    parser.add_argument("--only", nargs="*", choices=list(NAMES), help="not everybody")
    options = parser.parse_args()
    if unknown := set(options.scenarios) - set(kinds):
        parser.error(f"{', '.join(unknown)}: choose from {', '.join(kinds)}")
    return options


if __name__ == "__main__":
    main()
