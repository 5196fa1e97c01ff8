"""What the first start writes, also where two starts are the first."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

START = """
import sys, pathlib
from authserver.app import create_app
from authserver.settings import Settings
from authserver.tls import Authority

folder = pathlib.Path(sys.argv[1])
issued = Authority(directory=folder).issue(("localhost",), out=folder)
app = create_app(Settings(data_dir=folder))
kid = app.extensions["authserver"].parts.keys.kid
print(issued.chain.read_bytes(), kid, app.secret_key)
"""


def start(folder: Path) -> str:
    """What a start finds once it has written what was missing."""
    command = [sys.executable, "-c", START, str(folder)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_two_first_starts_at_once(tmp_path: Path) -> None:
    """Servers that find the same empty folder end with one authority and the same keys."""
    with ThreadPoolExecutor(max_workers=3) as crowd:
        said = set(crowd.map(start, [tmp_path / "data"] * 3))
    assert len(said) == 1
