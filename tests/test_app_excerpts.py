"""What the writer is shown: sentences with numbers, under their articles."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.excerpts import MAX_EXCERPTS, choose_excerpts, excerpts_text
from index.articles import Evidence
from index.chunking import count_tokens

PUBLISHED = datetime(2023, 1, 5, tzinfo=UTC)


def passage(quote: str, article_id: str = "a1", start: int = 0, source: str | None = None) -> Evidence:
    return Evidence(
        article_id=article_id,
        version=1,
        start=start,
        end=start + len(quote),
        quote=quote,
        score=0.5,
        title=f"Title of {article_id}",
        source=source,
        published_at=PUBLISHED if source else None,
        url=None,
    )


def test_sentences_are_numbered_under_their_article() -> None:
    evidence = (passage("It rose. It fell.", source="The Times"), passage("It stood   still.", "a2"))
    assert excerpts_text(choose_excerpts(evidence, 1_000)) == (
        "Title of a1 (The Times, 2023-01-05)\n[1] It rose.\n[2] It fell.\n\nTitle of a2\n[3] It stood still."
    )


def test_sentences_of_an_article_stand_in_the_order_of_its_text() -> None:
    evidence = (passage("Last words.", start=500), passage("Other words.", "a2"), passage("First words."))
    assert [excerpt.text for excerpt in choose_excerpts(evidence, 1_000)] == [
        "First words.",
        "Last words.",
        "Other words.",
    ]


def test_passage_that_does_not_fit_gives_way_to_a_shorter_one() -> None:
    long = passage("A long sentence that says a great deal about very little. " * 4, "a2")
    chosen = choose_excerpts((passage("It rose."), long, passage("Short one.", "a3")), 40)
    assert [excerpt.text for excerpt in chosen] == ["It rose.", "Short one."]
    assert count_tokens(excerpts_text(chosen)) <= 40


def test_best_passage_is_always_shown() -> None:
    assert [excerpt.text for excerpt in choose_excerpts((passage("It rose."),), 1)] == ["It rose."]
    assert choose_excerpts((), 100) == ()


@pytest.mark.parametrize("n_passages", [1, 2, 8])
def test_numbers_have_one_digit(n_passages: int) -> None:
    evidence = [passage("One thing. Two things. Three things. " * 2, f"a{n}") for n in range(n_passages)]
    assert len(choose_excerpts(evidence, 10_000)) <= MAX_EXCERPTS


@given(st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=5), st.integers(1, 400))
def test_every_excerpt_is_a_part_of_its_passage(texts: list[str], tokens: int) -> None:
    evidence = [passage(text, f"a{n}") for n, text in enumerate(texts)]
    for excerpt in choose_excerpts(evidence, tokens):
        assert excerpt.text == excerpt.passage.quote[excerpt.start : excerpt.end]


def test_title_of_a_text_without_one_is_read_in_part() -> None:
    evidence = replace(passage("It rose."), title="A first sentence that goes on and on " * 5)
    (first, _) = excerpts_text(choose_excerpts((evidence,), 1_000)).split("\n")
    assert first == "A first sentence that goes on and on A first sentence that goes on and on A…"
