"""Which excerpt states the answer: the writer's own probabilities and the question's measure of each, together.

Either alone errs in its own way: the small model likes what stands first, words and vectors like what is merely about
the subject. Leaves out: whether the chosen one is good enough (abstaining).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from app.quoting import Quote

MEASURE_WEIGHT = 6.0
"""What one unit of a quote's fit is worth in units of log probability: the fit leads, the model settles close calls."""

_LEAST = 0.02
"""However sure the model is, it cannot outweigh a much better fit."""


def choose_number(quotes: Mapping[int, Quote], probabilities: Mapping[int, float]) -> int:
    """The number of the quote that most likely states the answer, of at least one."""

    def weight(number: int) -> float:
        return math.log(probabilities.get(number, 0.0) + _LEAST) + MEASURE_WEIGHT * quotes[number].fit

    return max(quotes, key=weight)
