"""When a text says that something happened: the days, months and years it names. Leaves out: what happened.

Relative times are read from the day of publication; what stays ambiguous ("on Friday" of what is to come) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from index.named_days import FORMS, MONTH_NUMBERS, placed
from index.windows import MONTHS, month_span

_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_WEEKDAY = re.compile(
    r"\b(?P<which>(?:last|next|this|coming)\s+)?(?P<day>" + "|".join(_WEEKDAYS) + r")\b", re.IGNORECASE
)
_NEAR_DAY = re.compile(r"\b(?P<day>today|tonight|yesterday|this (?:morning|afternoon|evening))\b", re.IGNORECASE)
_LAST = re.compile(r"\blast (?P<unit>month|year)\b", re.IGNORECASE)
_MONTH_LAST_YEAR = re.compile(r"\b(?:in\s+)?(?P<month>" + "|".join(MONTHS) + r")\s+(?:of\s+)?last\s+year\b")
_YEARS_AGO = re.compile(
    r"\b(?P<count>\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|a) years? ago\b", re.IGNORECASE
)
_COUNTS = {word: n for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)} | {"a": 1}
_TO_COME = re.compile(r"\b(?:will|would|shall|expected|plans?|planned|scheduled|set to|next)\b", re.IGNORECASE)
_OF_TIME = frozenset(("in", "during", "since", "by", "before", "after", "from", "until", "till"))
"""Before a bare year these tell a time; without one it may be a name ("the 2024 election") or a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDay:
    """A time that a text names: from `first` to `last`, one day or a month or a year; told in `text[start:end]`."""

    first: date
    last: date
    start: int
    end: int


_Found = tuple[date, date] | None


def event_days(text: str, published: date | None) -> list[EventDay]:
    """The times that a sentence or two name, in the order of the text; without `published` only those told in full.

    >>> [one.first.isoformat() for one in event_days("Ghosn, arrested in 2018, fled on Sunday.", date(2020, 1, 1))]
    ['2018-01-01', '2019-12-29']
    """
    found: list[EventDay] = []
    rest = text
    for form, read in _readers(text, published):
        for match in form.finditer(rest):
            span = read(match)
            if span is not None:
                start = match.start("the") if match.groupdict().get("the") else match.start()
                found.append(EventDay(first=span[0], last=span[1], start=start, end=match.end()))
        rest = form.sub(lambda match: " " * len(match.group()), rest)
    return sorted(found, key=lambda one: one.start)


def _readers(text: str, published: date | None) -> Iterator[tuple[re.Pattern[str], Callable[[re.Match[str]], _Found]]]:
    if published is not None:
        today = published
        yield _MONTH_LAST_YEAR, lambda match: month_span(today.year - 1, MONTHS.index(match["month"]) + 1)
        yield _YEARS_AGO, lambda match: _year(today.year - _count(match["count"]))
        yield _LAST, lambda match: _last(match["unit"], today)
        yield _NEAR_DAY, lambda match: _near_day(match["day"], today)
        yield _WEEKDAY, lambda match: _weekday(match, today, to_come=bool(_TO_COME.search(text)))
    for form in FORMS:
        yield form, lambda match: _named(match, published)


def _named(match: re.Match[str], published: date | None) -> _Found:
    parts = match.groupdict()
    year = int(parts["year"]) if parts.get("year") else None
    month = int(parts["number"]) if parts.get("number") else None
    if parts.get("month"):
        month = MONTH_NUMBERS[parts["month"][:3].lower()]
    if year is None and published is None:
        return None
    if month is None:
        told = (parts["relation"] or "").lower() in _OF_TIME and not parts["the"]
        return _year(year) if told and year is not None else None
    if not parts.get("day"):
        if year is None and not parts["relation"]:  # "may", "march"
            return None
        return month_span(*placed(year, month, 1, published or date.max))
    try:
        day = date(*placed(year, month, int(parts["day"]), published or date.max), int(parts["day"]))
    except ValueError:
        return None
    return day, day


def _year(year: int) -> tuple[date, date]:
    return date(year, 1, 1), date(year, 12, 31)


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTS[word.lower()]


def _last(unit: str, published: date) -> tuple[date, date]:
    if unit.lower() == "year":
        return _year(published.year - 1)
    before = published.replace(day=1) - timedelta(days=1)
    return before.replace(day=1), before


def _near_day(word: str, published: date) -> tuple[date, date]:
    day = published - timedelta(days=1) if word.lower() == "yesterday" else published
    return day, day


def _weekday(match: re.Match[str], published: date, *, to_come: bool) -> _Found:
    """The last such day up to the publication's; none where the sentence speaks of what is to come."""
    if to_come or (match["which"] or "").strip().lower() in ("next", "this", "coming"):
        return None
    back = (published.weekday() - _WEEKDAYS.index(match["day"].lower())) % 7
    day = published - timedelta(days=back)
    return day, day
