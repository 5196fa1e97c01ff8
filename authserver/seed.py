"""What a fresh WSO2 has: the user `admin`; and the tutorial's application, ready to use."""

from typing import Any

from authserver.deployment import GRANT_TYPES
from authserver.settings import Settings
from authserver.store import Store
from authserver.store.clients import PRODUCTION, Application, Client

ADMIN = "admin"
DEMO_APPLICATION = "Playground"
DEMO_CLIENT_ID = "IZsIi6HDbB5e8VKdZAnUi_fZ3f8a"
DEMO_CLIENT_SECRET = "Gm0bJ6oWV8fC5OQLLlC6jslACW8a"
DEMO_ID = "00000000-0000-0000-0000-0000706c6179"

PROFILE: dict[str, Any] = {
    "name": "Ada Admin",
    "given_name": "Ada",
    "family_name": "Admin",
    "nickname": "ada",
    "preferred_username": "admin",
    "profile": "https://localhost/people/admin",
    "website": "https://localhost/",
    "gender": "female",
    "birthdate": "1985-12-10",
    "zoneinfo": "Europe/London",
    "locale": "en-GB",
    "updated_at": 1700000000,
    "email": "admin@wso2is.local",
    "email_verified": True,
    "phone_number": "+44 20 7946 0958",
    "phone_number_verified": False,
    "address": {
        "formatted": "1 Loopback Lane\nLocalhost 12700\nUnited Kingdom",
        "street_address": "1 Loopback Lane",
        "locality": "Localhost",
        "postal_code": "12700",
        "country": "United Kingdom",
    },
}


def plant(store: Store, settings: Settings) -> None:
    """Adds the user and the application where they are missing; callbacks follow the settings."""
    picture = f"{settings.base_url}/static/admin.svg"
    store.users.add(ADMIN, ADMIN, profile={**PROFILE, "picture": picture}, is_admin=True)
    existing = store.clients.get(DEMO_CLIENT_ID)
    if existing is None:
        store.clients.save(
            Application(
                id=DEMO_ID,
                name=DEMO_APPLICATION,
                owner=ADMIN,
                description="The Import Photos tutorial's application, ready to use.",
            )
        )
    kept = existing.client_metadata if existing else demo_metadata(settings)
    store.clients.save(
        Client(
            client_id=DEMO_CLIENT_ID,
            client_secret=DEMO_CLIENT_SECRET,
            application_id=DEMO_ID,
            key_type=PRODUCTION,
            client_metadata={**kept, **_callbacks(settings, kept)},
        )
    )


def demo_metadata(settings: Settings) -> dict[str, Any]:
    """The demo application's settings, with the names of RFC 7591 §2."""
    local = next((url for url in settings.playground if "//localhost:" in url), None)
    base = local or (settings.playground or ("http://localhost:8080",))[0]
    return {
        "client_name": DEMO_APPLICATION,
        "grant_types": list(GRANT_TYPES),
        "pkce_support_plain": True,
        "backchannel_logout_uri": f"{base}/playground2/bclogout",
        "frontchannel_logout_uri": f"{base}/playground2/fclogout",
        "jwks_uri": f"{base}/playground2/jwks",
    }


def _callbacks(settings: Settings, kept: dict[str, Any]) -> dict[str, list[str]]:
    """The callbacks that the settings name, beside those that somebody added in the portal."""
    named = {
        "redirect_uris": settings.playground_urls("/playground2/oauth2client"),
        "post_logout_redirect_uris": [
            *settings.playground_urls("/playground2/logout/callback"),
            *settings.playground_urls("/playground2/"),
        ],
    }
    return {name: list(dict.fromkeys([*urls, *kept.get(name, [])])) for name, urls in named.items()}
