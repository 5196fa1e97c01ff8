"""The transport itself, against real servers that misbehave."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from playground.errors import PlaygroundError
from playground.wire.exchange import Exchange
from playground.wire.outgoing import Outgoing
from playground.wire.policy import OutboundPolicy
from playground.wire.transport import Transport
from playground.wire.trust import Trust
from tests.support.trust import Trusted


@dataclass
class Sender:
    """A transport and the exchanges it recorded."""

    transport: Transport
    recorded: list[Exchange] = field(default_factory=list)

    def get(self, url: str, method: str = "GET", body: bytes = b"") -> Exchange:
        """Send one request."""
        outgoing = Outgoing(purpose="Test", method=method, url=url, body=body)
        return self.transport.send(outgoing, record=self.recorded.append)

    def fail(self, url: str) -> PlaygroundError:
        """Send one request that must fail, and return why it did."""
        with pytest.raises(PlaygroundError) as caught:
            self.get(url)
        assert self.recorded[-1].error == str(caught.value)
        assert caught.value.exchange == self.recorded[-1].id
        return caught.value


MakeSender = Callable[..., Sender]


@pytest.fixture
def make_sender(trusted: Trusted) -> MakeSender:
    """Make a sender: (deadline=…, max_response=…, loopback=…, allowed_hosts=…, threads=…)."""

    def make(
        deadline: float = 20.0,
        max_response: int = 1_000_000,
        loopback: bool = True,
        allowed_hosts: tuple[str, ...] = (),
        threads: int = 128,
    ) -> Sender:
        policy = OutboundPolicy(loopback=loopback, allowed_hosts=allowed_hosts)
        transport = Transport(
            policy=policy,
            trust=Trust(ca_file=trusted.file),
            deadline=deadline,
            max_response=max_response,
            threads=threads,
        )
        return Sender(transport)

    return make


@pytest.fixture
def sender(make_sender: MakeSender) -> Sender:
    """A sender with the ordinary limits."""
    return make_sender()
