"""A certificate for the playground itself, from the same local authority as the embedded server's.

`TLS=1` asks for it; a certificate of one's own (PLAYGROUND_CERTFILE, PLAYGROUND_KEYFILE) wins.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from children import ChildError

OFF = ("", "0", "no", "false")


def wanted() -> bool:
    """Whether the playground is to speak TLS."""
    asked = os.environ.get("TLS", "").lower() not in OFF
    return asked or bool(os.environ.get("PLAYGROUND_CERTFILE"))


def scheme(env: Mapping[str, str] | None = None) -> str:
    """What the playground's addresses begin with."""
    return "https" if wanted() or (env or {}).get("PLAYGROUND_CERTFILE") else "http"


def issue(names: tuple[str, ...], env: Mapping[str, str]) -> dict[str, str]:
    """The settings for serving https under these names; issues a certificate where none is set."""
    if env.get("PLAYGROUND_CERTFILE"):
        return {}
    folder = run_authority(names, env)
    return {
        "PLAYGROUND_CERTFILE": str(folder / "server.pem"),
        "PLAYGROUND_KEYFILE": str(folder / "server.key"),
    }


def run_authority(names: tuple[str, ...], env: Mapping[str, str]) -> Path:
    """Have the local authority (made if there is none) issue for these names; the folder."""
    folder = Path(env.get("AUTHSERVER_DATA_DIR") or ".local/authserver") / "playground"
    command = [sys.executable, "-m", "authserver.tls", *names, "::1", "--out", str(folder)]
    done = subprocess.run(command, env=dict(env), capture_output=True, text=True, check=False)
    if done.returncode:
        raise ChildError(f"No certificate for the playground: {done.stderr.strip()}")
    return folder
