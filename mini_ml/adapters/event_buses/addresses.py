"""Which addresses a webhook may have."""

import ipaddress
from typing import Final

_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to a host on the internet.

    False for loopback, private, link-local, shared, reserved and multicast addresses, and for IPv6 addresses that
    contain an IPv4 address (IPv4-mapped, NAT64, 6to4, Teredo), which a gateway could translate to a private one.

    Raises:
        ValueError: `address` is not an IP address.
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and (found not in _GLOBAL_UNICAST or found.sixtofour or found.teredo):
        return False
    return found.is_global and not found.is_multicast
