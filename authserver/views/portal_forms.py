"""The forms of the Developer Portal, read into plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from authserver.oauth.registration_rules import (
    BOXES,
    CHOICES,
    MAX_NAME,
    SECONDS,
    URL_LISTS,
    WEB_URLS,
    problems_with,
    read_jwks,
)

MAX_DESCRIPTION = 512
QUOTAS = ("Unlimited", "10PerMin", "20PerMin", "50PerMin")
GRANT_LABELS = {
    "authorization_code": "Code",
    "implicit": "Implicit",
    "refresh_token": "Refresh Token",
    "password": "Password",
    "client_credentials": "Client Credentials",
}
TICKED_AT_FIRST = ("password", "client_credentials")


@dataclass(frozen=True, kw_only=True)
class ApplicationForm:
    """Add New Application."""

    name: str
    quota: str
    description: str
    problems: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class KeysForm:
    """The settings of one pair of keys, with the names of RFC 7591 §2."""

    metadata: dict[str, Any]
    problems: tuple[str, ...]


def read_application(form: Mapping[str, str]) -> ApplicationForm:
    """The new application, with a sentence for each thing that is wrong."""
    name, quota = form.get("name", "").strip(), form.get("quota", QUOTAS[0])
    description = form.get("description", "").strip()
    problems = []
    if not name or len(name) > MAX_NAME or not name.isprintable():
        problems.append(f"The name must have 1 to {MAX_NAME} characters.")
    if quota not in QUOTAS:
        problems.append("Choose one of the quotas in the list.")
    if len(description) > MAX_DESCRIPTION:
        problems.append(f"The description can have up to {MAX_DESCRIPTION} characters.")
    return ApplicationForm(
        name=name, quota=quota, description=description, problems=tuple(problems)
    )


def read_keys(form: MultiDict[str, str]) -> KeysForm:
    """The settings as typed, with a sentence for each thing that is wrong."""
    problems: list[str] = []
    metadata: dict[str, Any] = {"grant_types": form.getlist("grant_types")}
    metadata |= {name: _lines(form.get(name, "")) for name in URL_LISTS}
    metadata |= {name: form.get(name, "").strip() or None for name in (*WEB_URLS, *CHOICES)}
    metadata |= {name: name in form for name in BOXES}
    metadata |= {name: _seconds(form.get(name, ""), name, problems) for name in SECONDS}
    metadata["jwks"] = read_jwks(form.get("jwks", ""))
    return KeysForm(metadata=metadata, problems=(*problems, *problems_with(metadata)))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _seconds(text: str, name: str, problems: list[str]) -> int | None:
    text = text.strip()
    if not text or text == "N/A":
        return None
    if text.isascii() and text.isdigit() and len(text) < 12:
        return int(text)
    problems.append(f"{SECONDS[name]} must be a whole number of seconds.")
    return None
