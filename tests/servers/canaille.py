"""PyPI's `Canaille` as an independent OpenID provider."""

import json
from pathlib import Path
from typing import Any

from joserfc.jwk import ECKey, RSAKey

from tests.servers.node import CALLBACK, Client
from tests.servers.provider import Provider
from tests.servers.walking import Callback, walk
from tests.support.browser import Browser, Page
from tests.support.processes import clean_environment, free_port, python


def _person(name: str) -> dict[str, Any]:
    return {
        "user_name": name,
        "password": f"{name}'s password",
        "formatted_name": f"{name.title()} of the tests",
        "family_name": "Tests",
        "emails": [f"{name}@example.com"],
    }


# Consent is remembered, so who says no is somebody who never said yes.
APPROVES, DENIES = _person("jane"), _person("judy")


class CanailleProvider(Provider):
    """A running Canaille that insists on PKCE; its clients allow the callbacks of the base URLs.

    One client, web, for codes and for client credentials.
    """

    def __init__(self, folder: Path, *, bases: tuple[str, ...]) -> None:
        self.port = free_port()
        self.issuer = f"http://localhost:{self.port}"
        self._callbacks = [f"{base}{CALLBACK}" for base in bases]
        self._returns = [f"{base}/playground2/logout/callback" for base in bases]
        self.clients = {
            entry["client_id"]: Client(
                client_id=entry["client_id"], client_secret=entry["client_secret"]
            )
            for entry in self._metadata()
        }
        keys = (RSAKey.generate_key(2048), ECKey.generate_key("P-256"))
        settings = {
            "ISSUER": self.issuer,
            "DATABASE": str(folder / f"canaille-{self.port}.sqlite"),
            "KEYS": json.dumps([key.as_dict(private=True) for key in keys]),
            "USERS": json.dumps([APPROVES, DENIES]),
            "CLIENTS": json.dumps(self._metadata()),
            "AUTHLIB_INSECURE_TRANSPORT": "1",
        }
        where = ["--bind", f"127.0.0.1:{self.port}", "--threads", "8", "--no-control-socket"]
        super().__init__(
            f"canaille-{self.port}",
            python("-m", "gunicorn", *where, "tests.servers.canaille_site:application"),
            folder=folder,
            env=clean_environment(**settings),
            cwd=folder,
        )

    def sign_in(self, browser: Browser, url: str, *, approve: bool = True) -> Callback:
        """Open an authorization request, sign in as who answers so, and come back."""
        user = APPROVES if approve else DENIES

        def act(page: Page) -> Page:
            names = {name for form in page.forms for name in form.names}
            if "login" in names:
                return page.form("Continue").submit(follow=False, login=user["user_name"])
            if "password" in names:
                return page.form("Sign in").submit(follow=False, password=user["password"])
            return page.submit("Accept" if approve else "Deny", follow=False)

        return walk(browser, url, self.issuer, act)

    def sign_out(self, browser: Browser, url: str) -> Page:
        """Open an end-session request, confirm it, and return the page or redirect that follows."""
        page = browser.get(url, follow=False)
        return page.submit("Logout", follow=False) if "Logout" in page.buttons else page

    def _metadata(self) -> list[dict[str, Any]]:
        web = {
            "client_id": "web",
            "client_secret": "secret-of-web",  # Authlib decodes nothing in Basic
            "client_name": "web",
            "redirect_uris": self._callbacks,
            "post_logout_redirect_uris": self._returns,
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "response_types": ["code"],
            "scope": ["openid", "profile", "email"],
            # Access tokens are JWTs without a jti: by RSA two of one second would be the same.
            "id_token_signed_response_alg": "ES256",
        }
        return [web]
