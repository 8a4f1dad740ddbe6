"""Filters and the day of asking as an engine understands them. Leaves out: reading them from a question (filtering)."""

from __future__ import annotations

from dataclasses import dataclass

from index.catalogue import UNDATED

FIRST_DAY = int(UNDATED) + 1
LAST_DAY = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """Articles published on `first_day` to `last_day` (as `Catalogue.published_days`, both included), by `sources`.

    `undated` lets articles without a day through. Sources are case-folded; none means all.
    """

    first_day: int = FIRST_DAY
    last_day: int = LAST_DAY
    undated: bool = True
    sources: tuple[str, ...] = ()
