"""One application, called as gunicorn calls it, so that thousands of hostile requests are quick."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from app import create_app
from playground.settings import Settings
from tests.support.rogue import Rogue

BASE = "http://localhost"
_MARKUP = re.compile(r"<[a-zA-Z/!].{3}", re.DOTALL)


@dataclass
class Hostile:
    """Somebody with a browser's cookies and a tester's fingers."""

    app: Flask
    client: Client
    token_endpoint: str

    def get(self, path: str, **options: object) -> TestResponse:
        """GET anything."""
        return self.client.get(path, base_url=BASE, **options)

    def post(self, path: str, data: object = None, **options: object) -> TestResponse:
        """POST anything."""
        return self.client.post(path, base_url=BASE, data=data, **options)

    def csrf(self) -> str:
        """A good token for this session's forms."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/playground2/").text)
        assert found
        return found[1]

    def flow(self) -> tuple[str, str]:
        """Begin a flow in a new browser: its state, and the address of its pages."""
        self.client = Client(self.app)
        form = {
            "csrf_token": self.csrf(),
            "action": "authorize",
            "grant_type": "authorization_code",
            "client_id": "c",
            "scope": "default",
            "redirect_uri": f"{BASE}/playground2/oauth2client",
            "authorization_endpoint": "http://localhost:1/authorize",
            "token_endpoint": self.token_endpoint,
        }
        sent = self.post("/playground2/oauth2", form)
        assert sent.status_code == 303, sent.text
        state = re.search(r"state=([^&]+)", sent.headers["Location"])
        assert state
        cookies = sent.headers.getlist("Set-Cookie")
        flow = next(c for c in cookies if c.startswith("playground_flow_"))
        return state[1], "/playground2/oauth2client/" + flow[16:].partition("=")[0]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hostile]:
    """An application of this module's own, and a token endpoint that gives a token."""
    server = Rogue()
    server.answer("/token", body={"access_token": "t", "token_type": "Bearer"})
    folder = tmp_path_factory.mktemp("hostile")
    settings = Settings(data_dir=folder, hosts=("localhost",))
    app = create_app(settings)
    yield Hostile(app, Client(app), f"{server.url}/token")
    server.stop()


def harmless(answer: TestResponse, typed: str = "") -> None:
    """No crash of ours, and nothing that was typed is in the page as markup."""
    assert answer.status_code < 500 or answer.status_code in (502, 503, 504), answer.status
    assert "the playground itself made a mistake" not in answer.text.lower()
    if _MARKUP.search(typed) and answer.mimetype == "text/html":
        assert typed not in answer.text
    for value in answer.headers.values():
        assert "\r" not in value
        assert "\n" not in value
