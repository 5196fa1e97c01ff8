"""A form that a link fills in: read from the query, kept apart from what is remembered."""

from __future__ import annotations

from flask import request

from playground.form import Form
from playground.report import link
from playground.web.memory import base_url, fresh_form, remembered_form
from playground.web.services import services

FIELD = "from_link"


def linked_form() -> Form | None:
    """The form that this address describes; None when it describes none. Remembers nothing."""
    if not link.is_link(request.args):
        return None
    names, values = request.args.getlist("extra_name"), request.args.getlist("extra_value")
    return link.read_link(
        request.args,
        list(zip(names, values, strict=False)),
        own=fresh_form("other"),
        profiles=services().profiles,
    )


def kept_form() -> Form:
    """What the posted form may fall back on: no secret, if a link had filled it in."""
    kept = remembered_form()
    return link.without_secrets(kept) if FIELD in request.form else kept


def link_hosts(form: Form) -> list[link.Host]:
    """Where a linked form leads, to be shown above it; nothing for a form of one's own."""
    if FIELD not in request.form and not link.is_link(request.args):
        return []
    return link.hosts(form, list(services().profiles.values()), home=base_url())
