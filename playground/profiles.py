"""Named servers: the form's defaults, from a TOML file; secrets by environment reference."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from playground.fields import BY_NAME
from playground.form import NAMES, Form, fit
from playground.settings import SettingsError

_SHIPPED = Path(__file__).with_name("profiles.toml")
_FACTS = ("title", "note", "client_secret_env", "tutorial_secret")
SECRETS = ("client_secret", "password", "client_private_key", "id_token_decryption_key")
NOTES = {
    "client_id": "Client Id",
    "client_secret": "Client Secret",
    "redirect_uri": "Callback URL",
    "logout": "Post-logout URL",
    "refresh_token": "Refresh token",
    "quirks": "Watch out",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Profile:
    """A server by name. `values` are form fields, with {callback} and {home} still open.

    `notes` say what to enter where in that product, by the keys of `NOTES`.
    """

    name: str
    title: str
    values: Mapping[str, str]
    note: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    client_secret_env: str = ""
    tutorial_secret: str = ""

    @property
    def titled_notes(self) -> list[tuple[str, str]]:
        """The notes with their titles, in the order of `NOTES`."""
        return [(title, self.notes[key]) for key, title in NOTES.items() if key in self.notes]

    def fits(self, issuer: str) -> bool:
        """Whether this is the profile's own server, its «…» standing for anything."""
        pieces = re.split(r"«[^«»]+»", self.values.get("issuer", ""))
        return re.fullmatch(".+".join(map(re.escape, pieces)), issuer) is not None

    def form(self, *, callback: str, home: str) -> Form:
        """The form as this profile fills it, for the address that the browser uses."""
        return _filled_in(self, callback, home)

    def client_secret(self) -> str:
        """The secret that the environment holds for this server, or the tutorial's own."""
        return os.environ.get(self.client_secret_env, "") or self.tutorial_secret


def load(path: Path | None, *, embedded: str) -> dict[str, Profile]:
    """The shipped profiles and one's own, which win. Raises SettingsError."""
    return _profiles(_SHIPPED, embedded) | own(path, embedded=embedded)


def own(path: Path | None, *, embedded: str) -> dict[str, Profile]:
    """The profiles of one's own file. Raises SettingsError."""
    try:
        return _profiles(path, embedded) if path else {}
    except SettingsError as error:
        raise SettingsError(f"PLAYGROUND_PROFILES names {path}: {error}") from None


def _profiles(path: Path, embedded: str) -> dict[str, Profile]:
    return {name: _profile(name, table, embedded) for name, table in _tables(path).items()}


def _tables(path: Path) -> dict[str, dict[str, object]]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"it cannot be read: {error}.") from None
    for name, table in data.items():
        if not isinstance(table, dict):
            raise SettingsError(f"{name!r} stands outside a [profile] table.")
    return data


def _profile(name: str, given: Mapping[str, object], embedded: str) -> Profile:
    table = {key: value for key, value in given.items() if key != "notes"}
    for key, value in table.items():
        if problem := _problem(key, value):
            raise SettingsError(f"profile [{name}] has {key!r}{problem}")
    values = {k: _text(k, v, embedded) for k, v in table.items() if k not in _FACTS}
    facts = {k: str(v) for k, v in table.items() if k in _FACTS}
    notes = _notes(name, given.get("notes", {}))
    return Profile(name=name, values=values, notes=notes, **{"title": name, **facts})


def _problem(key: str, value: object) -> str:
    """What is wrong with this line of a profile, to follow its key; empty when nothing is."""
    if key == "client_secret":
        return (
            ", and secrets are never written there: let client_secret_env name the environment "
            "variable that holds it."
        )
    if key in SECRETS:
        return ", and secrets are never written there: it is typed into the form."
    if key not in (*_FACTS, *NAMES) or key == "profile":
        return ", which is no field of the form."
    if not isinstance(value, str | bool):
        return ", which must be text in quotes, or true or false."
    choices = dict(BY_NAME[key].options) if key in BY_NAME and BY_NAME[key].kind == "select" else {}
    if choices and value not in choices:
        return f", which must be one of {', '.join(filter(None, choices))}."
    return ""


def _notes(name: str, notes: object) -> dict[str, str]:
    if not isinstance(notes, dict) or not notes.keys() <= NOTES.keys():
        raise SettingsError(f"profile [{name}]: notes is a table of {', '.join(NOTES)}.")
    return {str(key): str(text) for key, text in notes.items()}


def _text(key: str, value: object, embedded: str) -> str:
    if key in BY_NAME and BY_NAME[key].kind == "checkbox":
        return "1" if value is True else ""
    return str(value).replace("{embedded}", embedded)


@lru_cache(maxsize=128)
def _filled_in(profile: Profile, callback: str, home: str) -> Form:
    """Everybody at the same address begins with the same form."""
    places = {"{callback}": callback, "{home}": home}
    values = {name: _fill(value, places) for name, value in profile.values.items()}
    return fit(Form(**values, profile=profile.name))  # type: ignore[arg-type]


def _fill(value: str, places: Mapping[str, str]) -> str:
    for place, text in places.items():
        value = value.replace(place, text)
    return value
