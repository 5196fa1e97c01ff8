"""Response modes: a form post over http, a mode that the server does not offer."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import CERTAIN, LIKELY, POSSIBLE, Diagnosis, Remedy, Row

_QUERY = Remedy(
    kind="again", label="Authorize again with query", changes=(("response_mode", "query"),)
)


def look(case: Case) -> Iterator[Diagnosis]:
    """Where form_post was asked for, or the server complains of the mode."""
    mode = case.asked.get("response_mode", "")
    if case.in_front and case.says("response_mode", "response mode"):
        yield _not_offered(case, mode)
    if mode == "form_post" and case.failure.kind == "ResponseRefused":
        yield blocked(case.form.authorization_endpoint, case.form.redirect_uri, POSSIBLE)


def _not_offered(case: Case, mode: str) -> Diagnosis:
    known = case.announced("response_modes_supported")
    default = Remedy(
        kind="again",
        label="Authorize again with the server's own mode",
        changes=(("response_mode", ""),),
    )
    return Diagnosis(
        cause="response_mode",
        likelihood=CERTAIN if known and mode not in known else LIKELY + 10,
        sentence=f"The server does not answer this request with response_mode {mode}.",
        evidence=(
            Row(name="response_mode", value=mode or "not sent"),
            Row(name="response_type", value=case.asked.get("response_type", "")),
            Row(name="Modes in the server's metadata", value=", ".join(known) or "not known"),
        ),
        steps=("A token must not come in a query, so query is refused with token or id_token.",),
        remedy=default,
    )


def mixed(authorization_endpoint: str, redirect_uri: str) -> bool:
    """Whether an https page would have to post to an http callback."""
    return authorization_endpoint.startswith("https:") and redirect_uri.startswith("http:")


def blocked(authorization_endpoint: str, redirect_uri: str, likelihood: int) -> Diagnosis:
    """The browser warned, or sent no cookie, on the way back."""
    over_http = mixed(authorization_endpoint, redirect_uri)
    return Diagnosis(
        cause="form_post",
        likelihood=likelihood + 20 if over_http else likelihood,
        sentence="The server's page is https and posts to an http callback; browsers warn before "
        "that, or block it."
        if over_http
        else "form_post comes back as a cross-site POST, which a browser may send without cookies.",
        evidence=(
            Row(name="From", value=authorization_endpoint),
            Row(name="To", value=redirect_uri),
        ),
        steps=(
            "Use response_mode query, or give the playground https.",
            "If the browser asked whether to send the form anyway: answer yes.",
        ),
        remedy=_QUERY,
    )
