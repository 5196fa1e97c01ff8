"""What the independent servers have in common: they describe themselves at their issuer."""

from __future__ import annotations

from tests.support.apps import answers
from tests.support.processes import Process


class Provider(Process):
    """A server process that publishes its metadata (OIDC Discovery §4)."""

    issuer: str

    @property
    def metadata_url(self) -> str:
        """Where the server describes itself."""
        return f"{self.issuer}/.well-known/openid-configuration"

    def answers(self) -> bool:
        """Whether the metadata can be fetched."""
        return answers(self.metadata_url)
