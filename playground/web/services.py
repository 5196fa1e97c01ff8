"""What the views work with, wired once in `app.create_app`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import current_app

from playground.calls import Calls
from playground.conductor import Conductor
from playground.flows import Flows
from playground.own_key import OwnKey
from playground.profiles import Profile
from playground.settings import Settings
from playground.sign_out import SignOut
from playground.store import Store
from playground.trusted import TrustLists
from playground.wire.transport import Transport

_NAME = "playground"


@dataclass(frozen=True, kw_only=True)
class Services:
    """The parts of one application."""

    settings: Settings
    store: Store
    flows: Flows
    transport: Transport
    conductor: Conductor
    calls: Calls
    own_key: OwnKey
    sign_out: SignOut
    profiles: Mapping[str, Profile]
    trust_lists: TrustLists


def services() -> Services:
    """The current application's parts."""
    found: Services = current_app.extensions[_NAME]
    return found
