"""Ranked articles with near-copies put together: the newest stands for all. Leaves out: what copies are (sameness)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.catalogue import Catalogue


class Story(NamedTuple):
    """An article and the near-copies that it stands for, newest first, as places in a catalogue.

    `score` is that of the best of them.
    """

    place: int
    score: float
    copies: tuple[int, ...]


def stories(
    ranked: Sequence[tuple[int, float]],
    catalogue: Catalogue,
    *,
    allowed: NDArray[np.bool_],
    told: NDArray[np.float64],
) -> list[Story]:
    """The ranked articles (places and scores, best first) in their order, those of one story as one.

    Only what is `allowed` (n_articles,) counts, whether ranked or not: of the copies that a reader may see, the newest
    is shown. Where the question tells a time, `told` (n_articles,) says how near each comes to it, and the nearest goes
    before the newest: "the toll on Friday" is not answered by Sunday's update.
    """
    found: list[Story] = []
    taken: set[int] = set()
    for place, score in ranked:
        if place in taken:
            continue
        others = [one for one in catalogue.copies.get(place, ()) if one not in taken and allowed[one]]
        family = sorted([place, *others], key=lambda one: _recency(catalogue, told, one), reverse=True)
        taken.update(family)
        found.append(Story(family[0], score, tuple(family[1:])))
    return found


def _recency(catalogue: Catalogue, told: NDArray[np.float64], place: int) -> tuple[float, int, int]:
    """Of two on the same day the one added later is the newer; one without a date is older than any other."""
    return round(float(told[place]), 3), int(catalogue.published_days[place]), place
