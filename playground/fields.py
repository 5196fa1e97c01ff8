"""The form's fields: label, help, the parameter each one becomes, and who needs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

CODE, IMPLICIT, HYBRID = "authorization_code", "implicit", "hybrid"
CLIENT_CREDENTIALS, PASSWORD = "client_credentials", "password"
REDIRECTING = (CODE, IMPLICIT, HYBRID)
EXCHANGING = (CODE, HYBRID, CLIENT_CREDENTIALS, PASSWORD)
ALL = (*REDIRECTING, CLIENT_CREDENTIALS, PASSWORD)

RESPONSE_TYPES = {
    CODE: ("code",),
    IMPLICIT: ("id_token token", "token", "id_token"),
    HYBRID: ("code id_token", "code token", "code id_token token"),
}
GRANT_SENT_AS = {
    CODE: "grant_type response_type",
    HYBRID: "grant_type",
    CLIENT_CREDENTIALS: "grant_type",
    PASSWORD: "grant_type",
}
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class Field:
    """One field. `help` is one sentence; `parameter` names what it becomes on the wire.

    Several names stand between spaces. `also` says in words where else it goes; `metadata` is the
    member of the server's metadata that it stands for.
    """

    name: str
    label: str
    help: str
    parameter: str = ""
    also: str = ""
    metadata: str = ""
    kind: str = "text"
    group: str = "main"
    grants: Sequence[str] = ALL
    options: Options = ()
    required: bool = False
    maxlength: int = 2000


GRANTS: Options = (
    (CODE, "Authorization Code"),
    (IMPLICIT, "Implicit (legacy)"),
    (HYBRID, "Hybrid"),
    (CLIENT_CREDENTIALS, "Client Credentials"),
    (PASSWORD, "Resource Owner Password (legacy)"),
)
AUTH_METHODS: Options = (
    ("client_secret_basic", "client_secret_basic: Basic header, as the tutorial shows"),
    ("client_secret_post", "client_secret_post: in the body"),
    ("client_secret_jwt", "client_secret_jwt: a JWT signed with the secret"),
    ("private_key_jwt", "private_key_jwt: a JWT signed with a private key"),
    ("none", "none: public client"),
)


def _url(name: str, label: str, text: str, **more: object) -> Field:
    return Field(name=name, label=label, help=text, kind="url", **more)  # type: ignore[arg-type]


FIELDS: tuple[Field, ...] = (
    Field(
        name="grant_type",
        label="Authorization Grant Type",
        help="How the token is obtained.",
        kind="select",
        options=GRANTS,
        required=True,
    ),
    Field(
        name="client_id",
        label="Client Id",
        help="The Consumer Key obtained for your application.",
        parameter="client_id",
        required=True,
        maxlength=500,
    ),
    Field(
        name="username",
        label="User name",
        help="The person's name at the server.",
        parameter="username",
        grants=(PASSWORD,),
        required=True,
        maxlength=500,
    ),
    Field(
        name="password",
        label="Password",
        help="Sent to the server, and forgotten as soon as it gave a token for it.",
        parameter="password",
        kind="password",
        grants=(PASSWORD,),
        maxlength=500,
    ),
    Field(
        name="scope",
        label="Scope",
        help="What you ask for, separated by spaces.",
        parameter="scope",
    ),
    _url(
        "redirect_uri",
        "Callback URL",
        "Where the server sends the browser back to; register it there, character for character.",
        parameter="redirect_uri",
        grants=REDIRECTING,
        required=True,
    ),
    _url(
        "authorization_endpoint",
        "Authorize Endpoint",
        "The server's page for signing in and approving.",
        grants=REDIRECTING,
        required=True,
    ),
    _url(
        "token_endpoint",
        "Access Token Endpoint",
        "Where the token is fetched.",
        group="token",
        grants=EXCHANGING,
    ),
    Field(
        name="client_secret",
        label="Client Secret",
        help="The Consumer Secret.",
        parameter="client_secret",
        also="in the Authorization header",
        kind="password",
        group="client",
        maxlength=500,
    ),
    Field(
        name="token_endpoint_auth_method",
        label="Client authentication",
        help="How the client proves who it is at the token endpoint.",
        kind="select",
        options=AUTH_METHODS,
        group="client",
    ),
    Field(
        name="client_private_key",
        label="Client's private key",
        help="PEM or JWK for private_key_jwt; empty: the playground's own key.",
        kind="textarea",
        group="client",
        maxlength=8000,
    ),
    Field(
        name="id_token_decryption_key",
        label="Decryption key",
        help="PEM or JWK private key for encrypted id tokens; empty: the playground's own key.",
        kind="textarea",
        group="client",
        maxlength=8000,
    ),
    Field(
        name="response_type",
        label="Response type",
        help="What comes back through the browser.",
        parameter="response_type",
        kind="select",
        group="request",
        grants=(IMPLICIT, HYBRID),
    ),
    Field(
        name="exchange_at_once",
        label="Exchange the code at once",
        help="Skip the second form: the callback fetches the token by itself.",
        kind="checkbox",
        group="request",
        grants=(CODE, HYBRID),
    ),
    Field(
        name="code_challenge_method",
        label="PKCE",
        help="Ties the code to this flow, so that a stolen code is useless.",
        parameter="code_challenge_method",
        kind="select",
        options=(("S256", "S256"), ("plain", "plain (weak)"), ("", "off")),
        group="request",
        grants=(CODE, HYBRID),
    ),
    Field(
        name="response_mode",
        label="Response mode",
        help="How the browser carries the answer back.",
        parameter="response_mode",
        kind="select",
        options=(
            ("", "the server's default"),
            ("query", "query"),
            ("fragment", "fragment"),
            ("form_post", "form_post"),
        ),
        group="request",
        grants=REDIRECTING,
    ),
    Field(
        name="prompt",
        label="Prompt",
        help="Ask the server to sign in again, to ask again, or to show nothing.",
        parameter="prompt",
        kind="select",
        options=(
            ("", "the server decides"),
            ("login", "login"),
            ("consent", "consent"),
            ("select_account", "select_account"),
            ("none", "none"),
        ),
        group="request",
        grants=REDIRECTING,
    ),
    Field(
        name="login_hint",
        label="Login hint",
        help="The user name to offer at sign-in.",
        parameter="login_hint",
        group="request",
        grants=REDIRECTING,
        maxlength=300,
    ),
    Field(
        name="max_age",
        label="Max age",
        help="Seconds since the last sign-in that are acceptable.",
        parameter="max_age",
        kind="number",
        group="request",
        grants=REDIRECTING,
        maxlength=9,
    ),
    Field(
        name="acr_values",
        label="ACR values",
        help="The kinds of sign-in you ask for, separated by spaces.",
        parameter="acr_values",
        group="request",
        grants=REDIRECTING,
        maxlength=300,
    ),
    Field(
        name="issuer",
        label="Issuer",
        help="Who the server says it is; id tokens and responses must name it exactly.",
        metadata="issuer",
        group="endpoints",
        kind="url",
    ),
    Field(
        name="authorization_response_iss_parameter_supported",
        label="Responses carry iss",
        help="The server announces that it names itself in every response (RFC 9207).",
        kind="checkbox",
        group="endpoints",
        grants=REDIRECTING,
    ),
    *(
        _url(name, label, text, metadata=name, group="endpoints")
        for name, label, text in (
            ("jwks_uri", "Key set", "The keys that verify the server's signatures."),
            ("userinfo_endpoint", "UserInfo Endpoint", "Who signed in."),
            (
                "introspection_endpoint",
                "Introspection Endpoint",
                "What the server knows of a token.",
            ),
            ("revocation_endpoint", "Revocation Endpoint", "Where a token is made invalid."),
            ("end_session_endpoint", "Logout Endpoint", "Where the browser signs out."),
            ("check_session_iframe", "Session iframe", "Tells whether the session changed."),
        )
    ),
    _url("resource_endpoint", "Photo API", "The resource that the token opens.", group="endpoints"),
    _url(
        "post_logout_redirect_uri",
        "Post-logout URL",
        "Where the server sends the browser after signing out.",
        parameter="post_logout_redirect_uri",
        group="endpoints",
    ),
)
BY_NAME = {item.name: item for item in FIELDS}
GROUPS = (("client", "Client"), ("request", "Request"), ("endpoints", "Endpoints"))
