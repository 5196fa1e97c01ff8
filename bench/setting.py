"""What every measurement needs around it: Redis, stand-in servers, an authority for TLS."""

from __future__ import annotations

import contextlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import trustme

from bench.load import Job, Outcome
from bench.machine import on_core
from tests.support.processes import (
    ROOT,
    Process,
    clean_environment,
    free_port,
    listens,
    python,
    stopping,
)
from tests.support.redis import RedisServer


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Addresses: browsers authorize at `plain`; tokens come from there or over `tls`."""

    redis: RedisServer
    plain: str
    tls: str
    authority: Path


@contextlib.contextmanager
def prepared(folder: Path) -> Iterator[Setting]:
    """Everything running on the second core, which leaves the first one to the measured."""
    authority = folder / "authority.pem"
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(authority))
    certificate = folder / "server.pem"
    ca.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    with contextlib.ExitStack() as stack:
        redis = RedisServer(folder)
        redis.command = on_core(1, redis.command)
        stack.enter_context(stopping(redis))
        redis.start()
        plain = stack.enter_context(_standin(folder))
        tls = stack.enter_context(_standin(folder, certificate))
        yield Setting(
            redis=redis,
            plain=f"http://localhost:{plain}",
            tls=f"https://localhost:{tls}",
            authority=authority,
        )


@contextlib.contextmanager
def _standin(folder: Path, certificate: Path | None = None) -> Iterator[int]:
    port = free_port()
    options = [str(port), *([str(certificate)] if certificate else [])]
    command = on_core(1, python("-m", "bench.standin", *options))
    with stopping(Process(f"standin-{port}", command, folder=folder)) as server:
        server.start(lambda: listens(port))
        yield port


def measure(job: Job) -> Outcome:
    """Run a job in a process of its own on the second core."""
    done = subprocess.run(
        on_core(1, python("-m", "bench.load")),
        input=json.dumps(asdict(job)),
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Outcome(**json.loads(done.stdout))
