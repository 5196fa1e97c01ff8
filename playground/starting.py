"""What is tried once before the first worker starts: one that stops is started over and over."""

from __future__ import annotations

from playground import profiles
from playground.settings import Settings
from playground.store.opening import try_store


def check(settings: Settings) -> None:
    """Raises SettingsError for what only this machine can tell of the settings."""
    try_store(settings)
    profiles.load(settings.profiles, embedded=settings.embedded)
