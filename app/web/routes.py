"""The page's own routes beside Gradio's: the documents, and our stylesheet and script; and the API beside them all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

import gradio as gr
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.exporting import Form
from app.note import Note
from app.web import layout, page
from app.web.admitting import person_of
from app.web.api.asking import Asking
from app.web.api.building import Beside, build_api
from app.web.api.limiting import BodyLimit
from app.web.bounds import Bounds
from app.web.documents import Documents
from app.web.opening import OpeningDesk
from app.web.visiting import OwnPages

_ASSETS = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "acting.js": "text/javascript",
    "following.js": "text/javascript",
    "plotting.js": "text/javascript",
    "citing.js": "text/javascript",
}


def build_app(desk: OpeningDesk, *, bounds: Bounds | None = None, note: Note | None = None) -> FastAPI:
    """The whole web application over a desk that may still be opening; `note` as in build_api.

    Questions asked on the page stand in the same line as those of programs.
    """
    bounds = bounds or Bounds()
    questions = Asking(bounds)
    api = build_api(desk, bounds=bounds, questions=questions, note=note)

    @asynccontextmanager
    async def closing(_: FastAPI) -> AsyncIterator[None]:
        async with api.router.lifespan_context(api):
            yield
        desk.close()  # here, while the server ends: a writer at work would otherwise be waited for

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=closing)
    app.add_middleware(BodyLimit, bounds=bounds)
    app.add_middleware(OwnPages)
    app.add_middleware(Beside, api=api)
    app.add_api_route("/onrecord/{name}", asset, methods=["GET"])
    _add_documents(app, desk)
    gr.mount_gradio_app(
        app,
        page.Page(desk, questions).blocks,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        max_file_size=bounds.upload_bytes,
        theme=layout.theme(),
        head=layout.HEAD,
    )
    return app


def asset(name: str) -> Response:
    """One of our own files; 404 for any other name."""
    if name not in _ASSETS:
        return Response(status_code=404)
    content = (files("app.web") / "assets" / name).read_bytes()
    return Response(content, media_type=_ASSETS[name], headers={"cache-control": "no-cache"})


def _add_documents(app: FastAPI, desk: OpeningDesk) -> None:
    async def read(
        request: Request,
        article: str,
        version: int | None = None,
        at: str = "",
        also: str = "",
        since: int | None = None,
    ) -> Response:
        return await run_in_threadpool(shown_to(request).article, article, version, at, also, since)

    async def answer(request: Request, turn: str) -> Response:
        return await run_in_threadpool(shown_to(request).answer, turn)

    async def export(request: Request, form: Form, conversation: str = "", turn: str = "") -> Response:
        if turn:
            return await run_in_threadpool(shown_to(request).turn_file, form, turn)
        return await run_in_threadpool(shown_to(request).conversation_file, form, conversation)

    def shown_to(request: Request) -> Documents:
        return Documents(desk.of(person_of(request.scope)))

    app.add_api_route("/read", read, methods=["GET"])
    app.add_api_route("/answer", answer, methods=["GET"])
    app.add_api_route("/export", export, methods=["GET"])
