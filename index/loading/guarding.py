"""Which hosts an address may lead to. Leaves out: the request itself."""

from __future__ import annotations

import ipaddress
import socket

from index.errors import AddressError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MAPPINGS = (_NAT64, ipaddress.ip_network("::/96"))


def resolve(host: str, port: int, *, allow_private: bool, shown: str) -> list[str]:
    """The numeric addresses of `host`, in the resolver's order.

    All of them must be public unless `allow_private`: a name that also has a private one is refused whole. A
    host written as a number in any of its forms ('2130706433', '0x7f.1') is judged by what it stands for, and
    is not looked up. `shown` is the address for messages.
    """
    addresses = _number(host) or _look_up(host, port, shown)
    for address in addresses if not allow_private else ():
        if not is_public(address):
            raise AddressError(
                f"{shown} leads to a private address ({address}), which may not be read from here:"
                " save the page and add the file"
            )
    return addresses


def _number(host: str) -> list[str]:
    """What `host` stands for when it is a number in one of the forms that resolvers take; otherwise nothing."""
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        pass
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except (OSError, UnicodeError, ValueError):
        return []


def _look_up(host: str, port: int, shown: str) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        raise AddressError(f"{shown}: there is no host '{host}': check the address and the connection") from None
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def is_public(address: str) -> bool:
    """Whether a numeric address belongs to a host on the public internet.

    An IPv6 address that carries an IPv4 one (mapped, compatible, NAT64, 6to4, Teredo) is judged by both.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address):
        carried = [inner for inner in (parsed.ipv4_mapped, parsed.sixtofour) if inner is not None]
        carried += parsed.teredo or ()
        if any(parsed in network for network in _MAPPINGS):
            carried.append(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF))
        if not all(_is_public(inner) for inner in carried):
            return False
        if parsed.ipv4_mapped is not None or parsed in _NAT64:
            return True
    return _is_public(parsed)


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved
