"""What happens in the library tab: added, searched, removed, put back. Leaves out: its HTML (listing), adding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import gradio as gr

from app.web import adding, listing
from app.web.arriving import Arrival, arrivals_html
from app.web.escaping import escape
from app.web.layout import PRIVATE, Layout
from app.web.opening import OpeningDesk
from app.web.session import Session
from app.web.visiting import visited
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
                [page.session, source],
                [page.added, page.files, page.address, *changed],
                concurrency_limit=4,
                **PRIVATE,
            )
        again = [page.added, *changed]
        page.added.act(self._on_retry, page.session, again, concurrency_limit=4, **PRIVATE)
        page.search.change(
            self._on_words, [page.session, page.search], page.list, trigger_mode="always_last", **PRIVATE
        )
        page.library_tab.select(self._on_look, page.session, page.list, **PRIVATE)
        page.list.act(self._on_act, page.session, changed, **PRIVATE)

    def _on_words(self, session: Session, words: str, request: gr.Request) -> str:
        session.view = replace(session.view, words=words, offset=0)
        return self._on_look(session, request)

    def _on_look(self, session: Session, request: gr.Request) -> str:
        try:
            return _listed(visited(self._desk, session, request).wait(timeout_seconds=60), session)
        except OnRecordError as error:
            return _problem_html(error)

    def _on_add(self, session: Session, given: str | list[str] | None, request: gr.Request) -> Iterator[dict[Any, Any]]:
        page, opening = self._layout, visited(self._desk, session, request)
        if not given:
            return
        try:
            new = adding.address(given) if isinstance(given, str) else adding.files(given)
        except OnRecordError as error:
            yield {page.added: _problem_html(error) + arrivals_html(session.arrivals)}
            return
        # What was given before is told until something new is given, or as long as it is not done.
        if all(one.state == "ended" for one in session.arrivals):
            session.arrivals = []
        session.arrivals += new
        yield {page.files: None, page.address: ""}
        yield from self._brought_in(opening, session, new)

    def _on_retry(self, session: Session, event: gr.EventData, request: gr.Request) -> Iterator[dict[Any, Any]]:
        """One of the arrivals that failed again, or with no id all of them."""
        data = event._data if isinstance(event._data, dict) else {}
        key = str(data.get("id", ""))
        failed = [one for one in session.arrivals if one.failed and (not key or one.key == key)]
        if failed:
            yield from self._brought_in(visited(self._desk, session, request), session, failed)

    def _brought_in(self, opening: OpeningDesk, session: Session, wanted: list[Arrival]) -> Iterator[dict[Any, Any]]:
        """The updates while those are added: their lines, and at the end the list."""
        page = self._layout
        try:
            desk = opening.wait(timeout_seconds=60)
        except OnRecordError as error:
            yield {page.added: _problem_html(error)}
            return
        for _ in adding.bring_in(desk, wanted, session.arrivals):
            yield {page.added: arrivals_html(session.arrivals)}
        yield self._changed(desk, session)

    def _on_act(self, session: Session, event: gr.EventData, request: gr.Request) -> dict[Any, Any]:
        data = event._data if isinstance(event._data, dict) else {}
        article_id = which = str(data.get("id", ""))
        try:
            desk = visited(self._desk, session, request).wait(timeout_seconds=60)
            match data.get("do"):
                case "remove":
                    removed = desk.article(article_id)
                    desk.remove(article_id)
                    session.removed = removed
                case "restore":
                    desk.restore(article_id)
                    session.removed = None
                case "sort":
                    session.view = session.view.sorted_by(which)
                    return {self._layout.list: _listed(desk, session)}
                case "page" if which.isdecimal():
                    session.view = replace(session.view, offset=int(which))
                    return {self._layout.list: _listed(desk, session)}
        except OnRecordError as error:
            return {self._layout.list: _problem_html(error) + self._on_look(session, request)}
        return self._changed(desk, session)

    def _changed(self, desk: Desk, session: Session) -> dict[Any, Any]:
        """The list, the sources to choose from, and in the conversation what has now changed since its answers."""
        page = self._layout
        update: dict[Any, Any] = {
            page.list: _listed(desk, session),
            page.sources: gr.update(choices=desk.sources()),
        }
        if session.stop is None:  # else the answer on its way would be shown from before
            session.refresh(desk)
            update |= {page.past: session.past_html, page.current: session.current_html}
        return update


def _listed(desk: Desk, session: Session) -> str:
    """The page of the list that the session looks at; the last one where it lies past the end.

    Events of one page run side by side. Where another changed the view meanwhile, its list is made again, so that
    whichever arrives last shows what is wanted now.
    """
    while True:
        view = session.view
        page = desk.article_page(
            view.words,
            order=view.order,
            descending=view.descending,
            offset=view.offset,
            limit=listing.ROWS_SHOWN,
        )
        if session.view != view:
            continue
        if page.articles or not page.found:
            return listing.library_html(page, view, removed=session.removed, fixed=not desk.person.may("remove"))
        session.view = replace(view, offset=(page.found - 1) // listing.ROWS_SHOWN * listing.ROWS_SHOWN)


def _problem_html(error: OnRecordError) -> str:
    return f'<p class="problem" role="alert">{escape(str(error))}</p>'
