"""How much a browser may send: said before anything of it is read as a form."""

from __future__ import annotations

from flask import request

from playground.errors import LimitReached

MAX_BODY = 256 * 1024
MAX_FIELDS = 200
MAX_URL = 8190


def check_length() -> None:
    """Raises LimitReached for a longer URL, which gunicorn lets through (RFC 9110 §15.5.15)."""
    if len(request.environ.get("RAW_URI", "")) > MAX_URL:
        raise LimitReached(
            sentence=f"That URL is longer than {MAX_URL:,} bytes, which is the limit here.",
            advice=(
                "If a server's response made it so long, ask for response_mode=form_post.",
                "Go to the start page and take it from there.",
            ),
            status=414,
        )


def check_fields() -> None:
    """Raises LimitReached for a form or a query with more fields than any page of ours has."""
    sent = [request.query_string]
    if request.method == "POST" and request.mimetype == "application/x-www-form-urlencoded":
        sent.append(request.get_data(cache=True))
    if any(text.count(b"&") >= MAX_FIELDS for text in sent):
        raise LimitReached(
            sentence=f"That is more than {MAX_FIELDS} fields; no page here has that many.",
            advice=("Go to the start page and take it from there.",),
            status=413,
        )
