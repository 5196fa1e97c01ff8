"""The two halves of the project as running processes, wired to each other over HTTP."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import requests

from tests.support.processes import Process, clean_environment, free_port, python
from tests.support.trust import Trusted

TUTORIAL_HOSTS = ("wso2is.local", "localhost", "127.0.0.1", "localhost.com")


def answers(url: str, ca_file: Path | None = None) -> bool:
    """Whether a URL can be fetched and is no server error."""
    with requests.Session() as session, contextlib.suppress(OSError):  # also requests' errors
        session.trust_env = False
        verify = str(ca_file) if ca_file else True
        return session.get(url, verify=verify, timeout=5).status_code < 500
    return False


class Embedded(Process):
    """`python -m authserver`, allowing the callbacks of a playground on *playground_port*."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        playground_port: int | None = None,
        deployment_toml: str | None = None,
        **env: str,
    ) -> None:
        self.port = port or free_port()
        self.data_dir = folder / f"authserver-{self.port}"
        self.data_dir.mkdir(parents=True)
        self.url = f"https://localhost:{self.port}"
        self.issuer = f"{self.url}/oauth2/token"
        self.ca_file = self.data_dir / "ca.pem"
        settings = {"AUTHSERVER_PORT": str(self.port), "AUTHSERVER_DATA_DIR": str(self.data_dir)}
        if playground_port:
            bases = (f"http://{host}:{playground_port}" for host in TUTORIAL_HOSTS)
            settings["AUTHSERVER_PLAYGROUND"] = " ".join(bases)
        if deployment_toml is not None:
            file = folder / f"deployment-{self.port}.toml"
            file.write_text(deployment_toml)
            settings["AUTHSERVER_DEPLOYMENT"] = str(file)
        super().__init__(
            f"authserver-{self.port}",
            python("-m", "authserver"),
            folder=folder,
            env=clean_environment(**settings | env),
            cwd=folder,
        )

    def answers(self) -> bool:
        """Whether the server publishes its keys."""
        return answers(f"{self.url}/oauth2/jwks", self.ca_file)


class Playground(Process):
    """`gunicorn app:app`, with an embedded server as its default or with none."""

    def __init__(
        self,
        folder: Path,
        *,
        port: int | None = None,
        embedded: Embedded | None = None,
        **env: str,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://localhost:{self.port}"
        self.data_dir = folder / f"playground-{self.port}"
        settings = {
            "PLAYGROUND_PORT": str(self.port),
            "PLAYGROUND_DATA_DIR": str(self.data_dir),
        }
        if embedded:
            settings["PLAYGROUND_CA_FILE"] = str(embedded.ca_file)
            settings["PLAYGROUND_EMBEDDED"] = settings["PLAYGROUND_GATEWAY"] = embedded.url
        super().__init__(
            f"playground-{self.port}",
            python("-m", "gunicorn", "app:app"),
            folder=folder,
            env=clean_environment(**settings | env),
        )

    def at(self, host: str) -> str:
        """The base URL under another of its host names."""
        return f"http://{host}:{self.port}"

    def answers(self) -> bool:
        """Whether a page comes back."""
        return answers(f"{self.url}/playground2")


@contextlib.contextmanager
def running_embedded(folder: Path, trusted: Trusted, **options: object) -> Iterator[Embedded]:
    """A running embedded server, its authority trusted by the test browsers from now on."""
    server = Embedded(folder, **options)  # type: ignore[arg-type]
    try:
        server.start(server.answers)
        trusted.add(server.ca_file.read_bytes())
        yield server
    finally:
        server.stop()


@contextlib.contextmanager
def running_playground(folder: Path, **options: object) -> Iterator[Playground]:
    """A running playground."""
    server = Playground(folder, **options)  # type: ignore[arg-type]
    try:
        server.start(server.answers)
        yield server
    finally:
        server.stop()
