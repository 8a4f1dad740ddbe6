"""The page's own routes beside Gradio's: the reader, and our stylesheet and script. Leaves out: the API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files

import gradio as gr
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from app.web import layout, page, reader
from app.web.opening import OpeningDesk
from index.errors import ArticleNotFoundError, OnRecordError

READER_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
UPLOAD_LIMIT = "100mb"
_ASSETS = {"page.css": "text/css", "page.js": "text/javascript"}


def build_app(desk: OpeningDesk) -> FastAPI:
    """The whole web application over a desk that may still be opening."""

    @asynccontextmanager
    async def closing(_: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()  # here, while the server ends: a writer at work would otherwise be waited for

    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, lifespan=closing)
    app.add_api_route("/onrecord/{name}", asset, methods=["GET"])

    async def read(article: str, version: int | None = None, at: str = "", also: str = "") -> Response:
        return await run_in_threadpool(_read, desk, article, version, at, also)

    app.add_api_route("/read", read, methods=["GET"])
    gr.mount_gradio_app(
        app,
        page.Page(desk).blocks,
        path="/",
        footer_links=[],
        run_history=False,
        show_error=False,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        enable_monitoring=False,
        max_file_size=UPLOAD_LIMIT,
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


def _read(desk: OpeningDesk, article: str, version: int | None, at: str, also: str) -> Response:
    try:
        found = desk.wait(timeout_seconds=30).article(article, version)
    except ArticleNotFoundError as error:
        return _reader_response("Not found", reader.missing_html(str(error)), status=404)
    except OnRecordError as error:
        return _reader_response("Not readable", reader.missing_html(str(error)), status=503)
    cited = next(iter(reader.parse_spans(at)), None)
    body = reader.article_html(found, cited, reader.parse_spans(also))
    return _reader_response(found.title, body)


def _reader_response(title: str, body: str, *, status: int = 200) -> Response:
    headers = {"content-security-policy": READER_POLICY, "cache-control": "no-store"}
    return HTMLResponse(reader.reader_page(title, body), status_code=status, headers=headers)
