"""Which store the settings ask for, and whether it can be had."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import redis

from playground.errors import StoreUnavailable
from playground.settings import Settings, SettingsError
from playground.store import Store
from playground.store.files import FileStore
from playground.store.redis import RedisStore

FILE = "playground.sqlite"
_FILES = ("ssl_ca_certs", "ssl_ca_path", "ssl_certfile", "ssl_keyfile")


def open_store(settings: Settings) -> Store:
    """Redis where REDIS_URL names one, else a file in the data folder. Raises SettingsError."""
    if settings.redis_url:
        return _redis(settings.redis_url)
    return FileStore(settings.data_dir / FILE)


def try_store(settings: Settings) -> None:
    """See that files can be read and written; a Redis may come later. Raises SettingsError."""
    if settings.redis_url:
        _redis(settings.redis_url)
        return
    try:
        with closing(FileStore(settings.data_dir / FILE)) as store:
            store.ping()
    except StoreUnavailable as error:
        raise SettingsError(
            f"PLAYGROUND_DATA_DIR is {settings.data_dir}, where the playground cannot keep its "
            f"files: {error.__cause__}."
        ) from None


def _redis(url: str) -> RedisStore:
    """The URL may hold a password, even where it is wrong, so no message quotes it."""
    try:
        _check_url(url)
        return RedisStore(url)
    except (ValueError, TypeError, redis.RedisError):
        raise SettingsError(
            "REDIS_URL is no URL that Redis can be reached by; it must look like "
            "redis://:password@localhost:6379/0, the password percent-encoded."
        ) from None


def _check_url(url: str) -> None:
    """What redis-py overlooks: a database that is no number; and a file that is not there."""
    parts = urlsplit(url)
    database = parts.path.strip("/")
    if parts.scheme != "unix" and database and not database.isdecimal():
        raise ValueError
    for name, path in parse_qsl(parts.query):
        if name in _FILES and not Path(path).exists():
            raise SettingsError(f"REDIS_URL has {name}={path}, which is no file.")
