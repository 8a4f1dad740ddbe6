"""Times in questions, read from the day of asking, and how near an article's day comes to them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.asking_time import closeness, understand
from index.catalogue import UNDATED, days_since_epoch
from index.windows import Window, month_span

AS_OF = date(2023, 3, 10)  # a Friday


def windows(question: str, as_of: date = AS_OF) -> list[tuple[str, str]]:
    return [(window.first.isoformat(), window.last.isoformat()) for window in understand(question, as_of).windows]


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("Who resigned today?", "2023-03-09", "2023-03-10"),
        ("Who resigned yesterday?", "2023-03-08", "2023-03-10"),
        ("Who resigned this week?", "2023-03-03", "2023-03-10"),
        ("Who won this past weekend’s race?", "2023-03-01", "2023-03-10"),
        ("Who resigned last week?", "2023-03-01", "2023-03-10"),
        ("Who resigned on Tuesday?", "2023-03-03", "2023-03-10"),
        ("Who resigned this month?", "2023-03-01", "2023-03-10"),
        ("Who resigned last month?", "2023-02-01", "2023-03-07"),
        ("Who resigned last year?", "2022-01-01", "2023-01-30"),
        ("What melted last summer?", "2022-06-01", "2022-09-14"),
        ("What froze this winter?", "2022-12-01", "2023-03-10"),
        ("Who resigned three weeks ago?", "2023-02-15", "2023-02-19"),
        ("Who resigned in the past two months?", "2023-01-09", "2023-03-10"),
        ("What is the latest on Nissan?", "2023-03-03", "2023-03-10"),
        ("Who resigned in March 2022?", "2022-03-01", "2022-04-05"),
        ("Who resigned in February?", "2023-02-01", "2023-03-05"),
        ("Who resigned in December?", "2022-12-01", "2023-01-05"),
        ("Who resigned on March 2?", "2023-03-01", "2023-03-07"),
        ("Who resigned on 2 March 2021?", "2021-03-01", "2021-03-07"),
        ("Who resigned on Feb. 14, 2023?", "2023-02-13", "2023-02-19"),
        ("Who resigned on 2023-02-14?", "2023-02-13", "2023-02-19"),
        ("Which rule expires on March 20?", "2023-02-24", "2023-03-10"),
        ("What has happened since January?", "2023-01-01", "2023-03-10"),
        ("What happened in 2019?", "2019-01-01", "2019-12-31"),
        ("What happened between 2015 and 2018?", "2015-01-01", "2018-12-31"),
    ],
)
def test_time_is_understood_from_the_day_of_asking(question: str, first: str, last: str) -> None:
    assert windows(question) == [(first, last)]


@pytest.mark.parametrize(
    "question",
    [
        "Who resigned?",
        "May I ask who will march?",
        "Which car costs $2023 or 20,230 yuan?",
        "Who hosts the 2024 Academy Awards?",
        "What happened on February 30?",
        "Is June Carter related to Johnny Cash?",
    ],
)
def test_question_without_a_time_has_no_window(question: str) -> None:
    assert windows(question) == []


@pytest.mark.parametrize(
    ("question", "relative", "settled"),
    [
        ("Who resigned this week?", True, False),
        ("What was the warmest day this year?", False, False),
        ("Who resigned last year?", True, False),
        ("Who resigned in March 2022?", False, True),
        ("What happened in 2019?", False, True),
        ("Who lost the 2020 presidential election?", False, False),
        ("What followed after the 2020 election?", False, False),
        ("Which author won the 2023 Booker Prize?", False, False),
        ("What will happen next week, in 2022?", True, False),
        ("Who resigned?", False, False),
    ],
)
def test_own_time_and_named_time_are_told_apart(question: str, relative: bool, settled: bool) -> None:
    asked = understand(question, AS_OF)
    assert (asked.relative, asked.settled) == (relative, settled)


@pytest.mark.parametrize(
    ("question", "topic"),
    [
        ("Which carmaker recalled two million vehicles this week?", "Which carmaker recalled two million vehicles ?"),
        ("Who recently resigned?", "Who resigned?"),
        ("Who spoke on Tuesday?", "Who spoke on Tuesday?"),
        ("Who resigned in March 2022?", "Who resigned in March 2022?"),
        ("Today?", "Today?"),
    ],
)
def test_words_that_only_say_when_it_is_asked_are_not_looked_for(question: str, topic: str) -> None:
    assert understand(question, AS_OF).topic == topic


def test_nearness_is_whole_inside_fades_outside_and_is_nothing_without_a_date() -> None:
    window = Window(date(2023, 3, 1), date(2023, 3, 5), 7.0)
    days = [days_since_epoch(date(2023, 3, day)) for day in (1, 5, 6, 20)]
    near = closeness([window], np.array([*days, UNDATED], dtype=np.int32))
    assert near[0] == near[1] == 1.0
    assert 1.0 > near[2] > near[3] > near[4] == 0.0
    assert closeness([], np.array(days, dtype=np.int32)).tolist() == [0.0] * 4


def test_of_two_windows_the_nearer_counts() -> None:
    early, late = Window(date(2020, 1, 1), date(2020, 1, 2)), Window(date(2023, 1, 1), date(2023, 1, 2), strength=0.5)
    days = np.array([days_since_epoch(window.first) for window in (early, late)], dtype=np.int32)
    assert closeness([early, late], days).tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    ("month", "span"), [(0, ("2022-12-01", "2022-12-31")), (2, ("2023-02-01", "2023-02-28")), (13, ("2024-01-01",) * 1)]
)
def test_month_beyond_the_year_counts_on(month: int, span: tuple[str, ...]) -> None:
    first, last = month_span(2023, month)
    assert (first.isoformat(), last.isoformat())[: len(span)] == span


TIME_WORDS = st.lists(
    st.sampled_from(
        "this last next past week month year summer winter weekend Tuesday today 31 2 February March 1999 2023 2024 in"
        " on since between and ago days three a the 2023-02-31 now ,".split()
    ),
    max_size=9,
).map(" ".join)


@given(st.text(max_size=40) | TIME_WORDS, st.dates())
def test_any_question_on_any_day_is_read(question: str, as_of: date) -> None:
    asked = understand(question, as_of)
    assert all(window.first <= window.last or window.first > as_of for window in asked.windows)
    assert all(0 < window.strength <= 1 and window.soft_days > 0 for window in asked.windows)
    assert asked.settled is False or asked.windows
