"""Which excerpt is leaned on."""

from __future__ import annotations

from app.choosing import choose_number
from app.quoting import Quote
from index.articles import Evidence

PASSAGE = Evidence(
    article_id="a1", version=1, start=0, end=2, quote="It", score=0.5, title="A title", source=None,
    published_at=None, url=None,
)  # fmt: skip


def quote(coverage: float, similarity: float = 0.5) -> Quote:
    return Quote(PASSAGE, 0, 2, coverage, similarity, right_kind=True)


def test_the_sentence_that_meets_the_question_best_leads() -> None:
    assert choose_number({1: quote(0.1), 2: quote(0.9)}, {1: 0.6, 2: 0.2, 0: 0.2}) == 2


def test_the_writer_settles_a_close_call() -> None:
    assert choose_number({1: quote(0.5), 2: quote(0.5)}, {1: 0.2, 2: 0.6, 0: 0.2}) == 2


def test_a_number_without_a_probability_can_be_chosen() -> None:
    assert choose_number({1: quote(0.0, 0.0), 2: quote(1.0, 1.0)}, {1: 0.9, 0: 0.1}) == 2
