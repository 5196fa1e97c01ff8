"""A flow as HAR 1.2 (the HTTP Archive format), which every browser's network panel opens."""

from __future__ import annotations

import base64
from importlib.metadata import PackageNotFoundError, version

from playground.report.told import Body, Pairs, Told

_PAGE = "flow"
_UNKNOWN = -1
_FRONT = "Carried by the browser; the playground sees this message, not the server's answer."


def archive(title: str, exchanges: list[Told]) -> dict[str, object]:
    """The archive; its one page is the flow."""
    first = exchanges[0].at if exchanges else "1970-01-01T00:00:00.000Z"
    page = {"id": _PAGE, "startedDateTime": first, "title": title, "pageTimings": {}}
    return {
        "log": {
            "version": "1.2",
            "creator": {"name": "OAuth 2.0 Playground", "version": _own_version()},
            "pages": [page],
            "entries": [_entry(told) for told in exchanges],
            "comment": "Secrets, codes and tokens are replaced by REDACTED-… with their name.",
        }
    }


def _own_version() -> str:
    try:
        return version("oauth2-playground")
    except PackageNotFoundError:
        return "unknown"


def _entry(told: Told) -> dict[str, object]:
    entry: dict[str, object] = {
        "pageref": _PAGE,
        "startedDateTime": told.at,
        "time": told.milliseconds,
        "request": _request(told),
        "response": _response(told),
        "cache": {},
        "timings": _timings(told),
        "comment": f"{told.number}. {told.purpose}: {told.sender} to {told.receiver}",
        "_channel": told.channel,
    }
    if told.address:
        entry["serverIPAddress"] = told.address
    if told.tls:
        entry["_tls"] = {"protocol": told.tls, "certificate": told.peer}
    return entry


def _timings(told: Told) -> dict[str, float]:
    """Only the whole is measured; it counts as waiting, so that the parts add up to `time`."""
    unknown = dict.fromkeys(("blocked", "dns", "connect", "ssl"), float(_UNKNOWN))
    return {**unknown, "send": 0.0, "wait": told.milliseconds, "receive": 0.0}


def _request(told: Told) -> dict[str, object]:
    request: dict[str, object] = {
        "method": told.method,
        "url": told.url,
        "httpVersion": told.request_version,
        "cookies": _cookies(told.request_headers, "cookie"),
        "headers": _pairs(told.request_headers),
        "queryString": _pairs(told.query),
        "headersSize": _UNKNOWN,
        "bodySize": told.request_body.size,
    }
    if told.request_body.size:
        request["postData"] = _post_data(told.request_body)
    return request


def _post_data(body: Body) -> dict[str, object]:
    return {"mimeType": body.mime, "params": _pairs(body.parameters), "text": body.text}


def _response(told: Told) -> dict[str, object]:
    headers = {name.lower(): value for name, value in told.response_headers}
    response: dict[str, object] = {
        "status": told.status,
        "statusText": told.reason,
        "httpVersion": told.response_version,
        "cookies": _cookies(told.response_headers, "set-cookie"),
        "headers": _pairs(told.response_headers),
        "content": _content(told.response_body),
        "redirectURL": headers.get("location", ""),
        "headersSize": _UNKNOWN,
        "bodySize": told.response_body.size if told.status else _UNKNOWN,
    }
    if told.error:
        response |= {"_error": told.error, "_errorKind": told.error_kind}
    elif not told.status:
        response["comment"] = _FRONT
    return response


def _content(body: Body) -> dict[str, object]:
    content: dict[str, object] = {"size": body.size, "mimeType": body.mime or "x-unknown"}
    if body.binary:
        content |= {"text": base64.b64encode(body.binary).decode(), "encoding": "base64"}
    elif body.text:
        content["text"] = body.text
    if body.note:
        content["comment"] = body.note
    return content


def _pairs(pairs: Pairs) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _cookies(headers: Pairs, header: str) -> list[dict[str, str]]:
    """The names as they came; the values are redacted with their header."""
    found = [value.split(";") for name, value in headers if name.lower() == header]
    pairs = [
        piece.strip().partition("=")
        for pieces in found
        for piece in (pieces if header == "cookie" else pieces[:1])
    ]
    return [{"name": name, "value": value} for name, _, value in pairs]
