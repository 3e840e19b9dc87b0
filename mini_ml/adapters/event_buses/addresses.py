"""Which addresses a webhook may have."""

import ipaddress
from typing import Final

_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_SPECIAL: Final = tuple(
    ipaddress.ip_network(network)
    for network in ("192.0.0.0/24", "192.88.99.0/24", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""Special-purpose networks of IANA that `is_global` does not know, or not in every version of Python."""


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to a host on the internet.

    False for loopback, private, link-local, shared, reserved and multicast addresses, and for IPv6 addresses that
    contain an IPv4 address (IPv4-mapped, NAT64, 6to4, Teredo), which a gateway could translate to a private one.

    Raises:
        ValueError: `address` is not an IP address.
    """
    found = ipaddress.ip_address(address)
    if found.version == 6 and found not in _GLOBAL_UNICAST:
        return False
    return found.is_global and not found.is_multicast and not any(found in network for network in _SPECIAL)
