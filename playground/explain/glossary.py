"""What every name on the wire means, in our own words, with its section and how secret it is."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from playground.secret_names import is_certain, is_query_key

OPEN, MASKED, NEVER = "", "masked", "never"
_FILES = ("messages.toml", "tokens.toml", "servers.toml")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`secrecy` is OPEN, MASKED (may be revealed) or NEVER (in no page's source)."""

    text: str
    section: str
    secrecy: str = OPEN


UNKNOWN = Entry(text="Not in the standards that the playground knows.", section="")


def _load() -> dict[str, dict[str, Entry]]:
    groups: dict[str, dict[str, Entry]] = {}
    for file in _FILES:
        tables = tomllib.loads(Path(__file__).with_name(file).read_text(encoding="utf-8"))
        for group, names in tables.items():
            groups[group] = {name: _entry(*parts) for name, parts in names.items()}
    return groups


def _entry(text: str, section: str, secrecy: str = OPEN) -> Entry:
    return Entry(text=text, section=section, secrecy=secrecy)


GROUPS = _load()


def _secret_names() -> dict[str, str]:
    """Every name that is secret in any group of messages; the stricter meaning wins."""
    found: dict[str, str] = {}
    for group, names in GROUPS.items():
        for name, entry in names.items():
            if entry.secrecy and group != "header" and found.get(name) != NEVER:
                found[name] = entry.secrecy
    return found


SECRET_NAMES = _secret_names()


def explain(name: str, *groups: str) -> Entry:
    """What `name` means where these groups apply, the first one that has it."""
    for group in groups:
        if entry := GROUPS[group].get(name):
            return entry
    return UNKNOWN


def secrecy(name: str, *, query: bool = False) -> str:
    """How secret a value of this name is, wherever it occurs or in the `query` of a URL."""
    if is_certain(name) or (query and is_query_key(name)):
        return SECRET_NAMES.get(name, MASKED)
    return SECRET_NAMES.get(name, OPEN)
