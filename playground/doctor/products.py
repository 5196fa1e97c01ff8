"""What each product calls a setting, and which product a flow talks to."""

from __future__ import annotations

from urllib.parse import urlsplit

from playground.doctor.diagnosis import Setting
from playground.form import Form

APIM, IS, KEYCLOAK = "WSO2 API Manager", "WSO2 Identity Server", "Keycloak"
ASGARDEO, AUTH0, OKTA, ENTRA, GOOGLE = "Asgardeo", "Auth0", "Okta", "Entra ID", "Google"
HYDRA, NODE, DJANGO = "Ory Hydra", "oidc-provider", "Django OAuth Toolkit"
FIRST = (APIM, IS, KEYCLOAK)
_BY_PROFILE = {
    "embedded": APIM,
    "wso2-am": APIM,
    "wso2-is": IS,
    "asgardeo": ASGARDEO,
    "keycloak": KEYCLOAK,
    "auth0": AUTH0,
    "okta": OKTA,
    "entra": ENTRA,
    "google": GOOGLE,
}
_BY_HOST = {
    "asgardeo.io": ASGARDEO,
    "auth0.com": AUTH0,
    "okta.com": OKTA,
    "microsoftonline.com": ENTRA,
    "google.com": GOOGLE,
    "googleapis.com": GOOGLE,
}
_KEYS = "Developer Portal, your application, Production Keys"
SETTINGS: dict[str, dict[str, str]] = {
    "redirect_uri": {
        APIM: f"{_KEYS}, Callback URL, then UPDATE",
        IS: "Console, your application, Protocol, Authorized redirect URLs "
        "(before 7.0: Service Providers, Callback Url)",
        KEYCLOAK: "Clients, your client, Settings, Valid redirect URIs",
        ASGARDEO: "Authorized redirect URLs",
        AUTH0: "Allowed Callback URLs",
        OKTA: "Sign-in redirect URIs",
        ENTRA: "App registrations, Authentication, Redirect URIs",
        GOOGLE: "Authorized redirect URIs",
        HYDRA: "redirect_uris of the client",
        DJANGO: "redirect_uris of the application",
    },
    "client": {
        APIM: f"{_KEYS}: Consumer Key and Consumer Secret",
        IS: "Console, your application, Protocol: Client ID and Client secret",
        KEYCLOAK: "Clients, your client, Credentials",
        ENTRA: "App registrations, Certificates & secrets",
        DJANGO: "the secret as it was shown once; a later copy is only its hash",
    },
    "auth_method": {
        APIM: f"{_KEYS}, Advanced Configurations, Public client",
        IS: "Console, your application, Protocol, Public client "
        "(“Allow authentication without the client secret”)",
        KEYCLOAK: "Clients, your client, Settings, Client authentication",
        AUTH0: "Token Endpoint Authentication Method",
        OKTA: "Client authentication; Basic or post, never both",
        HYDRA: "token_endpoint_auth_method of the client",
    },
    "pkce": {
        APIM: f"{_KEYS}, Advanced Configurations, Enable PKCE and Support PKCE Plain text",
        IS: "Console, your application, Protocol, PKCE",
        KEYCLOAK: "Clients, your client, PKCE method",
        ASGARDEO: "Protocol, PKCE, Mandatory",
        OKTA: "Require PKCE as additional verification",
        HYDRA: "oauth2.pkce.enforced",
        NODE: "pkce.required",
        DJANGO: "PKCE_REQUIRED",
    },
    "grant": {
        APIM: f"{_KEYS}, Grant Types; type the Callback URL first, then tick Code",
        IS: "Console, your application, Protocol, Allowed grant types",
        KEYCLOAK: "Clients, your client, Settings, Standard flow",
        ASGARDEO: "Protocol, Allowed grant types",
        AUTH0: "Advanced Settings, Grant Types",
    },
    "scope": {
        APIM: "the scopes that you selected for your application",
        KEYCLOAK: "Clients, your client, Client scopes",
        OKTA: "the authorization server's Scopes",
    },
    "issuer": {
        APIM: "[oauth.oidc] id_token.issuer in deployment.toml",
        IS: "[oauth.oidc] id_token.issuer in deployment.toml; in older releases also "
        "[oauth] use_entityid_as_issuer_in_oidc_discovery",
        KEYCLOAK: "the hostname option; the issuer is {base}/realms/{realm}",
        AUTH0: "https://{domain}/, with the slash",
        OKTA: "https://{domain} or https://{domain}/oauth2/{id}; their tokens do not mix",
        ENTRA: "https://login.microsoftonline.com/{tenant GUID}/v2.0; put the GUID for {tenantid}",
        DJANGO: "OIDC_ISS_ENDPOINT",
    },
    "keys": {
        APIM: "/oauth2/jwks",
        IS: "/oauth2/jwks",
        KEYCLOAK: "Realm settings, Keys",
        DJANGO: "OIDC_RSA_PRIVATE_KEYS_INACTIVE",
    },
    "algorithm": {
        APIM: "[oauth.oidc] id_token.signature_algorithm in deployment.toml",
        IS: "[oauth.oidc] id_token.signature_algorithm in deployment.toml",
        KEYCLOAK: "Clients, your client, ID token signature algorithm",
    },
    "audience": {
        AUTH0: "add the parameter audience to the authorization request",
        KEYCLOAK: "an Audience mapper in the client's scopes",
    },
    "approval": {
        APIM: "choose Approve Always on its consent page once; prompt=none then passes",
        IS: "choose Approve Always on its consent page once; prompt=none then passes",
        ASGARDEO: "Advanced, Skip login consent",
        KEYCLOAK: "Clients, your client, Consent required",
        ENTRA: "an administrator may have to consent",
    },
    "consent": {
        KEYCLOAK: "Clients, your client, Consent required",
        ENTRA: "an administrator may have to consent",
    },
    "introspection": {
        APIM: "an administrator's user name and password",
        IS: "an administrator's user name and password; or [[resource.access_control]] with "
        "BasicClientAuthentication in deployment.toml",
        KEYCLOAK: "Client authentication on; newer releases want the client in the token's aud",
        HYDRA: "on the admin port, 4445",
        NODE: "features.introspection, off by default",
        DJANGO: "a confidential client, or a token with the scope introspection",
    },
    "host": {
        APIM: "[server] hostname in deployment.toml",
        IS: "[server] hostname in deployment.toml",
        KEYCLOAK: "the hostname and proxy-headers options",
        NODE: "provider.proxy = true",
    },
}


def product_of(form: Form) -> str:
    """The product that a flow talks to, by profile and by the shape of its URLs; or nothing."""
    if known := _BY_PROFILE.get(form.profile):
        return known
    url = form.token_endpoint or form.authorization_endpoint
    host = urlsplit(url).hostname or ""
    by_host = (name for end, name in _BY_HOST.items() if host == end or host.endswith("." + end))
    if named := next(by_host, ""):
        return named
    if "/realms/" in url:
        return KEYCLOAK
    return APIM if ":9443/oauth2/" in url else ""


def settings(topic: str, form: Form) -> tuple[Setting, ...]:
    """What the products call it: the flow's own first, then WSO2 and Keycloak, then the others.

    Nothing where the flow's own product is known and has no such setting.
    """
    ours = product_of(form)
    named = SETTINGS.get(topic, {})
    if ours and ours not in named:
        return ()
    order = [ours, *FIRST, *named]
    return tuple(
        Setting(product=name, where=named[name], here=name == ours)
        for name in dict.fromkeys(order)
        if name in named
    )
