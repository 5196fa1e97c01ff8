"""What kind of message an exchange is, why it is sent, and where its names are explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from playground.wire.exchange import Exchange

Groups = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """`asks` and `answers` are the words on the diagram's arrows; `why` is for the exchange page.

    Of a message that the server sends through the browser, they are the words on either half.
    `request` and `response` name the glossary's groups for the parameters of each.
    """

    name: str
    why: str
    section: str
    asks: str
    answers: str = "answer"
    request: Groups = ()
    response: Groups = ()


_TOKEN_REQUEST = ("token_request",)
_ABOUT_TOKEN = ("token_question", "token_request")
KINDS = (
    Kind(
        name="request",
        why="The playground cannot ask you for your password, and must not. So it sends your "
        "browser to the server with this request in the address, and waits.",
        section="RFC 6749 §4.1.1",
        asks="authorization request",
        request=("authorization_request",),
    ),
    Kind(
        name="response",
        why="The server has decided, as a rule after asking you. It sent your browser back to the "
        "callback with the result in the message; the playground checks that it belongs to this "
        "flow before it is used.",
        section="RFC 6749 §4.1.2",
        asks="callback",
        request=("authorization_response",),
    ),
    Kind(
        name="token",
        why="Away from the browser, the playground proves to the server who it is and exchanges "
        "what it holds for an access token.",
        section="RFC 6749 §4.1.3",
        asks="token request",
        answers="access token",
        request=_TOKEN_REQUEST,
        response=("token_response", "registration"),
    ),
    Kind(
        name="refresh",
        why="The refresh token fetches a new access token without asking the person again.",
        section="RFC 6749 §6",
        asks="refresh",
        answers="new token",
        request=_TOKEN_REQUEST,
        response=("token_response",),
    ),
    Kind(
        name="keys",
        why="Anybody can write a token. The server's public keys show whether this one is "
        "really the server's. They are kept for ten minutes, so not every flow fetches them.",
        section="OIDC Core §10.1",
        asks="keys, please",
        answers="key set",
        response=("jwk",),
    ),
    Kind(
        name="photos",
        why="The playground calls the API with the token in its header. The API knows neither "
        "you nor your password; the token alone opens it.",
        section="RFC 6750 §2.1",
        asks="Get Photos, token",
        answers="photos",
    ),
    Kind(
        name="picture",
        why="Each picture is fetched with the same token, by the playground, since your browser "
        "does not hold it.",
        section="RFC 6750 §2.1",
        asks="a photo, token",
        answers="picture",
    ),
    Kind(
        name="userinfo",
        why="The token opens the server's own facts about the person.",
        section="OIDC Core §5.3",
        asks="UserInfo, token",
        answers="claims",
        response=("claim",),
    ),
    Kind(
        name="introspection",
        why="The client asks the server what a token is good for right now.",
        section="RFC 7662 §2",
        asks="introspection",
        answers="active",
        request=_ABOUT_TOKEN,
        response=("introspection_response", "claim"),
    ),
    Kind(
        name="revocation",
        why="The client asks the server to make a token invalid before it expires.",
        section="RFC 7009 §2",
        asks="revocation",
        answers="done",
        request=_ABOUT_TOKEN,
        response=("token_response",),
    ),
    Kind(
        name="metadata",
        why="The server describes itself, so that nobody has to copy its endpoints by hand.",
        section="RFC 8414 §3",
        asks="metadata, please",
        answers="metadata",
        response=("metadata",),
    ),
    Kind(
        name="registration",
        why="The playground registers itself as a client of this server.",
        section="RFC 7591 §3",
        asks="registration",
        answers="client id",
        request=("registration",),
        response=("registration",),
    ),
    Kind(
        name="logout",
        why="You signed out here. So the playground sends your browser to the server, to end your "
        "session there too; the id token says whose session that is.",
        section="OIDC RP-Initiated Logout §2",
        asks="logout request",
        request=("logout_request",),
    ),
    Kind(
        name="logout_return",
        why="The server has answered your sign-out and sent your browser back. The state must be "
        "the logout request's, so that nobody else can send you here.",
        section="OIDC RP-Initiated Logout §3",
        asks="redirect: state",
        answers="back: state",
        request=("logout_notice",),
    ),
    Kind(
        name="logout_front",
        why="A page of the server's opened this address of the playground's in a hidden frame, "
        "since the session had ended there. It counts when server and session are this flow's.",
        section="OIDC Front-Channel Logout §2",
        asks="page with our frame",
        answers="iss and sid",
        request=("logout_notice",),
    ),
    Kind(
        name="logout_back",
        why="The server told the playground itself, without your browser, that the session has "
        "ended. The logout token is signed, and the playground checked it before it acted.",
        section="OIDC Back-Channel Logout §2.5",
        asks="logout token",
        answers="signed out",
        request=("logout_notice",),
    ),
    Kind(
        name="resource",
        why="A request to a resource server, with the token in its header.",
        section="RFC 6750 §2.1",
        asks="request, token",
    ),
)
BY_NAME: Mapping[str, Kind] = {kind.name: kind for kind in KINDS}
_BY_PURPOSE = {
    "Authorization request": "request",
    "Authorization response": "response",
    "Token request": "token",
    "Refresh": "refresh",
    "Fetch the server's keys": "keys",
    "Get Photos": "photos",
    "Get a photo": "picture",
    "UserInfo": "userinfo",
    "Is it dead?": "userinfo",
    "Introspection": "introspection",
    "Revocation": "revocation",
    "Protected resource": "resource",
    "Logout request": "logout",
    "Return from logout": "logout_return",
    "Front-channel logout": "logout_front",
    "Back-channel logout": "logout_back",
}
_WORDS = {"metadata": "metadata", "regist": "registration"}


def kind_of(exchange: Exchange) -> Kind:
    """The kind by its purpose; a resource request when the purpose is a new one."""
    name = _BY_PURPOSE.get(exchange.purpose)
    if name is None:
        purpose = exchange.purpose.lower()
        name = next((kind for word, kind in _WORDS.items() if word in purpose), "resource")
    return BY_NAME[name]


def failed(exchange: Exchange) -> bool:
    """Whether the exchange did not do what it was for: no answer, or one that says no."""
    return bool(exchange.error) or exchange.status >= 400


def error_word(exchange: Exchange) -> str:
    """In two or three words why there is no answer; empty when there is one."""
    return _NO_ANSWER.get(exchange.error_kind, "no answer") if exchange.error else ""


_NO_ANSWER = {
    "ServerTooSlow": "too slow",
    "CertificateRefused": "not trusted",
    "OutboundRefused": "not allowed",
    "LimitReached": "too large",
    "TrustUnreadable": "no authorities",
    "ServerMisbehaved": "not HTTP",
    "ServerUnreachable": "no connection",
}
