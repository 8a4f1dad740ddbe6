"""What `onrecord serve` and `onrecord mcp` do. Leaves out: its options (app.cli), and the page.

Imports stay light here: the socket is bound before Gradio is imported.
"""

from __future__ import annotations

import sys
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.errors import ConfigError
from app.people import Person
from app.web.admitting import Admits, Brought, Proxies, read_networks
from app.web.opening import DeskOpeningError, OpeningDesk
from app.web.serving import PageServer, bind, is_loopback

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.config import Settings
    from app.desk import Desk


def _announce(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


@dataclass(frozen=True, slots=True)
class Door:
    """Who is let in, and under which names: what PageServer takes beside its port."""

    proxies: Proxies | None = None
    names: tuple[str, ...] = ()

    @classmethod
    def of(cls, settings: Settings) -> Door:
        """As the settings say. Raises ConfigError."""
        networks = read_networks(settings.trusted_proxies or "")
        proxies = Proxies(settings.user_header, networks) if settings.user_header else None
        names = tuple(name.strip().casefold() for name in (settings.server_names or "").split(",") if name.strip())
        return cls(proxies, names)


def serve(
    desk_factory: Callable[[], Desk],
    *,
    host: str,
    port: int,
    door: Door | None = None,
    open_browser: bool = False,
    announce: Callable[[str], None] = _announce,
) -> None:
    """Serve the chat page until interrupted; raises ConfigError when the port cannot be had.

    `announce` is told where. The desk is made by `desk_factory` in a thread, once the page can be painted, and closed
    at the end.
    """
    server, desk = page_server(desk_factory, host=host, port=port, door=door)
    announce(f"OnRecord: {server.url} (Ctrl-C stops it)")
    if open_browser:
        # The socket listens already, so the browser's first request waits for the server to begin.
        threading.Thread(target=webbrowser.open, args=(server.url,), daemon=True).start()
    try:
        server.run()
    finally:
        desk.close()


def refuse_open_house(host: str, door: Door, *, anybody_admitted: Callable[[], bool]) -> None:
    """Raises ConfigError where other machines could reach the server and nobody could be told from anybody."""
    if not is_loopback(host) and door.proxies is None and not anybody_admitted():
        raise ConfigError(
            f"other machines can reach {host}, and there is no user or token to tell who may ask: make one with "
            "'onrecord user new NAME' or 'onrecord token new NAME', or listen on 127.0.0.1"
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


def page_server(
    desk_factory: Callable[[], Desk], *, host: str, port: int, door: Door | None = None
) -> tuple[PageServer, OpeningDesk]:
    """A server on a bound socket, not yet running, and the desk that it will open."""
    desk = OpeningDesk(desk_factory)
    door = door or Door()

    def build() -> FastAPI:
        from app.web.routes import build_app

        built = build_app(desk)
        desk.start()
        return built

    server = PageServer(build, bind(host, port), admits=admits_of(desk), proxies=door.proxies, names=door.names)
    return server, desk


def admits_of(desk: OpeningDesk) -> Admits:
    """Tells who somebody is by the users and tokens of a library that may still be opening."""

    def admits(brought: Brought) -> Person | None:
        opened = desk.ready()
        if opened is None:
            raise DeskOpeningError("the library is still being opened: try again in a moment")
        if brought.vouched:
            return opened.members.vouched(brought.vouched)
        if brought.token:
            return opened.members.with_token(brought.token)
        return opened.members.with_password(brought.name, brought.password)

    return admits
