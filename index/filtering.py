"""Which articles a question may use: filters and the day of asking over a catalogue. Leaves out: ranking them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.articles import Filters
from index.catalogue import UNDATED, Catalogue, days_since_epoch
from index.restriction import FIRST_DAY, LAST_DAY, Restriction


class Allowed(NamedTuple):
    """A flag for each article; ids of their chunks, ascending, and the same as a restriction, where that is not all."""

    articles: NDArray[np.bool_]
    chunk_ids: NDArray[np.int64] | None
    restriction: Restriction | None
    undated_left_out: int


def newest_day(catalogue: Catalogue) -> date | None:
    """The day of the newest dated article, None where no article is dated."""
    dated = catalogue.published_days[catalogue.published_days != UNDATED]
    return date.fromordinal(int(dated.max()) + date(1970, 1, 1).toordinal()) if len(dated) else None


def allowed_articles(catalogue: Catalogue, as_of: date | None, filters: Filters) -> Allowed:
    """What passes the filters and is not later than `as_of`; an article without a date is later than nothing."""
    days = catalogue.published_days
    undated = days == UNDATED
    wanted = np.ones(len(days), dtype=bool)
    if filters.sources:
        names = {source.casefold() for source in filters.sources}
        meant = {source for source in set(catalogue.sources) if (source or "").casefold() in names}
        wanted &= np.fromiter((source in meant for source in catalogue.sources), dtype=bool, count=len(days))
    if as_of is not None:
        wanted &= undated | (days <= days_since_epoch(as_of))
    undated_left_out = 0
    if filters.since or filters.until:
        inside = ~undated
        if filters.since:
            inside &= days >= days_since_epoch(filters.since)
        if filters.until:
            inside &= days <= days_since_epoch(filters.until)
        if filters.undated:
            inside |= undated
        else:
            undated_left_out = int((wanted & undated).sum())
        wanted &= inside
    if wanted.all():
        return Allowed(wanted, None, None, undated_left_out)
    chunk_ids = catalogue.chunk_ids[wanted[catalogue.chunk_articles]]
    return Allowed(wanted, chunk_ids, _restriction(as_of, filters), undated_left_out)


def _restriction(as_of: date | None, filters: Filters) -> Restriction:
    last_days = [day for day in (as_of, filters.until) if day is not None]
    return Restriction(
        first_day=days_since_epoch(filters.since) if filters.since else FIRST_DAY,
        last_day=days_since_epoch(min(last_days)) if last_days else LAST_DAY,
        undated=filters.undated or not (filters.since or filters.until),
        sources=tuple(source.casefold() for source in filters.sources),
    )
