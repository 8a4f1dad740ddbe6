"""Who is let in where other machines can reach the server: whoever brings a token. Leaves out: tokens (app.tokens).

A program sends `Authorization: Bearer TOKEN`. A browser asks its user for a name and a password, and the token is the
password, with any name: the page needs no form of its own, and the browser sends it to this origin only.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from index.errors import OnRecordError

OPEN = frozenset({"/healthz"})
"""What tells nothing but that the process lives."""
CHALLENGE = 'Basic realm="OnRecord: the token is the password", charset="UTF-8"'

Admits = Callable[[str], bool]
"""Whether a token admits; may block; raises OnRecordError while that cannot be told."""


class Gate:
    """ASGI middleware: 401 for whoever brings no token that admits."""

    def __init__(self, app: ASGIApp, admits: Admits) -> None:
        self._app = app
        self._admits = admits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "lifespan" or scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        token = token_of(Headers(scope=scope).get("authorization", ""))
        try:
            admitted = bool(token) and await run_in_threadpool(self._admits, token)
        except OnRecordError as error:
            refusal = PlainTextResponse(str(error), status_code=503, headers={"retry-after": "1"})
        else:
            if admitted:
                await self._app(scope, receive, send)
                return
            told = "OnRecord asks for a token here: 'onrecord token new NAME' makes one on the machine it runs on."
            refusal = PlainTextResponse(told, status_code=401, headers={"www-authenticate": CHALLENGE})
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await refusal(scope, receive, send)


def token_of(header: str) -> str:
    """The token in an Authorization header; empty where there is none.

    >>> token_of("Bearer onrecord_x"), token_of("Basic bWU6b25yZWNvcmRfeA=="), token_of("Digest x")
    ('onrecord_x', 'onrecord_x', '')
    """
    scheme, _, value = header.partition(" ")
    if scheme.casefold() == "bearer":
        return value.strip()
    if scheme.casefold() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
