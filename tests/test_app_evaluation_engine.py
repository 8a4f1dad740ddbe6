"""llama-index's CitationQueryEngine asked like a Desk: what it is given, and how its replies are judged."""

import doctest
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.llms import CompletionResponse, CompletionResponseGen, CustomLLM, LLMMetadata
from pydantic import PrivateAttr
from scripted_endpoint import ScriptedEndpoint
from scripted_evaluation_desk import ScriptedDesk

from app.config import Settings
from app.entries import WriterStatus
from app.errors import ConfigError, WriterError, WriterUnavailableError
from app.evaluation.golden.reading import read_golden
from app.evaluation.metrics.verifying import verify
from app.evaluation.runs.running import ask_all
from app.evaluation.systems import declining
from app.evaluation.systems import opening as systems
from app.evaluation.systems.citation_engine import CHUNKS_READ, CitationEngine
from app.evaluation.systems.declining import declines
from app.evaluation.systems.engine_reply import answer_of
from index.articles import Article, Evidence
from index.embedding import LocalEmbedder
from index.ingest import Ingest
from index.keywords import KeywordIndex
from index.library import Library
from index.loading import load
from index.vectors import VectorIndex

ROOT = Path(__file__).parent.parent
STAKE = "Renault’s stake in Nissan will be 15%."


class ScriptedModel(CustomLLM):
    """A model that says one thing, and keeps what it was asked."""

    reply: str = ""
    _asked: list[str] = PrivateAttr(default_factory=list)

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(context_window=4096, num_output=256, model_name="scripted")

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        self._asked.append(prompt)
        return CompletionResponse(text=self.reply)

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponseGen:
        raise NotImplementedError


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedding_files: Path) -> Iterator[tuple[Library, LocalEmbedder]]:
    embedder = LocalEmbedder(embedding_files)
    folder = tmp_path_factory.mktemp("library")
    with Library.open(folder, embedder_name=embedder.name, dimension=embedder.dimension) as library:
        keywords, vectors = KeywordIndex.open(library), VectorIndex.open(library)
        articles = [item for item in load(ROOT / "seeds") if isinstance(item, Article)]
        list(Ingest(library, embedder, vectors, keywords).add(articles))
        vectors.close()
        keywords.close()
        yield library, embedder


def source(quote: str, article_id: str = "one") -> Evidence:
    return Evidence(
        article_id=article_id, version=1, start=0, end=len(quote), quote=quote, score=0.5, title="A title", source=None,
        published_at=None, url=None,
    )  # fmt: skip


def answer(reply: str, *quotes: str) -> Any:
    return answer_of(
        reply, [source(quote) for quote in quotes], question="Q?", turn_id="t", writer="w", retrieval_seconds=0.1,
        total_seconds=2.0,
    )  # fmt: skip


def test_the_engine_reads_chunks_with_title_and_no_bookkeeping(library: tuple[Library, LocalEmbedder]) -> None:
    model = ScriptedModel(reply="Renault will hold 15% of Nissan [1].")
    engine = CitationEngine(*library, model)
    found = engine.ask("What stake will Renault hold in Nissan after the deal?")
    (prompt,) = model._asked
    assert prompt.startswith("Please provide an answer based solely on the provided sources.")
    assert prompt.count("\nSource ") == 2 + min(CHUNKS_READ, len(library[0].catalogue().chunk_ids))
    assert "chunk:" not in prompt
    (cited,) = found.citations
    assert library[0].article(cited.article_id).text[cited.start : cited.end] == cited.quote
    assert cited.quote in prompt
    assert (found.answered, found.writer, found.text) == (True, "scripted", model.reply)
    assert verify(found, engine.article).citations_resolved == 1


def test_the_engine_goes_through_golden_questions(library: tuple[Library, LocalEmbedder]) -> None:
    engine = CitationEngine(*library, ScriptedModel(reply="It will be 15% [1]."))
    golden = read_golden(ROOT / "tests" / "golden" / "seeds.jsonl")
    questions = [one for one in golden if one.id in {"seeds-direct-01", "seeds-near-01"}]
    direct, near = ask_all(engine, questions, mode="citation-query-engine")
    assert (direct.right, direct.score, direct.rank, direct.mode) == (True, 1, 1, "citation-query-engine")
    assert (near.score, near.answered) == (-1, True)
    assert direct.confidence is None  # it tells none
    assert direct.passage_ranks
    assert 1 in direct.passage_ranks


def test_only_what_a_sentence_names_supports_it() -> None:
    found = answer(f"{STAKE} [2] It held 43% before [1].", "It held 43% before.", STAKE, STAKE)
    assert [(one.status, one.citations) for one in found.sentences] == [("supported", (2,)), ("supported", (1,))]
    assert [one.marker for one in found.citations] == [1, 2]
    elsewhere = answer(f"{STAKE} [1]", "It held 43% before.", STAKE)
    assert [one.status for one in elsewhere.sentences] == ["quoted"]


def test_a_source_that_was_never_shown_leads_nowhere() -> None:
    found = answer(f"{STAKE} [7]", STAKE)
    assert found.citations == ()
    verified = verify(found, lambda *_: pytest.fail("nothing to look up"))
    assert (verified.citations, verified.citations_resolved, verified.sentences_supported) == (1, 0, 0)


