"""Nothing but this machine: refuses and records every look-up and connection that would leave it.

Works by an audit hook, so it also sees what a dependency does by itself, in any thread. Leaves out: what native
code does without Python's socket module; test_app_network.py watches that from outside the process.
"""

from __future__ import annotations

import ipaddress
import sys
from typing import Any

LOOKUPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
NAMES_OF_HERE = frozenset({"", "localhost", "localhost.localdomain", "ip6-localhost"})

attempts: list[str] = []
_active = False
_installed = False


class OutsideConnectionError(OSError):
    """Something tried to leave this machine during a test."""


def is_here(host: object) -> bool:
    """Whether the host is this machine: a loopback address, its name, or no host at all."""
    if host is None:
        return True
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    name = str(host).split("%")[0].lower().strip("[]")
    if name in NAMES_OF_HERE:
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _host(event: str, arguments: tuple[Any, ...]) -> object:
    if event in LOOKUPS:
        return arguments[0]
    address = arguments[1]
    return address[0] if isinstance(address, tuple) else None  # a string is a Unix socket's path


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if not _active or (event not in LOOKUPS and event not in SENDING):
        return
    host = _host(event, arguments)
    if not is_here(host):
        attempts.append(f"{event} {host!r}")
        raise OutsideConnectionError(f"{event} {host!r}: tests may not leave this machine")


def start() -> None:
    """Refuse from now on. An audit hook cannot be taken away again, so it is installed once and switched."""
    global _active, _installed
    if not _installed:
        sys.addaudithook(_watch)
        _installed = True
    attempts.clear()
    _active = True


def stop() -> list[str]:
    """Let everything through again; returns what was refused since `start`."""
    global _active
    _active = False
    return list(attempts)
