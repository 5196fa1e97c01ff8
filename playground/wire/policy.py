"""The outbound policy: which servers this playground may contact (PROTOCOL 17, CWE-918)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from playground.errors import OutboundRefused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_METADATA = (ipaddress.ip_network("100.100.100.200/32"), ipaddress.ip_network("fd00:ec2::/32"))
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


@dataclass(frozen=True, kw_only=True)
class OutboundPolicy:
    """Bound to loopback: anything but link-local and metadata addresses. Else: the named hosts."""

    loopback: bool
    allowed_hosts: tuple[str, ...] = ()

    def check_host(self, host: str) -> None:
        """Refuse a host that the configuration does not name. Raises OutboundRefused."""
        if self.loopback or host.lower() in (name.lower() for name in self.allowed_hosts):
            return
        raise OutboundRefused(
            sentence=f"This playground is open to a network, so it may not call {host}.",
            evidence=(("Host", host), ("Allowed", ", ".join(self.allowed_hosts) or "none")),
            advice=(f"Whoever runs it can add {host} to PLAYGROUND_ALLOWED_SERVERS.",),
        )

    def check_address(self, host: str, address: str) -> None:
        """Refuse a resolved address that is never to be contacted. Raises OutboundRefused."""
        ip = _plain(ipaddress.ip_address(address.split("%")[0]))
        if ip.is_link_local or ip.is_multicast or ip.is_unspecified or _is_metadata(ip):
            raise OutboundRefused(
                sentence=f"{host} leads to {address}, an address the playground never contacts.",
                evidence=(("Host", host), ("Address", address)),
                advice=(
                    "Link-local and cloud metadata addresses are refused; no setting allows them.",
                    "Use the server's ordinary host name.",
                ),
            )


def _plain(ip: Address) -> Address:
    """The IPv4 address inside a mapped or translated IPv6 address, else the address itself."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return ip.ipv4_mapped
        if ip in _NAT64:
            return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if ip.sixtofour:
            return ip.sixtofour
    return ip


def _is_metadata(ip: Address) -> bool:
    return any(ip.version == net.version and ip in net for net in _METADATA)
