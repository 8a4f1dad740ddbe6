"""Which hosts an address may lead to. Leaves out: the request itself."""

from __future__ import annotations

import ipaddress
import socket

from index.errors import AddressError

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MAPPINGS = (_NAT64, ipaddress.ip_network("::/96"))


def resolve(host: str, port: int, *, allow_private: bool, shown: str) -> list[str]:
    """The numeric addresses of `host`, in the resolver's order.

    All of them must be public unless `allow_private`: a name that also has a private one is refused whole.
    `host` may be written in any form that the system's resolver takes, '2130706433' and '0x7f.1' included,
    since what is judged is what the resolver makes of it. `shown` is the address for messages.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, ValueError):
        raise AddressError(f"{shown}: there is no host '{host}': check the address and the connection") from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for address in addresses if not allow_private else ():
        if not is_public(address):
            raise AddressError(
                f"{shown} leads to a private address ({address}), which may not be read from here:"
                " save the page and add the file"
            )
    return addresses


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
