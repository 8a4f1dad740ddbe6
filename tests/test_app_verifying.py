"""Answers checked again, taken along, found stale and asked again: real library, indexes and embedding, no writer."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import scripted_desk
from scripted_desk import STAKE, TEXT, TIME, answer, citation, version

from app import Desk, seeds
from app.cli import main
from app.config import Settings
from app.errors import AnswerFileError, ConversationNotFoundError
from app.schema import Answer, Sentence
from app.verifying import Verification, read_answers, verify
from index.articles import Version
from index.errors import ArticleNotFoundError
from index.tables import FILE_NAME

Run = Callable[..., tuple[int, str]]
QUESTION = "What stake will Renault hold in Nissan after the deal?"
SOUND = answer(
    sentences=(Sentence(text="Renault will cut its stake in Nissan to 15%.", status="supported", citations=(1,)),),
    citations=(citation(1, STAKE),),
    text="Renault will cut its stake in Nissan to 15%. [1]",
)


def in_library(article_id: str, number: int) -> Version:
    if (article_id, number) != ("a1", 1):
        raise ArticleNotFoundError(f"there is no version {number} of article '{article_id}' in this library")
    return version()


def checked(given: Answer | Mapping[str, Any]) -> list[tuple[str, int, str]]:
    record = given.to_json() if isinstance(given, Answer) else given
    found = verify([json.loads(json.dumps(record))], in_library)
    return [(fault.part, fault.number, fault.problem) for fault in found.faults]


def quoted(citation_number: int = 1) -> Answer:
    return replace(
        SOUND,
        sentences=(Sentence(text=STAKE, status="quoted", citations=(citation_number,)),),
        text=f"{STAKE} [{citation_number}]",
    )


def with_words(text: str) -> Answer:
    words = Sentence(text=text, status="words", citations=(1,))
    return replace(quoted(), sentences=(words, *quoted().sentences), text=f"{text} [1]: {STAKE} [1]")


def test_words_before_a_sentence_stand_in_what_they_cite() -> None:
    assert checked(with_words("15%")) == []
    assert checked(with_words("16%")) == [("sentence", 1, "it is called words of what it cites, and is not among them")]


def test_what_holds_has_no_faults() -> None:
    assert verify([SOUND.to_json(), quoted().to_json()], in_library) == Verification(answers=2, citations=2, faults=())
    assert checked(scripted_desk.abstention()) == []


@pytest.mark.parametrize(
    ("changed", "part", "number", "problem"),
    [
        (replace(SOUND, citations=(replace(citation(1, STAKE), quote=STAKE.replace("15%", "25%")),)), "citation", 1,
         "the quote is not what stands at"),
        (replace(SOUND, citations=(replace(citation(1, STAKE), start=0),)), "citation", 1, "the quote is not what"),
        (replace(SOUND, citations=(replace(citation(1, STAKE), end=10**6),)), "citation", 1, "is not a part of"),
        (replace(SOUND, citations=(replace(citation(1, STAKE), start=-5),)), "citation", 1, "is not a part of"),
        (replace(SOUND, citations=(replace(citation(1, STAKE), article_id="a9"),)), "citation", 1, "no version 1 of"),
        (replace(SOUND, citations=(replace(citation(1, STAKE), version=2),)), "citation", 1, "no version 2 of"),
        (replace(SOUND, citations=(replace(citation(1, STAKE), title="Nissan sinks"),)), "citation", 1, "its title"),
        (replace(SOUND, citations=(replace(citation(1, STAKE), source="The Times"),)), "citation", 1, "its source"),
        (replace(SOUND, citations=(citation(1, STAKE), citation(1, TIME))), "citation", 1, "given to another"),
        (replace(SOUND, sentences=(replace(SOUND.sentences[0], text="Renault will hold 25%."),),
                 text="Renault will hold 25%. [1]"), "sentence", 1, "does not support it"),
        (replace(SOUND, sentences=(replace(SOUND.sentences[0], citations=(2,)),), text=f"{SOUND.text[:-3]}[2]"),
         "sentence", 1, "a number that is not there"),
        (replace(SOUND, sentences=(replace(SOUND.sentences[0], status="quoted"),)), "sentence", 1, "word for word"),
        (replace(SOUND, text="Renault will hold 25%. [1]"), "answer", 0, "its text is not its sentences"),
        (replace(SOUND, sentences=()), "answer", 0, "called answered"),
        (replace(SOUND, nearest=(replace(SOUND.nearest[0], quote="Nothing."),)), "nearest", 1, "the quote is not"),
    ],
)  # fmt: skip
def test_what_was_tampered_with_is_named(changed: Answer, part: str, number: int, problem: str) -> None:
    faults = checked(changed)
    assert any(found[:2] == (part, number) and problem in found[2] for found in faults), faults


def test_hashes_of_texts_and_spans_are_compared() -> None:
    span = {"article_id": "a1", "version": 1, "start": 0, "end": 8, "sha256": "0" * 64}
    record = {
        "answer": SOUND.to_json(), "evidence": [span], "excerpts": [{**span, "article_id": "a9"}],
        "texts": [{"article_id": "a1", "version": 1, "sha256": "0" * 64}],
    }  # fmt: skip
    assert [found[:2] for found in checked(record)] == [("evidence", 1), ("excerpt", 1), ("text", 1)]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[1]", "{}", '"x"', '{"answers": []}', '{"answers": [3]}', '{"answers": [{"a": 1}]}',
     '{"answer": 3}', json.dumps(SOUND.to_json() | {"as_of": "soon"}), json.dumps(SOUND.to_json() | {"citations": [3]}),
     json.dumps(SOUND.to_json() | {"evidence": [{}]}), json.dumps(SOUND.to_json() | {"texts": 3}), "\udcff"],
)  # fmt: skip
def test_a_file_that_is_no_answer_is_refused_with_what_to_give(tmp_path: Path, text: str) -> None:
    path = tmp_path / "answer.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(AnswerFileError, match="onrecord export TURN --format json"):
        verify(read_answers(path), in_library)


@pytest.fixture
def desk(tmp_path: Path, cache_dir: Path, embedding_files: Path) -> Iterator[Desk]:
    assert embedding_files.exists()
    settings = Settings(library=tmp_path / "library", cache_dir=cache_dir, writer="quotes")
    with Desk.open(settings=settings) as opened:
        opened.add(seeds.folder())
        yield opened


@pytest.fixture
def run(desk: Desk, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on the desk's library; gives its exit code and what it printed."""
    monkeypatch.setenv("ONRECORD_LIBRARY", str(desk.settings.library))
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(desk.settings.cache_dir))
    monkeypatch.setenv("ONRECORD_WRITER", "quotes")

    def command(*words: str) -> tuple[int, str]:
        code = main(list(words))
        return code, capfd.readouterr().out

    return command


