"""The photos: what the token opened, and what the call was."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from flask import Blueprint, Response, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from playground.flow import Flow, Result
from playground.urls import origin
from playground.web.browser import own_flow
from playground.web.frame import at_step
from playground.web.services import services

pages = Blueprint("photos", __name__, url_prefix="/playground2/oauth2client/<identifier>/photos")
IMAGE_TYPES = ("image/jpeg", "image/png", "image/webp", "image/gif")
MAX_PHOTOS = 24


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A picture as the API lists it; `href` is where it is fetched with the token."""

    title: str
    alt: str
    description: str
    width: int
    height: int
    href: str
    src: str


@pages.post("")
def get_photos(identifier: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    services().calls.photos(flow)
    return redirect(url_for("photos.show", identifier=identifier), 303)


@pages.get("")
def show(identifier: str) -> ResponseReturnValue:
    flow = own_flow(identifier)
    at_step(9, flow)
    result = flow.result("photos")
    if result is None:
        return redirect(url_for("token.show", identifier=identifier), 303)
    photos = list_photos(flow, result)
    return render_template("photos.html", flow=flow, result=result, photos=photos)


@pages.get("/<int:number>")
def picture(identifier: str, number: int) -> ResponseReturnValue:
    """One picture, fetched with the token and passed on; only pictures are."""
    flow = own_flow(identifier)
    result = flow.result("photos")
    photos = list_photos(flow, result) if result else []
    if not 0 < number <= len(photos):
        abort(404)
    exchange = services().calls.fetch(flow, photos[number - 1].href, purpose="Get a photo")
    kind = exchange.media_type
    if kind not in IMAGE_TYPES:
        abort(404)
    return Response(
        exchange.response_body,
        content_type=kind,
        headers={
            "Cache-Control": "private, max-age=600",
            "Content-Security-Policy": "default-src 'none'; sandbox",
        },
    )


def list_photos(flow: Flow, result: Result) -> list[Photo]:
    """The pictures in the API's answer; the token is sent to the API's own origin only."""
    data = result.data
    entries = data.get("photos") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        return []
    api = flow.form.resource_endpoint
    known = [(entry, _join(api, entry.get("href"))) for entry in entries if isinstance(entry, dict)]
    own = [pair for pair in known if origin(pair[1]) == origin(api)][:MAX_PHOTOS]
    return [_photo(flow, *pair, number) for number, pair in enumerate(own, start=1)]


def _photo(flow: Flow, entry: dict[str, object], href: str, number: int) -> Photo:
    def text(name: str) -> str:
        value = entry.get(name)
        return value[:300] if isinstance(value, str) else ""

    def size(name: str, default: int) -> int:
        value = entry.get(name)
        return value if isinstance(value, int) and 0 < value < 10_000 else default

    return Photo(
        title=text("title") or f"Photo {number}",
        alt=text("alt") or text("title"),
        description=text("description"),
        width=size("width", 1200),
        height=size("height", 800),
        href=href,
        src=url_for("photos.picture", identifier=flow.id, number=number),
    )


def _join(base: str, href: object) -> str:
    try:
        return urljoin(base, href if isinstance(href, str) else "")
    except ValueError:
        return ""
