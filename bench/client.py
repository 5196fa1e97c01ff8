"""Virtual browsers: a connection, cookies, redirects and forms, as cheap as Python allows."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

_CSRF = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def location(self) -> str:
        """Where a redirect leads."""
        return next((value for name, value in self.headers if name == "location"), "")

    @property
    def csrf_token(self) -> str:
        """The token of the page's forms."""
        found = _CSRF.search(self.body.decode())
        if not found:
            raise ValueError(f"no form on a page with status {self.status}")
        return found[1]


class Connections:
    """Kept connections by address, for all browsers of this process."""

    def __init__(self) -> None:
        self._idle: dict[tuple[str, int], list[_Connection]] = {}

    async def send(self, host: str, port: int, request: bytes) -> Answer:
        """One exchange on an idle connection or a new one."""
        waiting = self._idle.setdefault((host, port), [])
        while waiting:
            kept = waiting.pop()
            if not kept.closing:
                break
            await kept.close()
        else:
            kept = _Connection(*await asyncio.open_connection("127.0.0.1", port, limit=2**20))
        try:
            answer = await kept.exchange(request)
        except BaseException:
            await kept.close()
            raise
        waiting.append(kept)
        return answer

    async def close(self) -> None:
        """Close what is idle."""
        for connection in [one for kept in self._idle.values() for one in kept]:
            await connection.close()


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.last = False

    @property
    def closing(self) -> bool:
        return self.last or self._reader.at_eof() or self._writer.is_closing()

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def exchange(self, request: bytes) -> Answer:
        self._writer.write(request)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = head.split("\r\n")[:-2]
        headers = [
            (name.lower(), value.strip())
            for name, _, value in (line.partition(":") for line in lines[1:])
        ]
        known = dict(headers)
        self.last = known.get("connection", "").lower() == "close"
        body = await self._body(known)
        return Answer(status=int(lines[0].split(" ", 2)[1]), headers=headers, body=body)

    async def _body(self, headers: Mapping[str, str]) -> bytes:
        if "content-length" in headers:
            return await self._reader.readexactly(int(headers["content-length"]))
        if headers.get("transfer-encoding") != "chunked":
            return b""
        body = b""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            body += (await self._reader.readexactly(size + 2))[:-2]
        await self._reader.readexactly(2)
        return body


class Browser:
    """One person's browser: cookies for one site, `requests` counts what it asked of it."""

    def __init__(self, base: str, connections: Connections) -> None:
        self.base = base
        self.requests = 0
        self._connections = connections
        self._cookies: dict[str, str] = {}

    async def get(self, url: str) -> Answer:
        """GET a path of the site, or an absolute URL of it."""
        return await self._ask("GET", url, b"")

    async def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """POST a form."""
        return await self._ask("POST", url, urlencode(form).encode())

    async def elsewhere(self, url: str) -> Answer:
        """GET a URL of another site, without our cookies."""
        parts = urlsplit(url)
        request = f"GET {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n"
        return await self._connections.send("", parts.port or 80, request.encode())

    async def _ask(self, method: str, url: str, body: bytes) -> Answer:
        parts = urlsplit(url if "://" in url else self.base + url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "Accept: text/html"]
        if self._cookies:
            lines.append("Cookie: " + "; ".join(f"{n}={v}" for n, v in self._cookies.items()))
        if method == "POST":
            lines += ["Content-Type: application/x-www-form-urlencoded"]
            lines += [f"Content-Length: {len(body)}"]
        request = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        answer = await self._connections.send(str(parts.hostname), parts.port or 80, request)
        self.requests += 1
        for name, value in answer.headers:
            if name == "set-cookie":
                cookie, _, text = value.partition(";")[0].partition("=")
                self._cookies[cookie] = text
        return answer
