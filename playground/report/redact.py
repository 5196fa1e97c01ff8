"""Takes a flow's secrets out of whatever is written down, by value and by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from urllib.parse import unquote_plus

from playground.report.finder import Finder
from playground.report.secrets import Secret
from playground.secret_names import is_header, is_sensitive

_QUERY = re.compile(r"((?:^|[?&#])([^=&?#\s]{1,80})=)([^&#\s]*)")
_JSON_MEMBER = re.compile(r'("([^"\\]{1,80})"\s*:\s*")((?:[^"\\]|\\.)*)')
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")


def marker(label: str) -> str:
    """What stands where a secret was; fit for URLs, headers, JSON, HTML and Markdown alike."""
    return f"REDACTED-{_UNSAFE.sub('-', label)}"


def without_secrets(pairs: Iterable[tuple[str, str]], *, kept: str = "") -> list[tuple[str, str]]:
    """Parameters for a link of ours; what has a secret's name, but for `kept`, is only marked."""
    return [(n, marker(n) if n != kept and is_sensitive(n) else v) for n, v in pairs]


class Redactor:
    """Every value of a sensitive name goes, and every known secret wherever it stands."""

    def __init__(
        self, secrets: Iterable[Secret], *, replacement: Callable[[str], str] = marker
    ) -> None:
        labelled = _labelled(secrets)
        self._finder = Finder(labelled)
        self._labels = dict(labelled)
        self._replacement = replacement

    def text(self, text: str) -> str:
        """Free text without the known secrets, in whatever encoding they are in it."""
        data = text.encode("utf-8", "surrogatepass")
        pieces, last = [], 0
        for start, end, label in self._finder.spans(data):
            pieces += [data[last:start], self._replacement(label).encode()]
            last = end
        return b"".join([*pieces, data[last:]]).decode("utf-8", "replace")

    def message(self, text: str) -> str:
        """A URL or body: the values of sensitive names first, then the known secrets."""
        return self.text(_JSON_MEMBER.sub(self._member, _QUERY.sub(self._parameter, text)))

    def pair(self, name: str, value: str) -> tuple[str, str]:
        """A parameter."""
        hidden = is_sensitive(name) and bool(value)
        return self.text(name), self._hidden(name, value) if hidden else self.text(value)

    def header(self, name: str, value: str) -> tuple[str, str]:
        """A header; of credentials the scheme stays, of cookies the name."""
        if not is_header(name):
            return name, self.message(value)
        kept = re.match(r"(Basic|Bearer|DPoP|Digest) ", value, re.IGNORECASE)
        if name.lower() == "cookie":
            pieces = (self.header("set-cookie", piece.strip())[1] for piece in value.split(";"))
            return name, "; ".join(pieces)
        if "cookie" in name.lower():
            kept = re.match(r"[^=;]*=", value)
        start = kept[0] if kept else ""
        return name, self.text(start) + self._hidden(name.lower(), value.removeprefix(start))

    def data(self, value: object) -> object:
        """Parsed JSON with every text in it redacted."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(str(n)): self._named(str(n), v) for n, v in value.items()}
        if isinstance(value, list | tuple):
            return [self.data(item) for item in value]
        return value

    def holds(self, data: bytes) -> bool:
        """Whether bytes that cannot be rewritten hold a secret."""
        return self._finder.holds(data)

    def _named(self, name: str, value: object) -> object:
        if isinstance(value, str) and value and is_sensitive(name, message=False):
            return self._hidden(name, value)
        return self.data(value)

    def _hidden(self, name: str, value: str) -> str:
        """By its own label where the value is known: an old token is not the new one."""
        return self._replacement(self._labels.get(value, name))

    def _parameter(self, match: re.Match[str]) -> str:
        name, value = unquote_plus(match[2]), unquote_plus(match[3])
        return match[1] + self._hidden(name, value) if value and is_sensitive(name) else match[0]

    def _member(self, match: re.Match[str]) -> str:
        known = is_sensitive(match[2], message=False) and match[3]
        return match[1] + self._hidden(match[2], match[3]) if known else match[0]


def _labelled(secrets: Iterable[Secret]) -> list[tuple[str, str]]:
    """Values with labels that tell several of one name apart, as a rotated token's."""
    seen: Counter[str] = Counter()
    labelled = []
    for secret in secrets:
        seen[secret.name] += 1
        number = seen[secret.name]
        labelled.append((secret.value, secret.name if number == 1 else f"{secret.name}-{number}"))
    return labelled
