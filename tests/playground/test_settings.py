"""The settings: typed, checked at start, each mistake one sentence that names it."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest
import requests

from playground.profiles import load
from playground.settings import Settings, SettingsError
from playground.wire.gate import PATIENCE
from tests.support.apps import Playground, answers
from tests.support.processes import (
    ROOT,
    Process,
    clean_environment,
    free_port,
    listens,
    python,
    stopping,
)

MUNICH, BIG_BANK = "xn--mnchen-3ya.de", "xn--grobank-2va.de"
README = str(ROOT / "README.md")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PLAYGROUND_PORT", "many", "PLAYGROUND_PORT"),
        ("PLAYGROUND_PORT", "70000", "from 1 to 65535"),
        ("PLAYGROUND_SESSION_HOURS", "0", "from 1 to 720"),
        ("PLAYGROUND_DEADLINE", "60", "from 1 to 29"),
        ("PLAYGROUND_EMBEDDED", "localhost:9443", "http or https URL"),
        ("PLAYGROUND_GATEWAY", "ftp://x", "http or https URL"),
        ("PLAYGROUND_EMBEDDED", "http://[", "http or https URL"),
        ("PLAYGROUND_EMBEDDED", "https://localhost:99999", "from 1 to 65535"),
        ("PLAYGROUND_GATEWAY", "http://[x", "http or https URL"),
        ("PLAYGROUND_GATEWAY", "http://localhost:0", "from 1 to 65535"),
        ("PLAYGROUND_PROFILES", "/nowhere.toml", "which is no file"),
        ("PLAYGROUND_MAX_FLOWS", "1000", "from 1 to 64"),
        ("PLAYGROUND_ALLOWED_SERVERS", "a.example https://b.example", "'https://b.example'"),
        ("PLAYGROUND_ALLOWED_SERVERS", "a.example/", "no URLs"),
        ("PLAYGROUND_ALLOWED_SERVERS", "a.example,b.example", "'a.example,b.example'"),
        ("PLAYGROUND_ALLOWED_SERVERS", "host:99999999", "from 1 to 65535"),
        ("PLAYGROUND_ALLOWED_SERVERS", "host:0", "from 1 to 65535"),
        ("PLAYGROUND_ALLOWED_SERVERS", "*.example.com", "'*.example.com'"),
        ("PLAYGROUND_ALLOWED_SERVERS", "u@a.example", "'u@a.example'"),
        ("PLAYGROUND_HOSTS", "https://play.example", "without scheme"),
        ("PLAYGROUND_HOSTS", "a,b", "'a,b'"),
        ("PLAYGROUND_HOSTS", "localhost *", "'*'"),
        ("PLAYGROUND_HOSTS", "localhost:8080", "port"),
        ("PLAYGROUND_EMBEDDED", "https://user@localhost:9443", "without user name"),
        ("PLAYGROUND_EMBEDDED", "https://localhost:9443 x", "http or https URL"),
        ("PLAYGROUND_EMBEDDED", "https://localhost:9443/?a=b", "query"),
        ("PLAYGROUND_EMBEDDED", "https://localhost:9443/#a", "fragment"),
        ("PLAYGROUND_GATEWAY", "https://exa_mple..com", "with a host"),
    ],
)
def test_wrong_value_is_named(name: str, value: str, words: str) -> None:
    """A wrong value raises a sentence with the variable's name and the reason."""
    with pytest.raises(SettingsError, match=name) as caught:
        Settings.from_environment({name: value})
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "used"),
    [
        ("PLAYGROUND_EMBEDDED", "https://localhost:9443/", "https://localhost:9443"),
        ("PLAYGROUND_GATEWAY", "https://h/am//", "https://h/am"),
        ("PLAYGROUND_BIND", "[::1]", "::1"),
        ("PLAYGROUND_HOSTS", "WSO2IS.local ::1 .Play.example", "wso2is.local [::1] .play.example"),
        ("PLAYGROUND_ALLOWED_SERVERS", "IDP.example:443 ::1", "idp.example:443 [::1]"),
        ("PLAYGROUND_ALLOWED_SERVERS", "[0:0::1] [::1]:8443", "[::1] [::1]:8443"),
        ("PLAYGROUND_ALLOWED_SERVERS", "münchen.de großbank.de:1", f"{MUNICH} {BIG_BANK}:1"),
    ],
)
def test_a_name_has_one_spelling(name: str, value: str, used: str) -> None:
    """Small letters, no final slash, IPv6 addresses in brackets, names as they are looked up."""
    settings = Settings.from_environment({name: value})
    (found,) = (getattr(settings, f.name) for f in fields(Settings) if f.metadata["env"] == name)
    assert found == (tuple(used.split()) if isinstance(found, tuple) else used)


