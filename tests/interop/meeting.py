"""The playground meets a server we did not write: filling the form, signing in, coming back."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urldefrag

from tests.playground.walking import choose_grant, leave, open_form
from tests.servers.canaille import CanailleProvider
from tests.servers.mock import MockProvider
from tests.servers.node import Client, NodeProvider
from tests.servers.toolkit import DjangoProvider
from tests.servers.walking import Callback
from tests.support.apps import Playground
from tests.support.browser import Browser, Page

Server = NodeProvider | DjangoProvider | CanailleProvider | MockProvider
ENDPOINTS = (
    "issuer jwks_uri token_endpoint userinfo_endpoint introspection_endpoint "
    "revocation_endpoint end_session_endpoint"
).split()


def filled_form(
    http: Browser, playground: Playground, server: Server, client: Client, grant: str, **typed: str
) -> Page:
    """The form with this server's endpoints and client, as a person would type them."""
    found: dict[str, Any] = http.get(server.metadata_url).response.json()
    page = open_form(http, playground).submit("Use this server", profile="other")
    names = {name: str(found.get(name, "")) for name in ENDPOINTS}
    if found.get("authorization_response_iss_parameter_supported"):
        names["authorization_response_iss_parameter_supported"] = "1"
    names |= {"client_id": client.client_id, "client_secret": client.client_secret}
    page.form("Authorize")
    authorization = str(found["authorization_endpoint"])
    page = page.submit(
        "Show the fields of this grant",
        grant_type="authorization_code",
        authorization_endpoint=authorization,
        **names,
    )
    page = choose_grant(page, grant)
    return page.submit("Show the fields of this grant", **typed) if typed else page


def to_callback(
    http: Browser, playground: Playground, server: Server, client: Client, **typed: str
) -> Page:
    """Fill the form, sign in and approve at the server, and bring its answer back."""
    grant = typed.pop("grant_type", "authorization_code")
    page = leave(filled_form(http, playground, server, client, grant), **typed)
    assert page.location, page.words
    return bring(http, server.sign_in(http, page.location))


def bring(http: Browser, callback: Callback) -> Page:
    """What the browser does with the server's answer, fragment script included."""
    if callback.form or "#" not in callback.url:
        return callback.deliver(http)
    address, fragment = urldefrag(callback.url)
    landing = http.get(address)
    form = next(f for f in landing.forms if f.tag.has_attr("data-fragment"))
    form.values += parse_qsl(fragment)
    return form.submit()


def to_token(
    http: Browser, playground: Playground, server: Server, client: Client, **typed: str
) -> Page:
    """All the way to the token page of a code flow."""
    page = to_callback(http, playground, server, client, **typed)
    assert page.status == 200, page.words
    return page.submit("Get Access Token")
