"""The outbound policy: which servers this playground may contact (CWE-918)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

from playground.errors import OutboundRefused
from playground.urls import ascii_host

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NEVER = tuple(
    ipaddress.ip_network(text)
    for text in (
        "100.100.100.200/32",  # Alibaba Cloud's metadata
        "168.63.129.16/32",  # Azure's platform address
        "192.0.0.192/32",  # Oracle Cloud's metadata
        "fd00:ec2::/32",  # Amazon's metadata over IPv6
        "fd20:ce::254/128",  # Google's
        "fd00:c1::a9fe:a9fe/128",  # Oracle's
        "fd00:42::42/128",  # Scaleway's
        "fd00:a9fe:a9fe::1/128",  # Linode's
        "fd00:100::100:200/128",  # Alibaba's
        "0.0.0.0/8",
        "255.255.255.255/32",
        "64:ff9b:1::/48",  # local translation (RFC 8215): may lead to any IPv4 address
        "fec0::/10",
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")


@dataclass(frozen=True, kw_only=True)
class OutboundPolicy:
    """Bound to loopback: anything but link-local and metadata addresses. Else: the named hosts.

    A name in `allowed_hosts` is a host as in a URL, for all its ports, or "host:port".
    """

    loopback: bool
    allowed_hosts: tuple[str, ...] = ()

    def check_url(self, url: str) -> None:
        """Refuse what is not http(s) or goes to a host that the configuration does not name.

        Raises OutboundRefused.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise OutboundRefused(
                sentence="The playground calls http and https URLs and no others.",
                evidence=(("URL", url.partition("?")[0][:300]),),
                advice=("No setting allows another scheme; correct the URL.",),
            )
        self.check_host(parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme])

    def check_host(self, host: str, port: int = 0) -> None:
        """Refuse a host that the configuration does not name. Raises OutboundRefused."""
        allowed = {name.lower() for name in self.allowed_hosts}
        name = f"[{host}]" if ":" in host else ascii_host(host)
        if self.loopback or {name, f"{name}:{port}"} & allowed:
            return
        raise OutboundRefused(
            sentence=f"This playground is open to a network, so it may not call {host}.",
            evidence=(("Host", host), ("Allowed", ", ".join(self.allowed_hosts) or "none")),
            advice=(f"Whoever runs it can add {name} to PLAYGROUND_ALLOWED_SERVERS.",),
        )

    def check_address(self, host: str, address: str) -> None:
        """Refuse a resolved address that is never to be contacted. Raises OutboundRefused."""
        ip = ipaddress.ip_address(address.split("%")[0])
        if any(_forbidden(one) for one in (ip, *_inner(ip))):
            raise OutboundRefused(
                sentence=f"{host} leads to {address}, an address the playground never contacts.",
                evidence=(("Host", host), ("Address", address)),
                advice=(
                    "Link-local and cloud metadata addresses are refused; no setting allows them.",
                    "Use the server's ordinary host name.",
                ),
            )


def _inner(ip: Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses that a mapped, translated or tunnelled IPv6 address leads to."""
    if not isinstance(ip, ipaddress.IPv6Address) or ip.is_loopback:
        return []
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in _NAT64 or ip in _COMPATIBLE:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]


def _forbidden(ip: Address) -> bool:
    listed = any(ip.version == network.version and ip in network for network in NEVER)
    return ip.is_link_local or ip.is_multicast or ip.is_unspecified or listed
