"""Files that only their owner may read."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from pathlib import Path


def private_dir(path: Path) -> Path:
    """The directory; made if needed, and then closed to everybody else."""
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """Keeps other processes out meanwhile, so that of two first starts one makes the keys."""
    with (private_dir(directory) / ".lock").open("wb") as file:
        flock(file, LOCK_EX)
        yield


def write_private(path: Path, data: bytes) -> None:
    """Writes the whole file or nothing, readable by its owner only from the first byte on."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    scratch.replace(path)
