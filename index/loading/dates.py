"""When an article was published, as far as its metadata says so. Leaves out: looking for dates in prose."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime

_EARLIEST_YEAR = 1600
"""Printed news begins in 1605; years before it are placeholders such as 0001-01-01."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "sept", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}

_YEAR_FIRST = re.compile(r"(\d{4})[/.\-](\d{1,2})[/.\-](\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")
_DAY_MONTH = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s\-]+([a-z]+)\.?,?[\s\-]+(\d{4})")
_MONTH_DAY = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+")


def parse_published(value: object) -> datetime | None:
    """The moment that a metadata field names, in UTC; midnight when it names only a day; None when it names none.

    Read are ISO 8601, '2015/10/28', '28 October 2015', 'Oct. 28, 2015', mail dates, and seconds or milliseconds
    since 1970. A time without a zone is taken as UTC. Midnight in any zone means that day, so that a day
    written as '2015-10-28T00:00:00+09:00' does not move to the 27th. Not read, since the day would be a guess:
    '2015', 'October 2015', and '03/04/2015', which is April in some countries and March in others.
    """
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return _midnight(value.year, value.month, value.day)
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return _from_epoch(value)
    if isinstance(value, str):
        return _from_text(" ".join(value.split()))
    return None


def _from_text(text: str) -> datetime | None:
    if re.fullmatch(r"\d{10}|\d{13}", text):
        return _from_epoch(int(text))
    if re.match(r"\d{4}-\d{2}-\d{2}|\d{8}(?:T|$)", text):
        try:
            return _in_utc(datetime.fromisoformat(text))
        except ValueError:
            pass
    return _from_mail_date(text) or _from_day(text)


def _from_mail_date(text: str) -> datetime | None:
    if ":" not in text or not text[-1:].isalnum():
        return None
    try:
        return _in_utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _from_day(text: str) -> datetime | None:
    text = _WEEKDAY.sub("", text.lower())
    if found := _YEAR_FIRST.match(text):
        year, month, day = (int(part) for part in found.groups())
        return _midnight(year, month, day)
    if found := _YEAR_LAST.match(text):
        first, second, year = (int(part) for part in found.groups())
        if first == second or second > 12:
            return _midnight(year, first, second)
        return _midnight(year, second, first) if first > 12 else None
    if found := _DAY_MONTH.match(text):
        return _midnight(int(found[3]), _MONTHS.get(found[2], 0), int(found[1]))
    if found := _MONTH_DAY.match(text):
        return _midnight(int(found[3]), _MONTHS.get(found[1], 0), int(found[2]))
    return None


def _from_epoch(moment: float) -> datetime | None:
    """Seconds since 1970, from March 1973 on, or milliseconds; smaller numbers are years and placeholders."""
    if 1e8 <= moment < 1e11:
        return _in_utc(datetime.fromtimestamp(moment, UTC))
    if 1e11 <= moment < 1e14:
        return _in_utc(datetime.fromtimestamp(moment / 1000, UTC))
    return None


def _midnight(year: int, month: int, day: int) -> datetime | None:
    try:
        return _in_utc(datetime(year, month, day, tzinfo=UTC))
    except ValueError:
        return None


def _in_utc(moment: datetime) -> datetime | None:
    """`moment` in UTC; None for the placeholders that software writes when it has no date."""
    if moment.year < _EARLIEST_YEAR or moment.timetuple()[:6] == (1970, 1, 1, 0, 0, 0):
        return None
    if moment.tzinfo is None or moment.time() == time.min:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None
