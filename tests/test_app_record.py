"""Conversations and turns, kept in the library's own file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from store_parts import Store, made_article

from app.assembling import Assembly
from app.errors import ConversationNotFoundError
from app.excerpts import Excerpt
from app.prompting import Asked
from app.record import Record
from app.schema import Answer
from app.stored import answer_from_json
from app.supporting import Cited, Supported
from app.turn import Turn
from app.writing import Writing
from index.articles import Evidence, Filters, Retrieved
from index.tables import FILE_NAME


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        opened.add(made_article(1), made_article(2), made_article(3))
        yield opened


@pytest.fixture
def record(store: Store) -> Record:
    return Record(store.library)


def passage(store: Store, number: int) -> Evidence:
    entry = store.library.articles()[number - 1]
    version = store.library.article(entry.article_id)
    return Evidence(
        article_id=entry.article_id, version=1, start=0, end=8, quote=version.text[:8], score=0.5, title=entry.title,
        source=None, published_at=datetime(2023, 1, 5, tzinfo=UTC), url=None,
    )  # fmt: skip


def asked(
    store: Store, question: str = "What?", conversation: str = "c1", *, cites: int | None = 1, near: int | None = None
) -> Turn:
    """A finished turn that cites one article and shows another beside it."""
    evidence = tuple(passage(store, number) for number in (cites, near) if number)
    turn = Turn(question=question, conversation_id=conversation, asked_as_of=date(2023, 2, 1), filters=Filters())
    turn.standalone_question = f"{question} (in full)"
    turn.retrieved = Retrieved(
        evidence=evidence, articles=(), as_of=date(2023, 2, 1), library_articles=3, allowed_articles=3,
        undated_left_out=2,
    )  # fmt: skip
    assembly = Assembly(turn)
    if cites:
        assembly.add_written("It is so.", Supported((Cited(evidence[0], 0, 8),), ()), part=question, confidence=0.7)
        assembly.finish()
    else:
        assembly.abstain("not_stated")
    return turn


def answer_of(turn: Turn) -> Answer:
    assert turn.answer is not None
    return turn.answer


def test_turn_is_kept_as_it_was_shown(store: Store, record: Record) -> None:
    turn = asked(store, near=2)
    record.keep(turn)
    kept = record.turn(turn.turn_id)
    texts = [store.library.article(entry.article_id) for entry in store.library.articles()[:2]]
    assert sorted(one["sha256"] for one in kept.pop("texts")) == sorted(text.text_sha256 for text in texts)
    assert kept == json.loads(json.dumps(turn.to_json()))
    assert record.answers("c1") == [turn.answer]


def test_answer_comes_back_from_its_json(store: Store) -> None:
    for turn in (asked(store, near=2), asked(store, cites=None, near=1), asked(store, cites=None)):
        given = answer_of(turn)
        assert answer_from_json(json.loads(json.dumps(given.to_json()))) == given


def test_answer_kept_before_there_was_a_confidence_comes_back_without_one(store: Store) -> None:
    given = answer_of(asked(store)).to_json()
    assert given.pop("confidence") == 0.7
    assert answer_from_json(given).confidence is None


def test_conversation_is_its_answers_oldest_first(store: Store, record: Record) -> None:
    kept = [asked(store, f"Question {number}?") for number in range(4)]
    for turn in kept:
        record.keep(turn)
    assert record.answers("c1") == [turn.answer for turn in kept]
    assert record.answers("unknown") == []


def test_history_is_what_was_understood_and_answered(store: Store, record: Record) -> None:
    first, second, third = asked(store, "One?"), asked(store, "Two?", cites=None, near=1), asked(store, "Three?")
    for turn in (first, second, third):
        record.keep(turn)
    assert [(one.question, one.answer) for one in record.history("c1")] == [
        ("One? (in full)", "It is so. [1]"),
        ("Two? (in full)", ""),
        ("Three? (in full)", "It is so. [1]"),
    ]
    assert len(record.history("c1", upto=second.turn_id)) == 2
    assert record.conversation_of(third.turn_id) == "c1"


def test_conversations_are_named_by_their_first_question_the_latest_first(store: Store, record: Record) -> None:
    for question, conversation in (("One?", "c1"), ("Two?", "c2"), ("Three?", "c1"), ("Four?", "c3")):
        record.keep(asked(store, question, conversation))
    assert [(one.conversation_id, one.title, one.turns) for one in record.conversations()] == [
        ("c3", "Four?", 1),
        ("c1", "One?", 2),
        ("c2", "Two?", 1),
    ]
    assert all(datetime.fromisoformat(one.updated_at).tzinfo for one in record.conversations())


def test_deleted_conversation_leaves_nothing(store: Store, record: Record, tmp_path: Path) -> None:
    turn, other = asked(store), asked(store, conversation="c2")
    record.keep(turn)
    record.keep(other)
    record.delete("c1")
    assert record.answers("c1") == []
    assert [one.conversation_id for one in record.conversations()] == ["c2"]
    with pytest.raises(ConversationNotFoundError, match=f"no turn '{turn.turn_id}'"):
        record.turn(turn.turn_id)
    with store.library.reading() as connection:
        left = connection.exec_driver_sql("SELECT DISTINCT turn_id FROM cited_articles").scalars().all()
    assert left == [other.turn_id]


@pytest.mark.parametrize("what", ["turn", "conversation_of"])
def test_unknown_turn_is_named(record: Record, what: str) -> None:
    with pytest.raises(ConversationNotFoundError, match="there is no turn 'nowhere' in this library"):
        getattr(record, what)("nowhere")


def test_unknown_conversation_is_named(record: Record) -> None:
    with pytest.raises(ConversationNotFoundError, match="there is no conversation 'nowhere'"):
        record.delete("nowhere")


def test_removed_article_keeps_the_turns_that_cite_it(store: Store, record: Record) -> None:
    turn = asked(store)
    record.keep(turn)
    store.ingest.remove(passage(store, 1).article_id)
    assert record.answers("c1") == [turn.answer]


def test_purged_article_takes_every_turn_along_that_showed_it(store: Store, record: Record) -> None:
    citing, beside, other = asked(store, "Citing?"), asked(store, "Beside?", cites=2, near=1), asked(store, cites=3)
    read = asked(store, "Read?", cites=2)
    read.excerpts = (Excerpt(passage(store, 1), 0, 8),)
    read.writing = Writing(Asked("Read?", read.excerpts, ("Read?",)), raw="words of the article")
    for turn in (citing, beside, other, read):
        record.keep(turn)
    store.ingest.remove(passage(store, 1).article_id, purge=True)
    assert record.answers("c1") == [other.answer]


def test_conversation_goes_on_in_order_after_a_purge(store: Store, record: Record) -> None:
    for cites in (1, 2, 3):
        record.keep(asked(store, f"Cites {cites}?", cites=cites))
    store.ingest.remove(passage(store, 1).article_id, purge=True)
    last = asked(store, "Last?", cites=None)
    record.keep(last)
    assert [one.question for one in record.answers("c1")] == ["Cites 2?", "Cites 3?", "Last?"]
    assert [(one.title, one.turns) for one in record.conversations()] == [("Cites 2?", 3)]


def test_turns_stay_when_the_library_is_opened_again(store: Store, record: Record) -> None:
    turn = asked(store)
    record.keep(turn)
    assert Record(store.library).answers("c1") == [turn.answer]


def test_turn_is_kept_whole_or_not_at_all(store: Store, record: Record) -> None:
    turn = asked(store)
    record.keep(turn)
    with pytest.raises(Exception, match="UNIQUE"):
        record.keep(turn)
    assert len(record.answers("c1")) == 1


def test_record_lies_in_the_librarys_own_file(store: Store, record: Record) -> None:
    record.keep(asked(store))
    with closing(sqlite3.connect(store.folder / FILE_NAME)) as connection:
        assert connection.execute("SELECT count(*) FROM turns").fetchone() == (1,)


def test_notes_say_how_many_undated_articles_were_left_out(store: Store) -> None:
    turn = asked(store)
    assert answer_of(turn).notes == (
        "2 articles without a date were left out by the dates asked for (--undated lets them in).",
    )


def test_conversation_is_named_by_its_reader_until_the_name_is_taken_back(store: Store, record: Record) -> None:
    record.keep(asked(store, "First?", "c1"))
    record.keep(asked(store, "Second?", "c1"))
    record.rename("c1", "The alliance")
    assert [one.title for one in record.conversations()] == ["The alliance"]
    record.rename("c1", "Nissan")
    assert [(one.title, one.turns) for one in record.conversations()] == [("Nissan", 2)]
    record.rename("c1", "")
    assert [one.title for one in record.conversations()] == ["First?"]
    with pytest.raises(ConversationNotFoundError, match="'c9'"):
        record.rename("c9", "Nothing")


def test_name_goes_with_its_conversation(store: Store, record: Record) -> None:
    record.keep(asked(store, "First?", "c1"))
    record.rename("c1", "The alliance")
    record.delete("c1")
    record.keep(asked(store, "Again?", "c1"))
    assert [one.title for one in record.conversations()] == ["Again?"]


@pytest.mark.parametrize(
    ("words", "found"),
    [("", ["c2", "c1"]), ("ZÜRICH", ["c1"]), ("it is", ["c2", "c1"]), ("named it", ["c2"]), ("100%_", [])],
)
def test_conversations_are_searched_by_name_question_and_answer(
    store: Store, record: Record, words: str, found: list[str]
) -> None:
    record.keep(asked(store, "Who is in Zürich?", "c1"))
    record.keep(asked(store, "And who is not?", "c2"))
    record.rename("c2", "Named by me")
    assert [one.conversation_id for one in record.conversations(words)] == found
