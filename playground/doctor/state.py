"""State and cookies: a callback in the wrong browser, host, tab or time (RFC 6749 §10.12)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from playground.doctor.case import Case
from playground.doctor.diagnosis import (
    AGAIN,
    CERTAIN,
    LIKELY,
    POSSIBLE,
    Diagnosis,
    Remedy,
    Row,
    to_form,
)
from playground.doctor.difference import in_words, parts
from playground.doctor.products import settings

_START = Remedy(kind="form", label="Start a new flow")


def look(case: Case) -> Iterator[Diagnosis]:
    """The refusal's own evidence tells which of the ways a state gets lost it was."""
    facts = dict(case.failure.evidence)
    if case.failure.kind == "CSRFError":
        yield _session_lost(case)
    for check in case.failure.checks:
        if check.title == "nonce" and check.verdict == "fail":
            yield _nonce(absent=check.found == "absent")
    if case.failure.kind != "ResponseRefused":
        return
    if "Began on" in facts:
        yield _other_host(case, facts["Began on"], facts["Came back to"])
    elif "Cookie of the flow" in facts:
        yield _cookie_lost()
        yield _stranger()
    elif "state" in facts:
        yield from _unknown(facts["state"] == "missing")
    elif len(_arrivals(case)) > 1:
        yield _twice(case)


def _other_host(case: Case, began: str, back: str) -> Diagnosis:
    return Diagnosis(
        cause="other_host",
        likelihood=CERTAIN,
        sentence="The flow left from one host name and came back to another; the browser keeps "
        f"cookies for each by itself: {in_words(began, back)}.",
        evidence=(
            Row(name="Began on", value=began),
            Row(name="Came back to", value=back),
            Row(name="Difference", parts=parts(began, back)),
        ),
        steps=(
            f"Open {began}/playground2 and send a callback URL that begins with {began}; "
            "register that one too.",
            f"Or open {back}/playground2 from the beginning.",
        ),
        settings=settings("redirect_uri", case.form),
        remedy=to_form("redirect_uri"),
    )


def _cookie_lost() -> Diagnosis:
    return Diagnosis(
        cause="cookie",
        likelihood=LIKELY,
        sentence="The browser did not bring the flow's cookie back.",
        steps=(
            "Was Reset pressed meanwhile, or a private window closed? Start again.",
            "Cookies may be blocked for this host name; allow them for it.",
        ),
        remedy=_START,
    )


def _stranger() -> Diagnosis:
    return Diagnosis(
        cause="other_browser",
        likelihood=POSSIBLE,
        sentence="The response was made in another browser, and the link was sent to you.",
        steps=("Then close it: using it would sign you in as somebody else (RFC 6749 §10.12).",),
        remedy=_START,
    )


def _unknown(missing: bool) -> Iterator[Diagnosis]:
    if missing:
        yield Diagnosis(
            cause="state_missing",
            likelihood=LIKELY,
            sentence="The response has no state: it was not asked for from here, or the server "
            "dropped it.",
            steps=(
                "Start from the form. A server must return state unchanged (RFC 6749 §4.1.2).",
                "Signing in from the server's own portal begins no flow here.",
            ),
            remedy=_START,
        )
        return
    yield Diagnosis(
        cause="state_unknown",
        likelihood=LIKELY,
        sentence="The flow is over: it was reset, it expired, newer ones took its place, or an old "
        "address was opened again.",
        steps=("Start a new one; the form keeps what you typed.",),
        remedy=_START,
    )
    yield Diagnosis(
        cause="other_browser",
        likelihood=POSSIBLE,
        sentence="Somebody else made this response, and you followed their link.",
        steps=("Then close it (RFC 6749 §10.12). Nothing of it was used.",),
        remedy=_START,
    )


def _arrivals(case: Case) -> list[float]:
    return [x.started_at for x in case.exchanges if x.purpose == "Authorization response"]


def _twice(case: Case) -> Diagnosis:
    times = _arrivals(case)
    good = case.flow is not None and case.flow.response is not None
    return Diagnosis(
        cause="twice",
        likelihood=CERTAIN,
        sentence=f"The same callback arrived {len(times)} times: by Reload, Back, or a program "
        "that opens links before you do.",
        evidence=tuple(
            Row(name=f"Arrival {n}", value=f"{datetime.fromtimestamp(at, UTC):%H:%M:%S.%f}"[:-3])
            for n, at in enumerate(times, start=1)
        ),
        steps=("The first one counted. Go on from where it led.",)
        if good
        else ("The first one failed already. Authorize again.",),
        remedy=Remedy(kind="callback", label="Go on with the first one") if good else AGAIN,
    )


def _session_lost(case: Case) -> Diagnosis:
    return Diagnosis(
        cause="session",
        likelihood=LIKELY,
        sentence="The page is older than your session, or this host name has no cookies of ours.",
        evidence=(Row(name="This page's address", value=case.facts.here),),
        steps=(
            "Open the form anew and send it from there.",
            "localhost, 127.0.0.1 and wso2is.local are three places to a browser; stay with one.",
        ),
        remedy=Remedy(kind="form", label="Open the form anew"),
    )


def _nonce(*, absent: bool) -> Diagnosis:
    return Diagnosis(
        cause="nonce",
        likelihood=CERTAIN,
        sentence="The id token has no nonce, though the request sent one."
        if absent
        else "The id token was made for another request: its nonce is not this flow's.",
        steps=("The server must return the nonce of the request (OIDC Core §3.1.3.7).",)
        if absent
        else (
            "Authorize again. If it comes back, the server does not return the nonce "
            "(OIDC Core §3.1.3.7), or something replays an old token.",
        ),
        remedy=AGAIN,
    )
