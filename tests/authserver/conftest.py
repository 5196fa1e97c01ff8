"""A real embedded server on a free port, and a browser that reads its pages."""

import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
import requests

from tests.authserver.receiver import Receiver, run_receiver
from tests.support.processes import LEASH, clean_environment, free_port, wait_until

CLIENT_ID = "IZsIi6HDbB5e8VKdZAnUi_fZ3f8a"
CLIENT_SECRET = "Gm0bJ6oWV8fC5OQLLlC6jslACW8a"
CALLBACK = "http://localhost:8080/playground2/oauth2client"


@dataclass(frozen=True, kw_only=True)
class RunningServer:
    """A server that answers, and how to reach it."""

    port: int
    data_dir: Path
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def issuer(self) -> str:
        return f"{self.url}/oauth2/token"

    @property
    def authority(self) -> str:
        return str(self.data_dir / "ca.pem")

    def get(self, path: str, **options: Any) -> requests.Response:
        """A GET without a browser."""
        return requests.get(
            urljoin(self.url, path), verify=self.authority, allow_redirects=False, **options
        )

    def post(self, path: str, data: Any = None, **options: Any) -> requests.Response:
        """A POST without a browser."""
        options = {"verify": self.authority, "allow_redirects": False, **options}
        return requests.post(urljoin(self.url, path), data=data, **options)

    def token(self, *, auth: Any = (CLIENT_ID, CLIENT_SECRET), **form: Any) -> requests.Response:
        """A token request, authenticated as the demo application unless told otherwise."""
        return self.post("/oauth2/token", form, auth=auth)


class _FormParser(HTMLParser):
    """Collects the forms of a page: action, fields, buttons."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._area: str | None = None
        self._select: str | None = None
        self._option = False

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attrs = {name: value or "" for name, value in pairs}
        if tag == "form":
            self.forms.append(Form(action=attrs.get("action", "")))
        if not self.forms:
            return
        fields = self.forms[-1].fields
        if tag == "input" and "name" in attrs and "disabled" not in dict(pairs):
            kind = attrs.get("type", "text")
            if kind != "checkbox" or "checked" in attrs:
                fields.append((attrs["name"], attrs.get("value", "on")))
        if tag == "textarea":
            self._area = attrs["name"]
            fields.append((attrs["name"], ""))
        if tag == "select":
            self._select = attrs["name"]
        if tag == "option" and self._select and "selected" in attrs:
            fields.append((self._select, attrs.get("value", "")))
            self._option = "value" not in attrs

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None
        if tag == "select":
            self._select = None
        if tag == "option":
            self._option = False

    def handle_data(self, data: str) -> None:
        if self._area or self._option:
            name, before = self.forms[-1].fields.pop()
            self.forms[-1].fields.append((name, before + data))


@dataclass(kw_only=True)
class Form:
    """A form as the page holds it."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, **changes: Any) -> list[tuple[str, str]]:
        """Its fields with some replaced; a list replaces with several values, None removes."""
        kept = [pair for pair in self.fields if pair[0] not in changes]
        for name, value in changes.items():
            values = value if isinstance(value, list) else [] if value is None else [value]
            kept += [(name, item) for item in values]
        return kept


class Browser:
    """Follows the embedded server's redirects and stops at everybody else's."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.http = requests.Session()
        self.http.trust_env = False  # REQUESTS_CA_BUNDLE would win over `verify`
        self.http.verify = server.authority
        self.page: requests.Response = requests.Response()

    def open(self, url: str, **options: Any) -> requests.Response:
        """Opens a page, as a click on a link does."""
        return self._follow("GET", urljoin(self.server.url, url), **options)

    def forms(self) -> list[Form]:
        """The forms on the page."""
        parser = _FormParser()
        parser.feed(self.page.text)
        return parser.forms

    def form(self, having: str) -> Form:
        """The form on the page with this field."""
        for found in self.forms():
            if any(name == having for name, _ in found.fields):
                return found
        raise AssertionError(f"no form with {having} on {self.page.url}")

    def submit(self, form: Form, **changes: Any) -> requests.Response:
        """Sends a form of the page."""
        target = urljoin(self.page.url, form.action)
        return self._follow("POST", target, data=form.filled(**changes))

    def sign_in(self, username: str = "admin", password: str = "admin") -> requests.Response:
        """Fills the login page in and selects Sign In."""
        form = self.form("usernameUserInput")
        return self.submit(form, usernameUserInput=username, password=password)

    def choose(self, consent: str) -> requests.Response:
        """Selects a button of the consent page."""
        return self.submit(self.form("sessionDataKeyConsent"), consent=consent)

    def _follow(self, method: str, url: str, **options: Any) -> requests.Response:
        for _ in range(10):
            self.page = self.http.request(method, url, allow_redirects=False, **options)
            location = self.page.headers.get("Location")
            if self.page.status_code not in (302, 303) or location is None:
                return self.page
            url = urljoin(self.page.url, location)
            if not url.startswith(self.server.url):
                return self.page
            method, options = "GET", {}
        raise AssertionError("redirects without end")

    def authorize(self, **parameters: Any) -> requests.Response:
        """Opens an authorization request of the demo application."""
        sent = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": CALLBACK,
            "scope": "openid profile",
            "state": "the-state",
            **parameters,
        }
        kept = {name: value for name, value in sent.items() if value is not None}
        return self.open("/oauth2/authorize", params=kept)

    def approve(self, **parameters: Any) -> dict[str, str]:
        """A whole approval; returns what came back to the callback."""
        self.authorize(**parameters)
        if "login.do" in self.page.url:
            self.sign_in()
        if "sessionDataKeyConsent" in self.page.url:
            self.choose("approve")
        return answer(self.page)

    def code(self, **parameters: Any) -> str:
        """A fresh code."""
        return self.approve(**parameters)["code"]


def answer(page: requests.Response) -> dict[str, str]:
    """The parameters a redirect carries to the callback, in the query or the fragment."""
    parts = urlsplit(page.headers["Location"])
    both = {**parse_qs(parts.query), **parse_qs(parts.fragment)}
    return {name: values[0] for name, values in both.items()}


def text_of(page: requests.Response) -> str:
    """The page's words without its tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def wait_until_expired(server: RunningServer, token: str) -> None:
    """Returns once this access token has ended."""

    def ended() -> bool:
        auth = (CLIENT_ID, CLIENT_SECRET)
        return not server.post("/oauth2/introspect", {"token": token}, auth=auth).json()["active"]

    wait_until(ended, "the access token has ended")