@pytest.mark.parametrize(
    ("bind", "private"),
    [
        ("127.0.0.1", True),
        ("127.0.0.2", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.0.2.1", False),
        ("wso2is.local", False),
    ],
)
def test_only_loopback_is_private(bind: str, *, private: bool) -> None:
    """Every address of the machine's own counts, and no name but one."""
    assert Settings.from_environment({"PLAYGROUND_BIND": bind}).private is private


def test_empty_value_counts_as_absent() -> None:
    """An empty variable changes nothing and can turn nothing off."""
    assert Settings.from_environment({"PLAYGROUND_PORT": "", "REDIS_URL": " "}) == Settings()


def last_words(folder: Path, **settings: str) -> str:
    """What gunicorn's last line is when it ends by itself: no stack trace, and no worker either."""
    server = Playground(folder, **settings)
    with stopping(server):
        server.launch()
        assert server.wait() == 1
    assert "Traceback" not in server.log()
    assert "Booting worker" not in server.log()
    return server.log().splitlines()[-1]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"PLAYGROUND_DEADLINE": "600"}, "PLAYGROUND_DEADLINE is 600"),
        ({"REDIS_URL": "foo"}, "REDIS_URL is no URL"),
        ({"REDIS_URL": "redis://localhost:abc"}, "REDIS_URL is no URL"),
        ({"REDIS_URL": "redis://localhost?nonsense=x"}, "REDIS_URL is no URL"),
        ({"REDIS_URL": "redis://localhost/abc"}, "REDIS_URL is no URL"),
        ({"REDIS_URL": "rediss://h/0?ssl_ca_certs=/nope"}, "REDIS_URL has ssl_ca_certs=/nope"),
        ({"PLAYGROUND_DATA_DIR": "/proc/nope"}, "PLAYGROUND_DATA_DIR is /proc/nope"),
        ({"PLAYGROUND_BIND": "192.0.2.1"}, "PLAYGROUND_BIND is '192.0.2.1'"),
        ({"PLAYGROUND_CERTFILE": README, "PLAYGROUND_KEYFILE": README}, "PLAYGROUND_CERTFILE and"),
        ({"PLAYGROUND_CA_FILE": README}, f"PLAYGROUND_CA_FILE names {README}"),
        ({"PLAYGROUND_CA_FILE": "/etc"}, "PLAYGROUND_CA_FILE names /etc"),
        ({"REQUESTS_CA_BUNDLE": "/nowhere.pem"}, "REQUESTS_CA_BUNDLE names /nowhere.pem"),
    ],
)
def test_wrong_setting_stops_the_start_with_a_sentence(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    """gunicorn ends at once, also where only this machine can tell that a value is wrong."""
    assert last_words(tmp_path, **settings).startswith(f"The playground cannot start: {words}")


def test_a_wrong_redis_url_is_not_quoted(tmp_path: Path) -> None:
    """A password that was not encoded is in no log, although it looks like a port."""
    assert "secret" not in last_words(tmp_path, REDIS_URL="redis://:secret/1@localhost/0")


@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "unix:{folder}/socket"])
@pytest.mark.parametrize("way", ["option", "environment"])
def test_gunicorns_own_address_stops_the_start(tmp_path: Path, address: str, way: str) -> None:
    """It would open the playground to a network whose policy is that of loopback (CWE-918)."""
    bind = f"--bind={address.format(folder=tmp_path)}"
    env = clean_environment(PLAYGROUND_DATA_DIR=str(tmp_path))
    if way == "environment":
        env["GUNICORN_CMD_ARGS"] = bind
    options = [bind] if way == "option" else []
    command = python("-m", "gunicorn", *options, "app:app")
    ended = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "PLAYGROUND_BIND" in ended.stderr
    assert "Traceback" not in ended.stderr


OTHER_SERVERS = [
    ("gunicorn", "--chdir", str(ROOT), "--bind", "{host}:{port}", "app:app"),
    ("gunicorn", "--config", "{folder}/other.py", "--bind", "{host}:{port}", "app:create_app()"),
    ("flask", "--app", "app", "run", "--host", "{host}", "--port", "{port}"),
]


def elsewhere(
    folder: Path, command: tuple[str, ...], port: int, host: str, **settings: str
) -> Process:
    """The application in a server that does not read gunicorn.conf.py, from another folder."""
    (folder / "other.py").write_text("control_socket_disable = True\n")
    words = [word.format(port=port, folder=folder, host=host) for word in command]
    env = clean_environment(PLAYGROUND_DATA_DIR=str(folder / "data"), **settings)
    return Process("other", python("-m", *words), folder=folder, env=env, cwd=folder)


