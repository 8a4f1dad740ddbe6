"""How the time a question tells, and the day it is asked on, speak for each article. Leaves out: how much (ranking)."""

from __future__ import annotations

from datetime import date

import numpy as np

from index.asking_time import closeness, understand
from index.catalogue import Catalogue, days_since_epoch
from index.ranking import Timing, freshness, newness

ASSUMED_DAY = 0.3
"""How much "this week" counts where no day of asking was given, and that of the newest article is taken for it."""


def timing_of(question: str, catalogue: Catalogue, as_of: date | None, *, given: bool) -> tuple[str, Timing]:
    """What the question is about, its words of time left out, and how time speaks for each article."""
    days = catalogue.published_days
    nothing = np.zeros(len(days))
    if as_of is None:
        return question, Timing(told=nothing, fresh=nothing, newer=nothing)
    asked = understand(question, as_of)
    today = days_since_epoch(as_of)
    surely = given or not asked.relative
    timing = Timing(
        told=closeness(asked.windows, days) * (1.0 if surely else ASSUMED_DAY),
        fresh=freshness(days, today) if given and not (asked.relative or asked.settled) else nothing,
        newer=nothing if asked.settled else newness(days, today),
    )
    return asked.topic, timing
