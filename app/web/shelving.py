"""What happens in the library tab: added, searched, removed, put back. Leaves out: its HTML (listing), adding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import gradio as gr

from app.schema import ArticleSummary
from app.web import adding, listing
from app.web.escaping import escape
from app.web.layout import PRIVATE, Layout
from app.web.opening import OpeningDesk
from app.web.session import Session
from index.errors import OnRecordError

if TYPE_CHECKING:
    from app.desk import Desk


class Shelving:
    """The events of the "Library" tab."""

    def __init__(self, layout: Layout, desk: OpeningDesk) -> None:
        self._layout = layout
        self._desk = desk

    def connect(self) -> None:
        """Wires the events, inside the Blocks."""
        page = self._layout
        changed = [page.list, page.sources, page.past, page.current]
        for trigger, source in (
            (page.files.upload, page.files),
            (page.add.click, page.address),
            (page.address.submit, page.address),
        ):
            trigger(
                self._on_add,
                [page.session, source, page.search],
                [page.added, page.files, page.address, *changed],
                concurrency_limit=4,
                **PRIVATE,
            )
        wanted = [page.session, page.search]
        page.search.change(self._on_search, wanted, page.list, trigger_mode="always_last", **PRIVATE)
        page.library_tab.select(self._on_search, wanted, page.list, **PRIVATE)
        page.list.act(self._on_act, wanted, changed, **PRIVATE)

    def _on_search(self, session: Session, words: str) -> str:
        try:
            desk = self._desk.wait(timeout_seconds=60)
        except OnRecordError as error:
            return _problem_html(error)
        return listing.library_html(desk.articles(), words, removed=session.removed)

    def _on_add(self, session: Session, given: str | list[str] | None, words: str) -> Iterator[dict[Any, Any]]:
        page = self._layout
        if not given:
            return
        try:
            desk = self._desk.wait(timeout_seconds=60)
        except OnRecordError as error:
            yield {page.added: _problem_html(error)}
            return
        steps = adding.add_address(desk, given) if isinstance(given, str) else adding.add_files(desk, given)
        for html in steps:
            yield {page.added: html}
        yield {page.files: None, page.address: "", **self._changed(desk, session, words)}

    def _on_act(self, session: Session, words: str, event: gr.EventData) -> dict[Any, Any]:
        data = event._data if isinstance(event._data, dict) else {}
        article_id = str(data.get("id", ""))
        try:
            desk = self._desk.wait(timeout_seconds=60)
            match data.get("do"):
                case "remove":
                    removed = next((one for one in desk.articles() if one.article_id == article_id), None)
                    desk.remove(article_id)
                    session.removed = removed
                case "restore":
                    desk.restore(article_id)
                    session.removed = None
        except OnRecordError as error:
            return {self._layout.list: _problem_html(error) + self._on_search(session, words)}
        return self._changed(desk, session, words)

    def _changed(self, desk: Desk, session: Session, words: str) -> dict[Any, Any]:
        """The list, the sources to choose from, and in the conversation what has now changed since its answers."""
        page, articles = self._layout, desk.articles()
        update: dict[Any, Any] = {
            page.list: listing.library_html(articles, words, removed=session.removed),
            page.sources: gr.update(choices=sources_of(articles)),
        }
        if session.stop is None:  # else the answer on its way would be shown from before
            session.refresh(desk)
            update |= {page.past: session.past_html, page.current: session.current_html}
        return update


def sources_of(articles: Sequence[ArticleSummary]) -> list[str]:
    """The sources that the articles name, in the order of the alphabet."""
    return sorted({article.source for article in articles if article.source}, key=str.casefold)


def _problem_html(error: OnRecordError) -> str:
    return f'<p class="problem" role="alert">{escape(str(error))}</p>'
