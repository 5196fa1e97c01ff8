"""Who is measured: each one as gunicorn with the same workers, threads and core."""

from __future__ import annotations

import os
import time
from pathlib import Path

from bench.machine import on_core
from tests.support.apps import answers
from tests.support.processes import Process, clean_environment, free_port, python, wait_until

APPS = {
    "sample": "sample",
    "authlib": "authlib_client",
    "least": "least",
    "ceiling": "ceiling",
}
NAMES = {
    "playground": "this playground",
    "sample": "requests-oauthlib's sample",
    "authlib": "Authlib's Flask client",
    "least": "six requests, nothing more",
    "ceiling": "a bare Flask view",
}


class Contestant(Process):
    """One application under gunicorn, on the first core."""

    def __init__(self, name: str, folder: Path, env: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.kind = name
        self.cold_start = 0.0
        self.data_dir = folder / f"data-{self.port}"
        target = "app:app" if name == "playground" else f"bench.apps.{APPS[name]}:app"
        conf = () if name == "playground" else ("--config", "bench/gunicorn_peers.py")
        mine = {
            "PLAYGROUND_PORT": str(self.port),
            "PLAYGROUND_DATA_DIR": str(self.data_dir),
            "OAUTHLIB_INSECURE_TRANSPORT": "1",
        }
        super().__init__(
            f"{name}-{self.port}",
            on_core(0, python("-m", "gunicorn", *conf, target)),
            folder=folder,
            env=clean_environment(**mine | env),
        )

    def begin(self) -> None:
        """Start, and keep how long it took until a page came."""
        path = "/playground2" if self.kind == "playground" else "/"
        began = time.monotonic()
        self.launch()
        wait_until(lambda: not self.alive or answers(self.url + path), f"{self.name} answers")
        self.cold_start = time.monotonic() - began
        assert self.alive, self.log()[-2000:]


def environment(*, redis_url: str, server: str, back: str, authority: Path) -> dict[str, str]:
    """The variables for everybody; workers and threads as set outside, else the playground's."""
    return {
        "REDIS_URL": redis_url,
        "BENCH_SERVER": server,
        "BENCH_BACK": back,
        "PLAYGROUND_CA_FILE": str(authority),
        "REQUESTS_CA_BUNDLE": str(_with_the_usual(authority)) if back.startswith("https") else "",
        "PLAYGROUND_WORKERS": os.environ.get("PLAYGROUND_WORKERS") or "2",
        "PLAYGROUND_THREADS": os.environ.get("PLAYGROUND_THREADS") or "32",
    }


def _with_the_usual(authority: Path) -> Path:
    """The others' bundle: the usual authorities and ours, as one would deploy them."""
    import certifi

    bundle = authority.with_name("bundle.pem")
    bundle.write_bytes(Path(certifi.where()).read_bytes() + authority.read_bytes())
    return bundle