def article(folder: Path, text: str, name: str = "one.txt") -> str:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_every_export_can_be_verified(desk: Desk, tmp_path: Path, run: Run) -> None:
    given = desk.ask(QUESTION)
    assert given.citations
    assert not desk.verify(given.turn_id).faults
    code, exported = run("export", given.turn_id, "--format", "json")
    assert code == 0
    assert json.loads(exported) == json.loads(json.dumps(given.to_json())) | {
        "texts": desk.turn_record(given.turn_id)["texts"]
    }
    path = Path(article(tmp_path, exported, "answer.json"))
    assert run("verify", str(path))[0] == 0
    path.write_text(exported.replace("15%", "25%"), encoding="utf-8")
    code, told = run("verify", str(path))
    assert code == 1
    assert f"{given.turn_id}, citation [1]: the quote is not what stands at" in told
    code, told = run("verify", "--json", str(path))
    assert (code, json.loads(told)["holds"], json.loads(told)["faults"][0]["number"]) == (1, False, 1)


def test_an_answer_is_exported_with_footnotes(desk: Desk, run: Run) -> None:
    given = desk.ask(QUESTION)
    code, exported = run("export", given.turn_id)
    assert code == 0
    assert exported == desk.export(given.turn_id, "markdown")
    assert f"## {QUESTION}" in exported
    assert "[^1-1]: " in exported
    assert run("export", "nowhere")[0] == 1
    assert run("verify", "nowhere")[0] == 1


