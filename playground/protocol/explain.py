"""Error codes in words: what a colleague would say, and what to do about it."""

from __future__ import annotations

Explained = tuple[str, tuple[str, ...]]

_FORM = "Change it in the form and authorize again; everything else is still filled in."
_SILENT = (
    "With prompt=none it may not ask: set Prompt to “the server decides” and authorize again.",
)
_AUTHORIZATION: dict[str, Explained] = {
    "access_denied": (
        "Access was denied: the person said no, or the server's policy did.",
        ("If that was you: authorize again and choose Approve.",),
    ),
    "invalid_request": ("The server says the authorization request is malformed.", (_FORM,)),
    "unauthorized_client": (
        "This application may not use this grant type.",
        ("Tick the grant type in the application's settings at the server.",),
    ),
    "unsupported_response_type": (
        "The server does not offer this response type; the grant may be switched off.",
        (
            "With WSO2, look for these lines in <APIM_HOME>/repository/conf/deployment.toml: "
            "[oauth.grant_type.authorization_code] enable = false",
        ),
    ),
    "request_not_supported": ("The server takes no request objects.", (_FORM,)),
    "request_uri_not_supported": ("The server takes no request objects by reference.", (_FORM,)),
    "registration_not_supported": ("The server takes no registration parameter.", (_FORM,)),
    "unmet_authentication_requirements": (
        "The person cannot sign in in the way that ACR values asks for.",
        (_FORM,),
    ),
    "invalid_scope": ("The server does not know a scope you asked for, or refuses it.", (_FORM,)),
    "server_error": ("The server broke while it worked on the request.", ("Look at its log.",)),
    "temporarily_unavailable": ("The server is too busy just now.", ("Try again shortly.",)),
    "login_required": ("Nobody is signed in at the server.", _SILENT),
    "consent_required": ("The person has not approved this application yet.", _SILENT),
    "interaction_required": ("The server needs to show a page to the person.", _SILENT),
    "account_selection_required": ("The person must choose an account.", _SILENT),
}
_GIVEN_UP = (
    "The sign-in took too long, and the server gave it up.",
    ("Authorize again, and sign in without waiting.",),
)
_TOKEN: dict[str, Explained] = {
    "invalid_client": (
        "The server does not accept this client's credentials.",
        (
            "Compare client id and client secret with the server's, character for character.",
            "The client authentication method may be another one than the server expects.",
        ),
    ),
    "invalid_grant": ("The server does not accept what was exchanged for a token.", ()),
    "invalid_request": ("The server says the token request is malformed.", ()),
    "unauthorized_client": (
        "This application may not use this grant type.",
        ("Tick the grant type in the application's settings at the server.",),
    ),
    "unsupported_grant_type": (
        "The server does not offer this grant type; it may be switched off.",
        ("With WSO2, see [oauth.grant_type.…] in deployment.toml.",),
    ),
    "invalid_scope": ("The server does not know a scope you asked for, or refuses it.", ()),
}
_GRANTS: dict[str, Explained] = {
    "authorization_code": (
        "The server does not accept the code, or what was sent with it.",
        (
            "A code works once and for a few minutes only.",
            "The callback URL must be the one of the authorization request, to the character.",
            "With PKCE the verifier must be the one that this flow began with.",
        ),
    ),
    "refresh_token": (
        "The server does not accept the refresh token.",
        ("It may have expired, been revoked or been used: authorize again for a new one.",),
    ),
    "password": (
        "The server does not accept the user name and the password.",
        ("Compare both; the account may also be locked.",),
    ),
    "client_credentials": (
        "The server does not give this client a token of its own.",
        ("Let the application use client credentials, at the server.",),
    ),
}
_RESOURCE: dict[str, Explained] = {
    "invalid_token": (
        "The resource server does not accept this token: expired, revoked or not its own.",
        ("Get a new token.",),
    ),
    "insufficient_scope": (
        "The token is genuine, but it does not reach this far: a scope is missing.",
        ("Ask for the scope in the form and authorize again.",),
    ),
    "invalid_request": ("The resource server says the request is malformed.", ()),
}


def authorization_error(error: str, description: str) -> Explained:
    """RFC 6749 §4.1.2.1 and OIDC Core §3.1.2.6, in words."""
    if "authentication_expired" in description:
        return _GIVEN_UP
    disabled = "grant" in description.lower() and error == "unauthorized_client"
    if disabled:
        sentence, advice = _AUTHORIZATION["unauthorized_client"]
        return sentence, advice + _AUTHORIZATION["unsupported_response_type"][1]
    return _AUTHORIZATION.get(error, (f"The server answered with the error “{error}”.", ()))


def token_error(error: str, *, status: int, grant_type: str = "") -> Explained:
    """RFC 6749 §5.2, in words; Keycloak and Auth0 have codes of their own for 401."""
    if error == "invalid_grant" and grant_type in _GRANTS:
        return _GRANTS[grant_type]
    if status == 401 and error in ("unauthorized_client", "access_denied"):
        error = "invalid_client"
    return _TOKEN.get(error, (f"The token endpoint answered with the error “{error}”.", ()))


def resource_error(error: str, status: int) -> Explained:
    """RFC 6750 §3.1, in words; `error` is empty where the challenge names none."""
    if error in _RESOURCE:
        return _RESOURCE[error]
    if status == 401:
        return ("The resource server wants a token and got none it knows.", ())
    if status == 403:
        return ("The resource server knows the token and still refuses.", ())
    return (f"The resource server answered with status {status}.", ())
