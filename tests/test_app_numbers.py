"""The numbers a text states, compared by value."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.numbers import crossed_bounds, located_numbers, numbers


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("15%", {15}),
        ("from 43% to 15%", {43, 15}),
        ("fifteen percent", {15}),
        ("forty-three and twenty two", {43, 22}),
        ("$1.8 billion", {1.8e9}),
        ("€2bn, £3m and ¥40k", {2e9, 3e6, 4e4}),
        ("1,613 articles", {1613}),
        ("two hundred people", {200}),
        ("a dozen eggs", {12}),
        ("the third time, on the 21st", {3, 21}),
        ("23-year-old", {23}),
        ("0.5 points", {0.5}),
        ("in 2018", {2018}),
        ("one of the people said, first", set()),
        ("no numbers at all", set()),
        ("", set()),
        ("A4 paper, version v2.0", set()),
    ],
)
def test_values_of_numbers(text: str, values: set[float]) -> None:
    assert numbers(text) == values


def test_same_value_in_other_words_is_the_same_number() -> None:
    assert numbers("15 percent of 1.8 billion") == numbers("fifteen percent of 1,800 million")


def test_numbers_have_their_places() -> None:
    text = "It paid $1.8 billion for fifteen."
    assert [(value, text[start:end]) for value, start, end in located_numbers(text)] == [
        (1.8e9, "$1.8 billion"),
        (15, "fifteen"),
    ]


@settings(max_examples=200)
@given(st.text())
def test_any_text_is_read_and_places_lie_inside_it(text: str) -> None:
    last = 0
    for value, start, end in located_numbers(text):
        assert last <= start < end <= len(text)
        assert value >= 0
        last = end


@given(st.integers(min_value=0, max_value=10**12))
def test_grouped_digits_are_the_plain_number(value: int) -> None:
    assert numbers(f"It was {value:,} then.") == numbers(f"It was {value} then.") == {value}


@pytest.mark.parametrize(
    ("text", "source", "crossed"),
    [
        ("Nearly 50 died.", "More than 50 died.", [50]),
        ("More than 50 died.", "Fewer than 50 died.", [50]),
        ("Nearly 50 died.", "50 died.", []),
        ("50 died.", "More than 50 died.", []),
        ("Nearly 50 died.", "Over 40 died, then almost 50.", []),
        ("Nearly 50 died.", "Over 50 died, the paper said, and 50 the mayor.", []),
        ("Up to 50 died.", "No more than 50 died.", []),
        ("Nearly 50 died.", "Just under 50 died.", []),
    ],
)
def test_a_number_is_not_put_on_the_other_side(text: str, source: str, crossed: list[float]) -> None:
    assert crossed_bounds(text, source) == crossed
