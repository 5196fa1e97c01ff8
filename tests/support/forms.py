"""Forms of a page: what they hold as they came, what a person types, what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from bs4 import Tag

if TYPE_CHECKING:
    from tests.support.browser import Page

SKIPPED_TYPES = ("submit", "button", "image", "reset", "file")


@dataclass
class Form:
    """A form as it came, hidden fields included; `fill` changes values, `submit` sends them."""

    page: Page
    tag: Tag
    button: str | None = None
    values: list[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        identity = self.tag.get("id")
        outside = self.page.soup.find_all(form=identity) if identity else []
        self.controls = [
            tag
            for tag in [*self.tag.find_all(["input", "select", "textarea", "button"]), *outside]
            if tag.get("form") in (None, identity)
        ]
        self.values = [pair for tag in self.controls for pair in _successful(tag)]

    @property
    def buttons(self) -> list[Tag]:
        """The submit buttons."""
        return [
            tag
            for tag in self.controls
            if (tag.name == "button" and tag.get("type", "submit") == "submit")
            or (tag.name == "input" and tag.get("type") in ("submit", "image"))
        ]

    @property
    def names(self) -> set[str]:
        """The names of all fields, also of unchecked boxes."""
        return {str(tag["name"]) for tag in self.controls if tag.get("name")}

    def value(self, name: str) -> str:
        """The present value of a field."""
        return dict(self.values)[name]

    def options(self, name: str) -> list[str]:
        """The values that a select or a set of radio buttons offers."""
        tags = [tag for tag in self.controls if tag.get("name") == name]
        inner = [option for tag in tags for option in tag.find_all("option")]
        return [str(tag.get("value", words_on(tag))) for tag in inner or tags]

    def fill(self, values: Mapping[str, str] | None = None, /, **more: str) -> Form:
        """Type into fields; only names that are on the page, since a person has no others."""
        for name, value in {**(values or {}), **more}.items():
            assert name in self.names, f"No field {name!r}; there are {sorted(self.names)}."
            at = [index for index, (known, _) in enumerate(self.values) if known == name]
            self.values = [pair for pair in self.values if pair[0] != name]
            self.values.insert(at[0] if at else len(self.values), (name, value))
        return self

    def clear(self, name: str) -> Form:
        """Uncheck a box, or leave a field out."""
        self.values = [pair for pair in self.values if pair[0] != name]
        return self

    def submit(self, *, follow: bool = True, cross_site: bool | None = None, **values: str) -> Page:
        """Press the button. A form for another site is sent without SameSite cookies."""
        self.fill(values)
        pressed = self._pressed()
        action = str((pressed and pressed.get("formaction")) or self.tag.get("action") or "")
        method = str((pressed and pressed.get("formmethod")) or self.tag.get("method") or "get")
        url = urljoin(self.page.url, action) if action else self.page.url
        data = list(self.values)
        if pressed and pressed.get("name"):
            data.append((str(pressed["name"]), str(pressed.get("value", ""))))
        here, there = (urlsplit(address).hostname for address in (self.page.url, url))
        away = here != there if cross_site is None else cross_site
        browser, headers = self.page.browser, self.page._origin(method.upper())
        if method.lower() == "post":
            return browser.post(url, data, follow=follow, headers=headers, cross_site=away)
        return browser.get(url.partition("?")[0], params=data, follow=follow, headers=headers)

    def _pressed(self) -> Tag | None:
        if self.button is None:
            return self.buttons[0] if len(self.buttons) == 1 else None
        return next(tag for tag in self.buttons if words_on(tag) == self.button)


def words_on(tag: Tag) -> str:
    """What a person reads on a link or button."""
    return " ".join(tag.get_text(" ").split()) or str(tag.get("aria-label") or tag.get("value", ""))


def _successful(tag: Tag) -> list[tuple[str, str]]:
    """The pairs that a control adds to a submission as it stands (HTML, form submission)."""
    name, kind = str(tag.get("name") or ""), str(tag.get("type") or "text")
    if not name or tag.has_attr("disabled") or tag.name == "button" or kind in SKIPPED_TYPES:
        return []
    if tag.name == "textarea":
        return [(name, tag.get_text().removeprefix("\n"))]
    if tag.name == "select":
        options = tag.find_all("option")
        chosen = [option for option in options if option.has_attr("selected")]
        if not tag.has_attr("multiple"):
            chosen = (chosen or options)[:1]
        return [(name, str(option.get("value", words_on(option)))) for option in chosen]
    if kind in ("checkbox", "radio") and not tag.has_attr("checked"):
        return []
    return [(name, str(tag.get("value", "on" if kind in ("checkbox", "radio") else "")))]
