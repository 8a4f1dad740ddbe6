"""Asked for a summary, articles are told in sentences of their own: which question, which sentences, of what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from answered_parts import follows_its_events, is_sound

from app import seeds
from app.answering import answer
from app.config import load_settings
from app.overview import overview_topic, telling_spans
from app.schema import Answer
from app.turn import Exchange, Turn
from app.wiring import Parts, open_parts
from index.articles import Article, Filters
from index.loading import load

FERRY = (
    "The ferry between Vestmere and Holm will stop for a month. "
    "Engineers found cracks in the hull of the ferry on Monday. "
    "However, the ferry may sail again sooner. "
    "Passengers of the ferry between Vestmere and Holm are taken by bus. "
    "The mayor of Holm has a dog. "
    "Ticket prices of the ferry stay as they are."
)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Summarize the two articles.", ""),
        ("Can you please summarise this?", ""),
        ("tl;dr", ""),
        ("What are these articles about?", ""),
        ("What do the articles say?", ""),
        ("What are the key points?", ""),
        ("Give me a short summary of the news about the ferry", "ferry"),
        ("Sum up what the mayor plans.", "what the mayor plans"),
        ("An overview of Nissan's plans, please", "Nissan's plans, please"),
        ("What do the articles say about Geely?", None),
        ("What is the deal about?", None),
        ("Who asked for a summary of the report?", None),
        ("What is the main reason for the delay?", None),
        ("", None),
    ],
)
def test_what_is_asked_of_an_overview(question: str, topic: str | None) -> None:
    assert overview_topic(question) == topic


def told(text: str, n: int, about: str | None = None) -> list[str]:
    near = (lambda sentence: float(about in sentence)) if about else None
    return [text[start:end] for start, end in telling_spans(text, n, near)]


def test_the_first_sentence_and_the_most_central_ones_are_told_in_reading_order() -> None:
    assert told(FERRY, 3) == [
        "The ferry between Vestmere and Holm will stop for a month.",
        "Engineers found cracks in the hull of the ferry on Monday.",
        "Ticket prices of the ferry stay as they are.",  # the passengers' sentence shares more with the first one
    ]


def test_what_is_not_about_the_topic_is_left_out() -> None:
    assert told(FERRY, 3, "mayor") == ["The mayor of Holm has a dog."]


@pytest.mark.parametrize("text", ["", "Ice.", "Ice. Snow.", "? !", "\n\n"])
def test_a_text_of_little_is_told_as_far_as_it_goes(text: str) -> None:
    assert [span for span in telling_spans(text, 4) if not text[slice(*span)]] == []


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Iterator[Parts]:
    assert embedding_files.exists()
    settings = load_settings(library=tmp_path_factory.mktemp("overview"), cache_dir=cache_dir, writer="quotes")
    opened = open_parts(settings)
    list(opened.ingest.add(load(seeds.folder())))
    ferry = Article(text=FERRY, title="Ferry stops", origin="ferry", published_at=datetime(2023, 3, 7, tzinfo=UTC))
    list(opened.ingest.add([ferry]))
    yield opened
    opened.close()


def ask(parts: Parts, question: str, *history: str, **options: object) -> Answer:
    turn = Turn(
        question=question,
        conversation_id="c",
        asked_as_of=None,
        filters=Filters(**options),  # type: ignore[arg-type]
        history=[Exchange(one, "An answer.") for one in history],
    )
    given = follows_its_events(list(answer(turn, retriever=parts.retriever, writer_source=lambda: (None, None))))
    is_sound(given, lambda article_id, version: parts.library.article(article_id, version).text)
    return given


def test_everything_is_summarized_article_by_article_the_newest_first(parts: Parts) -> None:
    given = ask(parts, "Summarize the articles.")
    assert given.answered
    assert given.confidence is None  # nothing was asked that could be right or wrong
    assert {sentence.status for sentence in given.sentences} == {"quoted"}
    assert len({citation.article_id for citation in given.citations}) == 3
    assert given.citations[0].title == "Ferry stops"


def test_a_topic_is_summarized_from_what_is_about_it(parts: Parts) -> None:
    given = ask(parts, "Give me an overview of the news about the Holm ferry.")
    assert {citation.title for citation in given.citations} == {"Ferry stops"}
    assert all("ferry" in sentence.text.lower() for sentence in given.sentences)


def test_that_is_what_was_asked_about_before(parts: Parts) -> None:
    given = ask(parts, "Summarize that.", "Why did the Holm ferry stop?")
    assert {citation.title for citation in given.citations} == {"Ferry stops"}


def test_a_topic_that_no_article_is_about_is_not_summarized(parts: Parts) -> None:
    given = ask(parts, "Summarize the volcano in Iceland.")
    assert (given.answered, given.reason) == (False, "not_stated")


def test_filters_hold_for_overviews_too(parts: Parts) -> None:
    given = ask(parts, "Summarize everything.", since=date(2023, 1, 1))
    assert {citation.title for citation in given.citations} == {"Ferry stops"}
    assert ask(parts, "Summarize everything.", since=date(2024, 1, 1)).reason == "filtered_out"
