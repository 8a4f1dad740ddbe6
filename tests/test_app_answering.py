"""From a question to a checked answer: real library, indexes and embedding model, an endpoint that says as it is told.

What a reader is shown is looked at, not how the stages decide.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from answered_parts import follows_its_events, is_sound
from scripted_endpoint import MODEL, ScriptedEndpoint

from app import seeds
from app.abstaining import AT_ITS_WORD
from app.answering import answer
from app.config import Settings, load_settings
from app.lining import Line
from app.prompting import ONE_SENTENCE, YES_OR_NO
from app.schema import Answer, Event, EvidenceFound, Queued, SentenceReleased
from app.settling import MOST_CONFIRMED
from app.turn import Exchange, Turn
from app.verifying import verify
from app.wiring import Parts, Writers, open_parts
from app.writing import Writer
from index.articles import Filters
from index.loading import load
from prompts import render

STAKE = "What stake will Renault hold in Nissan after the deal?"
SUPPORTED = "Renault will cut its stake in Nissan to 15% from 43%."


@dataclass
class Room:
    """The seeds in a library, and a writer for an endpoint."""

    parts: Parts
    settings: Settings
    endpoint: ScriptedEndpoint
    turn: Turn | None = field(default=None)

    def writer(self, **changed: Any) -> Writer:
        writer, _ = Writers(self.settings.model_copy(update=changed)).current()
        assert writer is not None
        return writer

    def ask(
        self, question: str = STAKE, *, writer: Writer | None = None, why: str | None = None, **turn: Any
    ) -> Answer:
        options = {"conversation_id": "c", "asked_as_of": None, "filters": Filters(), **turn}
        self.turn = Turn(question=question, **options)
        events: list[Event] = list(
            answer(self.turn, retriever=self.parts.retriever, writer_source=lambda: (writer, why))
        )
        given = follows_its_events(events)
        assert given == self.turn.answer
        is_sound(given, lambda article_id, version: self.parts.library.article(article_id, version).text)
        return given

    def written(self, reply: str, question: str = STAKE, **turn: Any) -> Answer:
        self.endpoint.reply = reply
        return self.ask(question, writer=self.writer(), **turn)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Iterator[Room]:
    assert embedding_files.exists()
    with ScriptedEndpoint() as endpoint:
        settings = load_settings(
            library=tmp_path_factory.mktemp("answering"),
            cache_dir=cache_dir,
            llm_base_url=endpoint.base_url,
            llm_model=MODEL,
            llm_timeout_seconds=20.0,
        )
        parts = open_parts(settings)
        list(parts.ingest.add(load(seeds.folder())))
        yield Room(parts, settings, endpoint)
        parts.close()


@pytest.fixture
def room(opened: Room) -> Room:
    opened.endpoint.reset()
    return opened


def test_question_about_a_year_that_no_article_mentions_is_not_answered(room: Room) -> None:
    given = room.written(f"[1] {SUPPORTED}", "What stake did Renault hold in Nissan in 2023?")
    assert (given.answered, given.reason) == (False, "not_stated")
    assert room.endpoint.asked == []


def test_supported_sentence_is_shown_with_what_it_stands_on(room: Room) -> None:
    given = room.written(f"[1] {SUPPORTED}")
    assert [(sentence.text, sentence.status) for sentence in given.sentences] == [(SUPPORTED, "supported")]
    assert given.text == f"{SUPPORTED} [1]"
    assert {"15%", "43%"} <= set(re.findall(r"\d+%", given.citations[0].quote))
    assert (given.writer, given.fallback) == (MODEL, None)
    assert (given.tokens.read, given.tokens.cached) == (4 * 321, 4 * 200)
    assert given.timings.first_word_seconds is not None


def test_the_answer_itself_stands_before_the_sentence_whose_words_it_is(room: Room) -> None:
    room.endpoint.short = "15%"
    given = room.written(f"[1] {SUPPORTED}")
    words, sentence = given.sentences
    assert (words.text, words.status, sentence.text) == ("15%", "words", SUPPORTED)
    assert words.citations == (1,)
    assert given.text.startswith("15% [1]: Renault will cut")
    found = verify([given.to_json()], room.parts.library.article)
    assert found.faults == ()


def test_a_sentence_that_only_repeats_the_words_before_it_gives_way_to_the_quote(room: Room) -> None:
    room.endpoint.short = "15%"
    given = room.written("[1] It is 15%.")
    assert [sentence.status for sentence in given.sentences[:2]] == ["words", "quoted"]
    assert "15%" in given.sentences[1].text


def test_sentence_that_names_the_wrong_passage_is_tied_to_the_right_one(room: Room) -> None:
    room.endpoint.rejects = ("grammar", "logprobs")
    given = room.written(f"[8] {SUPPORTED}")
    assert given.sentences[0].status == "supported"
    assert {"15%", "43%"} <= set(re.findall(r"\d+%", given.citations[0].quote))


@pytest.mark.parametrize("marker", ["[9]", "[99]", "[3][77]", "[[1]9]", "[ 9 ]"])
def test_invented_marker_never_reaches_the_reader(room: Room, marker: str) -> None:
    for reply in (f"{marker} {SUPPORTED}", f"{SUPPORTED} {marker}"):
        given = room.written(reply)
        assert "9" not in given.text
        assert "77" not in given.text


@pytest.mark.parametrize(
    "lie",
    [
        "Renault will cut its stake in Nissan to 25% from 43%.",
        "Renault will cut its stake in Toyota to 15% from 43%.",
        "Renault will not cut its stake in Nissan to 15% from 43%.",
        "Renault will raise its stake in Mitsubishi Motors to 99% by 2031.",
    ],
)
def test_unsupported_sentence_is_not_shown(room: Room, lie: str) -> None:
    given = room.written(f"[1] {lie}")
    assert lie not in given.text
    assert all(sentence.status == "quoted" for sentence in given.sentences)
    assert room.turn is not None
    assert room.turn.checked[0].draft == lie
    assert room.turn.checked[0].problems


@pytest.mark.parametrize("question", ["What is the capital of Peru?", STAKE])
@pytest.mark.parametrize(
    "reply", ["[1] The capital of Peru is Lima.", "The capital of Peru is Lima.", "[9] It is Lima."]
)
def test_what_the_model_knows_by_itself_is_never_shown(room: Room, reply: str, question: str) -> None:
    room.endpoint.stated_probability = 0.6 if question != STAKE else 0.95
    given = room.written(reply, question)
    assert "Lima" not in given.text
    if question != STAKE:
        assert (given.answered, given.reason) == (False, "not_stated")


def test_unsupported_sentence_after_a_supported_one_is_dropped(room: Room) -> None:
    given = room.written(f"[1] {SUPPORTED}\n[2] Renault will pay $9 billion to Toyota.")
    assert [sentence.text for sentence in given.sentences] == [SUPPORTED]


def test_two_supported_sentences_are_both_shown(room: Room) -> None:
    second = "Nissan gains reciprocal voting rights in the deal."
    given = room.written(f"[1] {SUPPORTED}\n[2] {second}")
    assert [sentence.text for sentence in given.sentences][:1] == [SUPPORTED]
    assert len(given.citations) >= 1


def test_reply_that_no_passage_states_it_is_an_abstention_with_the_nearest(room: Room) -> None:
    room.endpoint.stated_probability = 0.2
    given = room.written("[0]", "How much will Nissan pay for Ampere?")
    assert (given.answered, given.reason, given.sentences, given.citations) == (False, "not_stated", (), ())
    assert given.text == "The articles do not say."
    assert given.nearest
    assert given.writer == MODEL


def test_models_own_doubt_counts_for_more_than_its_sentence(room: Room) -> None:
    room.endpoint.stated_probability = 0.2
    assert not room.written(f"[1] {SUPPORTED}").answered


def test_what_no_passage_by_itself_states_is_not_answered(room: Room) -> None:
    asked: list[str] = []
    room.endpoint.confirms = lambda prompt: asked.append(prompt) or 0.1  # type: ignore[func-returns-value]
    assert not room.written(f"[1] {SUPPORTED}").answered
    assert len(set(asked)) == len(asked) == MOST_CONFIRMED
    assert all(prompt.endswith(render("task_passage")) for prompt in asked)


def test_where_the_likeliest_passage_does_not_state_it_the_next_is_asked_about(room: Room) -> None:
    asked: list[str] = []
    room.endpoint.confirms = lambda prompt: 0.1 if asked.append(prompt) or len(asked) == 1 else 0.95  # type: ignore[func-returns-value]
    given = room.written("The moon is made of cheese.")
    assert given.answered
    assert len(asked) == 2
    quoted = " ".join(given.citations[0].quote.split())
    assert [quoted in prompt for prompt in asked] == [False, True]


@pytest.mark.parametrize(
    ("question", "by_itself"),
    [(STAKE, True), ("And how much of it does Renault hold now?", False), ("Will Renault cut its stake?", False)],
    ids=["stands-alone", "goes-on", "yes-or-no"],
)
def test_within_a_conversation_a_question_that_stands_alone_is_asked_of_the_passage_by_itself(
    room: Room, question: str, by_itself: bool
) -> None:
    asked: list[str] = []
    room.endpoint.confirms = lambda prompt: asked.append(prompt) or 0.95  # type: ignore[func-returns-value]
    room.written(SUPPORTED, question, history=[Exchange("Who will invest in Ampere?", "Nissan will invest in it.")])
    assert bool(asked) == by_itself


def test_a_short_answer_that_stands_in_no_excerpt_is_looked_for_in_what_else_was_found(room: Room) -> None:
    room.endpoint.short = "cloud-based services"
    given = room.ask("What does Nissan plan to do next?", writer=room.writer(llm_evidence_tokens=10))
    assert "cloud-based services" not in room.endpoint.asked[0]["messages"][-1]["content"]
    assert [sentence.status for sentence in given.sentences[:2]] == ["words", "quoted"]
    assert "cloud-based services" in given.citations[0].quote


def test_the_surer_the_writer_the_more_confident_the_answer(room: Room) -> None:
    found = []
    for stated in (0.95, 0.8, 0.2):
        room.endpoint.stated_probability = stated
        found.append(room.written(f"[1] {SUPPORTED}"))
    assert [one.answered for one in found] == [True, True, False]
    sure, less_sure, silent = (one.confidence or 0.0 for one in found)
    assert 1 >= sure > less_sure > silent > 0
    assert room.turn is not None
    assert room.turn.to_json()["answer"]["confidence"] == silent


def test_an_answer_of_two_parts_is_as_sure_as_its_less_sure_part(room: Room) -> None:
    both = room.ask(f"{STAKE[:-1]}, and who was arrested in Japan in 2018?", quotes_only=True)
    alone = [room.ask(one, quotes_only=True) for one in (STAKE, "Who was arrested in Japan in 2018?")]
    assert both.answered
    assert all(one.answered for one in alone)
    assert len(both.citations) == 2
    assert both.confidence == pytest.approx(min(one.confidence or 0.0 for one in alone), abs=0.05)


def test_a_part_that_is_settled_is_written_before_the_next_is_asked_about(room: Room) -> None:
    given = room.written(SUPPORTED, f"{STAKE[:-1]}, and who was arrested in Japan in 2018?")
    assert len(given.sentences) >= 2
    tasks = [request["grammar"] for request in room.endpoint.asked]
    assert tasks.index(ONE_SENTENCE) < len(tasks) - 1 - tasks[::-1].index(YES_OR_NO)


def test_an_abstention_tells_how_near_the_best_sentence_came(room: Room) -> None:
    near = room.ask("Who took over from Carlos Ghosn as head of the alliance?", quotes_only=True)
    far = room.ask("What causes inflation in food prices?", quotes_only=True)
    stranger = room.ask("What is the capital of Peru?", quotes_only=True)
    assert not near.answered
    assert not far.answered
    assert 0.5 > (near.confidence or 0.0) > (far.confidence or 0.0) > 0
    assert stranger.confidence == 0  # no passage mentions it


def test_where_nothing_is_found_there_is_no_confidence(room: Room) -> None:
    assert room.ask(filters=Filters(sources=("nobody.example",))).confidence is None


def test_quotes_in_place_of_a_failed_writer_are_weighed_without_it(room: Room) -> None:
    quotes = room.ask(quotes_only=True)
    assert room.written("").confidence == quotes.confidence


def test_endpoint_without_probabilities_and_grammar_still_answers(room: Room) -> None:
    room.endpoint.rejects = ("grammar", "logprobs")
    given = room.written(f"{SUPPORTED} [1]")
    assert given.sentences[0].text == SUPPORTED
    assert room.turn is not None
    assert room.turn.writing is not None
    assert room.turn.writing.stated == dict.fromkeys([STAKE], AT_ITS_WORD)


@pytest.mark.parametrize("rejects", [(), ("grammar", "logprobs")], ids=["step-by-step", "in-one-reply"])
def test_empty_reply_is_a_failure_and_no_abstention(room: Room, rejects: tuple[str, ...]) -> None:
    room.endpoint.rejects = rejects
    given = room.written("")
    assert (given.writer, given.fallback) == ("quotes", "the model 'scripted' wrote nothing")
    assert "15%" in given.text


def test_writer_is_not_read_on_once_it_will_not_answer(room: Room) -> None:
    room.endpoint.pause_seconds = 0.01
    room.endpoint.stated_probability = 0.2
    room.written("[1] The capital of Peru is Lima.\n" + "[2] And so on it goes. \n" * 300, "Who is the mayor of Lima?")
    time.sleep(0.3)
    assert room.endpoint.sent < 100


def test_who_waits_for_the_writer_has_the_evidence_and_is_told_how_many_come_before(room: Room) -> None:
    room.endpoint.reply = f"[1] {SUPPORTED}"
    writer = room.writer()
    writer.line = Line(1, patience_seconds=60.0)
    turn = Turn(question=STAKE, conversation_id="c", asked_as_of=None, filters=Filters())
    events: Any = answer(turn, retriever=room.parts.retriever, writer_source=lambda: (writer, None))
    with writer.line.join() as other:
        assert list(other.wait()) == []
        assert isinstance(next(events), EvidenceFound)
        assert next(events) == Queued(ahead=1)
        assert room.endpoint.sent == 0
    assert isinstance(next(events), SentenceReleased)
    assert room.endpoint.sent > 0
    events.close()  # who leaves in the middle makes room
    with writer.line.join() as following:
        assert list(following.wait()) == []


def test_unreachable_endpoint_gives_quotes_and_says_why(room: Room) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        given = room.ask(writer=room.writer(llm_base_url=address))
    assert given.writer == "quotes"
    assert given.fallback is not None
    assert "'scripted' cannot be reached" in given.fallback
    assert "15%" in given.text


def test_slow_endpoint_gives_quotes_and_names_the_setting(room: Room) -> None:
    room.endpoint.first_pause_seconds = 20.0
    given = room.ask(writer=room.writer(llm_timeout_seconds=0.4))
    room.endpoint.ended.set()
    assert given.writer == "quotes"
    assert given.fallback is not None
    assert "ONRECORD_LLM_TIMEOUT_SECONDS" in given.fallback
    assert given.timings.total_seconds < 5
    assert "15%" in given.text


def test_endpoint_that_breaks_off_after_a_sentence_takes_it_back_for_quotes(room: Room) -> None:
    reply = f"[1] {SUPPORTED}\n[2] Nissan gains voting rights."
    room.endpoint.breaks_after = len(f"{SUPPORTED} Nissan") // room.endpoint.piece_characters + 1
    given = room.written(reply)
    assert given.writer == "quotes"
    assert given.fallback
    assert all(sentence.status == "quoted" for sentence in given.sentences)


def test_no_writer_gives_quotes_with_the_reason(room: Room) -> None:
    given = room.ask(why="the writer is still being fetched, 43 %")
    assert (given.writer, given.fallback) == ("quotes", "the writer is still being fetched, 43 %")
    assert "15%" in given.text


def test_quotes_only_asks_no_writer(room: Room) -> None:
    given = room.ask(writer=room.writer(), quotes_only=True)
    assert (given.writer, given.fallback) == ("quotes", None)
    assert room.endpoint.asked == []


@pytest.mark.parametrize(
    "question", ["What is the capital of Peru?", "Who won the football world cup?", "xyzzy", "?", "Is it?"]
)
def test_quotes_do_not_answer_what_the_articles_do_not_say(room: Room, question: str) -> None:
    assert room.ask(question).reason == "not_stated"


def test_prompt_carries_the_passages_and_never_more_than_fit(room: Room) -> None:
    room.ask(writer=room.writer(llm_evidence_tokens=60))
    assert room.turn is not None
    assert len({excerpt.passage for excerpt in room.turn.excerpts}) == 1
    assert all(" ".join(excerpt.text.split()) in room.endpoint.prompt for excerpt in room.turn.excerpts)


def test_follow_up_is_found_and_asked_as_a_question_of_its_own(room: Room) -> None:
    history = [Exchange("Who was arrested in Japan in 2018?", "Carlos Ghosn was arrested in Japan in 2018. [1]")]
    room.endpoint.reply = "[0]"
    given = room.ask("On what charges was he arrested?", writer=room.writer(), history=history)
    assert given.question == "On what charges was he arrested?"
    assert "Carlos Ghosn" in given.standalone_question
    assert "Carlos Ghosn" in room.endpoint.prompt


def test_turn_keeps_all_that_is_needed_to_check_it_again(room: Room) -> None:
    room.endpoint.short, room.endpoint.stated_probability = "15%", 0.6
    room.endpoint.confirms = lambda _: 0.95
    room.written(f"[1] {SUPPORTED}")
    assert room.turn is not None
    kept = room.turn.to_json()
    (chosen,) = kept["chosen"]
    assert kept["raw"] == f"[{chosen}] {SUPPORTED}"
    assert kept["checked"] == [{"draft": SUPPORTED, "markers": [chosen], "shown": SUPPORTED, "problems": []}]
    assert kept["evidence"]
    assert {"article_id", "version", "start", "end", "sha256"} <= set(kept["excerpts"][0])
    assert kept["stated"] == {STAKE: pytest.approx(0.6)}
    assert kept["short"] == {STAKE: "15%"}
    assert kept["confirmed"] == {STAKE: pytest.approx(0.95)}
    (agreeing,) = kept["agreeing"][STAKE]
    assert agreeing in {passage["article_id"] for passage in kept["evidence"]}
    assert {"model", "temperature", "evidence_tokens", "timeout_seconds", "grammar"} <= set(kept["model"])
    assert [one["reply"] for one in kept["requests"]] == ["yes", "15%", "yes", SUPPORTED]
    assert len({one["prompt_sha256"] for one in kept["requests"]}) == 4
    assert set(kept["evidence"][0]["signals"]) >= {"coverage", "similarity"}
    assert kept["found"]["library_articles"]
    assert kept["as_of"] == kept["answer"]["as_of"]
    assert kept["answer"]["text"] == f"15% [1]: {SUPPORTED} [1]"