@pytest.mark.parametrize("command", OTHER_SERVERS)
@pytest.mark.parametrize(("host", "status"), [("0.0.0.0", 503), ("127.0.0.1", 200)])
def test_another_server_is_held_to_loopback(
    tmp_path: Path, command: tuple[str, ...], host: str, status: int
) -> None:
    """By PLAYGROUND_BIND nobody else can reach us, and any server may be called (CWE-918)."""
    port = free_port()
    with stopping(elsewhere(tmp_path, command, port, host)) as server:
        server.start(lambda: listens(port))
        answer = requests.get(f"http://localhost:{port}/playground2", timeout=30)
        assert answer.status_code == status
        assert ("By PLAYGROUND_BIND (127.0.0.1) only this machine" in answer.text) == (
            status == 503
        )


def test_another_server_may_run_it_under_the_strict_policy(tmp_path: Path) -> None:
    """Where the settings say that others may reach it, any server can be the one."""
    port = free_port()
    with stopping(
        elsewhere(tmp_path, OTHER_SERVERS[-1], port, "127.0.0.1", PLAYGROUND_BIND="0.0.0.0")
    ) as server:
        server.start(lambda: answers(f"http://localhost:{port}/playground2"))
        assert '"may_call": []' in server.log()


@pytest.mark.parametrize("deadline", ["1", "29"])
def test_a_page_under_way_may_take_all_its_time(deadline: str) -> None:
    """Before TERM ends it: a token and two key sets, each after waiting for room (or not)."""
    told = subprocess.run(
        python("-m", "gunicorn", "--print-config", "app:app"),
        env=clean_environment(PLAYGROUND_DEADLINE=deadline),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    graceful = re.search(r"^graceful_timeout += (\d+)$", told.stdout, re.MULTILINE)
    assert graceful
    assert int(graceful[1]) > 3 * (PATIENCE + int(deadline))


def test_the_module_itself_says_how_to_start() -> None:
    """`python app.py` is no way to start it, and says so."""
    ended = subprocess.run(
        python("app.py"), cwd=ROOT, env=clean_environment(), capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "make run" in ended.stderr


def test_a_proxy_may_use_a_socket_file(
    start_playground: Callable[..., Playground], tmp_path: Path
) -> None:
    """Behind a proxy the policy is strict anyway, so the file may be where gunicorn puts it."""
    port = free_port()
    also = f"--bind=127.0.0.1:{port} --bind=unix:{tmp_path}/socket"
    start_playground(port=port, PLAYGROUND_PROXIES="1", GUNICORN_CMD_ARGS=also)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("scope = 'x'", "outside a"),
        ("[a]\nclient_secret = 'x'", "client_secret"),
        ("[a]\nclient_sekret = 'x'", "client_sekret"),
        ("[a]\nscope = 5", "scope"),
        ("[a", "cannot be read"),
        ("[x]\nnotes = 5", "notes is a table"),
        ("[x]\n[x.notes]\nsomewhere = 'y'", "notes is a table"),
        ("[x]\nclient_secret = 'y'", "let client_secret_env name"),
        ("[x]\nclient_private_key = 'y'", "'client_private_key', and secrets are never"),
        ("[x]\nid_token_decryption_key = 'y'", "'id_token_decryption_key', and secrets are"),
        ("[x]\npassword = 'y'", "'password', and secrets are never"),
        ("[x]\nprofile = 'y'", "no field of the form"),
        ("[x]\ngrant_type = 'nonsense'", "one of authorization_code, implicit"),
        ("[x]\ncode_challenge_method = true", "one of S256, plain"),
    ],
)
def test_profile_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    """A profile with a secret, an unknown key or a wrong type is refused; a sentence says why."""
    file = tmp_path / "profiles.toml"
    file.write_text(text)
    with pytest.raises(SettingsError, match=words) as caught:
        load(file, embedded="https://localhost:9443")
    assert str(caught.value).startswith(f"PLAYGROUND_PROFILES names {file}: ")


def test_a_secret_that_is_not_there_is_remarked(
    start_playground: Callable[..., Playground], tmp_path: Path
) -> None:
    """A profile works without it too, so it stops nothing; once, in the log, it is said."""
    file = tmp_path / "profiles.toml"
    file.write_text("[a]\nclient_secret_env = 'A_SECRET'\n[b]\nclient_secret_env = 'B_SECRET'\n")
    playground = start_playground(PLAYGROUND_PROFILES=str(file), B_SECRET="set")
    assert playground.log().count("from A_SECRET, which is not set") == 1
    assert "B_SECRET" not in playground.log()


def test_own_profile_wins_and_takes_its_secret_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A profile of one's own replaces a shipped one; its secret is read when it is needed."""
    file = tmp_path / "profiles.toml"
    file.write_text("[embedded]\ntitle = 'Mine'\nclient_secret_env = 'MY_SECRET'\n")
    profile = load(file, embedded="https://localhost:9443")["embedded"]
    assert profile.title == "Mine"
    assert profile.client_secret() == ""
    monkeypatch.setenv("MY_SECRET", "from the environment")
    assert profile.client_secret() == "from the environment"
