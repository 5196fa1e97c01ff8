"""Which store the settings ask for."""

from __future__ import annotations

from playground.settings import Settings
from playground.store import Store
from playground.store.files import FileStore
from playground.store.redis import RedisStore

FILE = "playground.sqlite"


def open_store(settings: Settings) -> Store:
    """Redis where REDIS_URL names one, else a file in the data folder."""
    if settings.redis_url:
        return RedisStore(settings.redis_url)
    return FileStore(settings.data_dir / FILE)
