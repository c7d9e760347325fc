"""Which network addresses are public: the only ones a tenant's fetch may reach."""

import asyncio
import ipaddress
import re
import socket
import unicodedata
from collections.abc import Awaitable, Callable, Iterable

from backend.config import Network

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Awaitable[list[str]]]

# IANA's special-purpose registry for IPv4, multicast, the future class E, and the address on which Azure's machines
# find their host. Written out because `is_global` differs between versions of Python.
_CLOSED_V4 = tuple(
    ipaddress.IPv4Network(net)
    for net in [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",
    ]
)
# Only 2000::/3 is given out as public: so NAT64 (64:ff9b::), IPv4-mapped, ULA, link-local, multicast are out. Inside
# it lie Teredo and ORCHID (2001::/23), documentation, 6to4 (2002::/16), the AS112 nets and 5f00-like test space.
_OPEN_V6 = ipaddress.IPv6Network("2000::/3")
_CLOSED_V6 = tuple(
    ipaddress.IPv6Network(net)
    for net in ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "3ffe::/16"]
)


class BadHost(Exception):
    """A host that is no name and no address in its plain spelling."""


def is_public(address: str) -> bool:
    """Say whether a numeric address is public; False for anything that is not a plain numeric address.

    >>> is_public("93.184.216.34"), is_public("127.0.0.1"), is_public("::ffff:93.184.216.34")
    (True, False, False)
    """
    try:
        found: Address = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in net for net in _CLOSED_V4)
    return found.scope_id is None and found in _OPEN_V6 and not any(found in net for net in _CLOSED_V6)


def is_in(address: str, networks: Iterable[Network]) -> bool:
    """Say whether a numeric address lies in one of the networks, an IPv4 one spelled as IPv6 too."""
    found: Address = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)


def is_address(host: str) -> bool:
    """Say whether a plain host (see plain_host) is a numeric address and no name."""
    return ":" in host or host.replace(".", "").isdigit()


def plain_host(host: str) -> str:
    """Return a host in lower case, in ASCII, without brackets and last dot.

    Raises BadHost for octal, hexadecimal, decimal and short IPv4 (0177.0.0.1, 0x7f.1, 2130706433), for full-width
    digits and for scoped IPv6: no shop writes them, and programs disagree on what they mean.
    """
    name = unicodedata.normalize("NFKC", host).strip("[]").removesuffix(".").lower()
    if not name or name != host.strip("[]").removesuffix(".").lower():
        raise BadHost(host)
    if ":" in name:
        return _plain_v6(name)
    last = name.rpartition(".")[2]
    if re.fullmatch(r"[0-9]+|0x[0-9a-f]*", last):
        try:
            return str(ipaddress.IPv4Address(name))
        except ValueError:
            raise BadHost(host) from None
    if not re.fullmatch(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?", name) or ".." in name:
        raise BadHost(host)
    return name


def _plain_v6(name: str) -> str:
    try:
        address = ipaddress.IPv6Address(name)
    except ValueError:
        raise BadHost(name) from None
    if address.scope_id is not None:
        raise BadHost(name)
    return str(address)


def only_public(addresses: Iterable[str]) -> list[str]:
    """Keep the public ones, IPv4 first (fewer machines have a working IPv6 way out), in order."""
    return sorted((address for address in addresses if is_public(address)), key=lambda address: ":" in address)


async def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver once. Raises OSError when the name is not known."""
    rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in rows))
