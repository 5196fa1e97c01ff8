"""Scopes in words, what each one tells, and the ones WSO2 gives when none is asked for."""

import re
from typing import Any

from authserver.store.clients import DEFAULT_SCOPE

APPLICATION_DEFAULT = f"am_application_scope {DEFAULT_SCOPE}"
PHOTOS = "view_photos"

WORDS = {
    "openid": "Know who you are",
    "profile": "See your name and profile picture",
    "email": "See your email address",
    "address": "See your postal address",
    "phone": "See your phone number",
    "offline_access": "Keep access while you are away",
    PHOTOS: "See your photos",
    DEFAULT_SCOPE: "Use your account in general",
}
CLAIMS = {
    "profile": (
        "name",
        "given_name",
        "family_name",
        "middle_name",
        "nickname",
        "preferred_username",
        "profile",
        "picture",
        "website",
        "gender",
        "birthdate",
        "zoneinfo",
        "locale",
        "updated_at",
    ),
    "email": ("email", "email_verified"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
_SYNTAX = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")


def is_well_formed(scope: str) -> bool:
    """Whether the text is a list of scopes at all (RFC 6749 §3.3)."""
    return len(scope) <= 2000 and _SYNTAX.fullmatch(" ".join(scope.split())) is not None


def in_words(scope: str) -> list[tuple[str, str]]:
    """Each scope with what it means to a person."""
    names = dict.fromkeys(scope.split())
    return [(name, WORDS.get(name, f"Use “{name}”, a scope of the application")) for name in names]


def claims_for(scope: str, profile: dict[str, Any]) -> dict[str, Any]:
    """The claims these scopes ask for, as far as the profile has them (OIDC Core §5.4)."""
    names = [name for asked in scope.split() for name in CLAIMS.get(asked, ())]
    return {name: profile[name] for name in names if name in profile}
