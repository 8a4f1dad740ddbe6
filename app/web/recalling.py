"""What happens in the list of conversations: opened, searched, renamed, deleted. Leaves out: its HTML (sidebar)."""

from __future__ import annotations

from typing import Any

import gradio as gr

from app.web import sidebar
from app.web.chatting import CHIPS, chip_update, showing
from app.web.layout import PRIVATE, Layout
from app.web.opening import OpeningDesk
from app.web.session import Session
from app.web.visiting import visited
from index.errors import OnRecordError


class Recalling:
    """The events of the sidebar, and finding a conversation again after the page was loaded anew."""

    def __init__(self, layout: Layout, desk: OpeningDesk) -> None:
        self._layout = layout
        self._desk = desk

    def connect(self) -> None:
        """Wires the events, inside the Blocks."""
        page = self._layout
        shown = [page.conversations, *page.turns, *page.limits, *page.limit_chips]
        page.conversations.act(self._on_act, page.session, shown, **PRIVATE)
        page.recall.change(
            self._on_words, [page.session, page.recall], page.conversations, trigger_mode="always_last", **PRIVATE
        )

    def _on_words(self, session: Session, words: str, request: gr.Request) -> str:
        session.sought = words
        return self.on_recall(session, request)

    def on_recall(self, session: Session, request: gr.Request) -> str:
        """The list's HTML, for whoever looks at it."""
        return listed(visited(self._desk, session, request), session)

    def reopened(self, opening: OpeningDesk, session: Session, conversation_id: str) -> dict[Any, Any]:
        """The updates that show a conversation, and limit what follows as it was limited last."""
        page, desk = self._layout, opening.wait()
        if not session.load(desk, conversation_id):
            gone = '<p class="note" role="status">This conversation is no longer here.</p>'
            return {**showing(page, session, opening), page.past: gone}
        assert session.current is not None
        assert session.current.answer is not None
        record = desk.turn_record(session.current.answer.turn_id)
        filters = record["filters"]
        days = (record["asked_as_of"] or "", filters["since"] or "", filters["until"] or "")
        values = (*days, filters["sources"], filters["undated"])
        known = {*desk.sources(), *filters["sources"]}  # one that no article names any more stays chosen
        return {
            **showing(page, session, opening),
            **dict(zip(page.limits, values, strict=True)),
            page.sources: gr.update(value=filters["sources"], choices=sorted(known, key=str.casefold)),
            # Told here, too, and not by the fields' own events alone: a field in a closed fold has none.
            **{
                chip: chip_update(kind, value)
                for kind, chip, value in zip(CHIPS, page.limit_chips, values, strict=True)
            },
        }

    def _on_act(self, session: Session, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        opening = visited(self._desk, session, request)
        data = event._data if isinstance(event._data, dict) else {}
        conversation_id = str(data.get("id", ""))
        update: dict[Any, Any] = {}
        problem = ""
        try:
            desk = opening.wait(timeout_seconds=60)
            match data.get("do"):
                case "open":
                    update = self.reopened(opening, session, conversation_id)
                case "rename":
                    desk.rename_conversation(conversation_id, str(data.get("name", "")))
                case "delete":
                    desk.delete_conversation(conversation_id)
                    if session.conversation_id == conversation_id:
                        session.clear()
                        update = showing(self._layout, session, opening)
        except OnRecordError as error:
            problem = str(error)
        return {**update, self._layout.conversations: listed(opening, session, problem)}


def listed(opening: OpeningDesk, session: Session, problem: str = "") -> str:
    """The list's HTML; empty while the library is being opened. Made again if others are sought meanwhile."""
    while True:
        words, told = session.sought, problem
        try:
            desk = opening.ready()
            found = desk.conversations(words) if desk else []
        except OnRecordError as error:
            found, told = [], str(error)
        if session.sought == words:
            return sidebar.conversations_html(found, opened=session.conversation_id, words=words, problem=told)
