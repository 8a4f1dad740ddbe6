"""The API put together: its parts, what surrounds them, and which addresses are its own. Leaves out: the page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from app.note import Note
from app.web.api import (
    PREFIX,
    articles,
    asking,
    beside,
    completions,
    conversations,
    documentation,
    finding,
    health,
    people,
)
from app.web.api.allowing import Allowing
from app.web.api.assistants import AssistantsEndpoint
from app.web.api.limiting import BodyLimit
from app.web.api.measuring import Counted
from app.web.api.problems import add_handlers
from app.web.bounds import Bounds
from app.web.opening import OpeningDesk

OPENAPI = f"{PREFIX}/openapi.json"
PARTS = (asking, finding, articles, conversations, people, completions, beside, documentation, health)
_ADDRESSES = ("/api", "/v1", "/mcp", "/healthz", "/readyz", "/metrics")
DESCRIPTION = """Questions and answers over a library of articles; every sentence of an answer stands on an exact quote.
Errors are problem documents (RFC 9457, `application/problem+json`)."""


def build_api(
    desk: OpeningDesk,
    *,
    bounds: Bounds | None = None,
    questions: asking.Asking | None = None,
    note: Note | None = None,
) -> FastAPI:
    """The API over a desk that may still be opening.

    It asks in the line of `questions`; with the note, commands of this machine go through it.
    """
    bounds = bounds or Bounds()
    questions = questions or asking.Asking(bounds)
    endpoint = AssistantsEndpoint(desk, questions)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        async with endpoint.living():
            yield

    app = FastAPI(
        title="OnRecord",
        version="1",
        description=DESCRIPTION,
        openapi_url=OPENAPI,
        docs_url=None,
        redoc_url=None,
        lifespan=living,
    )
    app.state.desk = desk
    app.state.note = note
    app.state.asking = questions
    app.router.routes.append(Route("/mcp", endpoint=endpoint, include_in_schema=False))
    routes = list(app.routes)
    for part in PARTS:
        app.include_router(part.router)
        routes += part.router.routes
    add_handlers(app)
    app.add_middleware(BodyLimit, bounds=bounds)
    app.add_middleware(Allowing, routes=routes)
    app.add_middleware(Counted, measures=questions.measures)
    return app


class Beside:
    """ASGI middleware: the API at its own addresses, the page at all others."""

    def __init__(self, app: ASGIApp, api: ASGIApp) -> None:
        self._page = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        path = scope.get("path", "")
        own = scope["type"] == "http" and any(path == one or path.startswith(f"{one}/") for one in _ADDRESSES)
        await (self._api if own else self._page)(scope, receive, send)
