"""The process around the protocols: metadata, headers, hosts, settings, logs, files."""

import os
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from authserver.deployment import read_deployment
from authserver.settings import ConfigurationError, from_environment
from tests.authserver.conftest import (
    CLIENT_ID,
    CLIENT_SECRET,
    Browser,
    RunningServer,
    run_server,
    text_of,
)
from tests.authserver.test_code_grant import S256, VERIFIER, exchange
from tests.authserver.test_other_grants import PASSWORD
from tests.support.processes import free_port

METADATA = [
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-authorization-server/oauth2/token",
    "/oauth2/token/.well-known/openid-configuration",
    "/oauth2/oidcdiscovery/.well-known/openid-configuration",
    "/oauth2/token/.well-known/oauth-authorization-server",
]


@pytest.mark.parametrize("path", METADATA)
def test_metadata(server: RunningServer, path: str) -> None:
    """The same true document at every address, on any host name."""
    told = server.get(path).json()
    assert told["issuer"] == server.issuer
    assert told["token_endpoint"] == f"{server.url}/oauth2/token"
    assert told["authorization_response_iss_parameter_supported"] is True
    assert "S256" in told["code_challenge_methods_supported"]
    other = requests.get(f"https://127.0.0.1:{server.port}{path}", verify=server.authority)
    assert other.json() == told


PAGES = ["/authenticationendpoint/retry.do", "/devportal", "/nothing", "/static/authserver.css"]


@pytest.mark.parametrize("path", PAGES)
def test_headers(server: RunningServer, path: str) -> None:
    """Every page refuses frames, inline code, sniffing and referrers."""
    headers = server.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:x", "@", ""])
def test_foreign_host_names(server: RunningServer, host: str) -> None:
    """Only this machine's names are answered."""
    for path in ("/", "/devportal", "/.well-known/openid-configuration", "/oauth2/authorize"):
        response = server.get(path, headers={"Host": host})
        assert response.status_code == 400


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "wso2is.local"])
def test_own_host_names(server: RunningServer, host: str) -> None:
    """Each of this machine's names works, with its port."""
    named = {"Host": f"{host}:{server.port}"}
    assert server.get("/.well-known/openid-configuration", headers=named).status_code == 200


@pytest.mark.parametrize("method", ["TRACE", "PUT", "DELETE", "PATCH", "FOO"])
@pytest.mark.parametrize("path", ["/oauth2/token", "/oauth2/authorize", "/devportal/applications"])
def test_other_methods(server: RunningServer, method: str, path: str) -> None:
    """Methods nobody offers are 405 (or 400 from the HTTP server itself)."""
    url = f"{server.url}{path}"
    response = requests.request(method, url, verify=server.authority, allow_redirects=False)
    assert response.status_code in (400, 405)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/oauth2/token", "POST"),
        ("PUT", "/oauth2/introspect", "POST"),
        ("GET", "/oauth2/revoke", "POST"),
        ("GET", "/client-registration/v0.17/register", "POST"),
        ("POST", "/client-registration/v0.17/register/x", "PUT"),
    ],
)
def test_wrong_method_is_told_in_json(
    server: RunningServer, method: str, path: str, allowed: str
) -> None:
    """Clients that expect JSON get it, with the methods that are allowed."""
    url = f"{server.url}{path}"
    response = requests.request(method, url, verify=server.authority, allow_redirects=False)
    assert (response.status_code, response.json()["error"]) == (405, "invalid_request")
    assert allowed in response.headers["Allow"]
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/oauth2/token", "/client-registration/v0.17/register"])
def test_body_that_is_too_large_is_told_in_json(server: RunningServer, path: str) -> None:
    """So does who sends too much."""
    kinds = {"/oauth2/token": "application/x-www-form-urlencoded"}
    headers = {"Content-Type": kinds.get(path, "application/json")}
    response = server.post(path, b"x" * 300_000, headers=headers)
    assert (response.status_code, response.json()["error"]) == (413, "invalid_request")


