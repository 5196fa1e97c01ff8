"""The callback URL: registered, asked for and repeated in the token request (RFC 6749 §4.1.3)."""

from __future__ import annotations

from collections.abc import Iterator

from playground.doctor.case import Case
from playground.doctor.diagnosis import AGAIN, CERTAIN, LIKELY, Diagnosis, Remedy, Row
from playground.doctor.difference import in_words, rows
from playground.doctor.products import settings

_WORDS = (
    "redirect_uri",
    "redirect uri",
    "redirect url",
    "callback url",
    "invalid_callback",
    "aadsts50011",
    "callback.not.match",
)


def look(case: Case) -> Iterator[Diagnosis]:
    """Compare what was sent where, and listen for the server's complaint."""
    asked, sent = case.asked.get("redirect_uri", ""), case.sent.get("redirect_uri", "")
    if case.with_code and asked and sent != asked:
        yield _two_urls(case, asked, sent)
    elif case.with_code and case.says(*_WORDS) and not case.unread:
        yield _remembered(case, sent)
    elif case.in_front and case.says(*_WORDS):
        yield _not_registered(case, asked)


def _two_urls(case: Case, asked: str, sent: str) -> Diagnosis:
    how = in_words(asked, sent)
    return Diagnosis(
        cause="redirect_uri",
        likelihood=CERTAIN,
        sentence=f"The token request names another callback URL than the authorization request: "
        f"{how}.",
        evidence=rows(asked, sent, names=("Authorization request", "Token request")),
        steps=(
            "Send the callback URL of the authorization request, character for character; "
            "it is filled in again below.",
            "A server may use up the code on this attempt, as WSO2 does. If it then calls the "
            "code invalid, authorize again.",
        ),
        settings=settings("redirect_uri", case.form),
        remedy=Remedy(kind="retry", changes=(("redirect_uri", asked),)),
    )


def _remembered(case: Case, sent: str) -> Diagnosis:
    return Diagnosis(
        cause="redirect_uri",
        likelihood=LIKELY,
        sentence="The server remembers another callback URL for this code than the one we sent.",
        evidence=(Row(name="Sent both times", value=sent),),
        steps=("Compare it with what is registered, character for character.",),
        settings=settings("redirect_uri", case.form),
        remedy=AGAIN,
    )


def _not_registered(case: Case, asked: str) -> Diagnosis:
    return Diagnosis(
        cause="redirect_uri",
        likelihood=LIKELY,
        sentence="The server does not know this callback URL.",
        evidence=(Row(name="redirect_uri as sent", value=asked),),
        steps=("Register it at the server exactly as it was sent, then authorize again.",),
        settings=settings("redirect_uri", case.form),
        remedy=AGAIN,
    )
