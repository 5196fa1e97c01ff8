"""Secrets as they are shown: the first and last characters, the rest hidden."""

from __future__ import annotations

HIDDEN = "••••"
_SHORT, _MEDIUM = 16, 40


def mask(secret: str) -> str:
    """Enough to recognise a secret by, never enough to use it."""
    if not secret:
        return ""
    if len(secret) < _SHORT:
        return HIDDEN
    shown = 2 if len(secret) < _MEDIUM else 4
    return f"{secret[:shown]}{HIDDEN}{secret[-shown:]}"


def half(secret: str) -> str:
    """The first half in clear, for a code that must be recognised on the wire."""
    return secret[: len(secret) // 2] + HIDDEN if secret else ""
