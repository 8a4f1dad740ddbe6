"""A span of days that a question speaks of. Leaves out: reading it from words (relative_days, named_days)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = "January February March April May June July August September October November December".split()


@dataclass(frozen=True, slots=True)
class Window:
    """Days `first` to `last`, both included; beyond them nearness falls by 1/e in `soft_days`.

    `strength`, in 0..1, is how much it says where the answer stands: a year says less than a week.
    """

    first: date
    last: date
    soft_days: float = 14.0
    strength: float = 1.0


def days_before(day: date, days: int) -> date:
    """The day that lies `days` before, or the first of the calendar."""
    return date.fromordinal(max(1, day.toordinal() - days))


def days_after(day: date, days: int) -> date:
    """The day that lies `days` after, or the last of the calendar."""
    return date.fromordinal(min(date.max.toordinal(), day.toordinal() + days))


def month_span(year: int, month: int) -> tuple[date, date]:
    """The first and the last day of a month; `month` may lie outside 1..12 and then counts on from `year`."""
    year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)