@contextmanager
def run_server(folder: Path, deployment: str = "", **environment: str) -> Iterator[RunningServer]:
    """Starts `python -m authserver` with a data folder of its own, and stops it."""
    (folder / "deployment.toml").write_text(deployment)
    port, log = free_port(), folder / "log.txt"
    variables = {
        **clean_environment(),
        "AUTHSERVER_PORT": str(port),
        "AUTHSERVER_DATA_DIR": str(folder / "data"),
        "AUTHSERVER_DEPLOYMENT": str(folder / "deployment.toml"),
        **environment,
    }
    command = [*LEASH, sys.executable, "-m", "authserver"]
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=variables, stdout=out, stderr=subprocess.STDOUT)
    server = RunningServer(port=port, data_dir=folder / "data", log=log, process=process)
    try:
        wait_until_ready(server)
        yield server
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def wait_until_ready(server: RunningServer) -> None:
    """Returns once the server answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.process.poll() is None, server.log.read_text()
        try:
            server.get("/oauth2/jwks", timeout=5)
        except (requests.RequestException, OSError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"the server did not start: {server.log.read_text()}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The embedded server with its defaults."""
    with run_server(tmp_path_factory.mktemp("authserver")) as running:
        yield running


@pytest.fixture(scope="session")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server where codes and refresh tokens end after a second, access tokens after two."""
    deployment = """
    [oauth.token_validation]
    authorization_code_validity = 1
    user_access_token_validity = 2
    app_access_token_validity = 2
    refresh_token_validity = 1
    """
    with run_server(tmp_path_factory.mktemp("hasty"), deployment) as running:
        yield running


@pytest.fixture
def browser(server: RunningServer) -> Browser:
    """A browser without cookies."""
    return Browser(server)


@pytest.fixture
def signed_in(browser: Browser) -> Browser:
    """A browser in which admin has signed in to the portal."""
    browser.open("/devportal")
    browser.sign_in()
    return browser


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A client's own server."""
    with run_receiver() as running:
        yield running


NewApplication = Callable[..., "PortalApplication"]


@dataclass(frozen=True, kw_only=True)
class PortalApplication:
    """An application made in the portal, with its keys."""

    name: str
    url: str
    client_id: str
    client_secret: str

    @property
    def auth(self) -> tuple[str, str]:
        return self.client_id, self.client_secret


@pytest.fixture
def new_application(signed_in: Browser) -> NewApplication:
    """Makes an application in the portal; keyword arguments are fields of the keys form."""

    def make(**settings: Any) -> PortalApplication:
        name = f"app-{secrets.token_hex(4)}"
        signed_in.open("/devportal/applications/create")
        signed_in.submit(signed_in.form("name"), name=name)
        url = signed_in.page.url
        defaults = {
            "redirect_uris": CALLBACK,
            "grant_types": ["authorization_code", "refresh_token"],
        }
        page = signed_in.submit(signed_in.form("redirect_uris"), **{**defaults, **settings})
        assert page.status_code == 200, text_of(page)
        found = dict(re.findall(r'<input id="(consumer-\w+)" value="([^"]+)"', page.text))
        return PortalApplication(
            name=name,
            url=url,
            client_id=found["consumer-key"],
            client_secret=found["consumer-secret"],
        )

    return make
