"""What `onrecord serve` and `onrecord mcp` do. Leaves out: its options (app.cli), and the page.

Imports stay light here: the socket is bound before Gradio is imported.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from pathlib import Path
from typing import TYPE_CHECKING

from app import note
from app.errors import ConfigError
from app.people import ANONYMOUS, Person
from app.web import heap
from app.web.admitting import Admits, Brought, Proxies, read_networks
from app.web.opening import DeskOpeningError, OpeningDesk
from app.web.serving import PageServer, bind, is_loopback

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.config import Settings
    from app.desk import Desk
    from app.web.bounds import Bounds


LOGGER = logging.getLogger(__name__)


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
    bounds: Bounds | None = None,
    library: Path | None = None,
    open_browser: bool = False,
    announce: Callable[[str], None] = _announce,
) -> None:
    """Serve the chat page until interrupted; raises ConfigError when the port cannot be had.

    `announce` is told where. The desk is made by `desk_factory` in a thread, once the page can be painted, and closed
    at the end. Commands on the library in the folder `library` go through the server meanwhile.
    """
    heap.bound()
    server, desk = page_server(desk_factory, host=host, port=port, door=door, bounds=bounds, library=library)
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

    from app.web.api.asking import Asking
    from app.web.api.assistants import serve_streams as serving
    from app.web.bounds import Bounds

    heap.bound()
    desk = OpeningDesk(desk_factory)
    desk.start()
    try:
        asyncio.run(serving(desk, Asking(Bounds())))
    finally:
        desk.close()


def page_server(
    desk_factory: Callable[[], Desk],
    *,
    host: str,
    port: int,
    door: Door | None = None,
    bounds: Bounds | None = None,
    library: Path | None = None,
) -> tuple[PageServer, OpeningDesk]:
    """A server on a bound socket, not yet running, and the desk that it will open."""
    desk = OpeningDesk(lambda: opened(desk_factory))
    door = door or Door()

    def build() -> FastAPI:
        from app.web.routes import build_app

        built = build_app(desk, bounds=bounds, note=own)
        desk.start()
        return built

    def opened(factory: Callable[[], Desk]) -> Desk:
        made = factory()
        if library is not None:
            _leave(own, library)
        return made

    def admits(brought: Brought) -> Person | None:
        if compare_digest(brought.token.encode(), own.secret.encode()):
            return ANONYMOUS
        return by_members(brought)

    by_members = admits_of(desk)
    server = PageServer(build, bind(host, port), admits=admits, proxies=door.proxies, names=door.names)
    own = note.new_note(server.url)
    return server, desk


def _leave(own: note.Note, library: Path) -> None:
    """Leaves the note, unless another server of this library has: then that is the one to go through."""
    folder = library.expanduser()
    before = note.read(folder)
    try:
        if before is None or not note.answers(before):
            note.leave(own, folder)
            atexit.register(note.take_away, own, folder)
    except OSError as error:
        LOGGER.warning("commands cannot go through this server: its note cannot be left in %s: %s", folder, error)


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
