"""How large a request may be, and how long it may take to arrive. Leaves out: how large an article may be."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.api.problems import TOO_LARGE, problem, problem_response
from app.web.bounds import Bounds

MEDIA_OF_FILES = "multipart/form-data"


class BodyLimit:
    """ASGI middleware: refuses larger bodies (413), by what they announce and by what arrives, and slow ones (408)."""

    def __init__(self, app: ASGIApp, bounds: Bounds) -> None:
        self._app = app
        self._bounds = bounds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        files = headers.get("content-type", "").startswith(MEDIA_OF_FILES)
        limit = self._bounds.upload_bytes if files else self._bounds.body_bytes
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            await _refusal(limit, scope, receive, send)
            return
        arrived, whole = 0, False
        end = asyncio.get_running_loop().time() + self._bounds.body_seconds

        async def receive_counted() -> Message:
            nonlocal arrived, whole
            if whole:  # what follows is that the asker leaves, for which there is no hurry
                return await receive()
            try:
                async with asyncio.timeout_at(end):
                    message = await receive()
            except TimeoutError:
                # HTTPException is the one exception that FastAPI lets through while it reads a body.
                raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, _slow(self._bounds.body_seconds)) from None
            arrived += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if arrived > limit:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _detail(limit))
            return message

        await self._app(scope, receive_counted, send)


async def _refusal(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    document = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _detail(limit), kind=TOO_LARGE)
    await problem_response(document, {"connection": "close"})(scope, receive, send)


def _detail(limit: int) -> str:
    return f"the body is larger than the {limit:,} bytes that are taken here: send less at a time"


def _slow(seconds: float) -> str:
    return f"the body did not arrive within {seconds:g} seconds: send it again"
