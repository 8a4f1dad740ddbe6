"""Who is let in where other machines can reach the server, and as whom. Leaves out: users and tokens (app.members).

A program sends `Authorization: Bearer TOKEN`. A browser asks its user for a name and a password, and sends them to this
origin only, so the page needs no form of its own; a token is taken as the password of any name. Or a proxy in front,
which has let somebody in, names them in a header; that is believed from the proxy's own address alone.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app import note
from app.errors import ConfigError, TooManyAttemptsError, UserError
from app.people import ANONYMOUS, Person
from index.errors import OnRecordError

OPEN = frozenset({"/healthz", note.ADDRESS})
"""What tells nothing but that the process lives, and is the one that left its note."""
CHALLENGE = 'Basic realm="OnRecord: name and password, or a token as the password", charset="UTF-8"'
TOLD = (
    "OnRecord asks who you are here: a user's name and password, or a token ('onrecord user new NAME' and "
    "'onrecord token new NAME' make them on the machine it runs on)."
)
_PERSON = "onrecord.person"


@dataclass(frozen=True, slots=True)
class Brought:
    """What a request brings to tell who sends it: a token, a name and a password, or a name vouched for."""

    token: str = ""
    name: str = ""
    password: str = ""
    vouched: str = ""

    def __bool__(self) -> bool:
        return bool(self.token or self.password or self.vouched)


Admits = Callable[[Brought], Person | None]
"""Who that is, None for nobody; may block; raises OnRecordError while that cannot be told."""


@dataclass(frozen=True, slots=True)
class Proxies:
    """The header in which proxies name a user, and where those proxies are."""

    header: str
    networks: tuple[IPv4Network | IPv6Network, ...]

    def trusts(self, address: str) -> bool:
        """Whether what comes from there may say who a user is."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        if isinstance(found, IPv6Address) and found.ipv4_mapped:
            found = found.ipv4_mapped
        return any(found in network for network in self.networks)


def read_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses and networks, separated by commas. Raises ConfigError.

    >>> read_networks("10.0.0.7, fd00::/8")
    (IPv4Network('10.0.0.7/32'), IPv6Network('fd00::/8'))
    """
    try:
        return tuple(ip_network(one.strip()) for one in text.split(",") if one.strip())
    except ValueError as error:
        raise ConfigError(f"ONRECORD_TRUSTED_PROXIES={text!r}: {error}") from None


def person_of(scope: Mapping[str, Any]) -> Person:
    """Who sends this request, as the door has found."""
    person: Person = scope[_PERSON]
    return person


class Unasked:
    """ASGI middleware where nobody is asked: everybody is the same."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        scope[_PERSON] = ANONYMOUS
        await self._app(scope, receive, send)


class Gate:
    """ASGI middleware: 401 for whoever brings nothing that admits; who it is stands in the scope (`person_of`)."""

    def __init__(self, app: ASGIApp, admits: Admits, *, proxies: Proxies | None = None) -> None:
        self._app = app
        self._admits = admits
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        found = await self._found(scope)
        if isinstance(found, Person):
            scope[_PERSON] = found
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await found(scope, receive, send)

    async def _found(self, scope: Scope) -> Person | Response:
        """Who it is, or the refusal."""
        headers = Headers(scope=scope)
        brought = brought_by(headers.get("authorization", ""))
        named = headers.getlist(self._proxies.header) if self._proxies else []
        if named and self._proxies:
            if not self._proxies.trusts((scope.get("client") or ("",))[0]):
                return PlainTextResponse("OnRecord believes that header from its proxy alone.", status_code=403)
            if len(named) > 1:
                return PlainTextResponse("OnRecord takes one user at a time.", status_code=400)
            brought = Brought(vouched=_decoded(named[0])) if named[0].strip() else brought
        try:
            person = await run_in_threadpool(self._admits, brought) if brought else None
        except TooManyAttemptsError as error:
            return _later(str(error), 429, error.seconds)
        except UserError as error:
            return PlainTextResponse(str(error), status_code=403)
        except OnRecordError as error:
            return _later(str(error), 503, 1)
        return person or PlainTextResponse(TOLD, status_code=401, headers={"www-authenticate": CHALLENGE})


def brought_by(header: str) -> Brought:
    """What an Authorization header brings; nothing where it cannot be read.

    >>> brought_by("Bearer onrecord_x").token, brought_by("Basic bWU6d29yZA=="), bool(brought_by("Digest x"))
    ('onrecord_x', Brought(token='', name='me', password='word', vouched=''), False)
    """
    scheme, _, value = header.partition(" ")
    if scheme.casefold() == "bearer":
        return Brought(token=value.strip())
    if scheme.casefold() != "basic":
        return Brought()
    try:
        name, _, password = base64.b64decode(value, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return Brought()
    return Brought(name=name, password=password)


def _decoded(value: str) -> str:
    """A name beyond English: headers are bytes, and proxies send UTF-8."""
    try:
        return value.encode("latin-1").decode("utf-8").strip()
    except UnicodeDecodeError:
        return value.strip()


def _later(told: str, status: int, seconds: float) -> Response:
    return PlainTextResponse(told, status_code=status, headers={"retry-after": str(max(1, math.ceil(seconds)))})
