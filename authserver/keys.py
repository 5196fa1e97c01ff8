"""The server's signing key and the key that seals its cookies, made once and kept."""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet, RSAKey

from authserver.private_files import private_dir, write_private

ALGORITHM = "RS256"


@dataclass(frozen=True, kw_only=True)
class SigningKeys:
    """The RS256 key pair; its `kid` ends as WSO2's does."""

    private: KeySet

    @property
    def kid(self) -> str:
        """The id of the key in use."""
        return str(self.private.keys[0].kid)

    def public(self) -> dict[str, Any]:
        """The JWKS that everybody may read (RFC 7517 §5)."""
        return dict(self.private.as_dict(private=False))


def load_signing_keys(directory: Path) -> SigningKeys:
    """The key kept in this directory, made on first use."""
    path = private_dir(directory) / "signing-key.json"
    if not path.exists():
        write_private(path, json.dumps(_new_key().as_dict(private=True)).encode())
    return SigningKeys(private=KeySet.import_key_set({"keys": [json.loads(path.read_text())]}))


def load_cookie_secret(directory: Path) -> bytes:
    """The secret that seals session cookies; never a default, never shown."""
    path = private_dir(directory) / "cookie.key"
    if not path.exists():
        write_private(path, secrets.token_bytes(32))
    return path.read_bytes()


def _new_key() -> RSAKey:
    bare = RSAKey.generate_key(2048)
    names = {"kid": f"{bare.thumbprint()}_{ALGORITHM}", "use": "sig", "alg": ALGORITHM}
    return RSAKey.import_key({**bare.as_dict(private=True), **names})
