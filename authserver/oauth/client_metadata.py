"""What a client says of itself: its shape, its meaning, its defaults (RFC 7591 §2)."""

from typing import Any

from authlib.oauth2.claims import BaseClaims
from authlib.oauth2.rfc7591 import ClientMetadataClaims
from authlib.oidc.registration import ClientMetadataClaims as OpenIDClaims

from authserver.oauth.errors import Refused
from authserver.oauth.registration_rules import (
    CALLBACK_NEEDED,
    MAX_NAME,
    URL_LISTS,
    WEB_URLS,
    is_callback,
    problems_with,
)
from authserver.oauth.scopes import is_well_formed
from authserver.store.clients import grants_behind

DEFAULT_NAME = "Registered application"
MAX_TEXT = 2000
HONOURED = (
    "application_type",
    "subject_type",
    "id_token_signed_response_alg",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_signed_response_alg",
)
LISTS = (
    "grant_types",
    "response_types",
    "contacts",
    "request_uris",
    "default_acr_values",
    *URL_LISTS,
)
OBJECTS = ("jwks",)
FLAGS = (
    "require_auth_time",
    "backchannel_logout_session_required",
    "frontchannel_logout_session_required",
)
NUMBERS = ("default_max_age",)
TEXTS = tuple(
    dict.fromkeys(
        name
        for name in (
            "client_id",
            "client_secret",
            *ClientMetadataClaims.REGISTERED_CLAIMS,
            *OpenIDClaims.REGISTERED_CLAIMS,
            *WEB_URLS,
        )
        if name not in (*LISTS, *OBJECTS, *FLAGS, *NUMBERS)
    )
)
KNOWN = (*LISTS, *OBJECTS, *FLAGS, *NUMBERS, *TEXTS)


class LogoutClaims(BaseClaims):
    """Where a client wants to hear of logouts, and where people go after one."""

    REGISTERED_CLAIMS = (
        "post_logout_redirect_uris",
        "backchannel_logout_uri",
        "frontchannel_logout_uri",
    )


class HonouredClaims(OpenIDClaims):
    """What of OpenID Connect's client metadata means something here."""

    REGISTERED_CLAIMS = HONOURED


CLAIMS = [ClientMetadataClaims, HonouredClaims, LogoutClaims]


def read_metadata(sent: Any) -> dict[str, Any]:
    """The known members with the defaults of RFC 7591 §2; the others are ignored, as §2 says."""
    check_shape(sent)
    known = {name: value for name, value in sent.items() if name in KNOWN}
    defaults = {
        "grant_types": ["authorization_code"],
        "response_types": ["code"] if "redirect_uris" in known else [],
    }
    name = known.get("client_name", "").strip() or DEFAULT_NAME
    metadata = {**defaults, **known, "client_name": name}
    _check_meaning(metadata)
    return metadata


def check_shape(metadata: Any) -> None:
    """Refuses what is no object with the types of RFC 7591 §2 and OIDC Registration §2."""
    if not isinstance(metadata, dict) or not metadata:
        words = "The request must be a JSON object, sent as application/json."
        raise Refused("invalid_client_metadata", words)
    for names, fits, kind in SHAPES:
        for name in names:
            if name in metadata and not fits(metadata[name]):
                raise Refused("invalid_client_metadata", f"{name} must be {kind}.")
    if not all(is_callback(url) for url in metadata.get("redirect_uris", [])):
        raise Refused("invalid_redirect_uri", "A redirect URI is not an absolute URL.")


def _check_meaning(metadata: dict[str, Any]) -> None:
    """Refuses what the portal would refuse as well, and response types without their grants."""
    problems = problems_with(metadata)
    if problems:
        missing = CALLBACK_NEEDED in problems
        error = "invalid_redirect_uri" if missing else "invalid_client_metadata"
        raise Refused(error, problems[0])
    if len(metadata["client_name"]) > MAX_NAME:
        words = f"client_name can have up to {MAX_NAME} characters."
        raise Refused("invalid_client_metadata", words)
    if metadata.get("scope") and not is_well_formed(metadata["scope"]):
        raise Refused("invalid_client_metadata", "scope must be a list of scopes.")
    for kind in metadata["response_types"]:
        for grant in grants_behind(kind):
            if grant not in metadata["grant_types"]:
                words = f"The response type {kind} needs the grant {grant}."
                raise Refused("invalid_client_metadata", words)
    keyed = metadata.get("jwks") or metadata.get("jwks_uri")
    if metadata.get("token_endpoint_auth_method") == "private_key_jwt" and not keyed:
        raise Refused("invalid_client_metadata", "private_key_jwt needs jwks or jwks_uri.")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT and value.isprintable()


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 50 and all(_is_text(item) for item in value)


def _is_object(value: Any) -> bool:
    return isinstance(value, dict)


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


SHAPES = (
    (LISTS, _is_list_of_texts, "a list of texts"),
    (TEXTS, _is_text, "a text"),
    (OBJECTS, _is_object, "an object"),
    (FLAGS, _is_flag, "true or false"),
    (NUMBERS, _is_number, "a number"),
)
