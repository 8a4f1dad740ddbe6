"""The times that a text names, read from the day it was published."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.event_days import event_days

PUBLISHED = date(2023, 2, 7)  # a Tuesday


def told(text: str, published: date | None = PUBLISHED) -> list[tuple[str, str, str]]:
    return [(str(one.first), str(one.last), text[one.start : one.end]) for one in event_days(text, published)]


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("They met on 5 February 2023.", "2023-02-05", "2023-02-05"),
        ("They met on Feb. 5.", "2023-02-05", "2023-02-05"),
        ("They met on December 28.", "2022-12-28", "2022-12-28"),
        ("They met on 2023-02-05.", "2023-02-05", "2023-02-05"),
        ("He was arrested in November 2018.", "2018-11-01", "2018-11-30"),
        ("He was arrested in November.", "2022-11-01", "2022-11-30"),
        ("It was launched in November last year.", "2022-11-01", "2022-11-30"),
        ("It was launched in January last year.", "2022-01-01", "2022-01-31"),
        ("He was arrested in 2018.", "2018-01-01", "2018-12-31"),
        ("He was arrested four years ago.", "2019-01-01", "2019-12-31"),
        ("It closed last month.", "2023-01-01", "2023-01-31"),
        ("It closed last year.", "2022-01-01", "2022-12-31"),
        ("They met on Monday.", "2023-02-06", "2023-02-06"),
        ("They met on Tuesday.", "2023-02-07", "2023-02-07"),
        ("They met on Wednesday.", "2023-02-01", "2023-02-01"),
        ("They met yesterday.", "2023-02-06", "2023-02-06"),
        ("They met this morning.", "2023-02-07", "2023-02-07"),
    ],
)
def test_a_time_is_read_from_the_day_of_publication(text: str, first: str, last: str) -> None:
    assert [(one[0], one[1]) for one in told(text)] == [(first, last)]


@pytest.mark.parametrize(
    "text",
    [
        "They will meet on Friday.",
        "They met next Friday's guests.",
        "The 2024 election was near.",
        "It sold 2019 cars.",
        "It may march on.",
        "On February 30, 2023, nothing was.",
        "Nothing is said of time.",
    ],
)
def test_what_is_no_time_or_an_ambiguous_one_is_left_out(text: str) -> None:
    assert told(text) == []


def test_without_a_day_of_publication_only_full_dates_tell_a_time() -> None:
    assert told("On Monday, on May 5, in June and on July 4, 2021 they met.", None) == [
        ("2021-07-04", "2021-07-04", "on July 4, 2021")
    ]


@given(st.text(alphabet="In onMarch2023-05 lastyear ago.,MondayFeb", max_size=60), st.none() | st.dates())
def test_every_time_stands_in_the_text(text: str, published: date | None) -> None:
    for one in event_days(text, published):
        assert one.first <= one.last
        assert 0 <= one.start < one.end <= len(text)
