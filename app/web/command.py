"""What `onrecord serve` and `onrecord mcp` do. Leaves out: its options (app.cli), and the page.

Imports stay light here: the socket is bound before Gradio is imported.
"""

from __future__ import annotations

import sys
import threading
import webbrowser
from collections.abc import Callable
from typing import TYPE_CHECKING

from app.errors import ConfigError
from app.web.opening import DeskOpeningError, OpeningDesk
from app.web.serving import PageServer, bind, is_loopback

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.desk import Desk


def serve(desk_factory: Callable[[], Desk], *, host: str, port: int, open_browser: bool = False) -> None:
    """Serve the chat page until interrupted; raises ConfigError when the port cannot be had.

    The desk is made by `desk_factory` in a thread, once the page can be painted, and closed at the end.
    """
    server, desk = page_server(desk_factory, host=host, port=port)
    sys.stderr.write(f"OnRecord: {server.url} (Ctrl-C stops it)\n")
    sys.stderr.flush()
    if open_browser:
        # The socket listens already, so the browser's first request waits for the server to begin.
        threading.Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
    try:
        server.run()
    finally:
        desk.close()


def refuse_open_house(host: str, *, has_tokens: Callable[[], bool]) -> None:
    """Raises ConfigError where other machines could reach the server and nobody could be told from anybody."""
    if not is_loopback(host) and not has_tokens():
        raise ConfigError(
            f"other machines can reach {host}, and there is no token to tell who may ask: make one with "
            "'onrecord token new NAME', or listen on 127.0.0.1"
        )


def serve_streams(desk_factory: Callable[[], Desk]) -> None:
    """Serve an assistant (Model Context Protocol) over standard input and output until the input ends."""
    import asyncio

    from app.web.api.assistants import serve_streams as serving
    from app.web.api.building import new_asking

    desk = OpeningDesk(desk_factory)
    desk.start()
    try:
        asyncio.run(serving(desk, new_asking()))
    finally:
        desk.close()


def page_server(desk_factory: Callable[[], Desk], *, host: str, port: int) -> tuple[PageServer, OpeningDesk]:
    """A server on a bound socket, not yet running, and the desk that it will open."""
    desk = OpeningDesk(desk_factory)

    def build() -> FastAPI:
        from app.web.routes import build_app

        built = build_app(desk)
        desk.start()
        return built

    def admits(token: str) -> bool:
        opened = desk.ready()
        if opened is None:
            raise DeskOpeningError("the library is still being opened: try again in a moment")
        return opened.admits(token)

    return PageServer(build, bind(host, port), admits=admits), desk