@pytest.mark.parametrize(
    "reply",
    [
        f"{STAKE[:-1]} (Sources 1 and 2).",
        f"{STAKE} [Source 1, Source 2]",
        f"{STAKE[:-1]} [source 1][source 2].",
        f"{STAKE} [1, 2]",
    ],
)
def test_sources_named_in_words_are_markers(reply: str) -> None:
    (sentence,) = answer(reply, STAKE, STAKE).sentences
    assert sentence.citations == (1, 2)
    assert sentence.text == STAKE


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "Empty Response",
        "The provided sources do not mention who won the game.",
        "None of the sources are helpful in answering this question.",
        "The sources don't provide any information about the price [1].",
        "Based on the provided sources, there is no information about the wedding.",
        "I cannot answer this question from the sources.",
        "I don’t know.",
        "The date is not specified in the provided text.",
        "It is not possible to say from these articles.",
        "Unfortunately, nothing is said about it.",
        "The given context does not explicitly state the number.",
    ],
)
def test_declining_in_words_is_an_abstention(reply: str) -> None:
    assert declines(reply)
    found = answer(reply, STAKE)
    assert (found.answered, found.reason, found.sentences) == (False, "not_stated", ())


@pytest.mark.parametrize(
    "reply",
    [
        "Nissan does not plan to use the technology [1].",
        "No, Nissan has no intention of joining Mitsubishi [2].",
        "He said there is no evidence of a crime [1].",
        "Seven sources said so [1].",
        "Renault will hold 15% [1]. The sources do not mention a date.",
        "The company did not provide a timetable [1].",
    ],
)
def test_a_negative_answer_is_an_answer(reply: str) -> None:
    assert not declines(reply)
    assert answer(reply, STAKE).answered


def test_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(declining).failed == 0


class Waited:
    """A desk whose writer is in some state."""

    def __init__(self, state: Any) -> None:
        self.status = WriterStatus(state=state, model="m", detail="no weights here")

    def wait_for_writer(self) -> WriterStatus:
        return self.status


def open_waited(state: str, opened: list[Any]) -> Any:
    @contextmanager
    def open_desk(settings: Settings, *, writer: bool) -> Iterator[Waited]:
        opened.append((settings.llm_base_url, writer))
        yield Waited(state)

    return open_desk


def test_each_system_is_opened_as_it_is_called() -> None:
    settings = Settings(llm_base_url="http://127.0.0.1:9/v1", llm_model="m")
    opened: list[Any] = []
    for name in ("quotes", "writer", "embedded"):
        with systems.open_system(name, settings, open_waited("ready", opened)) as one:
            assert one.mode == ("quotes" if name == "quotes" else "writer")
    assert opened == [("http://127.0.0.1:9/v1", False), ("http://127.0.0.1:9/v1", True), (None, True)]


def test_a_writer_that_is_missing_is_not_replaced_by_quotes() -> None:
    with (
        pytest.raises(WriterUnavailableError, match="embedded cannot be compared: no weights here"),
        systems.open_system("embedded", Settings(), open_waited("unavailable", [])),
    ):
        pytest.fail("it was opened")


def test_a_model_alone_is_asked_the_bare_question() -> None:
    with ScriptedEndpoint(reply="It will be 15%, they say.") as endpoint:
        settings = Settings(llm_base_url=endpoint.base_url, llm_model="m")
        with systems.open_system("model-alone", settings, open_scripted) as one:
            found = one.desk.ask("And before?", history=[("What stake?", "15%.")])
            endpoint.status = 500
            with pytest.raises(WriterError, match="the model to compare with failed"):
                one.desk.ask("And before?")
    assert [message["content"] for message in endpoint.asked[0]["messages"]] == ["What stake?", "15%.", "And before?"]
    assert (found.text, found.answered, found.citations, found.writer) == ("It will be 15%, they say.", True, (), "m")
    assert [article.article_id for article in one.desk.articles()] == ["one", "two", "three"]
    assert (found.tokens.read, found.tokens.written) == (321, 7)


def test_any_chatbot_can_be_compared_with(tmp_path: Path) -> None:
    with ScriptedEndpoint(reply="It will be 15%.", rejects=("stream_options",)) as endpoint:
        settings = Settings(
            library=tmp_path, chatbot_base_url=endpoint.base_url, chatbot_model="bot", chatbot_api_key="its key"
        )
        with systems.open_system("chatbot", settings, open_scripted) as one:
            found = one.desk.ask("What stake?")
        assert endpoint.keys == ["Bearer its key"] * 2  # asked again without what it refuses
    assert (found.writer, found.text, found.tokens.read) == ("bot", "It will be 15%.", 0)
    assert (one.settings.llm_base_url, one.settings.llm_model, one.mode) == (endpoint.base_url, "bot", "model-alone")
    with (
        pytest.raises(ConfigError, match="set ONRECORD_CHATBOT_BASE_URL"),
        systems.open_system("chatbot", Settings(library=tmp_path), open_scripted),
    ):
        pytest.fail("it was opened")


@contextmanager
def open_scripted(settings: Settings, *, writer: bool) -> Any:
    assert not writer
    yield ScriptedDesk()


def test_an_engine_that_fails_is_no_abstention(library: tuple[Library, LocalEmbedder]) -> None:
    class Broken(ScriptedModel):
        def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
            raise TimeoutError("too slow")

    with pytest.raises(WriterError, match="the CitationQueryEngine failed: too slow"):
        CitationEngine(*library, Broken()).ask("What stake?")


def test_the_engine_needs_the_embedded_writer(tmp_path: Path) -> None:
    with (
        pytest.raises(WriterUnavailableError, match=r"there is no model to compare with: .*is not on this machine"),
        systems.open_system(
            "citation-query-engine", Settings(cache_dir=tmp_path, library=tmp_path), open_waited("", [])
        ),
    ):
        pytest.fail("it was opened")
