"""The writer against an OpenAI-compatible endpoint on loopback that says what it is told."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator

import pytest
from scripted_endpoint import MODEL, ScriptedEndpoint

from app.citations import Draft
from app.config import load_settings
from app.errors import WriterError, WriterTimeoutError, WriterUnavailableError
from app.excerpts import choose_excerpts
from app.prompting import ONE_SENTENCE, YES_OR_NO, Asked, lines_grammar
from app.schema import Tokens
from app.wiring import Writers
from app.writing import Writer, Writing
from index.articles import Evidence

QUESTION = "What stake will Renault hold?"


def passage(quote: str, article_id: str = "a1", **changed: object) -> Evidence:
    values: dict[str, object] = {
        "article_id": article_id,
        "version": 1,
        "start": 0,
        "end": len(quote),
        "quote": quote,
        "score": 0.5,
        "title": f"Title of {article_id}",
        "source": None,
        "published_at": None,
        "url": None,
    }
    return Evidence(**{**values, **changed})  # type: ignore[arg-type]


EVIDENCE = (passage("Renault will cut its stake in Nissan to 15%."), passage("Nissan makes cars.", "a2"))
EXCERPTS = choose_excerpts(EVIDENCE, 1_000)
ASKED = Asked(QUESTION, EXCERPTS, (QUESTION,))


@pytest.fixture(scope="module")
def running() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(running: ScriptedEndpoint) -> ScriptedEndpoint:
    running.reset()
    return running


def writer_for(base_url: str, *, timeout_seconds: float = 20.0, key: str | None = None) -> Writer:
    settings = load_settings(
        llm_base_url=base_url, llm_model=MODEL, llm_api_key=key, llm_timeout_seconds=timeout_seconds
    )
    writer, reason = Writers(settings).current()
    assert reason is None
    assert writer is not None
    return writer


def write(writer: Writer) -> tuple[list[Draft], Writing]:
    writing = writer.begin(ASKED)
    return list(writer.write_lines(writing)), writing


def test_reply_is_drafts_with_their_markers(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault will hold 15%.\n[2] Nissan makes cars."
    drafts, writing = write(writer_for(endpoint.base_url))
    assert drafts == [Draft("Renault will hold 15%.", (1,)), Draft("Nissan makes cars.", (2,))]
    assert writing.raw == endpoint.reply


def test_first_draft_comes_before_the_second_is_written(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault will hold 15%.\n[2] Nissan makes cars."
    writer = writer_for(endpoint.base_url)
    writing = writer.begin(ASKED)
    drafts = writer.write_lines(writing)
    assert next(drafts).text == "Renault will hold 15%."
    assert "cars" not in writing.raw
    drafts.close()


def test_tokens_read_cached_and_written_are_counted(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault."
    _, writing = write(writer_for(endpoint.base_url))
    assert (writing.tokens.read, writing.tokens.cached) == (321, 200)
    assert writing.tokens.written > 0


@pytest.mark.parametrize("stated_probability", [0.0, 0.02, 0.5, 0.95])
def test_probability_is_the_share_of_yes_against_no(endpoint: ScriptedEndpoint, stated_probability: float) -> None:
    endpoint.stated_probability = stated_probability
    writer = writer_for(endpoint.base_url)
    writing = writer.begin(ASKED)
    odds = (stated_probability * 0.5, (1 - stated_probability) * 0.5)
    assert writer.stated(writing, QUESTION) == pytest.approx(odds[0] / sum(odds), abs=1e-6)
    assert writing.stated == {QUESTION: pytest.approx(odds[0] / sum(odds), abs=1e-6)}
    assert endpoint.asked[-1]["grammar"] == YES_OR_NO
    assert endpoint.asked[-1]["max_tokens"] == 1


@pytest.mark.parametrize("lacking", ["probabilities", "grammar", "logprobs"])
def test_endpoint_that_cannot_be_asked_how_sure_it_is_is_not_asked_again(
    endpoint: ScriptedEndpoint, lacking: str
) -> None:
    endpoint.stated_probability = None if lacking == "probabilities" else 0.9
    endpoint.rejects = () if lacking == "probabilities" else (lacking,)
    writer = writer_for(endpoint.base_url)
    assert [writer.stated(writer.begin(ASKED), QUESTION) for _ in range(2)] == [None, None]
    before = len(endpoint.asked)
    assert writer.stated(writer.begin(ASKED), QUESTION) is None
    assert len(endpoint.asked) == before


def test_short_answer_is_kept(endpoint: ScriptedEndpoint) -> None:
    endpoint.short = " 15% "
    writer = writer_for(endpoint.base_url)
    writing = writer.begin(ASKED)
    assert writer.shorten(writing, QUESTION) == "15%"
    assert writing.short == {QUESTION: "15%"}


def test_answer_that_takes_more_than_a_few_words_is_no_short_one(endpoint: ScriptedEndpoint) -> None:
    endpoint.short = "Nissan is focusing on a deal that will cut Renault's stake in it to 15%."
    writer = writer_for(endpoint.base_url)
    assert writer.shorten(writer.begin(ASKED), QUESTION) == ""


def test_sentence_has_the_marker_of_its_excerpt(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Nissan makes cars. It does."
    writer = writer_for(endpoint.base_url)
    writing = writer.begin(ASKED)
    assert list(writer.write_sentence(writing, 2, QUESTION)) == [
        Draft("Nissan makes cars.", (2,)), Draft("It does.", (2,)),
    ]  # fmt: skip
    assert writing.raw == "[2] Nissan makes cars. It does."
    assert "in the words of sentence [2]" in endpoint.prompt
    assert endpoint.asked[-1]["grammar"] == ONE_SENTENCE


def test_reply_that_copies_its_excerpt_is_not_waited_for(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault will cut its stake in Nissan to 15% by the end of a very long sentence of its own."
    endpoint.tells_timings = True
    writer = writer_for(endpoint.base_url)
    writing = writer.begin(ASKED)
    assert list(writer.write_sentence(writing, 1, QUESTION)) == [
        Draft("Renault will cut its stake in Nissan to 15%.", (1,))
    ]
    begun = writing.requests[-1].reply
    assert begun.startswith("Renault will cut its stake ")
    assert len(begun) < len("Renault will cut its stake in Nissan")
    assert writing.raw == f"[1] {begun}"  # what the model wrote, and no more
    assert (writing.tokens.read, writing.tokens.cached) == (321, 200)
    assert 0 < writing.tokens.written < 20


def test_reply_that_parts_from_its_excerpt_early_is_heard_out(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault will cut its holding in Nissan to 15%."
    writer = writer_for(endpoint.base_url)
    assert list(writer.write_sentence(writer.begin(ASKED), 1, QUESTION)) == [
        Draft("Renault will cut its holding in Nissan to 15%.", (1,))
    ]


def test_empty_reply_is_a_failure(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = ""
    with pytest.raises(WriterError, match="'scripted' wrote nothing"):
        write(writer_for(endpoint.base_url))


def test_request_asks_for_grammar_probabilities_and_usage(endpoint: ScriptedEndpoint) -> None:
    write(writer_for(endpoint.base_url, key="sk-test"))
    asked = endpoint.asked[0]
    assert asked["model"] == MODEL
    assert asked["stream"] is True
    assert asked["temperature"] == 0
    assert asked["grammar"] == lines_grammar(2)
    assert asked["logprobs"] is True
    assert asked["stream_options"] == {"include_usage": True}
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert endpoint.keys == ["Bearer sk-test"]


@pytest.mark.parametrize(("rejects", "requests"), [(("grammar",), 2), (("logprobs",), 3), (("grammar", "logprobs"), 3)])
def test_option_that_the_endpoint_refuses_is_dropped_and_not_sent_again(
    endpoint: ScriptedEndpoint, rejects: tuple[str, ...], requests: int
) -> None:
    endpoint.rejects = rejects
    endpoint.reply = "[1] Renault will hold 15%."
    writer = writer_for(endpoint.base_url)
    assert write(writer)[0] == [Draft("Renault will hold 15%.", (1,))]
    assert len(endpoint.asked) == requests
    write(writer)
    assert len(endpoint.asked) == requests + 1
    assert not set(rejects) & set(endpoint.asked[-1])


def test_endpoint_that_refuses_everything_is_an_error_that_says_so(endpoint: ScriptedEndpoint) -> None:
    endpoint.rejects = ("messages",)
    with pytest.raises(WriterError, match=r"'scripted' failed: .*Unrecognized request argument: messages"):
        write(writer_for(endpoint.base_url))
    assert len(endpoint.asked) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, WriterUnavailableError), (404, WriterUnavailableError), (429, WriterError), (500, WriterError)],
)
def test_refusing_endpoint_is_an_error_that_names_model_and_status(
    endpoint: ScriptedEndpoint, status: int, kind: type[WriterError]
) -> None:
    endpoint.status = status
    with pytest.raises(kind, match=f"'scripted'.*{status}"):
        write(writer_for(endpoint.base_url))
    assert len(endpoint.asked) == 1


def test_unreachable_endpoint_is_unavailable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        port = taken.getsockname()[1]
        with pytest.raises(WriterUnavailableError, match="'scripted' cannot be reached"):
            write(writer_for(f"http://127.0.0.1:{port}/v1"))


def test_endpoint_that_hangs_before_its_first_word_is_too_slow(endpoint: ScriptedEndpoint) -> None:
    endpoint.first_pause_seconds = 30.0
    started = time.monotonic()
    with pytest.raises(WriterTimeoutError, match=r"longer than 0\.4 s: raise ONRECORD_LLM_TIMEOUT_SECONDS"):
        write(writer_for(endpoint.base_url, timeout_seconds=0.4))
    assert time.monotonic() - started < 5
    endpoint.ended.set()


def test_endpoint_that_hangs_in_the_middle_is_too_slow(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault will hold 15%."
    endpoint.pause_seconds = 30.0
    with pytest.raises(WriterTimeoutError, match="ONRECORD_LLM_TIMEOUT_SECONDS"):
        write(writer_for(endpoint.base_url, timeout_seconds=0.4))
    endpoint.ended.set()


def test_endpoint_that_dribbles_on_is_too_slow_as_a_whole(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault will hold 15%, " + "and so on " * 100
    endpoint.pause_seconds = 0.05
    started = time.monotonic()
    with pytest.raises(WriterTimeoutError, match="ONRECORD_LLM_TIMEOUT_SECONDS"):
        write(writer_for(endpoint.base_url, timeout_seconds=0.6))
    assert time.monotonic() - started < 5
    assert endpoint.disconnected.wait(5)


def test_connection_cut_in_the_middle_is_unavailable(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault will hold 15%."
    endpoint.breaks_after = 4
    with pytest.raises(WriterUnavailableError, match="'scripted' cannot be reached"):
        write(writer_for(endpoint.base_url))


def test_stream_that_just_ends_gives_what_it_wrote(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault will hold 15%."
    endpoint.breaks_after = 4
    endpoint.cleanly = True
    drafts, _ = write(writer_for(endpoint.base_url))
    assert [draft.markers for draft in drafts] == [(1,)]


@pytest.mark.parametrize(
    "event",
    [
        "data: this is no JSON\n\n",
        f"data: {json.dumps({'error': {'message': 'out of memory'}})}\n\n",
        "data: [1, 2]\n\n",
    ],
    ids=["no-json", "error-in-stream", "no-object"],
)
def test_stream_of_something_else_is_an_error(endpoint: ScriptedEndpoint, event: str) -> None:
    endpoint.raw_event = event
    with pytest.raises(WriterError, match="'scripted' failed"):
        write(writer_for(endpoint.base_url))


def test_leaving_the_drafts_closes_the_connection(endpoint: ScriptedEndpoint) -> None:
    endpoint.reply = "[1] Renault will hold 15%.\n" + "[2] Nissan makes cars.\n" * 200
    endpoint.pause_seconds = 0.01
    writer = writer_for(endpoint.base_url)
    drafts = writer.write_lines(writer.begin(ASKED))
    next(drafts)
    drafts.close()
    assert endpoint.disconnected.wait(5)


def test_writing_begins_empty() -> None:
    assert Writing(ASKED).tokens == Tokens()


def test_tokens_of_all_requests_are_added_up(endpoint: ScriptedEndpoint) -> None:
    writer = writer_for(endpoint.base_url)
    writing = writer.begin(ASKED)
    writer.stated(writing, QUESTION)
    writer.shorten(writing, QUESTION)
    assert (writing.tokens.read, writing.tokens.cached) == (642, 400)


def test_grammar_allows_only_the_passages_that_there_are() -> None:
    assert 'number ::= "3" | "2" | "1"\n' in lines_grammar(3)
    assert 'root ::= "[0]" |' in lines_grammar(3)
