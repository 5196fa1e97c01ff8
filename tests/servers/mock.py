"""PyPI's `oidc-provider-mock` as an independent OpenID provider."""

import json
from pathlib import Path

from tests.servers.node import Client
from tests.servers.provider import Provider
from tests.servers.walking import Callback, walk
from tests.support.browser import Browser, Page
from tests.support.processes import clean_environment, free_port, python

USER = {"sub": "jane", "name": "Jane of the tests", "email": "jane@example.com"}


class MockProvider(Provider):
    """A running mock: takes any client id, secret and callback; code and refresh grants only."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.issuer = f"http://localhost:{self.port}"
        self.user = USER
        self.clients = {"any": Client(client_id="any", client_secret="any secret")}
        options = ["--port", str(self.port), "--user-claims", json.dumps(USER)]
        super().__init__(
            f"oidc-provider-mock-{self.port}",
            python("-m", "oidc_provider_mock", *options),
            folder=folder,
            env=clean_environment(NO_COLOR="1"),
            cwd=folder,
        )

    def sign_in(
        self, browser: Browser, url: str, user: str = "jane", *, approve: bool = True
    ) -> Callback:
        """Open an authorization request, answer as *user*, and come back."""

        def act(page: Page) -> Page:
            if not approve:
                return page.submit("Deny", follow=False)
            return page.submit("Authorize", follow=False, sub=user)

        return walk(browser, url, self.issuer, act)

    def sign_out(self, browser: Browser, url: str) -> Page:
        """Open an end-session request, confirm it, and return the page or redirect that follows."""
        return browser.get(url).submit("End session", follow=False)
