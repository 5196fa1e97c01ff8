"""Dynamic client registration (RFC 7591, OIDC Registration) and its way back (RFC 7592)."""

import secrets
import time
from dataclasses import dataclass
from typing import Any

from authlib.oauth2.rfc6749 import JsonPayload, JsonRequest
from authlib.oauth2.rfc7591 import ClientRegistrationEndpoint
from authlib.oauth2.rfc7592 import ClientConfigurationEndpoint

from authserver.oauth.client_metadata import CLAIMS, KNOWN, check_shape, read_metadata
from authserver.oauth.metadata import REGISTRATION_PATH, describe
from authserver.oauth.token_endpoints import NO_STORE, BearerRefusedError
from authserver.seed import ADMIN
from authserver.store.clients import SECRET_METHODS, Application, Client
from authserver.store.secrets import consumer_key, digest, long_secret, opaque


class RegistrationRequest(JsonRequest):
    """A registration request, whatever framework received it."""

    def __init__(self, *, method: str, url: str, headers: dict[str, str], body: Any) -> None:
        super().__init__(method, url, headers)
        self.payload = _Payload(body)
        self.client_id = url.rsplit("/", 1)[-1]


class _Payload(JsonPayload):
    def __init__(self, body: Any) -> None:
        self._body = body

    @property
    def data(self) -> Any:
        return self._body


@dataclass(frozen=True, kw_only=True)
class RegistrationToken:
    """A registration access token: good for the client it was issued with."""

    value: str

    def check_client(self, client: Client) -> bool:
        """Whether it is this client's."""
        expected = client.registration_digest or ""
        return secrets.compare_digest(expected, digest(self.value))


class Registration(ClientRegistrationEndpoint):
    """Open to everybody who can reach it, which is this machine."""

    def __init__(self, server: Any) -> None:
        super().__init__(server, CLAIMS)

    def create_endpoint_request(self, request: RegistrationRequest) -> RegistrationRequest:
        return request

    def authenticate_token(self, request: RegistrationRequest) -> str:
        return "open"

    def get_server_metadata(self) -> dict[str, Any]:
        described = describe(self.server)
        return {name: told for name, told in described.items() if name != "scopes_supported"}

    def extract_client_metadata(self, request: RegistrationRequest) -> dict[str, Any]:
        request.payload = _Payload(read_metadata(request.payload.data))
        metadata: dict[str, Any] = super().extract_client_metadata(request)
        return metadata

    def generate_client_info(self, request: RegistrationRequest) -> dict[str, Any]:
        return {
            "client_id": consumer_key(),
            "client_secret": long_secret(),
            "client_id_issued_at": int(time.time()),
            "client_secret_expires_at": 0,
        }

    def save_client(
        self, client_info: dict[str, Any], client_metadata: dict[str, Any], request: Any
    ) -> Client:
        request.credential = opaque() + opaque()
        application = Application(
            id=opaque(),
            name=client_metadata["client_name"],
            owner=ADMIN,
            description="Registered by itself (RFC 7591).",
        )
        client = Client(
            client_id=client_info["client_id"],
            client_secret=client_info["client_secret"],
            application_id=application.id,
            issued_at=client_info["client_id_issued_at"],
            registration_digest=digest(request.credential),
            client_metadata=client_metadata,
        )
        clients = self.server.store.clients
        clients.save(application)
        clients.save(client)
        return client

    def generate_client_registration_info(self, client: Client, request: Any) -> dict[str, str]:
        return {
            "registration_client_uri": client_uri(self.server, client),
            "registration_access_token": request.credential,
        }

    def create_registration_response(self, request: Any) -> tuple[int, dict[str, Any], Any]:
        status, body, _ = super().create_registration_response(request)
        return status, without_needless_secret(body), NO_STORE


class Configuration(ClientConfigurationEndpoint):
    """Reads, updates or deletes a registered client, for the holder of its own token."""

    def create_endpoint_request(self, request: RegistrationRequest) -> RegistrationRequest:
        return request

    def authenticate_token(self, request: RegistrationRequest) -> RegistrationToken:
        scheme, _, value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not value.strip():
            raise BearerRefusedError(401)
        return RegistrationToken(value=value.strip())

    def authenticate_client(self, request: Any) -> Client:
        client: Client | None = self.server.query_client(request.client_id)
        if client is None or not request.credential.check_client(client):
            words = "The registration access token is not good for this client."
            raise BearerRefusedError(401, "invalid_token", words)
        return client

    def check_permission(self, client: Client, request: Any) -> bool:
        return True

    def extract_client_metadata(self, request: RegistrationRequest) -> dict[str, Any]:
        return Registration(self.server).extract_client_metadata(request)

    def create_update_client_response(
        self, client: Client, request: RegistrationRequest
    ) -> tuple[int, dict[str, Any], Any]:
        check_shape(request.payload.data)
        answer: tuple[int, dict[str, Any], Any] = super().create_update_client_response(
            client, request
        )
        return answer

    def update_client(
        self, client: Client, client_metadata: dict[str, Any], request: Any
    ) -> Client:
        """What the client says replaces what it said; the portal's own settings stay (§2.2)."""
        portal = {n: told for n, told in client.client_metadata.items() if n not in KNOWN}
        client.client_metadata = {**portal, **client_metadata}
        self.server.store.clients.save(client)
        return client

    def introspect_client(self, client: Client) -> dict[str, Any]:
        told = {
            "client_id": client.client_id,
            "client_secret": client.client_secret,
            "client_id_issued_at": client.issued_at,
            "client_secret_expires_at": 0,
        }
        return without_needless_secret({**client.client_metadata, **told})

    def generate_client_registration_info(self, client: Client, request: Any) -> dict[str, str]:
        return {
            "registration_client_uri": client_uri(self.server, client),
            "registration_access_token": request.credential.value,
        }

    def delete_client(self, client: Client, request: Any) -> None:
        self.server.store.consents.forget_client(client.client_id)
        self.server.store.clients.remove(client)


def client_uri(server: Any, client: Client) -> str:
    """Where a registered client reads, updates or deletes itself."""
    return f"{server.parts.settings.base_url}{REGISTRATION_PATH}/{client.client_id}"


def without_needless_secret(body: dict[str, Any]) -> dict[str, Any]:
    """The answer without a secret that the client's method has no use for (RFC 7591 §3.2.1)."""
    if body.get("token_endpoint_auth_method", SECRET_METHODS[0]) in SECRET_METHODS:
        return body
    needless = {"client_secret", "client_secret_expires_at"}
    return {name: told for name, told in body.items() if name not in needless}
