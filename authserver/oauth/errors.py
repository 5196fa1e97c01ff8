"""The errors of the token endpoint and its neighbours, in WSO2's words.

OAuth2Error (Authlib)
├── Refused             JSON to a client: error, error_description, status
│   └── ClientRefused   401 with a Basic challenge
└── ...                 Authlib's own, for what WSO2 has no sentence
PageError               explained to the person on a page, never sent to a callback
"""

from dataclasses import dataclass

from authlib.oauth2.base import OAuth2Error, invalid_error_characters

BASIC_CHALLENGE = 'Basic realm="localhost", charset="UTF-8"'

WRONG_SECRET = "Client credentials are invalid."
UNKNOWN_CLIENT = "A valid OAuth client could not be found for client_id: {}"
NO_AUTHENTICATION = "Unsupported client authentication mechanism"
WRONG_CODE = "Invalid authorization code received from token request"
USED_CODE = "Inactive authorization code received from token request"
EXPIRED_CODE = "Expired or Revoked authorization code received from token request"
CALLBACK_MISMATCH = "Callback url mismatch"
NO_VERIFIER = (
    "Empty PKCE code_verifier sent. This authorization code requires a PKCE verification "
    "to obtain an access token."
)
WRONG_VERIFIER = "PKCE validation failed"
GRANT_NOT_TICKED = "The authenticated client is not authorized to use this authorization grant type"
GRANT_UNKNOWN = "Unsupported grant_type value"
REFRESH_UNKNOWN = "Persisted access token data not found"
REFRESH_EXPIRED = "Refresh token is expired."
DENIED = "User denied the consent"
NO_SESSION = "Request with 'prompt=none' but user session does not exist"
NO_CONSENT = "Required consent not found"
INVALID_SCOPE = "Invalid Scope!"
PKCE_MANDATORY = (
    "PKCE is mandatory for this application. PKCE Challenge is not provided or is not upto "
    "RFC 7636 specification."
)
PKCE_PLAIN = "This application does not support plain PKCE code challenge."
LOGOUT_DENIED = "End User denied the logout request"
NOT_OUR_ID_TOKEN = "The id_token_hint is no id token of ours."
PAGE_UNKNOWN_CLIENT = "Cannot find an application associated with the given consumer key : {}"
PAGE_CALLBACK = "Registered callback does not match with the provided url."
PAGE_NO_CALLBACK = "Redirect URI is not present in the authorization request."
PAGE_REPEATED = "The authorization request holds {} more than once."


class Refused(OAuth2Error):
    """An error response (RFC 6749 §5.2); the text is cleaned of characters §5.2 forbids."""

    def __init__(self, error: str, description: str, *, status: int = 400) -> None:
        super().__init__(printable(description), status_code=status, error=error)


class ClientRefused(Refused):
    """The client could not be authenticated: 401 and a challenge, as WSO2 always answers."""

    def __init__(self, description: str) -> None:
        super().__init__("invalid_client", description, status=401)

    def get_headers(self) -> list[tuple[str, str]]:
        return [*super().get_headers(), ("WWW-Authenticate", BASIC_CHALLENGE)]


@dataclass(frozen=True, kw_only=True)
class CallbackMismatch:
    """The callback that came against those that are registered."""

    sent: str
    registered: tuple[str, ...]


class PageError(Exception):
    """What cannot go back to a callback, since there is none to trust (RFC 6749 §4.1.2.1)."""

    def __init__(
        self, code: str, message: str, *, mismatch: CallbackMismatch | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.mismatch = mismatch


def printable(text: str) -> str:
    """The text with what RFC 6749 §5.2 forbids in a description replaced."""
    for character in invalid_error_characters(text):
        text = text.replace(character, "?")
    return text[:500]
