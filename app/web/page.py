"""The page's parts and what happens when they are used (Gradio Blocks). Leaves out: HTML, and asking itself.

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
from app.web.opening import OpeningDesk
from index.errors import OnRecordError

EXAMPLES: Final = 4
ASK_AT_ONCE: Final = 8
WELCOME = (
    '<div class="welcome"><h1>Ask your articles</h1>'
    "<p>Every sentence of an answer stands on a passage you can open. "
    "Where the articles do not say, the answer says so.</p>"
    "</div>"
)
READER = (
    '<aside id="reader" aria-label="Article reader" tabindex="-1"><button type="button" class="close" '
    'aria-label="Close the article">Close</button><div id="reader-body" aria-live="polite">'
    '<p class="hint">Choose a number in an answer to read the passage in its article.</p></div></aside>'
)
HEAD = '<link rel="stylesheet" href="onrecord/page.css"><script src="onrecord/page.js" defer></script>'
PRIVATE: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def theme() -> gr.themes.Base:
    """System fonts only: a named web font would be fetched."""
    return gr.themes.Base(
        primary_hue="blue",
        neutral_hue="stone",
        font=["ui-sans-serif", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"],
        font_mono=["ui-monospace", "Menlo", "Consolas", "monospace"],
    )


class Page:
    """The components, laid out, and their events. Building it touches no desk: that may still be opening."""

    def __init__(self, desk: OpeningDesk) -> None:
        self._desk = desk
        with gr.Blocks(title="OnRecord", fill_width=True, analytics_enabled=False, delete_cache=(600, 3600)) as blocks:
            self.session = gr.State(Session())
            with gr.Row(elem_id="top"):
                gr.HTML('<p class="brand">OnRecord</p>', apply_default_css=False)
                self.status = gr.HTML(listing.status_html(None), elem_id="status", apply_default_css=False)
            with gr.Row(elem_id="desk", equal_height=False):
                with gr.Column(elem_id="left", scale=3, min_width=280), gr.Tabs(elem_id="tabs"):
                    with gr.Tab("Ask", id="ask"), gr.Column(elem_id="chat"):
                        self._lay_out_chat()
                    with gr.Tab("Library", id="library") as self.library_tab, gr.Column(elem_id="library"):
                        self._lay_out_library()
                with gr.Column(elem_id="side", scale=2, min_width=280):
                    gr.HTML(READER, elem_id="reader-holder", apply_default_css=False)
            self.opening = gr.Timer(0.5)
            self.watching = gr.Timer(2, active=False)
            self._connect_asking()
            self._connect_library()
            self._connect_time(blocks)
        self.blocks = blocks

    def _lay_out_chat(self) -> None:
        self.welcome = gr.HTML(WELCOME, elem_id="welcome", apply_default_css=False)
        self.past = gr.HTML("", elem_id="past", apply_default_css=False)
        self.current = gr.HTML("", elem_id="current", apply_default_css=False)
        with gr.Row(elem_id="examples"):
            self.examples = [gr.Button("", visible=False, size="sm", elem_classes="example") for _ in range(EXAMPLES)]
        with gr.Column(elem_id="asking"):
            with gr.Row(elem_id="ask-row"):
                self.question = gr.Textbox(
                    placeholder="Ask about the articles",
                    label="Question",
                    show_label=False,
                    container=False,
                    lines=1,
                    max_lines=6,
                    scale=6,
                    min_width=120,
                    elem_id="question",
                    autofocus=True,
                )
                self.ask = gr.Button("Ask", variant="primary", scale=0, min_width=76, elem_id="ask")
                self.stop = gr.Button("Stop", scale=0, min_width=76, visible=False, elem_id="stop")
            with gr.Row(elem_id="below-row"):
                with gr.Accordion("Time and sources", open=False, elem_id="limits"):
                    self._lay_out_limits()
                self.anew = gr.Button("New conversation", size="sm", scale=0, min_width=140, elem_id="anew")

    def _lay_out_limits(self) -> None:
        with gr.Row(elem_id="days"):
            self.as_of, self.since, self.until = (
                gr.Textbox(label=label, placeholder="2023-02-05", max_lines=1, min_width=130, elem_classes="day")
                for label in ("As of", "From", "To")
            )
        self.sources = gr.Dropdown([], label="Sources", multiselect=True, value=[], elem_id="sources")
        self.undated = gr.Checkbox(label="Also articles without a date", value=False)

    def _lay_out_library(self) -> None:
        self.files = gr.File(
            label="Drop articles here (txt, md, html, pdf, docx, json, jsonl)",
            file_count="multiple",
            height=150,
            elem_id="files",
        )
        with gr.Row(elem_id="address-row"):
            self.address = gr.Textbox(
                placeholder="https://… the web address of an article", label="Web address", show_label=False,
                container=False, max_lines=1, scale=6, min_width=120, elem_id="address",
            )  # fmt: skip
            self.add = gr.Button("Add", scale=0, min_width=76, elem_id="add")
        self.added = gr.HTML("", elem_id="added", apply_default_css=False)
        self.search = gr.Textbox(
            placeholder="Search titles and sources", label="Search the library", show_label=False,
            container=False, max_lines=1, elem_id="search",
        )  # fmt: skip
        self.list = gr.HTML("", elem_id="list", apply_default_css=False)

    def _connect_asking(self) -> None:
        limits = [self.as_of, self.since, self.until, self.sources, self.undated]
        outputs = [self.past, self.current, self.question, self.ask, self.stop, self.welcome, *self.examples]
        for trigger in (self.question.submit, self.ask.click):
            asked = trigger(
                self._on_ask,
                [self.session, self.question, *limits],
                outputs,
                concurrency_limit=ASK_AT_ONCE,
                concurrency_id="ask",
                **PRIVATE,
            )
            asked.then(self._on_look, None, [self.status, self.watching], **PRIVATE)
        for example in self.examples:
            example.click(
                self._on_ask,
                [self.session, example, *limits],
                outputs,
                concurrency_limit=ASK_AT_ONCE,
                concurrency_id="ask",
                **PRIVATE,
            )
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

    def _connect_time(self, blocks: gr.Blocks) -> None:
        outputs = [self.status, self.opening, self.watching, self.sources, *self.examples]
        blocks.load(self._on_open, self.session, outputs, **PRIVATE)
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
        if not question:
            yield {self.question: gr.update(placeholder="Write a question first")}
            return
        busy = {self.ask: gr.update(visible=False), self.stop: gr.update(visible=True)}
        idle = {self.ask: gr.update(visible=True), self.stop: gr.update(visible=False)}
        hidden = {part: gr.update(visible=False) for part in (self.welcome, *self.examples)}
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
        try:
            desk = self._desk.ready()
        except OnRecordError as error:
            status = WriterStatus(state="unavailable", model=None, detail=str(error))
            return {self.status: listing.status_html(status), self.opening: gr.Timer(active=False)}
        if desk is None:
            return {self.status: listing.status_html(None)}
        shown: dict[Any, Any] = {} if session.past or session.current else self._example_updates()
        return {
            **self._look(),
            **shown,
            self.opening: gr.Timer(active=False),
            self.sources: gr.update(choices=_sources(desk.articles())),
        }

    def _on_look(self) -> dict[Any, Any]:
        return self._look()

    def _look(self) -> dict[Any, Any]:
        desk = self._desk.ready()
        status = desk.writer_status() if desk else None
        moving = status is None or status.state in ("waiting", "fetching", "starting")
        return {self.status: listing.status_html(status), self.watching: gr.Timer(active=moving)}

    def _example_updates(self) -> dict[Any, Any]:
        desk = self._desk.ready()
        questions = desk.example_questions(EXAMPLES) if desk else []
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
