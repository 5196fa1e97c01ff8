"""What may be registered for a client, in the portal and by dynamic registration alike."""

import json
import re
from typing import Any
from urllib.parse import urlsplit

from authserver.deployment import GRANT_TYPES
from authserver.oauth.client_keys import ENCRYPTION_ALGORITHMS, ENCRYPTION_METHODS, import_keys
from authserver.oauth.errors import Refused

MAX_NAME, MAX_URL, MAX_URLS, MAX_JSON = 70, 2000, 40, 40_000
WEB = ("http", "https")
URL_LISTS = ("redirect_uris", "post_logout_redirect_uris")
WEB_URLS = ("backchannel_logout_uri", "frontchannel_logout_uri", "jwks_uri")
SECONDS = {
    "application_access_token_expiry": "Application Access Token Expiry Time",
    "user_access_token_expiry": "User Access Token Expiry Time",
    "refresh_token_expiry": "Refresh Token Expiry Time",
    "id_token_expiry": "Id Token Expiry Time",
}
BOXES = ("pkce_mandatory", "pkce_support_plain", "public_client")
CHOICES = {
    "id_token_encrypted_response_alg": ENCRYPTION_ALGORITHMS,
    "id_token_encrypted_response_enc": ENCRYPTION_METHODS,
    "userinfo_signed_response_alg": ("RS256",),
}
CALLBACK_NEEDED = "Enter a callback URL to be able to select Code or Implicit."
BROWSER_GRANTS = {"authorization_code": "Code", "implicit": "Implicit"}
_PRIVATE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def problems_with(metadata: dict[str, Any]) -> list[str]:
    """A sentence for everything that cannot be registered so; none when all is well."""
    found = [*_bad_urls(metadata), *_bad_grants(metadata), *_bad_keys(metadata)]
    for name, label in SECONDS.items():
        value = metadata.get(name)
        if value is not None and not 1 <= value <= 31_536_000:
            found.append(f"{label} must be from 1 second to a year.")
    for name, allowed in CHOICES.items():
        if metadata.get(name) and metadata[name] not in allowed:
            found.append(f"{name} must be one of {', '.join(allowed)}.")
    return found


def is_callback(url: str) -> bool:
    """An absolute URL without fragment; web, or a private-use scheme (RFC 8252 §7.1)."""
    parts = _split(url)
    if parts is None or "#" in url:
        return False
    return parts.scheme in WEB or _PRIVATE_SCHEME.fullmatch(parts.scheme) is not None


def is_web_url(url: str) -> bool:
    """An absolute http or https URL without fragment."""
    parts = _split(url)
    return parts is not None and parts.scheme in WEB and "#" not in url


def _split(url: str) -> Any:
    try:
        parts = urlsplit(url)
        usable = parts.scheme not in WEB or (parts.hostname and parts.port != 0)
    except ValueError:
        return None
    printable = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\^`{|}')
    plain = not set(parts.netloc) & set("@;,")  # the last two end a source in our CSP
    return parts if usable and printable and plain and len(url) <= MAX_URL else None


def _bad_urls(metadata: dict[str, Any]) -> list[str]:
    found = []
    for name in URL_LISTS:
        urls = metadata.get(name) or []
        found += [f"{url[:200]} is not an absolute URL." for url in urls if not is_callback(url)]
        if len(urls) > MAX_URLS:
            found.append(f"No more than {MAX_URLS} URLs can be registered.")
    for name in WEB_URLS:
        if metadata.get(name) and not is_web_url(metadata[name]):
            found.append(f"{metadata[name][:200]} is not an http or https URL.")
    return found


def _bad_grants(metadata: dict[str, Any]) -> list[str]:
    grants = metadata.get("grant_types") or []
    unknown = [grant for grant in grants if grant not in GRANT_TYPES]
    found = [f"The grant {grant[:50]} does not exist here." for grant in unknown]
    if set(grants) & set(BROWSER_GRANTS) and not metadata.get("redirect_uris"):
        found.append(CALLBACK_NEEDED)
    return found


def _bad_keys(metadata: dict[str, Any]) -> list[str]:
    if metadata.get("jwks") and metadata.get("jwks_uri"):
        return ["Give the JWKS or the address it is published at, not both."]
    if metadata.get("jwks") is not None:
        try:
            import_keys(metadata["jwks"])
        except Refused:
            return ["The JWKS cannot be read: paste a JSON object with a list named keys."]
    encrypted = metadata.get("id_token_encrypted_response_alg")
    if encrypted and not (metadata.get("jwks") or metadata.get("jwks_uri")):
        return ["Encrypted id tokens need the application's JWKS."]
    return []


def read_jwks(text: str) -> Any:
    """The pasted JWKS as an object; something unusable stays for `problems_with` to name."""
    return (read_json(text) or {"keys": None}) if text.strip() else None


def read_json(text: str | bytes) -> Any:
    """What somebody sent as JSON; None when it is none."""
    try:
        return json.loads(text) if len(text) <= MAX_JSON else None
    except (ValueError, RecursionError):
        return None
