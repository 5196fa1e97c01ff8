"""One person who walks a flow without a real authorization server in between."""

import re
import secrets
from dataclasses import dataclass, field

import requests
from bs4 import BeautifulSoup

_CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')
_NO_SERVER = (
    "issuer jwks_uri userinfo_endpoint introspection_endpoint revocation_endpoint "
    "end_session_endpoint check_session_iframe resource_endpoint post_logout_redirect_uri"
).split()


def words(answer: requests.Response) -> str:
    """A page's visible text."""
    return " ".join(BeautifulSoup(answer.text, "html.parser").get_text(" ").split())


@dataclass
class Person:
    """A browser as small as possible; `base` may change on the way, as behind a proxy."""

    base: str
    session: requests.Session = field(default_factory=requests.Session)
    code: str = field(default_factory=lambda: f"code-{secrets.token_hex(12)}")
    client_secret: str = field(default_factory=lambda: f"secret-{secrets.token_hex(12)}")
    state: str = ""
    here: str = ""
    csrf: str = ""

    def __post_init__(self) -> None:
        self.session.trust_env = False
        # A connection that idles may be closed by the server just when it is used again.
        self.session.headers["Connection"] = "close"

    def get(self, path: str, **options: object) -> requests.Response:
        """GET a path, without following redirects."""
        return self._noted(self.session.get(self.base + path, **self._given(options)))

    def post(self, path: str, data: object = None, **options: object) -> requests.Response:
        """POST a form with the session's token."""
        form = {"csrf_token": self.csrf, **(data or {})}  # type: ignore[dict-item]
        return self._noted(self.session.post(self.base + path, data=form, **self._given(options)))

    def begin(self, token_endpoint: str, **fields: str) -> requests.Response:
        """Fill in the form and Authorize; keeps the state of the request."""
        self.get("/playground2/oauth2")
        form = {
            **dict.fromkeys(_NO_SERVER, ""),
            "action": "authorize",
            "grant_type": "authorization_code",
            "client_id": "person",
            "client_secret": self.client_secret,
            "scope": "default",
            "redirect_uri": f"{self.base}/playground2/oauth2client",
            "authorization_endpoint": "http://localhost:1/authorize",
            "token_endpoint": token_endpoint,
            **fields,
        }
        sent = self.post("/playground2/oauth2", form)
        found = re.search(r"[?&]state=([^&]+)", sent.headers.get("Location", ""))
        self.state = found[1] if found else ""
        return sent

    def arrive(self) -> requests.Response:
        """Come back with the code; keeps the address of the flow's page."""
        answer = self.get(f"/playground2/oauth2client?code={self.code}&state={self.state}")
        self.here = answer.headers.get("Location", self.here)
        return answer

    def exchange(self, attempt: int = 0) -> requests.Response:
        """Press Get Access Token, and see the page that it leads to."""
        sent = self.post(f"{self.here}/token", {"attempt": str(attempt)})
        return self.get(sent.headers["Location"]) if sent.status_code == 303 else sent

    def ready(self, token_endpoint: str) -> "Person":
        """Go as far as the page with Get Access Token on it."""
        assert self.begin(token_endpoint).status_code == 303
        assert self.arrive().status_code == 303
        assert self.get(self.here).status_code == 200
        return self

    def _given(self, options: dict[str, object]) -> dict[str, object]:
        return {"allow_redirects": False, "timeout": 120, **options}

    def _noted(self, answer: requests.Response) -> requests.Response:
        if found := _CSRF.search(answer.text):
            self.csrf = found[1]
        return answer
