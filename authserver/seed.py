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

DEMO_METADATA: dict[str, Any] = {
    "client_name": DEMO_APPLICATION,
    "grant_types": list(GRANT_TYPES),
    "pkce_support_plain": True,
}
LISTS = {
    "redirect_uris": ("/playground2/oauth2client",),
    "post_logout_redirect_uris": ("/playground2/logout/callback", "/playground2/"),
}
SINGLE = {
    "backchannel_logout_uri": "/playground2/bclogout",
    "frontchannel_logout_uri": "/playground2/fclogout",
    "jwks_uri": "/playground2/jwks",
}


def plant(store: Store, settings: Settings) -> None:
    """Adds the user and the application where they are missing; their URLs follow the settings."""
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
    kept = existing.client_metadata if existing else DEMO_METADATA
    store.clients.save(
        Client(
            client_id=DEMO_CLIENT_ID,
            client_secret=DEMO_CLIENT_SECRET,
            application_id=DEMO_ID,
            key_type=PRODUCTION,
            client_metadata={**kept, **_urls(settings, kept)},
        )
    )


def _urls(settings: Settings, kept: dict[str, Any]) -> dict[str, Any]:
    """The URLs of the settings in the place of those planted before; `planted` names them.

    What somebody registered in the portal beside them, or instead of them, stays.
    """
    before = kept.get("planted", {})
    own = {
        name: [url for url in kept.get(name, []) if url not in before.get(name, [])]
        for name in LISTS
    }
    lists = {
        name: [url for path in paths for url in settings.playground_urls(path)]
        for name, paths in LISTS.items()
    }
    single = {
        name: f"{settings.playground_home}{path}"
        for name, path in SINGLE.items()
        if kept.get(name) == before.get(name)
    }
    added = {name: [url for url in urls if url not in own[name]] for name, urls in lists.items()}
    merged = {name: [*urls, *own[name]] for name, urls in added.items()}
    return {**merged, **single, "planted": {**before, **added, **single}}
