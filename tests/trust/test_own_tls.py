"""The playground over TLS: secure cookies, one authority, and a sentence when it cannot be."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.playground.walking import approve, leave, open_form, sign_in
from tests.support.apps import Embedded, Playground, answers
from tests.support.browser import Browser
from tests.support.processes import ROOT, clean_environment, free_port, stopping


class TlsPlayground(Playground):
    """The playground with a certificate for its tutorial names."""

    def __init__(self, folder: Path, ca_file: Path, **options: object) -> None:
        super().__init__(folder, **options)  # type: ignore[arg-type]
        self.url = f"https://localhost:{self.port}"
        self.ca_file = ca_file

    def at(self, host: str) -> str:
        """The base URL under another of its host names."""
        return f"https://{host}:{self.port}"

    def answers(self) -> bool:
        """Whether a page comes back over verified TLS."""
        return answers(f"{self.url}/playground2", self.ca_file)


def issue(folder: Path, data_dir: Path) -> dict[str, str]:
    """A certificate from the embedded server's authority, as `make run TLS=1` gets it."""
    command = ["-m", "authserver.tls", "localhost", "wso2is.local", "127.0.0.1"]
    env = clean_environment(AUTHSERVER_DATA_DIR=str(data_dir))
    subprocess.run([sys.executable, *command, "--out", str(folder)], env=env, check=True)
    return {
        "PLAYGROUND_CERTFILE": str(folder / "server.pem"),
        "PLAYGROUND_KEYFILE": str(folder / "server.key"),
    }


@pytest.fixture
def over_tls(
    run_dir: Path, tmp_path: Path, start_embedded: Callable[..., Embedded]
) -> Iterator[TlsPlayground]:
    """A playground on https, and an embedded server that knows its addresses."""
    port = free_port()
    bases = " ".join(f"https://{host}:{port}" for host in ("localhost", "wso2is.local"))
    embedded = start_embedded(AUTHSERVER_PLAYGROUND=bases)
    files = issue(tmp_path, embedded.data_dir)
    server = TlsPlayground(run_dir, embedded.ca_file, port=port, embedded=embedded, **files)
    with stopping(server):
        server.start(server.answers)
        yield server


@pytest.mark.parametrize("host", ["localhost", "wso2is.local"])
def test_a_flow_over_https_has_secure_cookies_only(
    over_tls: TlsPlayground, http: Browser, host: str
) -> None:
    """The tutorial works under https://wso2is.local; every cookie of ours is Secure, no HSTS."""
    form = open_form(http, over_tls, host)
    assert "Strict-Transport-Security" not in form.headers
    page = approve(sign_in(leave(form).follow())).submit("Get Access Token")
    assert page.heading == "You received the access token"
    ours = [c for name, c in http.cookies(host).items() if name.startswith("playground_")]
    assert len(ours) == 2
    assert all(cookie.secure for cookie in ours)


def test_over_http_cookies_work_without_secure(http: Browser, playground: Playground) -> None:
    """On the tutorial's http address the cookies must not be Secure, or they would be lost."""
    leave(open_form(http, playground))
    ours = http.cookies("localhost")
    assert "playground_session" in ours
    assert not any(c.secure for name, c in ours.items() if name.startswith("playground_"))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PLAYGROUND_CERTFILE": "{file}"}, "belong together"),
        ({"PLAYGROUND_KEYFILE": "{file}"}, "belong together"),
        ({"PLAYGROUND_CERTFILE": "/no/such", "PLAYGROUND_KEYFILE": "{file}"}, "which is no file"),
    ],
)
def test_half_a_certificate_stops_the_start(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    """A sentence says which setting is wrong; plain http is no fallback."""
    file = tmp_path / "some.pem"
    file.write_text("")
    given = {name: text.format(file=file) for name, text in settings.items()}
    env = clean_environment(
        PLAYGROUND_PORT=str(free_port()), PLAYGROUND_DATA_DIR=str(tmp_path / "data"), **given
    )
    command = [sys.executable, "-m", "gunicorn", "app:app"]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert words in done.stdout + done.stderr


def test_one_command_makes_browsers_trust_the_authority(tmp_path: Path) -> None:
    """`make trust` fills Chromium's store and every Firefox profile; `make distrust` empties it."""
    firefox = tmp_path / ".mozilla" / "firefox" / "abc.default"
    firefox.mkdir(parents=True)
    new = ["certutil", "-N", "--empty-password", "-d", f"sql:{firefox}"]
    subprocess.run(new, check=True, capture_output=True)
    env = clean_environment(
        HOME=str(tmp_path), AUTHSERVER_DATA_DIR=str(tmp_path / "as"), PATH=os.environ["PATH"]
    )

    def run(*options: str) -> str:
        command = [sys.executable, str(ROOT / "scripts" / "trust.py"), "--browsers", *options]
        return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout

    def known(folder: Path) -> str:
        command = ["certutil", "-L", "-d", f"sql:{folder}"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    said = run()
    chromium = tmp_path / ".pki" / "nssdb"
    assert str(tmp_path / "as" / "ca.pem") in said
    assert "make distrust" in said
    assert all("OAuth 2.0 Playground" in known(folder) for folder in (chromium, firefox))
    run("--remove")
    assert not any("OAuth 2.0 Playground" in known(folder) for folder in (chromium, firefox))
