"""How large a request may be. Leaves out: how large an article may be (index.loading)."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.api.problems import TOO_LARGE, problem, problem_response

BODY_BYTES = 1_000_000
"""A question with a long history is some ten thousand."""
UPLOAD_BYTES = 100_000_000
"""As much as the page takes."""
MEDIA_OF_FILES = "multipart/form-data"


class BodyLimit:
    """ASGI middleware: refuses larger bodies (413), by what they announce and by what arrives."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        limit = UPLOAD_BYTES if headers.get("content-type", "").startswith(MEDIA_OF_FILES) else BODY_BYTES
        announced = headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > limit:
            await _refusal(limit, scope, receive, send)
            return
        arrived = 0

        async def receive_counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:  # the one exception that FastAPI lets through while it reads a body
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _detail(limit))
            return message

        await self._app(scope, receive_counted, send)


async def _refusal(limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    document = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, _detail(limit), kind=TOO_LARGE)
    await problem_response(document, {"connection": "close"})(scope, receive, send)


def _detail(limit: int) -> str:
    return f"the body is larger than the {limit:,} bytes that are taken here: send less at a time"
