"""What a question says about time, as windows of days. Leaves out: the dates of articles, and how much time counts.

"This week", "on Tuesday", "in March 2023", "since May" are read relative to the day of asking. A window narrows
softly: an article far from it loses rank, and is found all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from index.catalogue import UNDATED, days_since_epoch
from index.named_days import named_windows
from index.relative_days import relative_windows
from index.windows import Window

TELLING = 0.6
"""A window of this strength that reaches to the day of asking says more than being fresh would."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question's time. `topic` is the question without the words that only say when it is asked ("this week").

    `windows` are alternatives. `relative` tells that the question places itself in time ("this week", not merely "this
    year"), `settled` that it names a time of its own, so that being recent says nothing about being right.
    """

    topic: str
    windows: tuple[Window, ...] = ()
    relative: bool = False
    settled: bool = False


def understand(question: str, as_of: date) -> Asked:
    """What a question asked on the day `as_of` says about time.

    >>> asked = understand("Who resigned this week?", date(2023, 3, 10))
    >>> asked.topic, asked.windows[0].first.isoformat(), asked.windows[0].last.isoformat()
    ('Who resigned ?', '2023-03-03', '2023-03-10')
    >>> understand("Who resigned in March 2022?", date(2023, 3, 10)).settled
    True
    """
    relative, topic = relative_windows(question, as_of)
    named, settled = named_windows(question, as_of)
    placed = any(window.strength >= TELLING or window.last < as_of for window in relative)
    return Asked(
        topic=topic if any(character.isalnum() for character in topic) else question,
        windows=(*relative, *named),
        relative=placed,
        settled=settled and not placed,
    )


def closeness(windows: Sequence[Window], days: NDArray[np.int32]) -> NDArray[np.float64]:
    """How near each published day is to the nearest window, (n_days,) in 0..1: 1 inside, 0 for what has no date."""
    nearest = np.zeros(len(days))
    dated = days != UNDATED
    for window in windows:
        early = days_since_epoch(window.first) - days.astype(np.float64)
        late = days.astype(np.float64) - days_since_epoch(window.last)
        outside = np.maximum(np.maximum(early, late), 0.0)
        nearest = np.maximum(nearest, window.strength * np.exp(-outside / window.soft_days))
    return np.where(dated, nearest, 0.0)