def test_listens_on_loopback_with_modern_tls_only(server: RunningServer) -> None:
    """No address but loopback answers, and no TLS before 1.2."""
    context = ssl.create_default_context(cafile=server.authority)
    address = ("127.0.0.1", server.port)
    with (
        socket.create_connection(address) as plain,
        context.wrap_socket(plain, server_hostname="wso2is.local") as secure,
    ):
        assert secure.version() in ("TLSv1.2", "TLSv1.3")
        subject = dict(pair for (pair,) in secure.getpeercert()["subject"])
    assert subject["commonName"] == "localhost"
    assert subject["organizationName"].startswith("OAuth 2.0 Playground")
    listening = Path("/proc/net/tcp").read_text().splitlines()
    port = f"{server.port:04X}"
    local = [line.split()[1] for line in listening if line.split()[3] == "0A"]
    assert [entry for entry in local if entry.endswith(f":{port}")] == [f"0100007F:{port}"]


@pytest.mark.parametrize("said", [b"", b"\x16", None])
def test_silent_connections(server: RunningServer, said: bytes | None) -> None:
    """Connections that say nothing, before, in or after the handshake, keep nobody out."""
    context = ssl.create_default_context(cafile=server.authority)
    with ExitStack() as stack:
        for _ in range(80):
            plain = stack.enter_context(socket.create_connection(("127.0.0.1", server.port)))
            if said is None:
                stack.enter_context(context.wrap_socket(plain, server_hostname="localhost"))
            else:
                plain.sendall(said)
        assert server.get("/oauth2/jwks", timeout=30).status_code == 200
    assert "Traceback" not in server.log.read_text()


def test_private_files(server: RunningServer) -> None:
    """Nobody else on this machine can read keys or rows."""
    assert stat.S_IMODE(server.data_dir.stat().st_mode) == 0o700
    for path in server.data_dir.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_folder_that_was_there_stays_as_open_as_it_was(tmp_path: Path) -> None:
    """Only what the server makes is closed to others: the folder may hold other things."""
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o755)
    with run_server(tmp_path) as server:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755
        for path in server.data_dir.iterdir():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_log_holds_no_secret(server: RunningServer, browser: Browser) -> None:
    """After a whole flow the log has its requests, without queries, codes, tokens or secrets."""
    state = "state-that-nobody-else-uses"
    back = browser.approve(state=state, scope="openid", **S256)
    token = exchange(server, back["code"], code_verifier=VERIFIER).json()
    log = server.log.read_text()
    assert '"GET /oauth2/authorize"' in log
    for secret in (state, back["code"], VERIFIER, CLIENT_SECRET, *map(str, token.values())):
        if len(secret) > 10:
            assert secret not in log
    assert "?" not in log


def test_database_holds_no_bearer_value(server: RunningServer, browser: Browser) -> None:
    """Codes and tokens are stored as digests."""
    code = browser.code()
    token = exchange(server, code).json()
    kept = b"".join(path.read_bytes() for path in server.data_dir.glob("authserver.sqlite3*"))
    for value in (code, token["access_token"], token["refresh_token"]):
        assert value.encode() not in kept


def test_everything_survives_a_restart(tmp_path: Path) -> None:
    """Keys, applications, tokens and sign-ins are there after a restart."""
    with run_server(tmp_path) as first:
        authority = (first.data_dir / "ca.pem").read_bytes()
        jwks = first.get("/oauth2/jwks").json()
        token = first.token(grant_type="client_credentials", scope="view_photos").json()
    with run_server(tmp_path) as second:
        assert (second.data_dir / "ca.pem").read_bytes() == authority
        assert second.get("/oauth2/jwks").json() == jwks
        assert first.port != second.port
        told = second.post("/oauth2/introspect", {"token": "x"}, auth=("admin", "admin"))
        assert told.json() == {"active": False}
        assert token["access_token"]


