"""One log line per outgoing exchange: what was called and what came of it, no secret in it."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from playground.wire.exchange import Exchange

log = logging.getLogger("playground.wire")
MAX_PATH = 200


def write(exchange: Exchange) -> None:
    """Log the exchange without query, headers, bodies or anything else that grants something."""
    parts = urlsplit(exchange.url)
    facts = {
        "purpose": exchange.purpose,
        "method": exchange.method,
        "host": parts.netloc.rpartition("@")[2],
        "path": parts.path[:MAX_PATH],
        "status": exchange.status,
        "ms": exchange.milliseconds,
        "bytes": len(exchange.response_body),
        "reused": exchange.reused_connection,
        "error": exchange.error_kind,
    }
    log.info("exchange", extra={"facts": facts})
