"""What happens when the page is used: its events, wired to the desk. Leaves out: the parts, HTML, and asking itself.

Every event is private: nothing here is an API (that is app.web.api), and no helper becomes a tool.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, Final

import gradio as gr

from app.schema import ArticleSummary, WriterStatus
from app.web import adding, listing, render
from app.web.asking import Session, ask, read_limits
from app.web.escaping import escape
from app.web.layout import EXAMPLES, Layout
from app.web.opening import OpeningDesk
from index.errors import OnRecordError

ASK_AT_ONCE: Final = 8
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class Page(Layout):
    """The parts and their events. Building it touches no desk: that may still be opening."""

    def __init__(self, desk: OpeningDesk) -> None:
        super().__init__()
        self._desk = desk
        with self.blocks:
            self._connect_asking()
            self._connect_library()
            self._connect_time()

    def _connect_asking(self) -> None:
        limits = [self.as_of, self.since, self.until, self.sources, self.undated]
        outputs = [self.past, self.current, self.question, self.ask, self.stop, self.welcome, *self.examples]
        triggers: list[tuple[Any, gr.components.Component]] = [
            (self.question.submit, self.question),
            (self.ask.click, self.question),
            *((example.click, example) for example in self.examples),
        ]
        for trigger, source in triggers:
            asked = trigger(
                self._on_ask,
                [self.session, source, *limits],
                outputs,
                concurrency_limit=ASK_AT_ONCE,
                concurrency_id="ask",
                **PRIVATE,
            )
            asked.then(self._on_look, None, [self.status, self.watching], **PRIVATE)
        self.stop.click(self._on_stop, self.session, None, queue=False, **PRIVATE)
        self.anew.click(
            self._on_anew, self.session, [self.past, self.current, self.welcome, *self.examples], queue=False, **PRIVATE
        )

    def _connect_library(self) -> None:
        outputs = [self.added, self.list, self.sources, self.files, self.address]
        for trigger, source in (
            (self.files.upload, self.files),
            (self.add.click, self.address),
            (self.address.submit, self.address),
        ):
            trigger(self._on_add, [source, self.search], outputs, concurrency_limit=4, **PRIVATE)
        self.search.change(self._on_search, self.search, self.list, trigger_mode="always_last", **PRIVATE)
        self.library_tab.select(self._on_search, self.search, self.list, **PRIVATE)

    def _connect_time(self) -> None:
        outputs = [self.status, self.opening, self.watching, self.sources, *self.examples]
        self.blocks.load(self._on_open, self.session, outputs, **PRIVATE)
        self.opening.tick(self._on_open, self.session, outputs, **PRIVATE)
        self.watching.tick(self._on_look, None, [self.status, self.watching], **PRIVATE)

    async def _on_ask(
        self,
        session: Session,
        question: str,
        as_of: str,
        since: str,
        until: str,
        sources: Sequence[str],
        undated: bool,
    ) -> AsyncIterator[dict[Any, Any]]:
        question = question.strip()
        if not question or session.stop is not None:
            yield {self.question: gr.update(placeholder="Write a question first")}
            return
        busy = {self.ask: gr.update(visible=False), self.stop: gr.update(visible=True)}
        idle = {self.ask: gr.update(visible=True), self.stop: gr.update(visible=False)}
        hidden: dict[Any, Any] = {part: gr.update(visible=False) for part in (self.welcome, *self.examples)}
        try:
            limits = read_limits(as_of, since, until, sources, undated)
        except OnRecordError as error:
            session.begin()
            session.current = render.problem_html(question, str(error))
            yield {self.past: "".join(session.past), self.current: session.current, **hidden}
            return
        first = True
        async for html in ask(self._desk, session, question, limits):
            update: dict[Any, Any] = {self.current: html}
            if first:
                update |= {self.past: "".join(session.past), self.question: "", **busy, **hidden}
                first = False
            yield update
        yield idle

    @staticmethod
    async def _on_stop(session: Session) -> None:
        if session.stop is not None:
            session.stop.set()

    def _on_anew(self, session: Session) -> dict[Any, Any]:
        if session.stop is not None:
            session.stop.set()
        session.conversation_id, session.past, session.current = None, [], ""
        return {self.past: "", self.current: "", self.welcome: gr.update(visible=True), **self._example_updates()}

    def _on_open(self, session: Session) -> dict[Any, Any]:
        update = self._on_look()
        if not self._desk.settled:
            return update
        update[self.opening] = gr.Timer(active=False)
        if self._desk.opened:
            update[self.sources] = gr.update(choices=_sources(self._desk.wait().articles()))
            if not session.past and not session.current:
                update |= self._example_updates()
        return update

    def _on_look(self) -> dict[Any, Any]:
        try:
            desk = self._desk.ready()
            status = desk.writer_status() if desk else None
        except OnRecordError as error:
            status = WriterStatus(state="unavailable", model=None, detail=str(error))
        moving = status is not None and status.state in ("waiting", "fetching", "starting")
        return {self.status: listing.status_html(status), self.watching: gr.Timer(active=moving)}

    def _example_updates(self) -> dict[Any, Any]:
        questions = self._desk.wait().example_questions(EXAMPLES) if self._desk.opened else []
        padded = [*questions, *[""] * EXAMPLES][:EXAMPLES]
        return {
            button: gr.update(value=question, visible=bool(question))
            for button, question in zip(self.examples, padded, strict=True)
        }

    def _on_search(self, words: str) -> str:
        try:
            desk = self._desk.wait(timeout_seconds=60)
        except OnRecordError as error:
            return f'<p class="problem" role="alert">{escape(str(error))}</p>'
        return listing.library_html(desk.articles(), words)

    def _on_add(self, given: str | list[str] | None, words: str) -> Iterator[dict[Any, Any]]:
        if not given:
            return
        try:
            desk = self._desk.wait(timeout_seconds=60)
        except OnRecordError as error:
            yield {self.added: f'<p class="problem" role="alert">{escape(str(error))}</p>'}
            return
        steps = adding.add_address(desk, given) if isinstance(given, str) else adding.add_files(desk, given)
        for html in steps:
            yield {self.added: html}
        articles = desk.articles()
        yield {
            self.list: listing.library_html(articles, words),
            self.sources: gr.update(choices=_sources(articles)),
            self.files: None,
            self.address: "",
        }


def _sources(articles: Sequence[ArticleSummary]) -> list[str]:
    return sorted({article.source for article in articles if article.source}, key=str.casefold)