def test_a_text_that_was_changed_behind_the_library_is_found(desk: Desk) -> None:
    given = desk.ask(QUESTION)
    desk.close()
    with closing(sqlite3.connect(desk.settings.library / FILE_NAME)) as connection:
        connection.execute("DROP TRIGGER versions_are_immutable")
        connection.execute("UPDATE versions SET text = replace(text, '15%', '25%')")
        connection.commit()
    with Desk.open(settings=desk.settings) as reopened:
        faults = reopened.verify(given.turn_id).faults
    assert {fault.part for fault in faults} >= {"citation", "evidence", "text"}
    assert any(fault.part == "citation" and fault.number == 1 for fault in faults)


def test_turns_that_quote_what_was_corrected_are_stale_until_asked_again(desk: Desk, tmp_path: Path) -> None:
    place = article(tmp_path, TEXT)
    desk.add(place)
    (other,) = [one for one in desk.articles() if one.origin != place][:1]
    citing = desk.ask("When is the deal expected to be finalized?", sources=())
    assert [one.quote for one in citing.citations if one.quote == TIME]
    assert desk.stale() == []
    article(tmp_path, TEXT.replace("finalized by mid-year", "finalized by autumn"))
    desk.add(place)
    (stale,) = desk.stale()
    assert (stale.turn_id, stale.question) == (citing.turn_id, citing.question)
    assert [(one.cited_version, one.current_version, one.still_says) for one in stale.changes] == [(1, 2, False)]
    assert not desk.verify(citing.turn_id).faults, "what was cited still stands in the version that was cited"
    again = desk.ask_again(citing.turn_id)
    assert again.conversation_id == citing.conversation_id
    assert any("autumn" in one.quote for one in again.citations)
    assert desk.turn_record(again.turn_id)["again_of"] == citing.turn_id
    assert desk.turn(citing.turn_id) == citing
    assert desk.stale() == []
    assert other.article_id


def test_stale_answers_are_listed_and_asked_again_by_command(desk: Desk, tmp_path: Path, run: Run) -> None:
    assert run("stale") == (0, "No answer is stale: what they quote stands as it was quoted.\n")
    place = article(tmp_path, TEXT)
    (added,) = desk.add(place)
    given = desk.ask("When is the deal expected to be finalized?")
    desk.remove(str(added.article_id))
    code, told = run("stale")
    assert code == 0
    assert told.startswith(f"{given.turn_id}  When is the deal expected to be finalized?\n")
    assert "was removed" in told
    (listed,) = json.loads(run("stale", "--json")[1])
    assert listed["turn_id"] == given.turn_id
    assert run("stale", "--again", "another")[1].startswith("No answer is stale")
    (again,) = json.loads(run("stale", "--again", "--json")[1])
    assert all(one["article_id"] != added.article_id for one in again["citations"])
    assert run("stale")[1].startswith("No answer is stale")


def test_asking_again_asks_as_it_was_asked_then(desk: Desk) -> None:
    first = desk.ask("What is Ampere?")
    second = desk.ask("Who makes it?", follow=first.turn_id, since="2020-01-01", undated=True, as_of="2024-01-01")
    desk.ask("And what of Japan?", follow=second.turn_id)
    again = desk.ask_again(second.turn_id)
    was, now = desk.turn_record(second.turn_id), desk.turn_record(again.turn_id)
    for field in ("question", "standalone_question", "history", "asked_as_of", "as_of", "filters", "quotes_only"):
        assert now[field] == was[field], field
    with pytest.raises(ConversationNotFoundError):
        desk.ask_again("nowhere")
