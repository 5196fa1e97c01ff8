"""The public keys of clients: pasted, or fetched from where they publish them."""

from dataclasses import dataclass
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey, OKPKey, RSAKey

from authserver.oauth.errors import Refused
from authserver.oauth.outbound import Outbound, OutboundError
from authserver.store.clients import Client

ENCRYPTION_ALGORITHMS = ("RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
ENCRYPTION_METHODS = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
DEFAULT_METHOD = "A128CBC-HS256"
Key = RSAKey | ECKey | OctKey | OKPKey


@dataclass(frozen=True, kw_only=True)
class ClientKeys:
    """Finds a client's keys and seals tokens with them."""

    outbound: Outbound

    def of(self, client: Client) -> KeySet:
        """The client's key set (OIDC Registration §2, `jwks` and `jwks_uri`)."""
        document = client.client_metadata.get("jwks")
        if not document and client.client_metadata.get("jwks_uri"):
            document = self._fetch(str(client.client_metadata["jwks_uri"]))
        return import_keys(document)

    def seal(self, client: Client, token: str) -> str:
        """The signed token inside a JWE, when the client asked for one (RFC 7519 §5.2)."""
        algorithm = client.client_metadata.get("id_token_encrypted_response_alg")
        if not algorithm:
            return token
        method = client.client_metadata.get("id_token_encrypted_response_enc") or DEFAULT_METHOD
        header = {"alg": algorithm, "enc": method, "cty": "JWT"}
        key = self._encryption_key(client, str(algorithm))
        if key.kid:
            header["kid"] = key.kid
        try:
            return jwe.encrypt_compact(header, token, key, algorithms=[algorithm, method])
        except (JoseError, ValueError, TypeError) as error:
            raise Refused(
                "invalid_request", f"The id token cannot be encrypted: {error}"
            ) from error

    def _encryption_key(self, client: Client, algorithm: str) -> Key:
        kind = "RSA" if algorithm.startswith("RSA") else "EC"
        for key in self.of(client).keys:
            if key.key_type == kind and key.get("use", "enc") == "enc":
                return key
        raise Refused("invalid_request", f"The client's JWKS holds no {kind} key for encryption.")

    def _fetch(self, url: str) -> Any:
        try:
            return self.outbound.get_json(url)
        except OutboundError as error:
            raise Refused("invalid_client", f"The client's JWKS: {error}") from error


def import_keys(document: Any) -> KeySet:
    """The key set a document holds, or a refusal that says what is wrong with it."""
    try:
        return KeySet.import_key_set(document)
    except (JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise Refused("invalid_client", "The client's JWKS cannot be read.") from error
