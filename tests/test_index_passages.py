"""The few sentences of an article that bear on a question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Version
from index.comparing import AskedQuestion
from index.interaction import Closeness
from index.passages import choose, windows_of
from index.sentences import sentences
from index.words import content_stems

NEWS = (
    "Nissan makes cars. Renault builds vans. They agreed in Paris. Renault will cut its stake in Nissan to 15%. "
    "Others objected loudly. Nobody knows why. The weather was fine. Prices rose. Shares fell. It rained."
)


def version(text: str, article_id: str = "a1") -> Version:
    return Version(
        article_id=article_id, number=1, text=text, title=f"Title of {article_id}", origin="here", source="The Times",
        author=None, published_at=None, url=None, text_sha256="", added_at=datetime(2023, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def alike(texts: Sequence[str]) -> list[Closeness]:
    return [Closeness(interaction=0.5, similarity=0.5)] * len(texts)


def asked(question: str) -> AskedQuestion:
    return AskedQuestion(np.ones(1, np.float32), dict.fromkeys(content_stems(question), 1.0), None)


def test_passage_that_has_the_words_comes_first() -> None:
    found = choose([version(NEWS)], asked("stake Nissan 15%"), alike, k=3)
    assert "cut its stake in Nissan to 15%" in found[0].quote
    assert found[0].coverage == 1.0
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_passage_that_means_the_same_comes_first_when_no_word_is_shared() -> None:
    def meaning(texts: Sequence[str]) -> list[Closeness]:
        return [
            Closeness(interaction=0.8, similarity=0.9) if "weather" in text else Closeness(0.3, 0.1) for text in texts
        ]

    found = choose([version(NEWS)], asked("sunshine"), meaning, k=2)
    assert "weather" in found[0].quote
    assert (found[0].interaction, found[0].similarity) == (0.8, 0.9)


def test_better_article_goes_before_a_worse_one() -> None:
    found = choose([version(NEWS, "a"), version(NEWS, "b")], asked("stake"), alike, k=2)
    assert [one.article_id for one in found] == ["a", "b"]


def test_passage_carries_its_articles_metadata() -> None:
    one = choose([version(NEWS)], asked("stake"), alike, k=1)[0]
    assert (one.article_id, one.version, one.title, one.source) == ("a1", 1, "Title of a1", "The Times")


def test_nothing_to_choose_from() -> None:
    assert choose([], asked("stake"), alike, k=3) == []
    assert choose([version(" \n ")], asked("stake"), alike, k=3) == []
    assert choose([version(NEWS)], asked(""), alike, k=2) != []


def test_long_text_is_not_compared_by_meaning_as_a_whole() -> None:
    compared: list[str] = []

    def count(texts: Sequence[str]) -> list[Closeness]:
        compared.extend(texts)
        return alike(texts)

    text = "\n\n".join(f"Sentence number {n} speaks about matter {n}." for n in range(400))
    found = choose([version(text)], asked("matter 77"), count, k=4)
    assert len(found) == 4
    assert "matter 77." in found[0].quote
    assert len(compared) < 100


def test_long_sentences_make_short_windows() -> None:
    long = "Word " * 150 + "end."
    assert windows_of(sentences(f"{long} {long}")) == [(0, 1), (1, 2)]


def test_windows_that_are_compared_by_meaning_share_little() -> None:
    compared: list[str] = []

    def count(texts: Sequence[str]) -> list[Closeness]:
        compared.extend(texts)
        return alike(texts)

    choose([version(" ".join(f"Matter {n} is spoken of." for n in range(400)))], asked("matter 77"), count, k=4)
    starts = sorted(int(text.split()[1]) for text in compared)
    assert all(later - earlier > 1 for earlier, later in pairwise(starts))


@settings(max_examples=150)
@given(st.text(max_size=600))
def test_windows_of_any_text_cover_its_sentences(text: str) -> None:
    spans = sentences(text)
    found = windows_of(spans)
    assert all(0 <= first < after <= len(spans) for first, after in found)
    assert {place for first, after in found for place in range(first, after)} == set(range(len(spans)))
    assert found == sorted(found)


@settings(max_examples=100)
@given(st.lists(st.text(max_size=300), max_size=4), st.text(max_size=40), st.integers(1, 6))
def test_any_evidence_is_its_articles_text_and_does_not_overlap(texts: list[str], question: str, k: int) -> None:
    versions = [version(text, f"a{n}") for n, text in enumerate(texts)]
    found = choose(versions, asked(question), alike, k=k)
    assert len(found) <= k
    for one in found:
        assert one.quote == versions[int(one.article_id[1:])].text[one.start : one.end] != ""
        assert 0.0 <= one.score <= 1.0
        assert 0.0 <= one.coverage <= 1.0 + 1e-9
    for n, one in enumerate(found):
        for other in found[:n]:
            assert one.article_id != other.article_id or one.end <= other.start or other.end <= one.start