def start(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs the command until it gives up."""
    variables = {**os.environ, "AUTHSERVER_DATA_DIR": str(tmp_path / "data"), **environment}
    command = [sys.executable, "-m", "authserver"]
    return subprocess.run(command, env=variables, capture_output=True, text=True, timeout=60)


def test_bad_setting_stops_the_start(tmp_path: Path) -> None:
    """A wrong value is one sentence and exit status 1."""
    done = start(tmp_path, AUTHSERVER_PORT="high")
    assert done.returncode == 1
    assert done.stderr == (
        "authserver: AUTHSERVER_PORT must be a number from 1 to 65535, not 'high'.\n"
    )


def test_taken_port_stops_the_start(server: RunningServer, tmp_path: Path) -> None:
    """A port somebody else has is named."""
    done = start(tmp_path, AUTHSERVER_PORT=str(server.port))
    assert done.returncode == 1
    assert f"port {server.port} is taken" in done.stderr


def test_a_data_folder_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    """Where a file stands in its place, the sentence says which setting it is about."""
    file = tmp_path / "file"
    file.touch()
    port = str(free_port())
    done = start(tmp_path, AUTHSERVER_PORT=port, AUTHSERVER_DATA_DIR=str(file))
    assert done.returncode == 1
    assert done.stderr.startswith(f"authserver: AUTHSERVER_DATA_DIR is {file}, which")


def test_certificates_for_other_names(tmp_path: Path) -> None:
    """The tls command issues a certificate from the same authority, and keeps a good one."""
    command = [sys.executable, "-m", "authserver.tls", "wso2is.local", "--out", str(tmp_path / "o")]
    variables = {**os.environ, "AUTHSERVER_DATA_DIR": str(tmp_path / "data")}
    for _ in range(2):
        subprocess.run(command, env=variables, check=True, capture_output=True, timeout=60)
        chain = (tmp_path / "o" / "server.pem").read_bytes()
    context = ssl.create_default_context(cafile=str(tmp_path / "data" / "ca.pem"))
    context.load_cert_chain(tmp_path / "o" / "server.pem", tmp_path / "o" / "server.key")
    assert (tmp_path / "o" / "server.pem").read_bytes() == chain


@pytest.mark.parametrize(
    "environment",
    [
        {"AUTHSERVER_PORT": "0"},
        {"AUTHSERVER_PORT": "٣"},
        {"AUTHSERVER_DEPLOYMENT": "/nowhere/deployment.toml"},
        {"AUTHSERVER_PLAYGROUND": "ftp://x"},
        {"AUTHSERVER_PLAYGROUND": "http://x/path"},
        {"AUTHSERVER_PLAYGROUND": "http://[x"},
        {"AUTHSERVER_PLAYGROUND": "http://user:word@x:1"},
    ],
)
def test_bad_settings(environment: dict[str, str]) -> None:
    """Each wrong setting names itself."""
    with pytest.raises(ConfigurationError, match=next(iter(environment))):
        from_environment(environment)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[oauth", "not valid TOML"),
        ("oauth = 1", r"\[oauth\] must be a table"),
        ("[oauth.grant_type.authorization_code]\nenable = 'no'", "must be true or false"),
        ("[oauth.token_validation]\nrefresh_token_validity = '1'", "whole number of seconds"),
        ("[oauth.token_validation]\nrefresh_token_validity = 0", "at least 1 second"),
        ("[oauth.token_validation]\nrefresh_token_validity = true", "whole number of seconds"),
        ("[authentication.endpoints]\nlogin_url = 'login'", "must be a path or URL"),
    ],
)
def test_bad_deployment(tmp_path: Path, text: str, words: str) -> None:
    """A wrong type in deployment.toml is a sentence that names the key."""
    path = tmp_path / "deployment.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=words):
        read_deployment(path)


def test_unknown_deployment_keys_are_named(tmp_path: Path) -> None:
    """Keys of a real WSO2 that mean nothing here are named and ignored."""
    path = tmp_path / "deployment.toml"
    path.write_text(
        '[server]\nhostname = "x"\n[oauth.grant_type.saml2]\nenable = true\n'
        "[oauth.token_renewal]\nrenew_access_token_per_request = false\n"
    )
    warnings = "\n".join(read_deployment(path).warnings)
    assert "server is a setting this stand-in does not know" in warnings
    assert "oauth.grant_type.saml2 is not known here" in warnings
    assert "renew_access_token_per_request is a setting this stand-in does not know" in warnings


def test_default_deployment_file_changes_nothing() -> None:
    """The file in the repository documents the defaults and says nothing else."""
    assert read_deployment(Path("deployment.toml")) == read_deployment(None)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server without rotation."""
    deployment = "[oauth.token_renewal]\nrenew_refresh_token = false\n"
    with run_server(tmp_path_factory.mktemp("kept"), deployment) as running:
        yield running


def test_kept_refresh_token(kept: RunningServer) -> None:
    """`renew_refresh_token = false` keeps the refresh token over a refresh."""
    old = kept.token(**PASSWORD).json()["refresh_token"]
    for _ in range(2):
        new = kept.token(grant_type="refresh_token", refresh_token=old).json()
        assert new["refresh_token"] == old


def test_kept_refresh_token_keeps_its_scope(kept: RunningServer) -> None:
    """A refresh for less changes the access token, not what the refresh token is worth."""
    old = kept.token(**PASSWORD, scope="a b").json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": old}
    assert kept.token(**form, scope="a").json()["scope"] == "a"
    assert kept.token(**form).json()["scope"] == "a b"


def test_kept_refresh_token_used_by_many_at_once(kept: RunningServer) -> None:
    """Where using it again is allowed, using it at the same moment is no theft."""
    old = kept.token(**PASSWORD).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": old}
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: kept.token(**form).status_code, range(24)))
    assert set(statuses) == {200}


