"""Where a call may lead when a member typed the address: to the public internet, and nowhere else.

A shop on its own server is reached by a name its owner typed. Such a name could lead to the machine itself, to
its neighbors, or to a cloud's metadata service. The name is therefore resolved once, every address it has is
judged, and the socket is opened to an address that was judged: a second look-up that answers otherwise (DNS
rebinding) is never made. Redirects are not followed by :mod:`orderlane.connectors.http`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from orderlane.kernel.errors import NeedsAttention

_NAT64: Final = ip_network("64:ff9b::/96")
_open: list[IPv4Network | IPv6Network] = []


def open_networks(networks: Sequence[str]) -> None:
    """Let typed addresses lead into these networks too; ``config`` says which, and nothing else does."""
    _open[:] = [ip_network(network) for network in networks]


@contextmanager
def opened(*networks: str) -> Iterator[None]:
    """Open exactly these networks inside the block; for rehearsals and tests."""
    before = [str(network) for network in _open]
    open_networks(networks)
    try:
        yield
    finally:
        open_networks(before)


def public_addresses(host: str, port: int) -> Sequence[str]:
    """Resolve ``host`` once and return its addresses, the first to be tried first.

    Raises NeedsAttention (``private_address``) when any of them is not public, OSError when there is none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(sockaddr[0]) for *_, sockaddr in found))
    if not addresses or not all(may_reach(address) for address in addresses):
        raise NeedsAttention("the address leads into a private network", reason="private_address")
    return addresses


def may_reach(address: str) -> bool:
    """Whether an IP address is public, or in a network that the operator has opened."""
    try:
        seen = _unwrapped(ip_address(address.partition("%")[0]))
    except ValueError:
        return False
    if any(seen.version == network.version and seen in network for network in _open):
        return True
    return seen.is_global and not seen.is_multicast


def _unwrapped(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 one stands for, in each of the ways there are to write that."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo
    return address.ipv4_mapped or address.sixtofour or (teredo[1] if teredo else None) or address
