"""The README tells the truth: its settings, commands and files exist as written."""

import re
from dataclasses import fields
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from authserver.settings import from_environment
from playground.flows import MAX_EXCHANGES
from playground.settings import Settings
from playground.web import limits
from playground.wire import attempt

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


class Asked(dict[str, str]):
    """An empty environment that remembers what was looked up in it."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, name: str, default: str | None = None) -> str | None:  # type: ignore[override]
        """Nothing is set; the name is noted."""
        self.names.add(name)
        return default


def rows(first: str) -> dict[str, list[str]]:
    """The table rows whose first cell begins with this, by that cell."""
    lines = [line.strip("| ").split(" | ") for line in README.splitlines() if line.startswith("| ")]
    return {cells[0].strip("`"): cells[1:] for cells in lines if cells[0].startswith(first)}


def written(value: object) -> str:
    """A default as the table writes it."""
    if isinstance(value, tuple):
        value = " ".join(value)
    return f"`{value}`" if value not in (None, "") else "empty"


def test_settings_table_is_true() -> None:
    """Every setting stands in the table with its default and meaning, and no other does."""
    wanted = {
        item.metadata["env"]: [written(item.default), item.metadata["meaning"]]
        for item in fields(Settings)
    }
    found = rows("`PLAYGROUND_") | rows("`REDIS_")
    assert found == wanted


def test_embedded_servers_table_is_true(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every variable that the embedded server reads stands in its table, with its default."""
    monkeypatch.chdir(ROOT)
    environment = Asked()
    settings = from_environment(environment)
    urls = [urlsplit(url) for url in settings.playground]
    ports = " and ".join(sorted({str(url.port) for url in urls}))
    assert len({url.hostname for url in urls}) == 4
    found = {name: cells[0] for name, cells in rows("`AUTHSERVER_").items()}
    assert found == {
        "AUTHSERVER_PORT": written(settings.port),
        "AUTHSERVER_DATA_DIR": written(settings.data_dir),
        "AUTHSERVER_DEPLOYMENT": written(settings.deployment_file),
        "AUTHSERVER_PLAYGROUND": f"the four host names on {ports}",
    }
    assert found.keys() == environment.names


def test_fixed_limits_are_true() -> None:
    """The limits that no setting changes are those of the code."""
    words = " ".join(README.split())
    assert f"{attempt.CONNECT_TIMEOUT:.0f} seconds to connect" in words
    assert f"{attempt.READ_TIMEOUT:.0f} for a silence" in words
    assert f"{MAX_EXCHANGES} exchanges of a flow" in words
    assert f"{limits.MAX_FIELDS} fields, {limits.MAX_BODY // 1024} KB" in words
    assert f"a URL of {limits.MAX_URL:,} bytes" in words


def test_commands_are_true() -> None:
    """Every make target that the README names exists with the words it prints for itself."""
    makefile = (ROOT / "Makefile").read_text()
    targets = dict(re.findall(r"^([a-z]+):.*?## (.+)$", makefile, re.MULTILINE))
    found = {name.removeprefix("make "): cells[0] for name, cells in rows("`make ").items()}
    assert found == {name: words for name, words in targets.items() if name != "help"}


def test_named_files_exist() -> None:
    """Every file and folder that the README names is there."""
    named = re.findall(r"(?:\(|`)([a-z][\w./-]*\.(?:md|toml|py|png|example))(?:\)|`)", README)
    assert len(named) >= 4
    missing = [name for name in named if not (ROOT / name).exists()]
    assert not missing


def test_every_profile_is_named() -> None:
    """Every server that the README says has a profile has one."""
    text = (ROOT / "playground/profiles.toml").read_text()
    titles = re.findall(r'^title = "(.+)"$', text, re.MULTILINE)
    for name in ("Asgardeo", "Keycloak", "Auth0", "Okta", "Entra ID", "Google"):
        assert name in README
        assert any(name in title for title in titles), name
