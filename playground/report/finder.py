"""Finds secrets in text whatever they are wrapped in: %XX, \\uXXXX, &#…;, Base64, cut in pieces."""

from __future__ import annotations

import base64
import binascii
import html
import re
from collections.abc import Iterable, Iterator, Sequence

WINDOW = 8  # bytes: a piece of this length of a long secret counts as the secret
LONG = 16
SHORTEST = 4
_LAYERS = 4
_NESTING = 3
_ESCAPE = re.compile(
    rb"%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\([^u])|(&#?[0-9A-Za-z]{1,8};)", re.DOTALL
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{11,}")
_JSON_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_STANDARD = bytes.maketrans(b"-_", b"+/")

Span = tuple[int, int, str]
Layer = tuple[bytes, Sequence[int]]


class Finder:
    """Spans of bytes that hold a secret, each with that secret's label.

    A secret of `LONG` bytes or more is found by every piece of `WINDOW` bytes, a shorter one as
    a whole, and one below `WINDOW` as a whole word; below `SHORTEST` only its name protects it.
    """

    def __init__(self, secrets: Iterable[tuple[str, str]]) -> None:
        self._whole: list[tuple[re.Pattern[bytes], str]] = []
        self._windows: dict[bytes, str] = {}
        for value, label in sorted(secrets, key=lambda pair: -len(pair[0])):
            self._add(_spaced(value.encode("utf-8", "surrogatepass")), label)

    def _add(self, value: bytes, label: str) -> None:
        if len(value) < SHORTEST:
            return
        pattern = re.escape(value)
        if len(value) < WINDOW:
            pattern = rb"(?<![0-9A-Za-z])" + pattern + rb"(?![0-9A-Za-z])"
        self._whole.append((re.compile(pattern), label))
        if len(value) >= LONG:
            for start in range(len(value) - WINDOW + 1):
                self._windows.setdefault(value[start : start + WINDOW], label)

    def spans(self, data: bytes) -> list[Span]:
        """Where secrets are, in order, without overlaps."""
        return _merged(self._all(data, _NESTING))

    def holds(self, data: bytes) -> bool:
        """Whether bytes that are no text, as a picture's, hold a secret as it is written."""
        spaced = _spaced(data)
        return any(pattern.search(spaced) for pattern, _ in self._whole)

    def _all(self, data: bytes, nesting: int) -> Iterator[Span]:
        layer: Layer | None = (data, range(len(data) + 1))
        for _ in range(_LAYERS):
            if layer is None:
                return
            text, at = layer
            for start, end, label in self._here(text, nesting):
                yield at[start], at[end], label
            layer = _unescaped(layer)

    def _here(self, text: bytes, nesting: int) -> Iterator[Span]:
        spaced = _spaced(text)
        for pattern, label in self._whole:
            for match in pattern.finditer(spaced):
                yield match.start(), match.end(), label
        yield from self._pieces(spaced)
        if nesting:
            yield from self._wrapped(text, nesting - 1)

    def _pieces(self, text: bytes) -> Iterator[Span]:
        windows, start = self._windows, 0
        while windows and start <= len(text) - WINDOW:
            label = windows.get(text[start : start + WINDOW])
            if label is None:
                start += 1
                continue
            end = start + WINDOW
            while text[end - WINDOW + 1 : end + 1] in windows and end < len(text):
                end += 1
            yield start, end, label
            start = end

    def _wrapped(self, text: bytes, nesting: int) -> Iterator[Span]:
        """Base64 of something that holds a secret, wherever in it the encoding begins."""
        for match in _BASE64.finditer(text):
            for offset in range(4):
                inner = next(self._all(_decoded(match[0][offset:]), nesting), None)
                if inner is not None:
                    yield match.start(), match.end(), inner[2]
                    break


def _spaced(value: bytes) -> bytes:
    """A form writes a space as +, so the two count as one."""
    return value.replace(b"+", b" ")


def _decoded(text: bytes) -> bytes:
    text = text[: len(text) - 1] if len(text) % 4 == 1 else text
    try:
        return base64.b64decode(text.translate(_STANDARD) + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        return b""


def _unescaped(layer: Layer) -> Layer | None:
    """One level of escapes undone, with where each byte came from; None when there is none."""
    data, at = layer
    plain, origins, last = bytearray(), [], 0
    for match in _ESCAPE.finditer(data):
        if (meant := _meaning(match)) is None:
            continue
        plain += data[last : match.start()] + meant
        origins += [*at[last : match.start()], *[at[match.start()]] * len(meant)]
        last = match.end()
    if not last:
        return None
    return bytes(plain + data[last:]), [*origins, *at[last:]]


def _meaning(match: re.Match[bytes]) -> bytes | None:
    percent, unicode_escape, escaped, entity = match.groups()
    if percent:
        return bytes([int(percent, 16)])
    if unicode_escape:
        return chr(int(unicode_escape, 16)).encode("utf-8", "surrogatepass")
    if escaped:
        return _JSON_ESCAPES.get(escaped, escaped)
    text = entity.decode("ascii")
    meant = html.unescape(text)
    return None if meant == text else meant.encode("utf-8", "replace")


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Overlapping spans as one, labelled by the longest."""
    merged: list[tuple[int, int, str, int]] = []
    for start, end, label in sorted(spans, key=lambda span: span[0]):
        if not merged or start >= merged[-1][1]:
            merged.append((start, end, label, end - start))
            continue
        first, last, known, length = merged[-1]
        better = end - start > length
        merged[-1] = (
            first,
            max(last, end),
            label if better else known,
            max(length, end - start),
        )
    return [(start, end, label) for start, end, label, _ in merged]
