"""PyPI's `django-oauth-toolkit` as an independent OpenID provider."""

import json
from pathlib import Path
from typing import Any

from joserfc.jwk import RSAKey

from tests.servers.node import CALLBACK, Client
from tests.servers.provider import Provider
from tests.servers.walking import Callback, walk
from tests.support.browser import Browser, Page
from tests.support.processes import clean_environment, free_port, python

USER = {"username": "jane", "password": "jane's password", "email": "jane@example.com"}


class DjangoProvider(Provider):
    """A running toolkit whose clients allow the callbacks of the given base URLs.

    Clients by name: web (confidential, code), public (code), service (client credentials),
    hybrid (all hybrid types), implicit and password. One user, `USER`.
    """

    def __init__(self, folder: Path, *, bases: tuple[str, ...], **env: str) -> None:
        self.port = free_port()
        self.origin = f"http://localhost:{self.port}"
        self.issuer = f"{self.origin}/o"
        self.user = USER
        self._callbacks = " ".join(f"{base}{CALLBACK}" for base in bases)
        self._returns = " ".join(f"{base}/playground2/logout/callback" for base in bases)
        self.clients = {
            entry["client_id"]: Client(
                client_id=entry["client_id"], client_secret=entry.get("client_secret", "")
            )
            for entry in self._applications()
        }
        settings = {
            "ISSUER": self.issuer,
            "DATABASE": str(folder / f"toolkit-{self.port}.sqlite"),
            "OIDC_RSA_PRIVATE_KEY": RSAKey.generate_key(2048).as_pem(private=True).decode(),
            "USERS": json.dumps([USER]),
            "APPLICATIONS": json.dumps(self._applications()),
        }
        where = ["--bind", f"127.0.0.1:{self.port}", "--threads", "8", "--no-control-socket"]
        super().__init__(
            f"django-oauth-toolkit-{self.port}",
            python("-m", "gunicorn", *where, "tests.servers.toolkit_site:application"),
            folder=folder,
            env=clean_environment(**settings | env),
            cwd=folder,
        )

    def sign_in(self, browser: Browser, url: str, *, approve: bool = True) -> Callback:
        """Open an authorization request, sign in as the one user, answer, and come back."""

        def act(page: Page) -> Page:
            if "Log in" in page.buttons:
                name, password = USER["username"], USER["password"]
                return page.submit("Log in", follow=False, username=name, password=password)
            return page.form("Authorize" if approve else "Cancel").submit(follow=False)

        return walk(browser, url, self.origin, act)

    def sign_out(self, browser: Browser, url: str) -> Page:
        """Open an end-session request, confirm it, and return the page or redirect that follows."""
        page = browser.get(url)
        return page.form("Logout").submit(follow=False) if "Logout" in page.buttons else page

    def _applications(self) -> list[dict[str, Any]]:
        return [
            self._application("web"),
            self._application("public", client_type="public", client_secret=""),
            self._application("service", authorization_grant_type="client-credentials"),
            self._application("hybrid", authorization_grant_type="openid-hybrid"),
            self._application("implicit", authorization_grant_type="implicit"),
            self._application("password", authorization_grant_type="password"),
        ]

    def _application(self, name: str, **more: Any) -> dict[str, Any]:
        return {
            "client_id": name,
            "client_secret": f"the secret of {name}",
            "name": name,
            "client_type": "confidential",
            "authorization_grant_type": "authorization-code",
            "redirect_uris": self._callbacks,
            "post_logout_redirect_uris": self._returns,
            "algorithm": "RS256",
            **more,
        }
