"""Presenter mode: the caption, the way forward and back, and no secret in the page's source."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, Response, g, request, url_for

from playground.captions import BESIDE, CAPTIONS, Caption, failure, moment
from playground.flow import Flow
from playground.mask import HIDDEN
from playground.report.redact import Redactor
from playground.report.secrets import Secret, collect, of_endpoints
from playground.web.browser import owns
from playground.web.frame import presenting
from playground.web.linked import linked_form
from playground.web.memory import remembered_form
from playground.web.recorded import recorded

_NEVER_IN_PAGES = ("client_secret", "password")


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Where next and back lead; without `forward` it is the page's own button, unless `ended`.

    `step` says that the page is part of the walk, and so has to fit on one screen.
    """

    caption: Caption
    failure: Caption
    forward: str
    back: str
    ended: bool
    step: bool


def walk() -> Walk:
    """The current page in the flow's walk: home, form, callback, token, photos."""
    flow = g.get("flow")
    endpoint = request.endpoint or ""
    pages = _pages(flow)
    at = next((i for i, (known, _) in enumerate(pages) if known == _stop(endpoint)), None)
    form = linked_form() or remembered_form()
    now = moment(endpoint, form, flow)
    return Walk(
        caption=CAPTIONS[now],
        failure=CAPTIONS[failure(flow)],
        forward=pages[at + 1][1] if at is not None and at + 1 < len(pages) else "",
        back=_back(pages, at),
        ended=now == "photos",
        step=now not in BESIDE,
    )


def _stop(endpoint: str) -> str:
    return {"form.submit": "form.show", "callback.failed": "callback.show"}.get(endpoint, endpoint)


def _back(pages: list[tuple[str, str]], at: int | None) -> str:
    """One page back; from a page beside the walk, to the last one on it."""
    if at is None:
        return pages[-1][1]
    return pages[at - 1][1] if at else ""


def _pages(flow: Flow | None) -> list[tuple[str, str]]:
    """The pages of the walk that exist by now, in order."""
    pages = [("home.home", url_for("home.home")), ("form.show", url_for("form.show"))]
    if flow is None:
        return pages
    first = "callback.show" if flow.request is not None else "token.direct"
    reached = {
        first: flow.token is None or flow.request is not None,
        "token.show": flow.token is not None,
        "photos.show": flow.result("photos") is not None,
    }
    return pages + [(n, url_for(n, identifier=flow.id)) for n, there in reached.items() if there]


def conceal(response: Response) -> Response:
    """Whatever a page shows of its flow, no secret leaves in presenter mode, revealed or not."""
    if response.mimetype != "text/html" or not presenting():
        return response
    if "Content-Disposition" in response.headers or not (secrets := _secrets()):
        return response
    redactor = Redactor(secrets, replacement=lambda _: HIDDEN)
    response.set_data(redactor.text(response.get_data(as_text=True)))
    return response


def _secrets() -> list[Secret]:
    """Those of the page's flow; without one, the keys in the URLs of the remembered form."""
    flow = g.get("flow")
    if flow is None:
        return list(of_endpoints(remembered_form()))
    known = collect(flow, recorded(flow)) if owns(flow) else []
    return [secret for secret in known if secret.name not in _NEVER_IN_PAGES]


def register(app: Flask) -> None:
    """Give every page its place in the walk; look over every page before it leaves."""
    app.context_processor(lambda: {"walk": walk})
    app.after_request(conceal)
