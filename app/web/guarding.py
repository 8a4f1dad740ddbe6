"""Who may speak to the page, and what a browser may load with it. Leaves out: users and passwords.

A page on the loopback address is still reachable from any web site the same browser has open: a name that
resolves to 127.0.0.1 makes that site "same origin". So the Host header must name this machine. Another site's form
or script can still send, if not read: so whatever may change something must come from our own origin, or from no
browser. The content policy is the second lock behind escaping: nothing is loaded from, or sent to, another origin.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# Gradio builds its templates with new Function and sets inline styles: without 'unsafe-*' it stays blank.
PAGE_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": PAGE_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
HEADER_BYTES = 65_536
READING = frozenset({"GET", "HEAD", "OPTIONS"})
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


def host_name(header: str) -> str:
    """The name in a Host header, without port and brackets.

    >>> host_name("[::1]:7860"), host_name("localhost:7860")
    ('::1', 'localhost')
    """
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0].casefold()


class Guard:
    """ASGI middleware: refuses foreign Host headers (421) and what other sites send (403), adds the headers above.

    `names` empty: any Host is taken, for a page that is served to a network on purpose.
    """

    def __init__(self, app: ASGIApp, *, names: Iterable[str] = LOOPBACK_NAMES) -> None:
        self._app = app
        self._names = frozenset(names)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        name = host_name(headers.get("host", ""))
        if sum(len(key) + len(value) for key, value in scope["headers"]) > HEADER_BYTES:
            refusal = PlainTextResponse("OnRecord reads no more than 64 KB of headers.", status_code=431)
            await refusal(scope, receive, send)
            return
        if self._names and name not in self._names:
            refusal = PlainTextResponse("OnRecord answers to 127.0.0.1 and localhost only.", status_code=421)
            await refusal(scope, receive, send)
            return
        if scope.get("method") not in READING and _is_foreign(headers):
            refusal = PlainTextResponse("OnRecord takes nothing that another web site sends.", status_code=403)
            await refusal(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for key, value in HEADERS.items():
                    sent.setdefault(key, value)
            await send(message)

        await self._app(scope, receive, send_guarded)


def _is_foreign(headers: Headers) -> bool:
    """Whether a browser says that another origin's page sends this; what is no browser says nothing."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") == "cross-site"
    return urlsplit(origin).netloc.casefold() != headers.get("host", "").casefold()
