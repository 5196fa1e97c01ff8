"""The application's parts, put together from its settings."""

from __future__ import annotations

from playground import profiles
from playground.calls import Calls
from playground.conductor import Conductor
from playground.flows import Flows
from playground.identity import Identity
from playground.logins import Logins
from playground.own_key import OwnKey
from playground.settings import Settings
from playground.sign_out import SignOut
from playground.store.opening import open_store
from playground.trusted import TrustLists
from playground.verifier import Verifier
from playground.web.services import Services
from playground.wire.policy import OutboundPolicy
from playground.wire.transport import Transport
from playground.wire.trust import Trust


def wire(settings: Settings) -> Services:
    """Make every part once. Raises SettingsError for profiles that cannot be read."""
    store, ttl = open_store(settings), settings.session_hours * 3600.0
    flows, logins = Flows(store, ttl=ttl), Logins(store, ttl=ttl)
    transport, verifier, own_key = make_transport(settings), Verifier(store), OwnKey(store)
    identity = Identity(verifier, own_key)
    trust_lists = TrustLists(store)
    sign_out = SignOut(
        store=store,
        flows=flows,
        logins=logins,
        verifier=verifier,
        transport=transport,
        trust_lists=trust_lists,
        own_key=own_key,
    )
    conductor = Conductor(
        flows=flows,
        transport=transport,
        identity=identity,
        own_key=own_key,
        trust_lists=trust_lists,
        logins=logins,
        sign_out=sign_out,
    )
    return Services(
        settings=settings,
        store=store,
        flows=flows,
        transport=transport,
        conductor=conductor,
        calls=Calls(flows=flows, conductor=conductor, identity=identity),
        own_key=own_key,
        sign_out=sign_out,
        profiles=profiles.load(settings.profiles, embedded=settings.embedded),
        trust_lists=trust_lists,
    )


def make_transport(settings: Settings) -> Transport:
    """The one seam for outgoing HTTP, with the limits that the settings give."""
    return Transport(
        policy=OutboundPolicy(loopback=settings.private, allowed_hosts=settings.allowed_hosts),
        trust=Trust(ca_file=settings.ca_file),
        deadline=settings.deadline,
        max_response=settings.max_response,
        threads=settings.threads,
    )
