"""What a flow has come to, in as few words as the diagram needs: many flows are at one stage."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

from playground.explain.kinds import error_word, failed, kind_of
from playground.flow import Flow
from playground.foreign_json import parsed_object
from playground.form import Form
from playground.wire.exchange import Exchange

_CODE = re.compile(r"[A-Za-z_]{1,40}")


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What a flow has come to, as far as the diagram tells it; many flows are at the same one.

    `names` are the kinds of messages that the grant is made of, `brings` is what comes back
    through the browser, in words.
    """

    names: tuple[str, ...]
    brings: str
    accepted: bool = False
    keys_known: bool = False
    ended: bool = False

    @classmethod
    def before(cls, form: Form) -> Stage:
        """The stage of a flow that has not begun."""
        return cls(names=_names(form), brings=_comes_back(form))

    @classmethod
    def of(cls, flow: Flow) -> Stage:
        """The stage of a flow."""
        return replace(
            cls.before(flow.form),
            accepted=flow.response is not None,
            keys_known=flow.exchanged or bool(flow.claims),
            ended=bool(flow.signed_out),
        )


@dataclass(frozen=True, kw_only=True)
class Happened:
    """What the diagram tells of a recorded exchange; `id` is what the page calls it by.

    `failure` says in words why no answer came, `error` is the answer's own word, `inactive`
    means that the server called the token so.
    """

    id: str
    kind: str
    purpose: str
    front: bool
    at_resource: bool
    status: int
    wrong: bool
    failure: str
    error: str
    inactive: bool = False

    @classmethod
    def of(cls, exchange: Exchange, called: str) -> Happened:
        """What it tells of this exchange."""
        return cls(
            id=called,
            kind=kind_of(exchange).name,
            purpose=exchange.purpose,
            front=exchange.channel == "front",
            at_resource=exchange.receiver == "resource server",
            status=exchange.status,
            wrong=failed(exchange),
            failure=error_word(exchange),
            error=_error(exchange),
            inactive=_inactive(exchange),
        )


def _names(form: Form) -> tuple[str, ...]:
    """The kinds of messages this form's grant is made of, in order.

    With prompt=none the server asks nobody (OIDC Core §3.1.2.1).
    """
    types, redirecting = form.response_types, form.redirecting
    names = ["request", "decision", "response"] if redirecting else []
    if "none" in form.prompt.split():
        names = [name for name in names if name != "decision"]
    code = not redirecting or "code" in types
    front_id_token = "id_token" in types and bool(form.jwks_uri)
    back_id_token = code and "openid" in form.scopes and bool(form.jwks_uri) and redirecting
    names += ["keys"] * front_id_token + ["token"] * code
    names += ["keys"] * (back_id_token and not front_id_token)
    with_token = code or "token" in types
    return (*names, *["photos"] * (bool(form.resource_endpoint) and with_token))


def _comes_back(form: Form) -> str:
    """What the response type brings through the browser, in words."""
    names = {"code": "code", "token": "token", "id_token": "id token"}
    return ", ".join(word for kind, word in names.items() if kind in form.response_types)


def _inactive(exchange: Exchange) -> bool:
    """Whether an introspection was answered with active: false (RFC 7662 §2.2)."""
    if exchange.purpose != "Introspection":
        return False
    return (parsed_object(exchange.response_body) or {}).get("active") is False


def _error(exchange: Exchange) -> str:
    """`error` of the answer, or of the callback; empty when there is none."""
    if exchange.channel == "front":
        text = urlsplit(exchange.url).query or exchange.request_body.decode("latin-1")
        return _word(dict(parse_qsl(text)).get("error")) if "error" in text else ""
    said = parsed_object(exchange.response_body) if exchange.status >= 400 else None
    return _word(said.get("error")) if said else ""


def _word(error: object) -> str:
    """An error code that is one: a diagram has no room for more, and repeats no secret."""
    return error if isinstance(error, str) and _CODE.fullmatch(error) else ""
