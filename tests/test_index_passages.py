"""The few sentences of an article that bear on a question: all looked at, some read."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Version
from index.articlesentences import ArticleSentences
from index.comparing import AskedQuestion
from index.interaction import Closeness
from index.passages import FEW_PASSAGES, READ_PASSAGES, best, passages, promising, read_closely, runs_of
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


def article(text: str, article_id: str = "a1", *, near: str = "nothing") -> ArticleSentences:
    """An article of which the sentences with the word `near` have the question's direction, the others none of it."""
    spans = tuple(sentences(text))
    texts = [text[start:end] for start, end in spans]
    vectors = np.array([[len(one), 0] if near in one else [0, len(one)] for one in texts], np.float32)
    return ArticleSentences(version(text, article_id), spans, vectors.reshape(-1, 2))


def asked(question: str) -> AskedQuestion:
    return AskedQuestion(np.array([1, 0], np.float32), dict.fromkeys(content_stems(question), 1.0), None)


def test_passage_that_has_the_words_comes_first() -> None:
    found = best(passages([article(NEWS)], asked("stake Nissan 15%")), 3)
    assert "cut its stake in Nissan to 15%" in found[0].quote
    assert found[0].coverage == 1.0
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_passage_that_means_the_same_comes_first_when_no_word_is_shared() -> None:
    found = best(passages([article(NEWS, near="weather")], asked("sunshine")), 2)
    assert "weather" in found[0].quote
    assert 0.5 < found[0].similarity < 1


def test_the_deepest_passage_of_a_long_article_is_found_by_meaning_alone() -> None:
    text = "\n\n".join(f"Sentence number {n} speaks about matter {n}." for n in range(400))
    ranked = passages([article(text, near="matter 377.")], asked("sunshine"))
    assert len(ranked) > 300
    assert "matter 377." in best(ranked, 1)[0].quote


def test_better_article_goes_before_a_worse_one() -> None:
    found = best(passages([article(NEWS, "a"), article(NEWS, "b")], asked("stake")), 2)
    assert [one.article_id for one in found] == ["a", "b"]


def test_passage_carries_its_articles_metadata() -> None:
    (one,) = best(passages([article(NEWS)], asked("stake")), 1)
    assert (one.article_id, one.version, one.title, one.source) == ("a1", 1, "Title of a1", "The Times")


def test_nothing_to_choose_from() -> None:
    assert len(passages([], asked("stake"))) == 0
    assert len(passages([article(" \n ")], asked("stake"))) == 0
    assert len(passages([article(NEWS)], asked(""))) > 0
    assert read_closely([], [], [], k=3) == []


def test_of_a_long_article_few_passages_that_share_little_are_worth_reading() -> None:
    text = " ".join(f"Matter {n} is spoken of." for n in range(400))
    ranked = passages([article(text)], asked("matter 77"))
    chosen = promising(ranked)
    assert len(chosen) == READ_PASSAGES
    starts = sorted(int(one.quote.split()[1]) for one in chosen)
    assert all(later - earlier > 1 for earlier, later in pairwise(starts))


def test_of_few_passages_all_are_worth_reading() -> None:
    ranked = passages([article(NEWS)], asked("stake"))
    assert len(promising(ranked)) == len(ranked) < FEW_PASSAGES


def test_what_is_read_closely_is_ranked_by_that() -> None:
    looked_at = promising(passages([article(NEWS)], asked("sunshine")))
    near = [Closeness(0.8, 0.9) if "weather" in one.quote else Closeness(0.3, 0.1) for one in looked_at]
    found = read_closely(looked_at, near, [("a1", 3.0)], k=2)
    assert "weather" in found[0].quote
    assert (found[0].interaction, found[0].similarity) == (0.8, 0.9)
    assert found[0].score > found[1].score


def test_the_better_article_counts_when_passages_are_read() -> None:
    looked_at = promising(passages([article("Shares fell.", "a"), article("Shares fell.", "b")], asked("shares")))
    alike = [Closeness(0.5, 0.5)] * 2
    assert [one.article_id for one in read_closely(looked_at, alike, [("b", 2.0), ("a", 1.0)], k=2)] == ["b", "a"]
    assert [one.article_id for one in read_closely(looked_at, alike, [("a", 2.0), ("b", 1.0)], k=2)] == ["a", "b"]


def test_long_sentences_make_short_passages() -> None:
    long = "Word " * 150 + "end."
    assert runs_of(sentences(f"{long} {long}")).tolist() == [[0, 1], [1, 2]]


def test_runs_are_as_long_as_asked_for() -> None:
    text = " ".join(f"This is sentence number {number} of many." for number in range(10, 30))  # 37 characters each
    spans = sentences(text)
    assert {after - first for first, after in runs_of(spans).tolist()} == {3}
    longer = runs_of(spans, 200).tolist()
    assert longer[0] == [0, 5]
    assert max(spans[after - 1][1] - spans[first][0] for first, after in longer) <= 200
    assert runs_of(spans, 1).tolist() == [[place, place + 1] for place in range(20)]


@settings(max_examples=150)
@given(st.text(max_size=600))
def test_runs_of_any_text_cover_its_sentences(text: str) -> None:
    spans = sentences(text)
    found = [(first, after) for first, after in runs_of(spans).tolist()]
    assert all(0 <= first < after <= len(spans) for first, after in found)
    assert {place for first, after in found for place in range(first, after)} == set(range(len(spans)))
    assert found == sorted(found)


@settings(max_examples=100)
@given(st.lists(st.text(max_size=300), max_size=4), st.text(max_size=40), st.integers(1, 6))
def test_any_evidence_is_its_articles_text_and_does_not_overlap(texts: list[str], question: str, k: int) -> None:
    articles = [article(text, f"a{n}", near="a") for n, text in enumerate(texts)]
    ranked = passages(articles, asked(question))
    looked_at = promising(ranked)
    scores = [(one.version.article_id, 1.0) for one in articles]
    read = read_closely(looked_at, [Closeness(0.5, -0.5)] * len(looked_at), scores, k=k)
    for found in (best(ranked, k), read):
        assert len(found) <= k
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        for one in found:
            assert one.quote == articles[int(one.article_id[1:])].version.text[one.start : one.end] != ""
            assert 0.0 <= one.score <= 1.0
            assert 0.0 <= one.coverage <= 1.0 + 1e-9
        for n, one in enumerate(found):
            for other in found[:n]:
                assert one.article_id != other.article_id or one.end <= other.start or other.end <= one.start
