"""What a page means, for people who are not engineers: one caption per step, no jargon."""

from __future__ import annotations

from dataclasses import dataclass

from playground.flow import Flow


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
    "waiting": Caption(
        headline="You are with the company that knows you",
        text="It asks who you are and whether you agree. The app waits outside and sees nothing.",
    ),
    "reading": Caption(
        headline="The answer is being read",
        text="Your browser has brought it back and hands it to the app.",
    ),
    "code": Caption(
        headline="You said yes, and the app got a claim ticket",
        text="The ticket opens nothing yet. It works once, for a few minutes, "
        "and only together with a secret that the app alone knows.",
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
        text="The app speaks for itself: it shows its own credentials and asks for a key.",
    ),
    "token": Caption(
        headline="The ticket became a key",
        text="A key for the photos only, and only for a while. "
        "The app never learned your password, and you can take the key back.",
    ),
    "photos": Caption(
        headline="The key opens the photos",
        text="The company looked at the key, not at you, and handed out what you had agreed to. "
        "Nothing else opens with it.",
    ),
    "failure": Caption(
        headline="It stopped here, and safely",
        text="Something did not match, or did not answer, so the app went no further. "
        "Nothing was given away.",
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
    "form.show": "form",
    "form.submit": "form",
    "callback.arrive": "reading",
    "callback.failed": "failure",
    "token.direct": "direct",
    "token.show": "token",
    "photos.show": "photos",
    "flows.show": "flows",
    "flows.side_by_side": "flows",
}


BESIDE = ("flows", "other", "session")  # no step of the walk: what they show may be long


def moment(endpoint: str, flow: Flow | None) -> str:
    """Which caption fits a page: by its endpoint, and by how far its flow is."""
    if endpoint == "callback.show" and flow is not None:
        return _came_back(flow)
    if endpoint in _MOMENTS:
        return _MOMENTS[endpoint]
    words = {"session": "session", "logout": "signed_out", "calls": "result"}
    return next((name for word, name in words.items() if word in endpoint), "other")


def _came_back(flow: Flow) -> str:
    if flow.response is None:
        return "waiting"
    if flow.signed_out:
        return "signed_out"
    if flow.awaits_exchange:
        return "code"
    return "returned" if flow.code else "front"
