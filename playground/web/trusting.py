"""Which certificates count for this browser: its session's, and those saved for a profile."""

from __future__ import annotations

import secrets
from dataclasses import replace

from flask import session

from playground.web.browser import own_flows
from playground.web.services import services
from playground.wire.trust import Pin

_LIST = "trust_list"
_FOREVER = 10 * 365 * 86_400.0


def may_save() -> bool:
    """Whether a person may decide for everybody: only where everybody is on this machine."""
    return services().settings.private


def lists_for(profile: str) -> tuple[str, ...]:
    """The lists that count for a flow with this profile."""
    saved = (f"profile:{profile}",) if profile and may_save() else ()
    mine = session.get(_LIST)
    return (*saved, mine) if isinstance(mine, str) else saved


def pins_for(profile: str) -> tuple[Pin, ...]:
    """The certificates that count for this profile."""
    return services().trust_lists.pins(lists_for(profile))


def trust(pin: Pin, *, profile: str = "") -> None:
    """Trust a certificate for this session, or for good in a profile; open flows included."""
    if profile and may_save():
        services().trust_lists.add(f"profile:{profile}", pin, _FOREVER)
        return
    services().trust_lists.add(_session_list(), pin, _session_seconds())


def distrust(server: str, profile: str) -> None:
    """Trust the server's certificate no more, wherever that was said."""
    for name in lists_for(profile):
        ttl = _FOREVER if name.startswith("profile:") else _session_seconds()
        services().trust_lists.remove(name, server, ttl)


def carry(old: str, new: str, servers: set[str]) -> None:
    """What was saved in one profile for these servers ("host:port") counts in another one too."""
    if may_save() and old != new:
        for pin in services().trust_lists.pins((f"profile:{old}",)):
            if pin.server in servers:
                trust(pin, profile=new)


def _session_list() -> str:
    """The name of this session's list; flows that are open already learn of it."""
    kept = session.get(_LIST)
    if isinstance(kept, str):
        return kept
    name = f"session:{secrets.token_urlsafe(16)}"
    session[_LIST] = name
    for flow in own_flows():
        services().flows.update(flow.id, lambda f: replace(f, trust=(*f.trust, name)))
    return name


def _session_seconds() -> float:
    return services().settings.session_hours * 3600.0
