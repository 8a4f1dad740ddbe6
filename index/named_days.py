"""Times that a question names: days, months, years, and spans between them. Leaves out: relative times.

Reports of a day come on it and after it, and of a coming day before it. A year often belongs to a name ("the 2024
election"): alone it says little.
"""

from __future__ import annotations

import re
from datetime import date

from index.windows import MONTHS, Window, days_after, days_before, month_span

MONTH_NUMBERS = {month[:3].lower(): number for number, month in enumerate(MONTHS, start=1)}
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|March|Mar\.|April|Apr\.|May|June|Jun\.|July|Jul\.|Aug(?:ust|\.)?"
    r"|Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_RELATION = (
    r"(?:\b(?P<relation>(?i:in|on|since|after|from|before|until|till|by|during|of|for|this|last|next))\s+"
    r"(?P<the>the\s+(?!year))?(?:(?:early|mid|late)[\s-]+)?)?"
)
_DAY_FIRST = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?" + _MONTH + r"(?:,?\s+" + _YEAR + r")?(?!\w)"
_MONTH_FIRST = _MONTH + r"\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?!\d)(?:,?\s+" + _YEAR + r")?(?!\w)"
FORMS = tuple(
    re.compile(_RELATION + form)
    for form in (
        r"\b(?P<year>(?:19|20)\d\d)-(?P<number>\d\d)-(?P<day>\d\d)\b",
        r"\b" + _MONTH_FIRST,
        r"\b" + _DAY_FIRST,
        r"\b" + _MONTH + r",?\s+" + _YEAR + r"\b",
        r"\b" + _MONTH + r"(?!\w)",
        r"(?<![\d$£€,.-])" + _YEAR + r"(?![\d,]*\d)(?!-\d)\b",
    )
)
_FROM = frozenset(("since", "after", "from"))
_UNTIL = frozenset(("before", "until", "till", "by"))
_AHEAD_DAYS = 45
"""A month or day without a year is the last one, unless the next is this near."""


def named_windows(question: str, as_of: date) -> tuple[list[Window], bool]:
    """The windows of the times a question names, seen from `as_of`, and whether they settle when it was.

    They do where a month or a day is named, or a past year as a time ("in 2019") and not as part of a name
    ("the 2019 final"). A month that could be a word ("may", "march") counts only behind "in", "since" and the like.
    """
    windows: list[Window] = []
    settled = False
    rest = question
    for form in FORMS:
        for found in form.finditer(rest):
            read = _window(found, as_of)
            if read is not None:
                windows.append(read[0])
                settled |= read[1]
        rest = form.sub(lambda found: " " * len(found.group()), rest)
    if len(windows) == 2 and re.search(r"\b(?:between|from)\b.*\b(?:and|to|until)\b", question, re.IGNORECASE):
        first, last = min(window.first for window in windows), max(window.last for window in windows)
        windows = [Window(first, last, max(window.soft_days for window in windows), 0.8)]
        settled = True
    return windows, settled


def _window(found: re.Match[str], as_of: date) -> tuple[Window, bool] | None:
    parts = found.groupdict()
    relation = (parts["relation"] or "").lower()
    year = int(parts["year"]) if parts.get("year") else None
    month = int(parts["number"]) if parts.get("number") else None
    if parts.get("month"):
        month = MONTH_NUMBERS[parts["month"][:3].lower()]
    if month is None:
        return _of_year(year or as_of.year, "" if parts["the"] else relation, as_of)
    if not parts.get("day"):
        if year is None and not relation:
            return None
        first, last = month_span(*placed(year, month, 1, as_of))
        return _with_relation(first, last, relation, as_of), True
    try:
        day = date(*placed(year, month, int(parts["day"]), as_of), int(parts["day"]))
    except ValueError:
        return None
    if day > as_of:
        return Window(days_before(as_of, 14), as_of), False
    return _with_relation(days_before(day, 1), day, relation, as_of), abs((as_of - day).days) > 7


def _of_year(year: int, relation: str, as_of: date) -> tuple[Window, bool] | None:
    """A coming year names a thing; the current one is what is asked about anyway, and narrows a little."""
    if year > as_of.year:
        return None
    first, last = date(year, 1, 1), date(year, 12, 31)
    if relation in _FROM | _UNTIL:
        return _with_relation(first, last, relation, as_of), True
    told = relation in ("in", "during", "of") and year < as_of.year
    return Window(first, last, 60.0, 0.6 if told else 0.25), told


def placed(year: int | None, month: int, day: int, as_of: date) -> tuple[int, int]:
    """The year and month meant: where no year is told the last such day seen from `as_of`, or one that is near."""
    if year is not None:
        return year, month
    this_year = date(as_of.year, month, min(day, 28))
    if (this_year - as_of).days > _AHEAD_DAYS:
        return max(1, as_of.year - 1), month
    if (as_of - this_year).days > 365 - _AHEAD_DAYS:
        return as_of.year + 1, month
    return as_of.year, month


def _with_relation(first: date, last: date, relation: str, as_of: date) -> Window:
    if relation in _FROM:
        return Window(first, max(first, as_of), 20.0, 0.6)
    if relation in _UNTIL:
        return Window(days_before(first, 365), last, 90.0, 0.6)
    return Window(first, days_after(last, 5))
