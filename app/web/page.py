"""The page put together: its parts, their events, and what happens by itself as time goes by.

Every event is private: nothing here is an API (that is app.web.api), and no helper becomes a tool.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.entries import WriterStatus
from app.web import listing
from app.web.api.asking import Asking
from app.web.chatting import Chatting, showing
from app.web.escaping import escape
from app.web.layout import PRIVATE, Layout
from app.web.opening import OpeningDesk
from app.web.recalling import Recalling, listed
from app.web.responding import Responding
from app.web.session import Session
from app.web.shelving import Shelving
from app.web.visiting import left, visited, visitor
from index.errors import OnRecordError


class Page(Layout):
    """The parts and their events. Building it touches no desk: that may still be opening."""

    def __init__(self, desk: OpeningDesk, asking: Asking) -> None:
        super().__init__()
        self._desk = desk
        self._recalling = Recalling(self, desk)
        with self.blocks:
            chatting = Chatting(self, desk, asking)
            for changed in [*chatting.connect(), *Responding(self, desk, chatting).connect()]:
                changed.then(self._on_look, None, [self.status, self.watching], **PRIVATE)
                changed.then(self._recalling.on_recall, self.session, self.conversations, **PRIVATE)
            self._recalling.connect()
            Shelving(self, desk).connect()
            self._connect_time()

    def _connect_time(self) -> None:
        outputs = [
            self.status,
            self.opening,
            self.watching,
            self.conversations,
            *self.turns,
            *self.limits,
            *self.limit_chips,
            *self.adding,
        ]
        self.blocks.unload(left)
        self.blocks.load(self._on_open, self.session, outputs, **PRIVATE)
        self.opening.tick(self._on_open, self.session, outputs, **PRIVATE)
        self.watching.tick(self._on_look, None, [self.status, self.watching], **PRIVATE)

    def _on_open(self, session: Session, request: gr.Request) -> dict[Any, Any]:
        desk = visited(self._desk, session, request)
        may_add = visitor(request).may("add")
        update = self._on_look() | {part: gr.update(visible=may_add) for part in self.adding}
        if not desk.settled:
            return update
        update[self.opening] = gr.Timer(active=False)
        if desk.opened:
            update[self.sources] = gr.update(choices=desk.wait().sources())
            if session.empty:
                update |= self._opened(desk, session, request.query_params.get("conversation", ""))
            update[self.conversations] = listed(desk, session)
        return update

    def _opened(self, desk: OpeningDesk, session: Session, conversation_id: str) -> dict[Any, Any]:
        """What a page that was just opened shows: the conversation that its address names, or the welcome."""
        try:
            if conversation_id:
                return self._recalling.reopened(desk, session, conversation_id)
            return showing(self, session, desk)
        except OnRecordError as error:
            return {self.past: f'<p class="problem" role="alert">{escape(str(error))}</p>'}

    def _on_look(self) -> dict[Any, Any]:
        try:
            desk = self._desk.ready()
            status = desk.writer_status() if desk else None
        except OnRecordError as error:
            status = WriterStatus(state="unavailable", model=None, detail=str(error))
        moving = status is not None and status.state in ("waiting", "fetching", "starting")
        return {self.status: listing.status_html(status), self.watching: gr.Timer(active=moving)}
