"""A few articles of our own in a library, and questions of them with a scripted writer or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from answered_parts import follows_its_events, is_sound
from scripted_endpoint import MODEL, ScriptedEndpoint

from app.answering import answer
from app.config import load_settings
from app.turn import Turn
from app.verifying import verify
from app.wiring import Parts, Writers, open_parts
from index.articles import Filters
from index.loading import load


@contextmanager
def library_of(folder: Path, cache_dir: Path, articles: Mapping[str, str]) -> Iterator[Parts]:
    """The articles, by file name, in a library of their own."""
    opened = open_parts(load_settings(library=folder / "library", cache_dir=cache_dir))
    for name, text in articles.items():
        (folder / name).write_text(text, encoding="utf-8")
        list(opened.ingest.add(load(folder / name)))
    yield opened
    opened.close()


def asked(parts: Parts, question: str, endpoint: ScriptedEndpoint | None = None) -> Turn:
    """The turn of a question, with a sound answer; quotes alone without an endpoint."""
    settings = load_settings(llm_base_url=endpoint.base_url if endpoint else None, llm_model=MODEL)
    writer = Writers(settings).current()[0] if endpoint else None
    turn = Turn(question=question, conversation_id="c", asked_as_of=None, filters=Filters(), quotes_only=not endpoint)
    given = follows_its_events(list(answer(turn, retriever=parts.retriever, writer_source=lambda: (writer, None))))
    is_sound(given, lambda article_id, version: parts.library.article(article_id, version).text)
    assert verify([given.to_json()], parts.library.article).faults == ()
    return turn
