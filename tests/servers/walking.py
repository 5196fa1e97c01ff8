"""Walking through a provider's pages until it sends the browser back to the client."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.support.browser import Browser, Page
from tests.support.forms import Form

STEPS = 20


@dataclass(frozen=True, kw_only=True)
class Callback:
    """Where the server sends the browser: a URL, or a form to post (form_post)."""

    url: str
    form: Form | None = None

    @property
    def params(self) -> dict[str, str]:
        """The authorization response, from the form, the fragment or the query."""
        if self.form:
            return dict(self.form.values)
        parts = urlsplit(self.url)
        return dict(parse_qsl(parts.fragment or parts.query, keep_blank_values=True))

    def deliver(self, browser: Browser) -> Page:
        """Do what the browser does next: open the URL, or post the form."""
        return self.form.submit() if self.form else browser.get(self.url)


def authorization_url(endpoint: str, **params: str) -> str:
    """An authorization request as a URL."""
    joint = "&" if "?" in endpoint else "?"
    return f"{endpoint}{joint}{urlencode(params)}"


def walk(browser: Browser, url: str, origin: str, act: Callable[[Page], Page]) -> Callback:
    """Follow redirects on *origin* and let *act* answer its pages, until another site is named."""
    page = browser.get(url, follow=False)
    for _ in range(STEPS):
        if page.location:
            if not page.location.startswith(f"{origin}/"):
                return Callback(url=page.location)
            page = browser.get(page.location, follow=False)
            continue
        away = [form for form in page.forms if not _stays(form, origin)]
        if away:
            return Callback(url=str(away[0].tag["action"]), form=away[0])
        page = act(page)
    raise AssertionError(f"Still at {page.status} {page.url}: {page.words[:1000]}")


def _stays(form: Form, origin: str) -> bool:
    action = str(form.tag.get("action") or "")
    return not urlsplit(action).netloc or action.startswith(f"{origin}/")
