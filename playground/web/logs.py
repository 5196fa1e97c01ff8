"""The log: one JSON object a line on standard error, without anything that grants something."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from flask import Flask

from playground.settings import Settings

_json = json.JSONEncoder(ensure_ascii=False, default=str).encode
_HANDLER = "playground-json"
log = logging.getLogger("playground")


class JsonLines(logging.Formatter):
    """A record as one line: time, level, event, and its facts."""

    def format(self, record: logging.LogRecord) -> str:
        """Line breaks inside are escaped, so nobody can forge a line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "process": record.process,
        }
        line |= getattr(record, "facts", {})
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return _json(line)


def register(app: Flask, settings: Settings) -> None:
    """Log as JSON lines from now on, and say how the playground was started."""
    if not any(handler.name == _HANDLER for handler in log.handlers):
        handler = logging.StreamHandler(sys.stderr)
        handler.name = _HANDLER
        handler.setFormatter(JsonLines())
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        log.propagate = False
    log.info("start", extra={"facts": _facts(settings)})


def _facts(settings: Settings) -> dict[str, object]:
    """What matters of the configuration; addresses of stores may hold a password and are out."""
    anything = "any server but link-local and metadata addresses"
    return {
        "listens": f"{settings.bind}:{settings.port}",
        "hosts": list(settings.hosts),
        "store": "redis" if settings.redis_url else "files",
        "may_call": anything if settings.private else list(settings.allowed_hosts),
        "proxies": settings.proxies,
        "deadline": settings.deadline,
        "threads": settings.threads,
    }
