"""A webhook may only be on the internet."""

import pytest

from mini_ml.adapters.event_buses.addresses import is_public

PUBLIC = ("93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946")
REFUSED = {
    "loopback": ("127.0.0.1", "127.9.9.9", "::1"),
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1"),
    "link-local": ("169.254.169.254", "fe80::1", "fe80::1%2", "fd00:ec2::254"),
    "shared and reserved": (
        "100.64.0.1",
        "192.0.0.8",
        "192.88.99.1",
        "2001:db8::1",
        "198.18.0.1",
        "203.0.113.7",
        "240.0.0.1",
        "255.255.255.255",
    ),
    "multicast": ("224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"),
    "IPv4-mapped": ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8"),
    "translated": ("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:4136:e378:8000:63bf:3fff:fdd2"),
}


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_on_the_internet_is_allowed(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", [address for kind in REFUSED.values() for address in kind])
def test_any_other_address_is_refused(address: str) -> None:
    assert not is_public(address)
