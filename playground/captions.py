"""What a page means, for people who are not engineers: one caption per step, no jargon."""

from __future__ import annotations

from dataclasses import dataclass

from playground.fields import PASSWORD
from playground.flow import Flow
from playground.form import Form


@dataclass(frozen=True, kw_only=True)
class Caption:
    """`headline` names the moment in a few words; `text` is what a presenter would say."""

    headline: str
    text: str


CAPTIONS = {
    "home": Caption(
        headline="An app would like to see your photos",
        text="The photos are kept by another company. You want to let the app see them, "
        "without ever telling it your password.",
    ),
    "form": Caption(
        headline="The app writes a request slip",
        text="It says who is asking, what for, and where to bring the answer. "
        "With Authorize, your browser carries the slip to the company that knows you.",
    ),
    "form_direct": Caption(
        headline="The app will ask for a key by itself",
        text="It does not send you to the company that knows you: it knocks there on its own, "
        "with what is written here.",
    ),
    "waiting": Caption(
        headline="You are with the company that knows you",
        text="It asks who you are and whether you agree. The app waits outside and sees nothing.",
    ),
    "reading": Caption(
        headline="The answer is being read",
        text="Your browser has brought it back and hands it to the app.",
    ),
    "code": Caption(
        headline="The company said yes, and the app got a claim ticket",
        text="The ticket opens nothing yet. It works once, for a few minutes, "
        "and the app has to trade it for a key, away from your browser.",
    ),
    "returned": Caption(
        headline="The ticket is used up",
        text="The company checked that it was yours to give, and traded it for a key.",
    ),
    "front": Caption(
        headline="The answer came straight through the browser",
        text="That is the old way: simple, but anybody who looks over the browser's shoulder "
        "can take it.",
    ),
    "direct": Caption(
        headline="Here nobody is asked",
        text="The app speaks for itself: it says who it is and asks for a key.",
    ),
    "direct_password": Caption(
        headline="Here the app was told your password",
        text="It hands the password on to the company that knows you, and asks for a key. "
        "Nobody should have to give a password away like that.",
    ),
    "token": Caption(
        headline="The ticket became a key",
        text="It opens what the company granted and nothing else, as a rule for a short while. "
        "The app never learned your password.",
    ),
    "token_front": Caption(
        headline="The key came straight through the browser",
        text="It opens what the company granted, and the app never learned your password. "
        "But anybody who looked over the browser's shoulder has the key, too.",
    ),
    "token_own": Caption(
        headline="The app has a key of its own",
        text="It opens what the company lets this app have. "
        "Nobody was asked, for nobody's things are meant but the app's.",
    ),
    "token_password": Caption(
        headline="Your password became a key",
        text="The key opens only what the company granted. But the app has seen the password, "
        "which opens everything: that is why this way is given up.",
    ),
    "photos": Caption(
        headline="The key opens the photos",
        text="The company looked at the key, not at you, and handed out what this key is good for.",
    ),
    "failure": Caption(
        headline="It stopped here, and safely",
        text="Something did not match, or did not answer, so the app went no further. "
        "Nothing was given away.",
    ),
    "failure_late": Caption(
        headline="It stopped here",
        text="Something did not match, or did not answer, so the app went no further. "
        "The picture shows what it had handed over by then.",
    ),
    "session": Caption(
        headline="Still signed in?",
        text="The app asks the company, without disturbing you, whether you are still there.",
    ),
    "signed_out": Caption(
        headline="The visit is over",
        text="The app has forgotten who you are. The key may be dead too, if it was taken back.",
    ),
    "result": Caption(
        headline="The key was shown once more",
        text="This is what came of it: what the company says to somebody who holds the key.",
    ),
    "flows": Caption(
        headline="Every visit leaves a trace",
        text="Here are the earlier ones, to look at again or to lay side by side.",
    ),
    "other": Caption(
        headline="Behind the scenes",
        text="A look at what the machines say to each other, word for word.",
    ),
}
_MOMENTS = {
    "home.home": "home",
    "callback.arrive": "reading",
    "callback.failed": "failure",
    "photos.show": "photos",
    "flows.show": "flows",
    "flows.side_by_side": "flows",
}


BESIDE = ("flows", "other", "session")  # no step of the walk: what they show may be long


def moment(endpoint: str, form: Form, flow: Flow | None) -> str:
    """Which caption fits a page: by its endpoint, the form's grant, and how far its flow is."""
    if endpoint in ("form.show", "form.submit"):
        return "form" if form.redirecting else "form_direct"
    if flow is not None and endpoint == "callback.show":
        return _came_back(flow)
    if flow is not None and endpoint == "token.direct":
        return "direct_password" if flow.form.grant_type == PASSWORD else "direct"
    if flow is not None and endpoint == "token.show":
        return _key(flow)
    if endpoint in _MOMENTS:
        return _MOMENTS[endpoint]
    words = {"session": "session", "logout": "signed_out", "calls": "result"}
    return next((name for word, name in words.items() if word in endpoint), "other")


def failure(flow: Flow | None) -> str:
    """Which caption fits a failure: by whether the app had handed anything over."""
    late = flow is not None and (flow.attempts or flow.token is not None)
    return "failure_late" if late else "failure"


def _key(flow: Flow) -> str:
    if not flow.form.redirecting:
        return "token_password" if flow.form.grant_type == PASSWORD else "token_own"
    return "token" if flow.exchanged else "token_front"


def _came_back(flow: Flow) -> str:
    if flow.response is None:
        return "waiting"
    if flow.signed_out:
        return "signed_out"
    if flow.awaits_exchange:
        return "code"
    return "returned" if flow.code else "front"
