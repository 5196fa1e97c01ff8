"""The ready application and its user, from one start to the next."""

from pathlib import Path

from tests.authserver.conftest import Browser, RunningServer, run_server

KEYS = "/devportal/applications/00000000-0000-0000-0000-0000706c6179/productionkeys"


def settings_of(server: RunningServer) -> tuple[Browser, dict[str, str]]:
    """The ready application's form, and the fields it is filled with."""
    browser = Browser(server)
    browser.open(KEYS)
    browser.sign_in()
    return browser, dict(browser.form("redirect_uris").fields)


def test_urls_follow_the_playground(tmp_path: Path) -> None:
    """Another port of the playground takes the place of the one before, in every URL."""
    for port in (8080, 8090):
        base = f"http://localhost:{port}"
        with run_server(tmp_path, AUTHSERVER_PLAYGROUND=base) as server:
            fields = settings_of(server)[1]
        assert fields["redirect_uris"] == f"{base}/playground2/oauth2client"
        back = fields["post_logout_redirect_uris"].splitlines()
        assert back == [f"{base}/playground2/logout/callback", f"{base}/playground2/"]
        assert fields["backchannel_logout_uri"] == f"{base}/playground2/bclogout"
        assert fields["frontchannel_logout_uri"] == f"{base}/playground2/fclogout"
        assert fields["jwks_uri"] == f"{base}/playground2/jwks"


def test_what_somebody_registered_stays(tmp_path: Path) -> None:
    """A callback beside ours, a URL instead of ours and one taken away outlive restarts."""
    own = "http://localhost:8090/playground2/oauth2client"
    with run_server(tmp_path, AUTHSERVER_PLAYGROUND="http://localhost:8080") as server:
        browser, fields = settings_of(server)
        page = browser.submit(
            browser.form("redirect_uris"),
            redirect_uris=f"{fields['redirect_uris']}\n{own}",
            backchannel_logout_uri="https://localhost:5000/logout",
            jwks_uri="",
        )
        assert page.status_code == 200
    for port in (8090, 8091):
        base = f"http://localhost:{port}"
        with run_server(tmp_path, AUTHSERVER_PLAYGROUND=base) as server:
            fields = settings_of(server)[1]
        ours = [f"{base}/playground2/oauth2client"] if port != 8090 else []
        assert fields["redirect_uris"].splitlines() == [*ours, own]
        assert fields["backchannel_logout_uri"] == "https://localhost:5000/logout"
        assert fields["jwks_uri"] == ""


def test_picture_follows_the_port(tmp_path: Path) -> None:
    """The picture's URL names the port that answers now."""
    for _ in range(2):
        with run_server(tmp_path) as server:
            form = {"grant_type": "password", "username": "admin", "password": "admin"}
            token = server.token(scope="openid profile", **form).json()["access_token"]
            told = server.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {token}"})
            assert told.json()["picture"] == f"{server.url}/static/admin.svg"