def test_kept_refresh_token_is_revoked(kept: RunningServer) -> None:
    """Once revoked it is dead, though it is kept."""
    old = kept.token(**PASSWORD).json()["refresh_token"]
    kept.post("/oauth2/revoke", {"token": old}, auth=(CLIENT_ID, CLIENT_SECRET))
    response = kept.token(grant_type="refresh_token", refresh_token=old)
    assert response.json()["error"] == "invalid_grant"


def test_other_login_page(tmp_path: Path) -> None:
    """`login_url` sends people to another page, whose query leads on to the form here."""
    deployment = (
        '[authentication.endpoints]\nlogin_url = "https://login.example/sign-in?theme=dark"\n'
    )
    with run_server(tmp_path, deployment) as server:
        page = Browser(server).authorize()
        location = page.headers["Location"]
        assert location.startswith("https://login.example/sign-in?theme=dark&sessionDataKey=")
        page = Browser(server).open(f"/authenticationendpoint/login.do?{urlsplit(location).query}")
        assert "To continue to Playground" in text_of(page)


HOSTILE = ["\x00", "%00", "' OR 1=1 --", "<script>", "\ud800", "a" * 5000, "\r\nX: y", "{{7*7}}"]
TARGETS = [
    ("GET", "/oauth2/authorize", "client_id redirect_uri scope prompt sessionDataKey state"),
    ("POST", "/oauth2/authorize", "client_id sessionDataKeyConsent consent csrf_token"),
    ("POST", "/oauth2/token", "grant_type code client_id client_secret client_assertion"),
    ("POST", "/oauth2/revoke", "token token_type_hint client_id"),
    ("POST", "/oauth2/introspect", "token token_type_hint client_id"),
    ("GET", "/authenticationendpoint/login.do", "sessionDataKey authFailure"),
    ("GET", "/authenticationendpoint/oauth2_consent.do", "sessionDataKeyConsent"),
    ("GET", "/authenticationendpoint/oauth2_error.do", "oauthErrorCode sessionDataKey"),
    ("POST", "/commonauth", "sessionDataKey username password"),
    ("POST", "/devportal/applications/create", "name quota"),
]


@pytest.mark.parametrize(("method", "path", "names"), TARGETS)
def test_hostile_input(server: RunningServer, method: str, path: str, names: str) -> None:
    """Nothing anybody sends makes a 5xx or comes back as markup."""
    with requests.Session() as session:
        session.verify, session.trust_env = server.authority, False
        for value in HOSTILE:
            safe = value.encode("utf-8", "surrogatepass")
            sent = dict.fromkeys(names.split(), safe)
            where = {"params": sent} if method == "GET" else {"data": sent}
            response = session.request(
                method, f"{server.url}{path}", allow_redirects=False, **where
            )
            assert response.status_code < 500, (value, response.text)
            if "html" in response.headers["Content-Type"]:
                assert "<script>" not in response.text


@pytest.mark.parametrize("body", [b"\xff\xfe", b"a=b&" * 3000, b"%", b"\x00", b"{" * 300_000])
def test_hostile_bodies(server: RunningServer, body: bytes) -> None:
    """Nor does any body, under any content type."""
    kinds = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/x", ""]
    for kind in kinds:
        response = server.post("/oauth2/token", body, headers={"Content-Type": kind})
        assert 400 <= response.status_code < 500
