"""An answer to a token request that is no OAuth error: a filter's, a proxy's, or a broken one."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import (
    AGAIN,
    CERTAIN,
    LIKELY,
    POSSIBLE,
    RETRY,
    Diagnosis,
    Remedy,
    Row,
)
from playground.doctor.endpoint import evidence
from playground.doctor.words import members
from playground.foreign_json import parsed_object
from playground.wire.exchange import Exchange

_STANDARD = (
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "access_denied",
)
_GITHUBS = ("bad_verification_code", "incorrect_client_credentials", "redirect_uri_mismatch")
_AGAIN_LATER = "The code may have been used up by this attempt; then authorize again."


def look(case: Case) -> Iterator[Diagnosis]:
    """By status and content, where the address itself does not explain it."""
    exchange = case.exchange
    if exchange is None or case.under_way or not case.at_token:
        return
    if exchange.status == 415 or case.unread:
        yield _not_read(case, exchange)
    elif exchange.status == 429:
        yield _too_many(case, exchange)
    elif case.failure.kind == "ServerMisbehaved":
        yield from _without_error(case, exchange)
    elif case.failure.error not in (*_STANDARD, *_GITHUBS) and exchange.status not in (404, 405):
        yield _own_word(case, exchange)


def _without_error(case: Case, exchange: Exchange) -> Iterator[Diagnosis]:
    if exchange.status == 200 and (found := members(exchange)):
        yield _broken(exchange, found)
    elif exchange.status == 403:
        yield _filtered(case, exchange)
    elif exchange.status in (502, 503, 504):
        yield _behind(case, exchange)
    elif exchange.status == 400:
        yield _wordless(case, exchange)


def _remedy(case: Case) -> Remedy:
    return RETRY if case.with_code else AGAIN


def _broken(exchange: Exchange, found: tuple[str, ...]) -> Diagnosis:
    as_form = parsed_object(exchange.response_body) is None
    return Diagnosis(
        cause="token_response",
        likelihood=CERTAIN,
        sentence="The token endpoint answers as a form, and a token response is JSON."
        if as_form
        else "The server answered with success, and not as a token response must be.",
        evidence=(
            *evidence(exchange),
            Row(name="Members that came", value=", ".join(found)),
            Row(name="Members that must come", value="access_token, token_type (RFC 6749 §5.1)"),
        ),
        steps=(
            "The address is right. It is the server that has to change its answer"
            + (", or a setting there has it answer as JSON." if as_form else "."),
            "It answered with success, so what was exchanged is probably used up: authorize again "
            "for another try.",
        ),
        remedy=AGAIN,
    )


def _filtered(case: Case, exchange: Exchange) -> Diagnosis:
    cors = case.says("cors", "origin")
    return Diagnosis(
        cause="filtered",
        likelihood=LIKELY,
        sentence="A CORS filter of the server refused the request, before its token endpoint."
        if cors
        else "Something before the token endpoint refused the request: a firewall, a proxy, a rule "
        "of the server.",
        evidence=evidence(exchange),
        steps=(
            "The token request comes from the playground's machine, not from a page: look at what "
            "the server, or what stands before it, lets in from there.",
            *((_AGAIN_LATER,) if case.with_code else ()),
        ),
        remedy=_remedy(case),
    )


def _behind(case: Case, exchange: Exchange) -> Diagnosis:
    return Diagnosis(
        cause="behind_proxy",
        likelihood=LIKELY + 5,
        sentence="A proxy or balancer answered: the server behind it is down, busy or starting.",
        evidence=evidence(exchange),
        steps=(
            "See that the server behind it runs, and look at its log and at the proxy's.",
            *((_AGAIN_LATER,) if case.with_code else ()),
        ),
        remedy=_remedy(case),
    )


def _too_many(case: Case, exchange: Exchange) -> Diagnosis:
    return Diagnosis(
        cause="too_many",
        likelihood=CERTAIN,
        sentence="The server counts too many requests from here, and takes none just now.",
        evidence=evidence(exchange),
        steps=("Wait as long as Retry-After says, or a minute, and try again.",),
        remedy=_remedy(case),
    )


def _wordless(case: Case, exchange: Exchange) -> Diagnosis:
    return Diagnosis(
        cause="no_oauth_error",
        likelihood=POSSIBLE,
        sentence="The server refuses the request without an OAuth error; this may not be its token "
        "endpoint.",
        evidence=evidence(exchange),
        steps=(
            "Compare the address with token_endpoint in the server's metadata, and look at the "
            "server's log.",
        ),
        remedy=_remedy(case),
    )


def _not_read(case: Case, exchange: Exchange) -> Diagnosis:
    named = ", ".join(case.unread)
    return Diagnosis(
        cause="form_not_read",
        likelihood=LIKELY + 10,
        sentence=f"The server calls {named} missing, and it was sent: it does not read the form."
        if named
        else "What answers at this address does not read a form.",
        evidence=(*evidence(exchange), Row(name="Sent", value=", ".join(case.sent))),
        steps=(
            "A token request is a form, application/x-www-form-urlencoded, in UTF-8 (RFC 6749 "
            "§4.1.3). See that the server parses that kind of body, and not JSON alone.",
            "Does anything between here and the server drop the body, or its Content-Type?",
        ),
        remedy=_remedy(case),
    )


def _own_word(case: Case, exchange: Exchange) -> Diagnosis:
    target = case.failure.error == "invalid_target"
    return Diagnosis(
        cause="own_error",
        likelihood=LIKELY if target else POSSIBLE,
        sentence="The server does not know the resource that was asked for, or wants one named."
        if target
        else "The server's error is none of RFC 6749 §5.2; it is its own.",
        evidence=evidence(exchange),
        steps=(
            "Look at the parameters resource and audience of the endpoints' URLs (RFC 8707 §2).",
        )
        if target
        else ("Look it up in the server's documentation, and in its log at this moment.",),
        remedy=_remedy(case),
    )
