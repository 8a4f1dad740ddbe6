"""Who sends an event of the page, and whose an open page is. Leaves out: how they are let in (admitting).

Gradio knows an open page by a number that the browser makes up. Whoever came to know another's could act in it and see
what it is told, so a page is its first visitor's alone.
"""

from __future__ import annotations

from collections import OrderedDict
from urllib.parse import parse_qs
from weakref import WeakValueDictionary

import gradio as gr
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import NotAllowedError
from app.people import Person
from app.web.admitting import person_of
from app.web.opening import OpeningDesk
from app.web.session import Session

_MOST = 20_000
_visitors: OrderedDict[str, str] = OrderedDict()
"""Whose each open page is, by Gradio's number; the oldest are forgotten, and then nothing is sent to them any more."""

_pages: WeakValueDictionary[str, Session] = WeakValueDictionary()
"""What each open page shows, while it is kept."""


def visitor(request: gr.Request) -> Person:
    """Who sends an event."""
    assert request.request is not None
    return person_of(request.request.scope)


def visited(desk: OpeningDesk, session: Session, request: gr.Request) -> OpeningDesk:
    """The desk as the one who sends an event may use it. Raises NotAllowedError in a page that is another's."""
    person = visitor(request)
    if session.owner is None:
        session.owner = person.user_id
    if session.owner != person.user_id:
        raise NotAllowedError("this page is somebody else's: load it anew")
    if request.session_hash:
        _pages[request.session_hash] = session
        _visitors[request.session_hash] = person.user_id
        _visitors.move_to_end(request.session_hash)
        while len(_visitors) > _MOST:
            _visitors.popitem(last=False)
    return desk.of(person)


async def left(request: gr.Request) -> None:
    """Stops the answer on its way to a page that was closed: nobody waits for it, and others do for its place."""
    session = _pages.get(request.session_hash or "")
    if session is not None and session.stop is not None:
        session.stop.set()


NOT_SERVED = ("/gradio_api/file=", "/gradio_api/file/", "/gradio_api/proxy=")
"""Where Gradio gives uploaded files back to whoever names them, and fetches addresses. The page needs neither."""


class OwnPages:
    """ASGI middleware: what an open page is told goes to its visitor alone (403 for others), uploads to none (404)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "http":
            if scope["path"].startswith(NOT_SERVED):
                await PlainTextResponse("Uploaded files are not given back.", status_code=404)(scope, receive, send)
                return
            for page in parse_qs(scope.get("query_string", b"").decode("latin-1")).get("session_hash", ()):
                if _visitors.get(page, person_of(scope).user_id) != person_of(scope).user_id:
                    await PlainTextResponse("This page is somebody else's.", status_code=403)(scope, receive, send)
                    return
        await self._app(scope, receive, send)
