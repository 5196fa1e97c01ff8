"""The photo API: a protected resource behind the scope `view_photos`."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, send_from_directory

from authserver.oauth.scopes import PHOTOS
from authserver.oauth.token_endpoints import BearerRefusedError
from authserver.views.context import bearer_refusal, require_bearer, the_server

endpoints = Blueprint("photos", __name__)

FOLDER = Path(__file__).parent.parent / "photos"
SHOWN = ("id", "title", "description", "alt", "width", "height")


@endpoints.get("/photos/v1/photos")
def album() -> Response:
    """The list of photos of the person the token speaks for."""
    claims = require_bearer(PHOTOS)
    base = f"{the_server().parts.settings.base_url}/photos/v1/photos"
    photos = [_listed(entry, base) for entry in _album()]
    listing = {"owner": claims["sub"], "photos": photos}
    return Response(json.dumps(listing), mimetype="application/json")


@endpoints.get("/photos/v1/photos/<photo_id>")
def photo(photo_id: str) -> Response:
    """One photo."""
    require_bearer(PHOTOS)
    files = {entry["id"]: entry["file"] for entry in _album()}
    if photo_id not in files:
        abort(404)
    return send_from_directory(FOLDER, files[photo_id], max_age=0)


@endpoints.errorhandler(BearerRefusedError)
def refused(error: BearerRefusedError) -> Response:
    """The challenge (RFC 6750 §3)."""
    return bearer_refusal(error)


def _listed(entry: dict[str, Any], base: str) -> dict[str, Any]:
    size = (FOLDER / entry["file"]).stat().st_size
    shown = {name: entry[name] for name in SHOWN}
    return {**shown, "href": f"{base}/{entry['id']}", "size": size}


@cache
def _album() -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = json.loads((FOLDER / "album.json").read_text(encoding="utf-8"))
    return entries
