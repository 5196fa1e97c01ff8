"""Runs many virtual browsers against one contestant: `python -m bench.load`, a job on stdin."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field

from bench.client import Browser, Connections
from bench.journeys import JOURNEYS


@dataclass(frozen=True, kw_only=True)
class Job:
    """What to do: so many flows in all, so many at once.

    `server` is where browsers authorize, `back` where tokens come from, `delay` "" or "/200".
    """

    journey: str
    base: str
    server: str
    back: str
    flows: int
    at_once: int
    delay: str = ""


@dataclass(kw_only=True)
class Outcome:
    """Seconds of every flow, the requests they took, and what went wrong."""

    seconds: list[float] = field(default_factory=list)
    requests: int = 0
    errors: list[str] = field(default_factory=list)
    elapsed: float = 0.0


async def run(job: Job) -> Outcome:
    """Do the job."""
    outcome, connections = Outcome(), Connections()
    left = iter(range(job.flows))
    began = time.perf_counter()
    people = (_person(job, left, connections, outcome) for _ in range(job.at_once))
    await asyncio.gather(*people)
    outcome.elapsed = time.perf_counter() - began
    await connections.close()
    return outcome


async def _person(job: Job, left: object, connections: Connections, outcome: Outcome) -> None:
    journey = JOURNEYS[job.journey]
    for _ in left:  # type: ignore[attr-defined]
        browser = Browser(job.base, connections)
        began = time.perf_counter()
        try:
            await journey(browser, job.server, job.back, job.delay)
            outcome.seconds.append(time.perf_counter() - began)
        except Exception as error:  # every failure is counted and shown
            outcome.errors.append(f"{type(error).__name__}: {error}"[:300])
        outcome.requests += browser.requests


if __name__ == "__main__":
    print(json.dumps(asdict(asyncio.run(run(Job(**json.load(sys.stdin)))))))
