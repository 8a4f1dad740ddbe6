"""What each address of the API does, and so which role it takes. Leaves out: which role does what (app.people).

Looked at before a body is read. An address that is not listed is refused to everybody, so that none is forgotten.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import cast

from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import NotAllowedError
from app.people import Operation
from app.web.admitting import person_of
from app.web.api import PREFIX
from app.web.api.problems import problem, problem_of, problem_response

NEEDS: dict[tuple[str, str], Operation | None] = {
    ("POST", f"{PREFIX}/ask"): "ask",
    ("POST", "/v1/chat/completions"): "ask",
    ("GET", f"{PREFIX}/search"): "search",
    ("GET", f"{PREFIX}/articles"): "read",
    ("GET", f"{PREFIX}/sources"): "read",
    ("GET", f"{PREFIX}/articles/{{article_id}}"): "read",
    ("GET", f"{PREFIX}/articles/{{article_id}}/text"): "read",
    ("GET", f"{PREFIX}/articles/{{article_id}}/versions"): "read",
    ("POST", f"{PREFIX}/articles"): "add",
    ("POST", f"{PREFIX}/articles/address"): "add",
    ("POST", f"{PREFIX}/articles/{{article_id}}/restore"): "restore",
    ("DELETE", f"{PREFIX}/articles/{{article_id}}"): "remove",
    ("GET", f"{PREFIX}/conversations"): "converse",
    ("GET", f"{PREFIX}/conversations/{{conversation_id}}"): "converse",
    ("PATCH", f"{PREFIX}/conversations/{{conversation_id}}"): "converse",
    ("DELETE", f"{PREFIX}/conversations/{{conversation_id}}"): "converse",
    ("GET", f"{PREFIX}/turns/{{turn_id}}"): "converse",
    ("GET", f"{PREFIX}/turns/{{turn_id}}/changes"): "converse",
    ("GET", f"{PREFIX}/turns/{{turn_id}}/verification"): "converse",
    ("GET", f"{PREFIX}/turns/{{turn_id}}/export"): "converse",
    ("GET", f"{PREFIX}/turns/{{turn_id}}/feedback"): "converse",
    ("PUT", f"{PREFIX}/turns/{{turn_id}}/feedback"): "converse",
    ("DELETE", f"{PREFIX}/turns/{{turn_id}}/feedback"): "converse",
    ("GET", f"{PREFIX}/me"): "read",
    ("GET", f"{PREFIX}/users"): "manage",
    ("POST", f"{PREFIX}/users"): "manage",
    ("PATCH", f"{PREFIX}/users/{{name}}"): "manage",
    ("DELETE", f"{PREFIX}/users/{{name}}"): "manage",
    ("GET", f"{PREFIX}/tokens"): "manage",
    ("POST", f"{PREFIX}/tokens"): "manage",
    ("DELETE", f"{PREFIX}/tokens/{{token_id}}"): "manage",
    ("GET", f"{PREFIX}/beside"): None,  # proves what the secret of the note is without telling it
    ("POST", f"{PREFIX}/beside/{{verb}}"): "manage",
    ("GET", "/v1/models"): "read",
    ("GET", "/v1/models/{model}"): "read",
    ("*", "/mcp"): "ask",
    ("GET", f"{PREFIX}/openapi.json"): "read",
    ("GET", f"{PREFIX}/docs"): "read",
    ("GET", "/readyz"): "read",
    ("GET", "/metrics"): "measure",
    ("GET", "/healthz"): None,  # anybody may know that the process lives
}


class Allowing:
    """ASGI middleware: 403 for whoever has not the role that an address takes."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._routes = routes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "http":
            route = next((one for one in self._routes if one.matches(scope)[0] is Match.FULL), None)
            if route is not None:
                try:
                    operation = NEEDS[entry_of(route, scope["method"])]
                except KeyError:
                    told = problem(HTTPStatus.FORBIDDEN, "nobody has been given leave for this address")
                    await problem_response(told)(scope, receive, send)
                    return
                if operation is not None:
                    try:
                        person_of(scope).check(operation)
                    except NotAllowedError as error:
                        await problem_response(problem_of(error))(scope, receive, send)
                        return
        await self._app(scope, receive, send)


def entry_of(route: BaseRoute, method: str) -> tuple[str, str]:
    """Where the table is to have a route."""
    methods = cast("set[str] | None", getattr(route, "methods", None))
    path = str(getattr(route, "path", ""))
    return ("GET" if method == "HEAD" else method) if methods else "*", path
