"""Reverse proxies in front of us: their headers count only where configured (CWE-644)."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def behind(app: Flask, proxies: int) -> None:
    """Believe X-Forwarded-For, -Proto, -Host and -Port of this many proxies; of none, when 0.

    No prefix: our pages link to each other, and the cookies are bound, by the path /playground2.
    """
    if proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies, x_port=proxies
        )
