"""What a text gives as values, and which of them are the same."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.superseding import supersedes
from app.values import Value, same, sorts_asked, values


def only(text: str, sort: str) -> list[str]:
    return [text[one.start : one.end] for one in values(text) if one.sort == sort]


def test_amounts_times_names_and_words_are_told_apart() -> None:
    text = "In May 1912 Carlos Ghosn paid $1.8 billion for 43% of the old factory."
    assert only(text, "time") == ["May 1912"]
    assert only(text, "amount") == ["$1.8 billion", "43%"]
    assert "Carlos Ghosn" in " ".join(only(text, "name"))
    assert {"paid", "old", "factory"} == set(only(text, "word"))


def first(text: str, published: date | None = None) -> Value:
    return min(values(text, published), key=lambda one: ("amount", "time", "name", "word").index(one.sort))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("43%", "43 percent", True),
        ("43%", "15%", False),
        ("43%", "43 years", False),
        ("$1.8 billion", "1.79 billion dollars", True),
        ("3,559 people", "10,000 people", False),
        ("2,097 people", "2,051 people", False),
        ("2,097 people", "2,100 people", True),
        ("9,900 people", "10,000 people", True),
        ("9,000 people", "10,000 people", False),
        ("43%", "44%", False),
        ("43%", "43.4%", True),
        ("5 May 1912", "1912", True),
        ("5 May 1912", "May 6, 1912", False),
        ("1867", "1743", False),
        ("Raj Kapoor", "Kapoor", True),
        ("Mahesh Bhatt", "Raj Kapoor", False),
        ("1912", "1,912 people", False),
    ],
)
def test_values_are_the_same_where_nothing_that_both_tell_differs(one: str, other: str, alike: bool) -> None:
    assert same(first(one), first(other)) is alike
    assert same(first(other), first(one)) is alike


def test_a_day_of_the_week_is_understood_from_the_day_of_publication() -> None:
    monday = first("He left on Monday.", date(2023, 2, 8))
    assert monday.day == (2023, 2, 6)
    assert not same(monday, first("He left on Monday.", date(2023, 3, 8)))


@pytest.mark.parametrize(
    ("question", "sorts"),
    [
        ("How many people died?", {"amount"}),
        ("What is the population of Broken Bow?", {"amount"}),
        ("When was it built?", {"time"}),
        ("What is the birth date of Maurice Roche?", {"time"}),
        ("Who directed the film?", {"name"}),
        ("What sport does he play?", {"name", "word"}),
        ("Why did it fail?", set()),
        ("Will Nissan help?", set()),
    ],
)
def test_what_is_asked_tells_the_sorts(question: str, sorts: set[str]) -> None:
    assert sorts_asked(question) == sorts


def test_a_change_that_is_told_supersedes() -> None:
    assert supersedes("The death toll rose to 120 on Tuesday.", "The quake killed 50 people.")
    assert supersedes("The quake killed 120 people.", "At least 50 people were killed.")
    assert supersedes("It will cut it to 10% and not 15%.", "It will cut it to 15%.", tells_both=True)
    assert not supersedes("The quake killed 120 people.", "The quake killed 50 people.")


@given(st.text(max_size=80))
def test_every_value_is_a_part_of_its_text_and_none_overlaps_another(text: str) -> None:
    found = values(text, date(2023, 1, 1))
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(same(one, one) for one in found if one.sort in ("amount", "time"))
