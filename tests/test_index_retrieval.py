"""A question to ranked evidence, on real engines and the real embedding model: who may answer, when, and from where."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from llama_index.core.schema import QueryBundle
from store_parts import HashEmbedder, Store, made_article

from index.articles import Article, Filters, Retrieved
from index.embedding import LocalEmbedder
from index.errors import OnRecordError, RetrievalError
from index.llamaindex import LibraryRetriever
from index.retrieval import Retriever

STAKE = "What stake does Renault hold in Nissan?"


def article(name: str, text: str, day: date | None = None, source: str | None = None) -> Article:
    published = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
    return Article(
        text=text, title=f"News of {name}", origin=name, given_id=name, published_at=published, source=source
    )


ARTICLES = (
    article("old", "Renault holds a stake of 43% in Nissan. Analysts agree.", date(2023, 1, 10), "The Times"),
    article("new", "Renault holds a stake of 15% in Nissan. Analysts agree.", date(2023, 6, 10), "Le Monde"),
    article("newest", "A baker in Lyon won a prize for bread.", date(2023, 9, 1), "Le Monde"),
    article("undated", "Renault holds a stake in Nissan, says a book about carmakers.", None, "The Times"),
)


class Library:
    """The articles in a store with the real embedding model, and its retriever."""

    def __init__(self, folder: Path, weights: Path, articles: tuple[Article, ...] = ARTICLES) -> None:
        embedder: Any = LocalEmbedder(weights)
        self.store = Store(folder, embedder)
        self.store.add(*articles)
        self.retriever = Retriever(self.store.library, embedder, self.store.vectors, self.store.keywords)

    def close(self) -> None:
        self.retriever.close()
        self.store.close()


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, embedding_files: Path) -> Iterator[Library]:
    opened = Library(tmp_path_factory.mktemp("dated"), embedding_files)
    yield opened
    opened.close()


@pytest.fixture
def retriever(library: Library) -> Retriever:
    return library.retriever


def names(found: Retrieved) -> list[str]:
    return [article_id for article_id, _ in found.articles]


def test_evidence_is_the_articles_text_best_first(library: Library) -> None:
    found = library.retriever.retrieve(STAKE)
    assert found.evidence
    for passage in found.evidence:
        assert passage.quote == library.store.library.article(passage.article_id).text[passage.start : passage.end]
    scores = [passage.score for passage in found.evidence]
    assert scores == sorted(scores, reverse=True)
    assert "stake" in found.evidence[0].quote
    assert names(found)[-1] == "newest"


def test_reading_closely_finds_what_the_question_says_in_other_words(tmp_path: Path, embedding_files: Path) -> None:
    told = "The departure of its chairman made the partnership weaker, people close to it say."
    text = "\n\n".join([*(f"The partnership sold {n} cars to whose buyers it left bonuses." for n in range(60)), told])
    opened = Library(tmp_path, embedding_files, (article("a", text, date(2023, 1, 10), "The Times"),))
    question = "Whose exit left the partnership weaker?"
    found = opened.retriever.retrieve(question, k=3)
    assert 3 < len(found.promising) < 12
    read = opened.retriever.read_closely(question, found, k=3)
    assert told in read.evidence[0].quote
    assert len(read.evidence) == 3
    assert read.promising == ()
    assert read.evidence[0].interaction > read.evidence[1].interaction
    assert (read.articles, read.as_of) == (found.articles, found.as_of)
    opened.close()


def test_at_most_k_passages(retriever: Retriever) -> None:
    assert len(retriever.retrieve(STAKE, k=1).evidence) == 1


def test_day_of_the_newest_dated_article_is_the_default(retriever: Retriever) -> None:
    assert retriever.default_as_of() == date(2023, 9, 1)
    assert retriever.retrieve(STAKE).as_of == date(2023, 9, 1)


@pytest.mark.parametrize(
    ("as_of", "used"),
    [
        (date(2023, 1, 9), {"undated"}),
        (date(2023, 1, 10), {"old", "undated"}),
        (date(2023, 6, 10), {"old", "new", "undated"}),
        (date(2024, 1, 1), {"old", "new", "undated", "newest"}),
    ],
)
def test_article_later_than_the_day_of_asking_is_left_out(retriever: Retriever, as_of: date, used: set[str]) -> None:
    found = retriever.retrieve(STAKE, as_of=as_of)
    assert set(names(found)) <= used
    assert {passage.article_id for passage in found.evidence} <= used
    assert (found.as_of, found.allowed_articles, found.library_articles) == (as_of, len(used), 4)


def test_article_of_the_last_hour_of_the_day_of_asking_is_used(tmp_path: Path) -> None:
    late = made_article(1, published_at=datetime(2023, 1, 10, 23, 59, tzinfo=UTC))
    with Store(tmp_path) as store:
        store.add(late)
        retriever = Retriever(store.library, store.embedder, store.vectors, store.keywords)
        assert retriever.retrieve("story1", as_of=date(2023, 1, 10)).allowed_articles == 1
        assert retriever.retrieve("story1", as_of=date(2023, 1, 9)).allowed_articles == 0
        retriever.close()


@pytest.mark.parametrize(
    ("question", "as_of", "first"),
    [
        ("What stake does Renault hold in Nissan now?", date(2023, 6, 11), "new"),
        (STAKE, date(2023, 6, 11), "new"),
        ("What stake did Renault hold in Nissan this week?", date(2023, 1, 12), "old"),
    ],
)
def test_recent_article_goes_first_where_time_matters(
    retriever: Retriever, question: str, as_of: date | None, first: str
) -> None:
    assert names(retriever.retrieve(question, as_of=as_of))[0] == first


def test_day_of_asking_changes_nothing_where_the_question_names_a_time(retriever: Retriever) -> None:
    question = "What stake did Renault hold in January 2023?"
    everything = date(2023, 9, 2)
    assert retriever.retrieve(question, as_of=everything).articles == retriever.retrieve(question).articles
    assert retriever.retrieve(STAKE, as_of=everything).articles != retriever.retrieve(STAKE).articles


@pytest.mark.parametrize(
    ("filters", "used", "undated_left_out"),
    [
        (Filters(since=date(2023, 6, 10)), {"new", "newest"}, 1),
        (Filters(until=date(2023, 1, 10)), {"old"}, 1),
        (Filters(since=date(2023, 1, 10), until=date(2023, 6, 10)), {"old", "new"}, 1),
        (Filters(since=date(2023, 6, 10), undated=True), {"new", "newest", "undated"}, 0),
        (Filters(undated=True), {"old", "new", "newest", "undated"}, 0),
        (Filters(sources=("the times",)), {"old", "undated"}, 0),
        (Filters(sources=("LE MONDE", "nobody")), {"new", "newest"}, 0),
        (Filters(sources=("Le Monde",), since=date(2023, 6, 1)), {"new", "newest"}, 0),
        (Filters(sources=("nobody",)), set(), 0),
        (Filters(since=date(2030, 1, 1)), set(), 1),
    ],
)
def test_only_what_passes_the_filters_is_used(
    retriever: Retriever, filters: Filters, used: set[str], undated_left_out: int
) -> None:
    found = retriever.retrieve(STAKE, filters=filters)
    assert set(names(found)) <= used
    assert {passage.article_id for passage in found.evidence} <= used
    assert found.allowed_articles == len(used)
    assert found.undated_left_out == undated_left_out
    assert bool(found.evidence) == bool(used)


def test_undated_article_is_counted_once_it_passes_the_other_filters(retriever: Retriever) -> None:
    found = retriever.retrieve(STAKE, filters=Filters(since=date(2023, 1, 1), sources=("Le Monde",)))
    assert found.undated_left_out == 0


def test_empty_library_finds_nothing(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        retriever = Retriever(store.library, store.embedder, store.vectors, store.keywords)
        found = retriever.retrieve("anything")
        assert (found.evidence, found.articles, found.as_of, found.library_articles) == ((), (), None, 0)
        assert retriever.default_as_of() is None
        retriever.close()
        retriever.close()


def test_what_is_added_updated_and_removed_shows_at_once(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        retriever = Retriever(store.library, store.embedder, store.vectors, store.keywords)
        store.add(made_article(1), made_article(2))
        assert len(names(retriever.retrieve("story1 everywhere"))) == 2
        store.add(made_article(1, text="Now it speaks of zebras alone."))
        assert "zebras" in retriever.retrieve("zebras").evidence[0].quote
        (gone,) = {passage.article_id for passage in retriever.retrieve("zebras").evidence[:1]}
        store.ingest.remove(gone)
        assert gone not in names(retriever.retrieve("zebras everywhere"))
        retriever.close()


def test_question_of_stop_words_or_nothing_known_is_no_error(retriever: Retriever) -> None:
    for question in ("Who is it?", "???", "🙂", "xyzzy", "NOT AND (OR *) \"' title:x ~ ^ \\"):
        assert retriever.retrieve(question).library_articles == 4


def test_engine_that_fails_raises_and_does_not_look_like_nothing_found(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(made_article(1))
        broken: Any = BrokenEngine()
        for parts in ((broken, store.keywords), (store.vectors, broken)):
            retriever = Retriever(store.library, store.embedder, *parts)
            with pytest.raises(
                RetrievalError, match=r"finding evidence failed \(the disk is gone\): run 'onrecord doctor'"
            ):
                retriever.retrieve("story1")
            retriever.close()


def test_error_of_ours_is_passed_on_as_it_is(tmp_path: Path) -> None:
    class SilentEmbedder(HashEmbedder):
        def embed_question(self, question: str) -> Any:
            raise OnRecordError("the endpoint is silent")

    with Store(tmp_path) as store:
        store.add(made_article(1))
        retriever = Retriever(store.library, SilentEmbedder(), store.vectors, store.keywords)
        with pytest.raises(OnRecordError, match="the endpoint is silent"):
            retriever.retrieve("story1")
        retriever.close()


class BrokenEngine:
    """Catches up and then fails."""

    articles = 1

    def catch_up(self, *_: object, **__: object) -> None:
        """Does nothing."""

    def document_frequencies(self, _question: str) -> dict[str, int]:
        return {}

    def search(self, *_: object) -> None:
        raise RuntimeError("the disk is gone")

    chunk_scores = search


def test_rare_words_weigh_more_than_common_ones(retriever: Retriever) -> None:
    weights = retriever.comparer.question("Did Renault win a prize?").word_weights
    assert weights["prize"] > weights["renault"] > 0
    assert "did" not in weights


def test_llama_index_gets_the_same_evidence_as_nodes(retriever: Retriever) -> None:
    filters = Filters(sources=("Le Monde",))
    found = retriever.retrieve(STAKE, as_of=date(2023, 7, 1), filters=filters, k=3).evidence
    adapter = LibraryRetriever(retriever, as_of=date(2023, 7, 1), filters=filters, k=3)
    for nodes in (adapter.retrieve(STAKE), adapter.retrieve(QueryBundle(STAKE)), asyncio.run(adapter.aretrieve(STAKE))):
        assert [(node.text, node.score) for node in nodes] == [(passage.quote, passage.score) for passage in found]
        passage = found[0]
        assert nodes[0].metadata == {
            "article_id": "new",
            "version": 1,
            "start": passage.start,
            "end": passage.end,
            "title": "News of new",
            "source": "Le Monde",
            "published_at": "2023-06-10T00:00:00+00:00",
            "url": None,
        }


def test_llama_index_shows_a_model_the_heading_and_no_bookkeeping(retriever: Retriever) -> None:
    node = LibraryRetriever(retriever, k=1).retrieve(STAKE)[0].node
    shown = node.get_content(metadata_mode="llm")  # type: ignore[arg-type]
    assert "News of" in shown
    assert "article_id" not in shown
