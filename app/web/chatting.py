"""What happens when somebody asks: the question's events, and the fields beside it. Leaves out: asking itself."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, Final

import gradio as gr

from app.describing import plain_day
from app.web import render
from app.web.api.asking import Asking
from app.web.asking import Limits, ask, read_limits
from app.web.layout import EXAMPLES, PRIVATE, Layout
from app.web.opening import OpeningDesk
from app.web.session import Session, Shown
from app.web.visiting import visited
from index.errors import OnRecordError

ASK_AT_ONCE: Final = 1000
"""More than our own line takes: who waits in it is told, and who waits in Gradio's is not."""


class Chatting:
    """The events of the "Ask" tab."""

    def __init__(self, layout: Layout, desk: OpeningDesk, asking: Asking) -> None:
        self._layout = layout
        self._desk = desk
        self._asking = asking

    def connect(self) -> list[Any]:
        """Wires the events, inside the Blocks; gives those after which the conversation is another, to go on from."""
        page = self._layout
        limits = list(page.limits)
        triggers: list[tuple[Any, gr.components.Component]] = [
            (page.question.submit, page.question),
            (page.ask.click, page.question),
            *((example.click, example) for example in page.examples),
        ]
        page.stop.click(self._on_stop, page.session, None, queue=False, **PRIVATE)
        begun = page.anew.click(self._on_anew, page.session, page.turns, queue=False, **PRIVATE)
        for kind, limited, chip in zip(CHIPS, page.limits, page.limit_chips, strict=True):
            # Each field tells its own chip alone: the other fields may be about to change, too.
            limited.change(partial(chip_update, kind), limited, chip, trigger_mode="always_last", **PRIVATE)
            chip.click(partial(_cleared, CHIPS[kind]), None, [limited, chip], queue=False, **PRIVATE)
        asked = [
            trigger(
                self._on_ask,
                [page.session, source, *limits],
                [*page.turns, page.question, page.ask, page.stop],
                concurrency_limit=ASK_AT_ONCE,
                concurrency_id="ask",
                **PRIVATE,
            )
            for trigger, source in triggers
        ]
        return [begun, *asked]

    async def _on_ask(
        self,
        session: Session,
        question: str,
        as_of: str,
        since: str,
        until: str,
        sources: Sequence[str],
        undated: bool,
        request: gr.Request,
    ) -> AsyncIterator[dict[Any, Any]]:
        page, question = self._layout, question.strip()
        desk = visited(self._desk, session, request)
        if not question or session.stop is not None:
            yield {page.question: gr.update(placeholder="Write a question first")}
            return
        hidden: dict[Any, Any] = {part: gr.update(visible=False) for part in (page.welcome, *page.examples)}
        try:
            limits = read_limits(as_of, since, until, sources, undated)
        except OnRecordError as error:
            session.begin()
            session.current, session.stop = Shown(render.problem_html(question, str(error))), None
            yield {page.past: session.past_html, page.current: session.current_html, **hidden}
            return
        async for update in self.answer(desk, session, question, limits):
            yield update | hidden
            hidden = {}

    async def answer(
        self, desk: OpeningDesk, session: Session, question: str, limits: Limits
    ) -> AsyncIterator[dict[Any, Any]]:
        """The updates while a question is answered: the turn as it grows, and Stop in place of Ask meanwhile."""
        page = self._layout
        first: dict[Any, Any] = {
            page.question: "",
            page.ask: gr.update(visible=False),
            page.stop: gr.update(visible=True),
        }
        async for html in ask(desk, self._asking, session, question, limits):
            if first:
                first[page.past] = session.past_html
            yield {page.current: html, **first}
            first = {}
        if session.stop is None:  # not another question that was asked meanwhile
            yield {page.ask: gr.update(visible=True), page.stop: gr.update(visible=False)}

    async def _on_stop(self, session: Session, request: gr.Request) -> None:
        visited(self._desk, session, request)
        if session.stop is not None:
            session.stop.set()

    def _on_anew(self, session: Session, request: gr.Request) -> dict[Any, Any]:
        desk = visited(self._desk, session, request)
        session.clear()
        return showing(self._layout, session, desk)


CHIPS: Final[dict[str, Any]] = {"As of": "", "From": "", "To": "", "Only": [], "Also": False}
"""What the chips begin with, in the order of the fields, and what a field is when it limits nothing."""


def chip_update(kind: str, value: str | Sequence[str] | bool | None) -> dict[str, Any]:
    """The chip that says what a field limits, and takes it away; hidden where it limits nothing."""
    if isinstance(value, str):
        said = plain_day(value)
    else:
        said = "without a date" if isinstance(value, bool) else ", ".join(value or ())
    return gr.update(value=f"{kind} {said} ✕", visible=bool(value))


def _cleared(value: Any) -> tuple[Any, dict[str, Any]]:
    return value, gr.update(visible=False)


def showing(page: Layout, session: Session, desk: OpeningDesk) -> dict[Any, Any]:
    """The updates that make the page show the session: its turns, or the welcome and examples."""
    questions = desk.wait().example_questions(EXAMPLES) if session.empty and desk.opened else []
    padded = [*questions, *[""] * EXAMPLES][:EXAMPLES]
    return {
        page.past: session.past_html,
        page.current: session.current_html,
        page.welcome: gr.update(visible=session.empty),
        **{
            button: gr.update(value=question, visible=bool(question))
            for button, question in zip(page.examples, padded, strict=True)
        },
    }
