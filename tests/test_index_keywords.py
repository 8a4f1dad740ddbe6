"""The keyword index: fields, odd questions, filters, catching up, rebuilding."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from store_parts import Store, made_article

from index import keywords
from index.articles import Article
from index.catalogue import UNDATED
from index.derived import read_mark
from index.errors import RetrievalError
from index.keyworddocuments import LEAD_WORDS, lead
from index.keywords import Field, KeywordIndex
from index.keywordtext import normalised, terms
from index.restriction import Restriction


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("library")) as store:
        body = "Opening words come first. " * 20 + "Only the body tells of the ptarmigan."
        store.add(
            made_article(1, title="Renault and Nissan sign a deal", source="CNN", text=f"The lead names Ghosn. {body}"),
            made_article(2, title="Weather", source="The Week", text="The U.S. sold 7,300 cars at Beyoncé's concert."),
            made_article(
                3, title="Weather again", text="Rain, then sun.", published_at=datetime(2023, 3, 5, tzinfo=UTC)
            ),
        )
        yield store


def titles(store: Store, question: str, field: Field) -> list[str]:
    catalogue = store.library.catalogue()
    keys, scores = store.keywords.article_scores(question, 10, field)
    assert list(scores) == sorted(scores, reverse=True)
    return [catalogue.titles[at] for at in catalogue.positions_of_articles(keys)]


@pytest.mark.parametrize(
    ("question", "field", "found"),
    [
        ("Which deal did Renault sign?", "title", ["Renault and Nissan sign a deal"]),
        ("Ghosn", "lead", ["Renault and Nissan sign a deal"]),
        ("ptarmigans", "lead", []),
        ("ptarmigans", "body", ["Renault and Nissan sign a deal"]),
        ("What does CNN say?", "source", ["Renault and Nissan sign a deal"]),
        ("ptarmigan", "title", []),
        ("How many did the US sell? 7300?", "body", ["Weather"]),
        ("beyonce", "body", ["Weather"]),
    ],
)
def test_each_field_is_searched_by_itself(store: Store, question: str, field: Field, found: list[str]) -> None:
    assert titles(store, question, field) == found


def test_a_chunk_is_found_by_its_title_and_date_too(store: Store) -> None:
    third = store.library.articles()[2].article_id
    (chunk,) = store.library.chunks_of([third])
    assert store.matching("What happened in March 2023?") == [chunk.chunk_id]
    assert store.matching("again") == store.matching("Weather again", 1) == [chunk.chunk_id]


def test_scores_and_ids_are_aligned_arrays(store: Store) -> None:
    ids, scores = store.keywords.chunk_scores("weather deal rain", 10)
    assert (ids.dtype, scores.dtype, len(ids)) == (np.int64, np.float32, len(scores))
    assert (scores > 0).all()


@pytest.mark.parametrize(
    "question",
    [
        "",
        "   ",
        "?!",
        "\x00",
        "\ud800",
        '"unbalanced (AND OR NOT title:',
        "日本",
        "the " * 10_000,
        "a" * 100_000,
        "+-*/~^[]{}",
    ],
)
def test_odd_questions_are_no_error(store: Store, question: str) -> None:
    store.keywords.chunk_scores(question, 10)
    store.keywords.document_frequencies(question)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50, deadline=None)
@given(question=st.text(alphabet=st.characters(), max_size=200), k=st.integers(0, 50))
def test_any_text_may_be_asked(store: Store, question: str, k: int) -> None:
    ids, scores = store.keywords.chunk_scores(question, k)
    assert len(ids) == len(scores) <= k


def test_a_long_question_is_asked_by_its_rarest_words(store: Store) -> None:
    question = " ".join(f"word{number}" for number in range(9_000)) + " ptarmigan"
    assert len(store.matching(question)) == 1


def test_common_words_count_only_alone() -> None:
    assert terms("What is the stake of the US in Nissan?") == ["stake", "us", "nissan"]
    assert terms("Who are you?") == ["who", "are", "you"]
    assert terms("WHAT IS THE STAKE") == ["stake"]
    assert terms("the stake", stop_words=True) == ["the", "stake"]


def test_writings_of_the_same_word_are_one() -> None:
    assert normalised("U.S. Nissan’s 1,250,000 U.S.A.'s") == "US Nissan 1250000 USA"
    assert normalised("1,5 and e.g. Mr. X") == "1,5 and eg Mr. X"


def test_frequencies_are_counted_in_articles(store: Store) -> None:
    assert store.keywords.document_frequencies("the ptarmigan, the moon") == {"the": 2, "ptarmigan": 1, "moon": 0}
    assert store.keywords.articles == 3


def test_frequencies_are_counted_in_chunks_too(store: Store) -> None:
    assert store.keywords.chunk_frequencies("the ptarmigan, the moon") == {"the": 2, "ptarmigan": 1, "moon": 0}
    assert store.keywords.chunks == len(store.chunk_ids())


def test_a_lead_is_some_whole_sentences() -> None:
    text = " ".join(f"This is sentence number {number} of the story." for number in range(40))
    assert lead(text).endswith(".")
    assert LEAD_WORDS <= len(lead(text).split()) <= LEAD_WORDS + 8
    assert lead("Short.") == "Short."


@pytest.mark.parametrize("mistyped", ["Renaul", "Renautl", "Ranault", "Renaullt"])
def test_mistyped_name_is_found(store: Store, mistyped: str) -> None:
    assert titles(store, f"Which deal did {mistyped} sign?", "title") == ["Renault and Nissan sign a deal"]
    chunks, shares = store.keywords.chunk_coverage(mistyped, 10)
    assert len(chunks) > 0
    assert shares[0] == pytest.approx(1.0)


@pytest.mark.parametrize("word", ["Gosn", "ghsn", "Runalt", "7301", "concerts"])
def test_short_or_far_word_and_one_that_is_known_find_only_themselves(store: Store, word: str) -> None:
    assert titles(store, word, "body") == (["Weather"] if word == "concerts" else [])


def dated(day: date, number: int, source: str | None) -> Article:
    published = datetime(day.year, day.month, day.day, 23, 59, tzinfo=UTC) if number % 5 else None
    return made_article(number, published_at=published, source=source)


@pytest.mark.parametrize(
    "restriction",
    [
        Restriction(first_day=19_010),
        Restriction(first_day=19_010, undated=False),
        Restriction(last_day=19_003, undated=False),
        Restriction(last_day=19_003),
        Restriction(first_day=19_004, last_day=19_008, undated=False, sources=("the times",)),
        Restriction(sources=("the times", "le monde")),
        Restriction(sources=("nobody",)),
        Restriction(first_day=19_010, last_day=19_000),
        Restriction(first_day=19_010, last_day=19_000, undated=False),
    ],
)
def test_a_restriction_lets_all_and_only_what_it_names_through(tmp_path: Path, restriction: Restriction) -> None:
    names = ("The Times", "LE MONDE", None)
    with Store(tmp_path) as store:
        first = date(1970, 1, 1).toordinal() + 19_000
        store.add(*(dated(date.fromordinal(first + at % 14), at, names[at % 3]) for at in range(60)))
        catalogue = store.library.catalogue()
        days = catalogue.published_days
        passing = (days >= restriction.first_day) & (days <= restriction.last_day) & (days != UNDATED)
        passing |= (days == UNDATED) & restriction.undated
        if restriction.sources:
            passing &= np.array([(source or "").casefold() in restriction.sources for source in catalogue.sources])
        for scores in (store.keywords.chunk_scores, store.keywords.chunk_coverage):
            ids, _ = scores("everywhere", 500, restriction)
            assert set(ids) == set(catalogue.chunk_ids[passing[catalogue.chunk_articles]])
        assert len(store.keywords.chunk_scores("everywhere", 3, restriction)[0]) == min(3, passing.sum())
        keys, _ = store.keywords.article_scores("everywhere", 500, "body", restriction)
        assert set(keys) == set(catalogue.article_keys[passing])


def test_restriction_leaves_scores_as_they_are(store: Store) -> None:
    free = store.keywords.chunk_scores("weather deal rain", 10)
    held = store.keywords.chunk_scores("weather deal rain", 10, Restriction(first_day=0))
    np.testing.assert_array_equal(free[0], held[0])
    np.testing.assert_allclose(free[1], held[1], rtol=1e-6)


def test_coverage_is_the_share_of_the_questions_words(store: Store) -> None:
    whole = dict(zip(*store.keywords.article_coverage("rain sun", 10), strict=True))
    half = dict(zip(*store.keywords.article_coverage("rain ptarmigan", 10), strict=True))
    (rainy,) = whole
    assert whole[rainy] == pytest.approx(1.0)
    assert half[rainy] == pytest.approx(0.5)
    assert sum(half.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("harm", ["no mark", "no folder", "garbage", "no meta"])
def test_what_is_missing_or_damaged_is_rebuilt(tmp_path: Path, harm: str) -> None:
    with Store(tmp_path) as store:
        store.add(*(made_article(number) for number in range(20)))
    folder = tmp_path / "keywords"
    mark = read_mark(folder)
    assert mark is not None
    if harm == "no mark":
        (folder / "generation.json").write_text("{")
    elif harm == "no folder":
        shutil.rmtree(folder / mark.build)
    elif harm == "no meta":
        (folder / mark.build / "chunks" / "meta.json").unlink()
    else:
        (folder / mark.build / "articles" / "meta.json").write_text("garbage")
    with Store(tmp_path) as store:
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())
        assert store.keywords.articles == 20
    assert len([path for path in folder.iterdir() if path.is_dir()]) == 1


def test_what_a_killed_commit_left_behind_is_in_nobodys_way(tmp_path: Path) -> None:
    """Found by the crash harness: tantivy names the files of a commit by its number, and will not write over any."""
    whole = tmp_path / "whole"
    with Store(whole) as store:
        store.add(*(made_article(number) for number in range(5)))
        store.only_commit(made_article(2, sentences=4))
    shutil.copytree(whole, tmp_path / "killed")
    with Store(whole):
        deletions = {path.relative_to(whole) for path in (whole / "keywords").rglob("*.del")}
    assert deletions, "the update deletes a document"
    for path in deletions:
        (tmp_path / "killed" / path).write_bytes(b"")
    with Store(tmp_path / "killed") as store:
        assert store.embedder.seen == []
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids())


def test_a_reader_sees_what_another_index_wrote(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(made_article(1))
        reader = KeywordIndex.open(store.library)
        store.add(made_article(2))
        store.keywords.rebuild(store.library)
        store.add(made_article(3))
        reader.catch_up(store.library)
        assert set(reader.chunk_scores("everywhere", 10)[0]) == store.chunk_ids()
        assert reader.generation == store.library.generation()
        reader.close()


def test_while_another_process_writes_it_the_index_is_used_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keywords, "LOCK_SECONDS", 0.05)
    monkeypatch.setattr(keywords, "BUILD_SECONDS", 0.1)
    with Store(tmp_path) as store:
        store.add(made_article(1))
        store.only_commit(made_article(2))
        with FileLock(tmp_path / "keywords.lock", thread_local=False):
            store.keywords.catch_up(store.library)
            assert len(store.matching("everywhere")) == 1
            shutil.rmtree(tmp_path / "keywords")
            with pytest.raises(RetrievalError, match="another process"):
                KeywordIndex.open(store.library)
        store.keywords.catch_up(store.library)
        assert len(store.matching("everywhere")) == 2
