"""A server that signs whatever id token a test asks for, over real HTTP."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oidc.core.util import create_half_hash
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tests.playground.walking import choose_grant, leave, open_form
from tests.support.apps import Playground
from tests.support.browser import Browser, Page
from tests.support.rogue import Rogue

CLIENT = "a-client"
SECRET = "a client secret of more than thirty-two bytes"
Key = RSAKey | ECKey | OKPKey | OctKey


class Issuer:
    """Publishes a key set and answers the token endpoint with an id token of the test's making."""

    def __init__(self, rogue: Rogue) -> None:
        self.rogue = rogue
        self.url = rogue.url
        self.key: Key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.publish(self.key)

    def publish(self, *keys: Key, path: str = "/jwks", **more: Any) -> None:
        """Serve these keys."""
        entries = [key.as_dict(private=False) for key in keys]
        body = {"keys": [*entries, *more.get("others", [])]}
        self.rogue.answer(path, 200, {"Content-Type": "application/json"}, body)

    def claims(self, nonce: str, **changed: Any) -> dict[str, Any]:
        """Good claims, some of them changed; None takes a claim out."""
        now = int(time.time())
        claims = {
            "iss": self.url,
            "sub": "ada",
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": nonce,
            **changed,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def sign(
        self,
        claims: dict[str, Any],
        *,
        key: Key | None = None,
        alg: str = "RS256",
        **header: Any,
    ) -> str:
        """A compact JWS."""
        key = key or self.key
        names = {"kid": key.kid} if "kid" not in header and key.kid else {}
        protected = {"alg": alg, **names, **header}
        protected = {n: v for n, v in protected.items() if v is not None}
        return jws.serialize_compact(protected, json.dumps(claims), key, algorithms=[alg])

    def answer_token(self, id_token: str, **more: Any) -> None:
        """Let the token endpoint answer with this id token."""
        body = {"access_token": "at-0123456789", "token_type": "Bearer", **more}
        self.rogue.answer(
            "/token", 200, {"Content-Type": "application/json"}, {**body, "id_token": id_token}
        )


def begin(http: Browser, playground: Playground, issuer: Issuer, **typed: str) -> dict[str, str]:
    """Begin a flow at the issuer; the parameters of its authorization request."""
    page = leave(
        open_form(http, playground).submit("Use this server", profile="other"),
        client_id=CLIENT,
        client_secret=SECRET,
        authorization_endpoint=f"{issuer.url}/authorize",
        token_endpoint=f"{issuer.url}/token",
        issuer=issuer.url,
        jwks_uri=f"{issuer.url}/jwks",
        **typed,
    )
    return dict(parse_qsl(urlsplit(page.location).query))


def come_back(http: Browser, playground: Playground, sent: dict[str, str]) -> Page:
    """Come back with a code."""
    return http.get(f"{playground.url}/playground2/oauth2client?code=c&state={sent['state']}")


def finish(http: Browser, playground: Playground, sent: dict[str, str]) -> Page:
    """Come back with a code and exchange it."""
    return come_back(http, playground, sent).submit("Get Access Token")


def come_back_in_front(
    http: Browser, playground: Playground, issuer: Issuer, response_type: str, **claims: Any
) -> Page:
    """Ask the issuer for an id token through the browser and bring it, with code-1 if asked for."""
    begin(http, playground, issuer, end_session_endpoint=f"{issuer.url}/logout")
    grant = "hybrid" if "code" in response_type else "implicit"
    page = leave(choose_grant(open_form(http, playground), grant), response_type=response_type)
    sent = dict(parse_qsl(urlsplit(page.location).query))
    answer = {"state": sent["state"]}
    if "code" in response_type:
        answer["code"] = "code-1"
        claims["c_hash"] = create_half_hash("code-1", "RS256").decode()
    answer["id_token"] = issuer.sign(issuer.claims(sent["nonce"], **claims))
    return http.post(f"{playground.url}/playground2/oauth2client", answer, cross_site=True)


def published_key(http: Browser, playground: Playground) -> RSAKey:
    """The playground's own public key, to encrypt for."""
    published = http.get(playground.url + "/playground2/jwks").response.json()
    return RSAKey.import_key(next(k for k in published["keys"] if k["use"] == "enc"))


def encrypted(token: str, key: RSAKey) -> str:
    """The token in a JWE for this key."""
    return jwe.encrypt_compact({"alg": "RSA-OAEP", "enc": "A256GCM", "cty": "JWT"}, token, key)
