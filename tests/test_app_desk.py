"""The desk as a caller sees it: real library, indexes and embedding model, an endpoint that says as it is told."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from answered_parts import follows_its_events, is_sound
from scripted_endpoint import MODEL, ScriptedEndpoint

import app
from app import Desk, seeds
from app.config import Settings, load_settings
from app.errors import ConversationNotFoundError, QuestionError
from app.schema import Answer, Finished, SentenceReleased
from app.stored import answer_from_json
from index.errors import ArticleNotFoundError, RetrievalError

STAKE = "What stake will Renault hold in Nissan after the deal?"
SUPPORTED = "Renault will cut its stake in Nissan to 15% from 43%."
PROJECT = Path(__file__).parents[1]


@dataclass
class Opened:
    """A desk over a library of its own, and the endpoint that writes for it."""

    desk: Desk
    endpoint: ScriptedEndpoint
    settings: Settings

    def ask(self, question: str = STAKE, **options: Any) -> Answer:
        given = follows_its_events(list(self.desk.stream(question, **options)))
        is_sound(given, lambda article_id, version: self.desk.article(article_id, version).text)
        return given


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as running:
        yield running


def settings_for(library: Path, cache_dir: Path, endpoint: ScriptedEndpoint) -> Settings:
    return load_settings(
        library=library,
        cache_dir=cache_dir,
        llm_base_url=endpoint.base_url,
        llm_model=MODEL,
        llm_timeout_seconds=20.0,
    )


@pytest.fixture(scope="module")
def seeded(
    tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path, endpoint: ScriptedEndpoint
) -> Iterator[Opened]:
    """The seeds, and nothing that a test may change."""
    assert embedding_files.exists()
    settings = settings_for(tmp_path_factory.mktemp("seeded"), cache_dir, endpoint)
    with Desk.open(settings=settings) as desk:
        desk.add(seeds.folder())
        yield Opened(desk, endpoint, settings)


@pytest.fixture(scope="module")
def changing(
    tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path, endpoint: ScriptedEndpoint
) -> Iterator[Opened]:
    """An empty library; each test brings its own articles and takes them away again."""
    assert embedding_files.exists()
    settings = settings_for(tmp_path_factory.mktemp("changing"), cache_dir, endpoint)
    with Desk.open(settings=settings) as desk:
        yield Opened(desk, endpoint, settings)


@pytest.fixture
def here(seeded: Opened) -> Opened:
    seeded.endpoint.reset()
    seeded.endpoint.reply = f"[1] {SUPPORTED}"
    return seeded


@pytest.fixture
def empty(changing: Opened) -> Iterator[Opened]:
    changing.endpoint.reset()
    yield changing
    for article in changing.desk.articles():
        changing.desk.remove(article.article_id, purge=True)


def news(name: str, text: str, day: str | None = None, source: str | None = None) -> bytes:
    record = {"id": name, "title": f"News of {name}", "text": text, "date": day, "source": source}
    return json.dumps({key: value for key, value in record.items() if value is not None}).encode()


def add(opened: Opened, name: str, text: str, day: str | None = None, source: str | None = None) -> str:
    added = opened.desk.add_bytes(f"{name}.json", news(name, text, day, source))
    assert [one.status for one in added] == ["added"], added
    assert added[0].article_id is not None
    return added[0].article_id


MAYOR = "Maria Santos was elected mayor of Springfield on Tuesday with 61 percent of the vote."


def test_supported_sentence_is_answered_streamed_and_stored(here: Opened) -> None:
    given = here.ask()
    assert (given.text, given.writer, given.fallback) == (f"{SUPPORTED} [1]", MODEL, None)
    assert given.as_of is None
    assert here.desk.turn(given.turn_id) == given
    assert here.desk.turn_record(given.turn_id)["raw"].endswith(f"] {SUPPORTED}")


def test_json_of_an_answer_has_the_fields_that_are_promised(here: Opened) -> None:
    given = here.ask()
    record = json.loads(json.dumps(given.to_json()))
    assert list(record) == [
        "schema_version", "turn_id", "conversation_id", "question", "standalone_question", "as_of", "answered",
        "reason", "confidence", "text", "sentences", "citations", "nearest", "writer", "fallback", "timings", "tokens",
        "notes", "disagreements", "alternatives",
    ]  # fmt: skip
    assert set(record["sentences"][0]) == {"text", "status", "citations", "independent_articles"}
    assert list(record["citations"][0]) == [
        "marker", "article_id", "version", "title", "source", "published_at", "url", "start", "end", "quote",
        "also_reported_by",
    ]  # fmt: skip
    assert set(record["nearest"][0]) >= {"article_id", "version", "start", "end", "quote", "score"}
    assert list(record["timings"]) == [
        "retrieval_seconds", "first_evidence_seconds", "first_word_seconds", "total_seconds",
    ]  # fmt: skip
    assert set(record["tokens"]) == {"read", "cached", "written"}
    assert answer_from_json(record) == given


def test_abstention_has_its_reason_and_the_nearest_passages(here: Opened) -> None:
    here.endpoint.reply, here.endpoint.stated_probability = "[0]", 0.03
    given = here.ask("How much will Nissan pay for Ampere?")
    assert (given.answered, given.reason, given.sentences) == (False, "not_stated", ())
    assert given.nearest
    assert given.to_json()["reason"] == "not_stated"


def test_empty_library_says_that_there_are_no_articles(empty: Opened) -> None:
    given = empty.ask()
    assert (given.reason, given.as_of, given.nearest) == ("no_articles", None, ())
    assert empty.endpoint.asked == []


def test_filters_that_nothing_passes_say_so(empty: Opened) -> None:
    add(empty, "mayor", MAYOR, "2023-05-02", "The Gazette")
    for options in ({"since": "2024-01-01"}, {"sources": ["The Times"]}, {"as_of": "2023-05-01"}):
        assert empty.ask("Who was elected mayor?", quotes_only=True, **options).reason == "filtered_out"
    passing = {"since": "2023-05-02", "until": date(2023, 5, 2), "sources": ["the gazette"], "as_of": "2023-05-02"}
    given = empty.ask("Who was elected mayor of Springfield?", quotes_only=True, **passing)
    assert "Maria Santos" in given.text
    assert given.as_of == date(2023, 5, 2)
    assert (given.citations[0].source, given.citations[0].published_at) == ("The Gazette", "2023-05-02")


def test_undated_articles_left_out_by_dates_are_told_of(empty: Opened) -> None:
    add(empty, "mayor", MAYOR)
    add(empty, "bread", "A baker won a prize for bread.", "2023-05-02")
    question = "Who was elected mayor of Springfield?"
    left_out = empty.ask(question, quotes_only=True, since="2023-01-01")
    assert "Santos" not in left_out.text
    assert left_out.notes[1:] == (
        "1 article without a date was left out by the dates asked for (--undated lets them in).",
    )
    let_in = empty.ask(question, quotes_only=True, since="2023-01-01", undated=True)
    assert "Maria Santos" in let_in.text
    assert let_in.notes == ()


def test_follow_up_by_conversation_turn_or_history(here: Opened) -> None:
    here.endpoint.reply = "[1] Carlos Ghosn was arrested in Japan in 2018."
    first = here.ask("Who was arrested in Japan in 2018?")
    assert "Ghosn" in first.text
    follow_up = "On what charges was he arrested?"
    options: list[dict[str, Any]] = [
        {"conversation_id": first.conversation_id},
        {"follow": first.turn_id},
        {"history": [("Who was arrested in Japan in 2018?", "Carlos Ghosn was.")]},
    ]
    for option in options:
        second = here.ask(follow_up, quotes_only=True, **option)
        assert "Ghosn" in second.standalone_question
        assert second.question == follow_up
    assert len(here.desk.conversation(first.conversation_id)) == 3
    assert here.ask(follow_up, quotes_only=True).standalone_question == follow_up


def test_history_given_with_the_question_is_not_stored(here: Opened) -> None:
    before = len(here.desk.conversations())
    given = here.ask(STAKE, quotes_only=True, history=[])
    assert len(here.desk.conversations()) == before
    with pytest.raises(ConversationNotFoundError, match=given.turn_id):
        here.desk.turn(given.turn_id)


def test_conversations_can_be_listed_and_deleted(here: Opened) -> None:
    given = here.ask(STAKE, quotes_only=True)
    latest = here.desk.conversations()[0]
    assert (latest.conversation_id, latest.title, latest.turns) == (given.conversation_id, STAKE, 1)
    here.desk.delete_conversation(given.conversation_id)
    assert given.conversation_id not in {one.conversation_id for one in here.desk.conversations()}


def test_follow_of_an_unknown_turn_is_an_error(here: Opened) -> None:
    with pytest.raises(ConversationNotFoundError, match="'nowhere'"):
        here.desk.ask(STAKE, follow="nowhere")


@pytest.mark.parametrize(
    ("question", "options", "message"),
    [
        ("", {}, "the question is empty"),
        (" \n\t ", {}, "the question is empty"),
        ("word " * 10_000, {}, "has 10,000 words"),
        ("x" * 4_001, {}, "4,001 characters"),
        (STAKE, {"as_of": "yesterday"}, "as_of: 'yesterday' is no date: write it as YYYY-MM-DD"),
        (STAKE, {"since": "2023-02-30"}, "since: '2023-02-30' is no date"),
        (STAKE, {"since": "2023-02-02", "until": "2023-02-01"}, "since 2023-02-02 is after until 2023-02-01"),
    ],
)
def test_question_that_cannot_be_asked_is_refused_at_once(
    here: Opened, question: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(QuestionError, match=message):
        here.desk.stream(question, **options)
    with pytest.raises(QuestionError, match=message):
        here.desk.ask(question, **options)


@pytest.mark.parametrize(
    "day",
    [
        "2023-05-02",
        " 2023-05-02 ",
        date(2023, 5, 2),
        datetime(2023, 5, 2, 23, 59, tzinfo=timezone(timedelta(hours=9))),
        "2023-05-02T10:00:00+00:00",
    ],
)
def test_day_may_be_written_in_several_ways(here: Opened, day: Any) -> None:
    assert here.desk.search(STAKE, as_of=day).as_of == date(2023, 5, 2)


def test_day_left_empty_is_none(here: Opened) -> None:
    assert here.desk.search(STAKE, as_of="  ").as_of is None


def test_question_with_half_a_character_is_asked(here: Opened) -> None:
    assert (
        here.ask("What stake \ud83d will Renault hold?", quotes_only=True).question == "What stake ? will Renault hold?"
    )


def test_search_ranks_and_stores_nothing(here: Opened) -> None:
    before = len(here.desk.conversations())
    found = here.desk.search(STAKE, k=3)
    assert len(found.evidence) == 3
    assert "15%" in found.evidence[0].quote
    assert len(here.desk.conversations()) == before


def test_failure_to_retrieve_raises_and_is_no_abstention(here: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.vectors import VectorIndex

    def broken(*_: object) -> None:
        raise OSError("the disk is gone")

    monkeypatch.setattr(VectorIndex, "search", broken)
    before = len(here.desk.conversations())
    with pytest.raises(RetrievalError, match="the disk is gone"):
        here.desk.ask(STAKE)
    assert len(here.desk.conversations()) == before


def test_stopping_a_stream_closes_the_writers_connection(here: Opened) -> None:
    here.endpoint.reply += "\n[1] And so it goes on and on." * 300
    here.endpoint.pause_seconds = 0.01
    stream: Any = here.desk.stream(STAKE)
    for event in stream:
        if isinstance(event, SentenceReleased):
            break
    stream.close()
    assert here.endpoint.disconnected.wait(5)


def test_leaving_an_asynchronous_stream_closes_the_writers_connection(here: Opened) -> None:
    here.endpoint.reply += "\n[1] And so it goes on and on." * 300
    here.endpoint.pause_seconds = 0.01

    async def first_sentence() -> str:
        async with aclosing(here.desk.astream(STAKE)) as events:  # type: ignore[type-var]
            async for event in events:
                if isinstance(event, SentenceReleased):
                    return event.sentence.text
        raise AssertionError("no sentence")

    assert asyncio.run(first_sentence()) == SUPPORTED
    assert here.endpoint.disconnected.wait(5)


def test_cancelled_stream_closes_the_writers_connection(here: Opened) -> None:
    here.endpoint.reply += "\n[1] And so it goes on and on." * 300
    here.endpoint.pause_seconds = 0.01

    async def cancelled() -> None:
        async def read() -> None:
            async for _ in here.desk.astream(STAKE):
                pass

        task = asyncio.create_task(read())
        assert await asyncio.to_thread(here.endpoint.began.wait, 10)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    assert here.endpoint.disconnected.wait(5)


def test_asynchronous_twins_give_the_same(here: Opened) -> None:
    async def both() -> tuple[Answer, list[Any]]:
        return await here.desk.aask(STAKE), [event async for event in here.desk.astream(STAKE)]

    asked, events = asyncio.run(both())
    assert asked.text == here.ask().text == follows_its_events(events).text
    assert isinstance(events[-1], Finished)


def test_errors_reach_who_asks_asynchronously(here: Opened) -> None:
    with pytest.raises(QuestionError):
        asyncio.run(here.desk.aask(""))


def test_several_may_ask_at_once(here: Opened) -> None:
    async def many() -> list[Answer]:
        return await asyncio.gather(*(here.desk.aask(STAKE, quotes_only=bool(n % 2)) for n in range(6)))

    answers = asyncio.run(many())
    assert all("15%" in one.text for one in answers)
    assert len({one.turn_id for one in answers}) == 6


def test_example_questions_are_answered(here: Opened) -> None:
    questions = here.desk.example_questions(4)
    assert 3 <= len(set(questions)) == len(questions) <= 4
    for question in questions:
        assert here.ask(question, quotes_only=True).answered, question


def test_article_added_updated_and_removed_shows_at_once(empty: Opened) -> None:
    question = "Who was elected mayor of Springfield?"
    article_id = add(empty, "mayor", MAYOR)
    assert "Maria Santos" in empty.ask(question, quotes_only=True).text
    (updated,) = empty.desk.add_bytes("mayor.json", news("mayor", MAYOR.replace("Maria Santos", "John Okoro")))
    assert (updated.status, updated.article_id, updated.version) == ("updated", article_id, 2)
    assert "John Okoro" in empty.ask(question, quotes_only=True).text
    assert [one.number for one in empty.desk.versions(article_id)] == [1, 2]
    empty.desk.remove(article_id)
    assert empty.ask(question, quotes_only=True).reason == "no_articles"
    assert empty.desk.articles() == []
    with pytest.raises(ArticleNotFoundError):
        empty.desk.article(article_id)


def test_removed_article_stays_readable_in_the_answers_that_cite_it(empty: Opened) -> None:
    article_id = add(empty, "mayor", MAYOR)
    given = empty.ask("Who was elected mayor of Springfield?", quotes_only=True)
    empty.desk.remove(article_id)
    cited = empty.desk.turn(given.turn_id).citations[0]
    assert empty.desk.article(article_id, cited.version).text[cited.start : cited.end] == cited.quote


def test_purge_takes_along_the_turns_that_showed_the_article(empty: Opened) -> None:
    article_id = add(empty, "mayor", MAYOR)
    given = empty.ask("Who was elected mayor of Springfield?", quotes_only=True)
    empty.desk.remove(article_id, purge=True)
    with pytest.raises(ConversationNotFoundError):
        empty.desk.turn(given.turn_id)
    with pytest.raises(ArticleNotFoundError):
        empty.desk.article(article_id, 1)
    data = b"".join(path.read_bytes() for path in empty.settings.library.rglob("*") if path.is_file())
    assert b"Maria Santos" not in data


def test_article_added_by_another_process_is_in_the_next_answer(empty: Opened, tmp_path: Path) -> None:
    question = "Who was elected mayor of Springfield?"
    assert empty.ask(question, quotes_only=True).reason == "no_articles"
    (tmp_path / "mayor.json").write_bytes(news("mayor", MAYOR))
    code = "import sys; from app import Desk\nwith Desk.open(sys.argv[1], writer=False) as desk: desk.add(sys.argv[2])"
    environment = {**os.environ, "ONRECORD_CACHE_DIR": str(empty.settings.cache_dir), "ONRECORD_WRITER": "quotes"}
    subprocess.run(
        [sys.executable, "-c", code, str(empty.settings.library), str(tmp_path / "mayor.json")],
        check=True,
        cwd=PROJECT,
        env=environment,
        timeout=120,
    )
    assert "Maria Santos" in empty.ask(question, quotes_only=True).text


def test_adding_tells_how_far_it_is_and_what_failed(empty: Opened, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Renault cuts its stake. " * 5, encoding="utf-8")
    (tmp_path / "b.txt").write_bytes(b"")
    told: list[tuple[int, int | None, str]] = []
    added = empty.desk.add(tmp_path, progress=lambda *step: told.append(step))
    assert sorted(one.status for one in added) == ["added", "failed"]
    assert told
    assert {total for _, total, _ in told} == {2}
    (again,) = empty.desk.add(tmp_path / "a.txt")
    assert again.status == "unchanged"


def test_address_of_this_machine_is_refused_to_who_types_it_in(empty: Opened) -> None:
    (added,) = empty.desk.add_address("http://127.0.0.1:1/secret")
    assert added.status == "failed"
    assert added.error


def test_articles_are_listed_with_their_metadata(empty: Opened) -> None:
    article_id = add(empty, "mayor", MAYOR, "2023-05-02", "The Gazette")
    (listed,) = empty.desk.articles()
    assert (listed.article_id, listed.version, listed.title) == (article_id, 1, "News of mayor")
    assert (listed.source, listed.published_at, listed.words) == ("The Gazette", "2023-05-02", len(MAYOR.split()))
    assert datetime.fromisoformat(listed.added_at) <= datetime.now(UTC)
    assert empty.desk.default_as_of() == date(2023, 5, 2)


def test_indexes_built_anew_answer_the_same(here: Opened) -> None:
    before = here.desk.search(STAKE)
    here.desk.rebuild()
    after = here.desk.search(STAKE)
    assert [one.quote for one in after.evidence] == [one.quote for one in before.evidence]


def test_writer_at_an_endpoint_is_ready_and_named(here: Opened) -> None:
    status = here.desk.writer_status()
    assert (status.state, status.model) == ("ready", MODEL)
    assert here.desk.wait_for_writer(0.1) == status


def test_users_own_library_begins_with_the_seeds_and_others_empty(
    cache_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_LIBRARY", str(tmp_path / "own"))
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(cache_dir))
    monkeypatch.setenv("ONRECORD_WRITER", "quotes")
    with Desk.open() as desk:
        assert len(desk.articles()) == len(list(seeds.folder().iterdir()))
        assert "15%" in desk.ask(STAKE).text
        assert desk.writer_status().state == "off"
        for article in desk.articles():
            desk.remove(article.article_id)
    with Desk.open() as desk:
        assert desk.articles() == []
    with Desk.open(tmp_path / "other") as desk:
        assert desk.articles() == []
        desk.close()


def test_package_gives_the_desk_and_nothing_else() -> None:
    assert app.Desk is Desk
    with pytest.raises(AttributeError, match="'app' has no attribute 'Table'"):
        _ = app.Table  # type: ignore[attr-defined]


@pytest.mark.parametrize("extension", ["json", "txt"])
def test_removed_article_is_restored_as_it_was(empty: Opened, extension: str) -> None:
    data = news("mayor", MAYOR, "2023-05-02", "The Gazette") if extension == "json" else MAYOR.encode()
    (added,) = empty.desk.add_bytes(f"mayor.{extension}", data)
    assert added.article_id is not None
    before = empty.desk.articles()
    empty.desk.remove(added.article_id)
    assert empty.ask("Who was elected mayor?", quotes_only=True).reason == "no_articles"
    assert empty.desk.restore(added.article_id).article_id == added.article_id
    assert empty.desk.articles() == before
    assert len(empty.desk.versions(added.article_id)) == 1
    assert "Maria Santos" in empty.ask("Who was elected mayor of Springfield?", quotes_only=True).text
    empty.desk.remove(added.article_id, purge=True)
    with pytest.raises(ArticleNotFoundError):
        empty.desk.restore(added.article_id)


def test_answer_tells_which_of_its_articles_have_changed_since(empty: Opened) -> None:
    article_id = add(empty, "mayor", MAYOR)
    given = empty.ask("Who was elected mayor of Springfield?", quotes_only=True)
    assert empty.desk.changes(given) == []
    empty.desk.add_bytes("mayor.json", news("mayor", MAYOR + " She is 51."))
    (kept,) = empty.desk.changes(given)
    assert (kept.cited_version, kept.current_version, kept.still_says) == (1, 2, True)
    empty.desk.add_bytes("mayor.json", news("mayor", MAYOR.replace("61", "51")))
    (corrected,) = empty.desk.changes(given)
    assert (corrected.article_id, corrected.current_version, corrected.still_says) == (article_id, 3, False)
    empty.desk.remove(article_id)
    (removed,) = empty.desk.changes(given)
    assert (removed.current_version, removed.still_says) == (None, False)
    assert empty.desk.turn(given.turn_id) == given


def test_conversation_is_renamed_and_found_by_its_words(here: Opened) -> None:
    given = here.ask(quotes_only=True)
    here.desk.rename_conversation(given.conversation_id, "  The\n gazelle ")
    (found,) = here.desk.conversations("the gazelle 15%")  # the others of this library have another title
    assert (found.conversation_id, found.title) == (given.conversation_id, "The gazelle")
