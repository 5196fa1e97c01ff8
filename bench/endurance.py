"""Does it stay as it is? Memory over many flows, and the cost of a flow among many stored ones."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from bench.contestants import Contestant, environment
from bench.load import Job, Outcome
from bench.machine import cpu_seconds, resident_mb
from bench.setting import Setting, measure
from tests.support.processes import stopping

BATCH = 2000


def memory(setting: Setting, folder: Path, options: argparse.Namespace) -> None:
    """20,000 flows through one playground, its memory after every 2,000."""
    print("\nMemory of the playground\n   flows    MB  CPU ms/flow", flush=True)
    with stopping(_playground(setting, folder, files=False)) as playground:
        playground.begin()
        for done in range(BATCH, 10 * BATCH + 1, BATCH):
            cost = _cost(playground, setting, BATCH, options)
            print(f"{done:8}{resident_mb(playground.pid):6.0f}{cost:13.2f}", flush=True)


def stored(setting: Setting, folder: Path, options: argparse.Namespace) -> None:
    """CPU of a flow with few and with 10,000 flows stored, in files and in Redis."""
    print("\nCost of a flow, CPU ms\n             10 stored  10,000 stored", flush=True)
    for files in (True, False):
        setting.redis.client().flushall()
        with stopping(_playground(setting, folder, files=files)) as playground:
            playground.begin()
            _cost(playground, setting, 10, options)
            few = _cost(playground, setting, 200, options)
            _cost(playground, setting, 10_000, options)
            many = _cost(playground, setting, 200, options)
        where = "in files" if files else "in Redis"
        print(f"{where:12}{few:10.2f}{many:15.2f}", flush=True)


KINDS: dict[str, Callable[[Setting, Path, argparse.Namespace], None]] = {
    "memory": memory,
    "stored": stored,
}


def _playground(setting: Setting, folder: Path, *, files: bool) -> Contestant:
    env = environment(
        redis_url="" if files else setting.redis.url,
        server=setting.plain,
        back=setting.plain,
        authority=setting.authority,
    )
    return Contestant("playground", folder, env)


def _cost(
    playground: Contestant, setting: Setting, flows: int, options: argparse.Namespace
) -> float:
    """CPU milliseconds of one flow, over this many."""
    job = Job(
        journey="playground",
        base=playground.url,
        server=setting.plain,
        back=setting.plain,
        flows=flows,
        at_once=options.at_once,
    )
    before = cpu_seconds(playground.pid)
    outcome: Outcome = measure(job)
    if outcome.errors:
        raise RuntimeError(outcome.errors[0])
    return (cpu_seconds(playground.pid) - before) / flows * 1000
