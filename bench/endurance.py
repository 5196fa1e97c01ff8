"""Does it stay as it is? Memory over many flows, and the cost of a flow among many stored ones."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from bench.contestants import Contestant, environment
from bench.filled import fill
from bench.load import Job, Outcome
from bench.machine import cpu_seconds, resident_mb
from bench.setting import Setting, measure
from playground.store.files import FileStore
from playground.store.opening import FILE
from playground.store.redis import RedisStore
from tests.support.processes import stopping

BATCH = 2000
STORED, WARM_UP, TURN = 10_000, 50, 100


def memory(setting: Setting, folder: Path, options: argparse.Namespace) -> None:
    """20,000 flows through one playground, its memory after every 2,000."""
    print("\nMemory of the playground\n   flows    MB  CPU ms/flow", flush=True)
    with stopping(_playground(setting, folder, redis_url=setting.redis.url)) as playground:
        playground.begin()
        for done in range(BATCH, 10 * BATCH + 1, BATCH):
            cost = _cost(playground, setting, BATCH, options)
            print(f"{done:8}{resident_mb(playground.pid):6.0f}{cost:13.2f}", flush=True)


def stored(setting: Setting, folder: Path, options: argparse.Namespace) -> None:
    """CPU of a flow where few are stored and where 10,000 more are, in turns."""
    print("\nCost of a flow, CPU ms\n            few stored  10,000 more", flush=True)
    for kind in ("files", "Redis"):
        setting.redis.client().flushall()
        urls = ("", "") if kind == "files" else _databases(setting)
        few, many = (_playground(setting, folder, redis_url=url) for url in urls)
        with stopping(few), stopping(many):
            for playground in (few, many):
                playground.begin()
                _cost(playground, setting, WARM_UP, options)
            fill(RedisStore(urls[1]) if urls[1] else FileStore(many.data_dir / FILE), STORED)
            costs = [_in_turns(few, many, setting, options) for _ in range(options.rounds)]
        lines = (f"{min(column):13.2f}" for column in zip(*costs, strict=True))
        print(f"in {kind:6}{''.join(lines)}", flush=True)


def _databases(setting: Setting) -> tuple[str, str]:
    """Two of one Redis, so that what is stored in one is in its memory for the other too."""
    return setting.redis.url, setting.redis.url.removesuffix("0") + "1"


def _in_turns(
    few: Contestant, many: Contestant, setting: Setting, options: argparse.Namespace
) -> tuple[float, float]:
    """Both in the same noisy moment of the machine."""
    first = _cost(few, setting, TURN, options)
    return first, _cost(many, setting, TURN, options)


KINDS: dict[str, Callable[[Setting, Path, argparse.Namespace], None]] = {
    "memory": memory,
    "stored": stored,
}


def _playground(setting: Setting, folder: Path, *, redis_url: str) -> Contestant:
    env = environment(
        redis_url=redis_url,
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
