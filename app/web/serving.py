"""The page on a port of this machine, from the first second on. Leaves out: what the page shows.

The socket is bound before anything slow is imported, so that a taken port is told at once; then a small
waiting page answers until Gradio is imported and the page built, in a thread; then the desk is opened.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import socket
import tempfile
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

import uvicorn
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import ConfigError
from app.people import Person
from app.web.admitting import Admits, Brought, Gate, Proxies, Unasked
from app.web.guarding import LOOPBACK_NAMES, Guard

if TYPE_CHECKING:
    from fastapi import FastAPI

LOGGER = logging.getLogger(__name__)
SECONDS_TO_END = 1
IDLE_SECONDS = 75
"""How long an unused connection stays: longer than the 60 s of common proxies, for who asks again on one that is just
being closed gets an error."""
WAITING_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="1">'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    '<meta name="color-scheme" content="light dark">'
    "<title>OnRecord</title><style>body{font:1.05rem system-ui,sans-serif;display:grid;place-items:center;"
    'min-height:90vh}</style></head><body><p role="status">OnRecord is starting…</p></body></html>'
)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises ConfigError that says how to choose another."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (socket.gaierror, OverflowError, UnicodeError):
        raise ConfigError(f"{host!r} port {port} is no address of this machine: try --host 127.0.0.1") from None
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":  # elsewhere this would let two programs share the port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise ConfigError(_bind_message(host, port, error)) from None
    return listening


def _bind_message(host: str, port: int, error: OSError) -> str:
    choose = f"choose another with --port {port + 1} or ONRECORD_PORT={port + 1}"
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is taken by another program (perhaps another OnRecord): {choose}"
    if error.errno == errno.EACCES:
        return f"port {port} needs rights this user does not have: choose one from 1024 up with --port or ONRECORD_PORT"
    return f"{host} port {port} cannot be used ({error.strerror or error}): {choose}"


class Doorway:
    """ASGI app that shows a waiting page until the one behind it is built, and passes everything on then.

    `failed` is called once with what stopped the building.
    """

    def __init__(self, build: Callable[[], FastAPI], *, failed: Callable[[Exception], None]) -> None:
        self._build = build
        self._failed = failed
        self._inner: ASGIApp | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._inner is not None:
            await self._inner(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/":
            await HTMLResponse(WAITING_PAGE, headers={"cache-control": "no-store"})(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == "/healthz":
            await PlainTextResponse("ok\n")(scope, receive, send)
        elif scope["type"] == "http":
            waiting = PlainTextResponse("OnRecord is starting", status_code=503, headers={"retry-after": "1"})
            await waiting(scope, receive, send)

    async def _built(self) -> FastAPI:
        # Run in a loop of its own: where Gradio finds none running, it makes several and closes none of them.
        return self._build()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        ending = asyncio.ensure_future(receive())
        try:
            inner = await asyncio.to_thread(asyncio.run, self._built())
            async with inner.router.lifespan_context(inner):
                self._inner = inner
                await ending
        except Exception as error:  # noqa: BLE001 - a border: without a page there is nothing to serve
            self._failed(error)
            await ending
        await send({"type": "lifespan.shutdown.complete"})


class PageServer:
    """Serves what `build` makes on a bound socket until stopped.

    Beyond loopback, and behind `proxies` that name users, it lets in whom `admits` admits, and nobody without it.
    `names` are those that it answers to beside the ones of loopback; beyond it any, unless some are given.
    `run` blocks; `stop` may be called from any thread. Uploads live in a folder that ends with the server.
    """

    def __init__(
        self,
        build: Callable[[], FastAPI],
        listening: socket.socket,
        *,
        admits: Admits | None = None,
        proxies: Proxies | None = None,
        names: Collection[str] = (),
    ) -> None:
        self._socket = listening
        self._failure: Exception | None = None
        doorway = Doorway(build, failed=self._fail)
        here = is_loopback(str(listening.getsockname()[0]))
        let_in = Unasked(doorway) if here and proxies is None else Gate(doorway, admits or _nobody, proxies=proxies)
        guarded = Guard(let_in, names={*LOOPBACK_NAMES, *names} if here or names else ())
        self._server = uvicorn.Server(
            uvicorn.Config(
                guarded,
                log_level="critical",
                access_log=False,
                lifespan="on",
                proxy_headers=False,  # whose address a request comes from is not for the request to say
                timeout_keep_alive=IDLE_SECONDS,
                timeout_graceful_shutdown=SECONDS_TO_END,
            )
        )

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        host, port = self._socket.getsockname()[:2]
        name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
        return f"http://{name}:{port}"

    def run(self) -> None:
        """Serve until stopped or interrupted (Ctrl-C is no error); raises what kept the page from being built."""
        with tempfile.TemporaryDirectory(prefix="onrecord-", ignore_cleanup_errors=True) as uploads:
            os.environ["GRADIO_TEMP_DIR"] = uploads
            try:
                self._server.run(sockets=[self._socket])
            except KeyboardInterrupt:
                LOGGER.debug("interrupted")
            finally:
                self._socket.close()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Ask the server to end; open streams get SECONDS_TO_END."""
        self._server.should_exit = True

    def _fail(self, error: Exception) -> None:
        self._failure = error
        self.stop()


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that host, an address or a name of one."""
    return host in LOOPBACK_NAMES or host.startswith("127.")


def _nobody(_: Brought) -> Person | None:
    return None
