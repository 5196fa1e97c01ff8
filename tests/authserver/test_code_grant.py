"""The authorization code grant, from the login page to the photos."""

from tests.authserver.conftest import CALLBACK, Browser, RunningServer, answer


def test_tutorial_walk_from_login_to_photos(server: RunningServer, browser: Browser) -> None:
    """Sign In, Approve Once, code, token, photos."""
    page = browser.authorize(scope="openid view_photos")
    assert "/authenticationendpoint/login.do?sessionDataKey=" in page.url
    assert "stand-in for WSO2, embedded" in page.text
    page = browser.sign_in()
    assert "/authenticationendpoint/oauth2_consent.do?sessionDataKeyConsent=" in page.url
    assert "See your photos" in page.text
    page = browser.choose("approve")
    assert page.headers["Location"].startswith(f"{CALLBACK}?code=")
    back = answer(page)
    assert back["state"] == "the-state"
    assert back["iss"] == server.issuer
    token = server.token(
        grant_type="authorization_code", code=back["code"], redirect_uri=CALLBACK
    ).json()
    assert token["token_type"] == "Bearer"
    assert token["expires_in"] == 3600
    assert token["scope"] == "openid view_photos"
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    album = server.get("/photos/v1/photos", headers=headers).json()
    assert album["owner"] == "admin"
    photo = server.get(album["photos"][0]["href"], headers=headers)
    assert photo.headers["Content-Type"] == "image/jpeg"
    assert len(photo.content) == album["photos"][0]["size"]
