"""Times told relative to the day of asking: "today", "last month", "three days ago". Leaves out: named days.

What happened on a day is reported on it and for some days after, so a window reaches from the time meant to the
day of asking where that is near: of 70 news questions about "this week", 69 have a gold article of at most five days.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

from index.windows import Window, days_after, days_before, month_span

_COUNTED = {
    word: number
    for number, word in enumerate("one two three four five six seven eight nine ten eleven twelve".split(), start=1)
} | {"a": 1, "an": 1, "several": 4, "some": 4, "many": 10, "few": 3, "a few": 3, "couple": 2, "a couple": 2}
_UNIT_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
_SEASONS = {"winter": 12, "spring": 3, "summer": 6, "fall": 9, "autumn": 9}
"""The month in which each begins (northern, meteorological)."""

_NOW = re.compile(
    r"\b(?:just\s+)?(?:recent(?:ly)?|latest|newest|currently|nowadays|right now|now|these days)\b", re.IGNORECASE
)
_DAY = re.compile(r"\b(?:today|tonight|yesterday|this (?:morning|afternoon|evening))(?:['’]s)?\b", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"\b(?:on\s+)?(?:(?:this|last|next|past)\s+)?(?:mon|tues|wednes|thurs|fri|satur|sun)days?(?!\w)(?:['’]s)?"
    r"(?:\s+(?:morning|afternoon|evening|night))?",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"\b(?:earlier\s+|later\s+|in\s+|over\s+|during\s+)?(?:(?:this|the)\s+)?(this|last|past|next|coming|current)\s+"
    r"(week|weekend|month|year|spring|summer|fall|autumn|winter|season)\b(?:['’]s)?",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\b(\d{1,3}|a few|a couple|(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|an?|several|some|many"
    r"|few|couple))(?:\s+of)?\s+(day|week|month|year)s?\s+ago\b",
    re.IGNORECASE,
)
_PAST_SPAN = re.compile(
    r"\b(?:in|over|during|for|within)\s+the\s+(?:last|past)\s+(\d{1,3}|few|two|three|four|five|six|seven|eight|nine|ten"
    r"|twelve|couple)(?:\s+of)?\s+(day|week|month|year)s\b",
    re.IGNORECASE,
)

_Reader = Callable[[re.Match[str], date], Window]


def relative_windows(question: str, as_of: date) -> tuple[list[Window], str]:
    """The windows a question tells relative to `as_of`, and the question without the words that told them.

    A weekday stays in it: articles, too, say "on Tuesday".
    """
    windows: list[Window] = []
    rest = question
    for pattern, read, told in _PATTERNS:
        windows.extend(read(found, as_of) for found in pattern.finditer(rest))
        if told:
            rest = pattern.sub(" ", rest)
    return list(dict.fromkeys(windows)), " ".join(rest.split())


def _now(_: re.Match[str], as_of: date) -> Window:
    return Window(days_before(as_of, 7), as_of, 20.0)


def _day(found: re.Match[str], as_of: date) -> Window:
    return Window(days_before(as_of, 2 if found.group().lower().startswith("yesterday") else 1), as_of, 7.0)


def _weekday(_: re.Match[str], as_of: date) -> Window:
    return Window(days_before(as_of, 7), as_of)


def _ago(found: re.Match[str], as_of: date) -> Window:
    count, unit = _count(found.group(1)), _UNIT_DAYS[found.group(2).lower()]
    around = days_before(as_of, count * unit)
    slack = max(2, count * unit // 8)
    return Window(days_before(around, slack), min(as_of, days_after(around, slack)), max(7.0, 1.0 * slack), 0.8)


def _past_span(found: re.Match[str], as_of: date) -> Window:
    days = _count(found.group(1)) * _UNIT_DAYS[found.group(2).lower()]
    return Window(days_before(as_of, days), as_of, max(7.0, days / 6), 0.8 if days <= 100 else 0.4)


def _calendar(found: re.Match[str], as_of: date) -> Window:
    which, unit = found.group(1).lower(), found.group(2).lower()
    back = which in ("last", "past")
    if unit in ("week", "weekend"):
        return Window(days_before(as_of, 9 if back or unit == "weekend" else 7), as_of)
    if which in ("next", "coming"):
        return Window(days_before(as_of, 14), as_of, 20.0)
    if unit == "month":
        first, last = month_span(as_of.year, as_of.month - back)
        return Window(first, min(as_of, days_after(last, 7)))
    if unit == "year":
        year = max(1, as_of.year - (which == "last"))
        first = date(year, 1, 1) if which != "past" else days_before(as_of, 365)
        return Window(first, min(as_of, days_after(date(year, 12, 31), 30)), 60.0, 0.4)
    if unit == "season":
        return Window(days_before(as_of, 365 if back else 120), as_of, 60.0, 0.4)
    return _season(unit, as_of, back=back)


def _season(name: str, as_of: date, *, back: bool) -> Window:
    """The season that goes on, or with `back` the one that ended last."""
    year = as_of.year + 1
    while True:
        first = month_span(year, _SEASONS[name])[0]
        last = month_span(year, _SEASONS[name] + 2)[1]
        if first <= as_of and (not back or last < as_of):
            return Window(first, min(as_of, days_after(last, 14)), 21.0, 0.6)
        if year <= 2:
            return Window(first, last, 21.0, 0.6)
        year -= 1


def _count(word: str) -> int:
    return int(word) if word.isdigit() else _COUNTED[word.lower()]


_PATTERNS: tuple[tuple[re.Pattern[str], _Reader, bool], ...] = (
    (_AGO, _ago, True),
    (_PAST_SPAN, _past_span, True),
    (_CALENDAR, _calendar, True),
    (_DAY, _day, True),
    (_WEEKDAY, _weekday, False),
    (_NOW, _now, True),
)
