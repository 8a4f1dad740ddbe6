"""What happens inside an answer: it is judged, asked again with quotes alone, gone on from. Leaves out: the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, get_args

import gradio as gr

from app.entries import Verdict
from app.web.asking import read_limits
from app.web.chatting import ASK_AT_ONCE, Chatting
from app.web.layout import PRIVATE, Layout
from app.web.opening import OpeningDesk
from app.web.session import Session
from app.web.visiting import visited
from index.errors import OnRecordError

if TYPE_CHECKING:
    from app.desk import Desk

VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)


class Responding:
    """The events of links and buttons within the turns shown."""

    def __init__(self, layout: Layout, desk: OpeningDesk, chatting: Chatting) -> None:
        self._layout = layout
        self._desk = desk
        self._chatting = chatting

    def connect(self) -> list[Any]:
        """Wires the events, inside the Blocks; gives those after which the conversation may have gone on."""
        page = self._layout
        options = {"concurrency_limit": ASK_AT_ONCE, "concurrency_id": "ask", **PRIVATE}
        outputs = [*page.turns, page.question, page.ask, page.stop]
        return [part.act(self._on_act, [page.session, *page.limits], outputs, **options) for part in page.answered]

    async def _on_act(
        self,
        session: Session,
        as_of: str,
        since: str,
        until: str,
        sources: Sequence[str],
        undated: bool,
        event: gr.EventData,
        request: gr.Request,
    ) -> AsyncIterator[dict[Any, Any]]:
        opening = visited(self._desk, session, request)
        data = event._data if isinstance(event._data, dict) else {}
        which = str(data.get("id", ""))
        match data.get("do"):
            case "rate":
                yield self._rated(opening, session, which, data.get("verdict"), str(data.get("note", "")))
            case "ask" | "quotes" as how if session.stop is None:
                try:
                    limits = read_limits(as_of, since, until, sources, undated)
                    question = which if how == "ask" else opening.wait(timeout_seconds=60).turn(which).question
                except OnRecordError:  # its fields are judged, and the conversation may be gone: nothing to ask
                    return
                async for update in self._chatting.answer(
                    opening, session, question, replace(limits, quotes_only=how == "quotes")
                ):
                    yield update

    def _rated(
        self, opening: OpeningDesk, session: Session, turn_id: str, verdict: object, note: str
    ) -> dict[Any, Any]:
        page = self._layout
        try:
            desk: Desk = opening.wait(timeout_seconds=60)
            desk.give_feedback(turn_id, next((one for one in VERDICTS if one == verdict), None), note)
        except OnRecordError:  # a turn that was deleted meanwhile is shown anew, or not at all
            return {}
        session.refresh(desk)
        if session.stop is not None:  # the answer on its way would be shown from before
            return {page.past: session.past_html}
        return {page.past: session.past_html, page.current: session.current_html}
