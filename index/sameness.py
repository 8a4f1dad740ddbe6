"""Whether two articles tell the same: one a copy of the other, or its update. Leaves out: finding the pairs (copies).

Better one too few: what is taken for a copy is no longer shown by itself. The figures behind each number are in
docs/decisions/0011-near-copies.md.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cached_property

from index.catalogue import UNDATED
from index.shingles import Shingles, shared, shingles
from index.words import Word, content_stems, words

CONTAINED = 0.7
"""Of the shorter text, so much stands in the longer. At .61 to .65 two draws of a lottery are told by one template,
and pages about two days of one storm carry the same background."""
RESEMBLING = 0.2
"""Of both texts together: less is a brief beside a day's digest that has it among others."""
DAYS_APART = 7
"""Template and season return each year; copies appear and updates follow within days."""
TITLES_ALIKE = 0.5
LEADS_ALIKE = 0.5
TITLES_AKIN = 0.25
"""Pages of one publisher may begin with the same notice: there, what begins alike must have some of its title, too."""
LEAD_WORDS = 60
FEW_SHINGLES = 100
"""Shorter texts are often nothing but a notice of the page ("See the full list"): there the titles have to agree."""
LEAST_SHINGLES = 20

_PARTING = re.compile(r"\s[|–—-]\s")
_DAY = re.compile(r"(mon|tues|wednes|thurs|fri|satur|sun)day$")


@dataclass(frozen=True)
class Told:
    """An article as it is compared. `day` as `Catalogue.published_days`."""

    title: str
    source: str | None
    text: str
    day: int

    @cached_property
    def shingles(self) -> Shingles:
        """All of the text's."""
        return shingles(self.text)

    @cached_property
    def lead(self) -> frozenset[tuple[str, ...]]:
        """The runs of three words among the first sixty."""
        first = [word.stem for word in _first_words(self.text)]
        return frozenset(zip(first, first[1:], first[2:], strict=False))

    @cached_property
    def title_stems(self) -> frozenset[str]:
        """The words of the title that carry content, without what names the publisher ("... | The Week UK")."""
        publisher = set(content_stems(self.source or ""))
        head, _, tail = _PARTING.sub("\n", self.title).rpartition("\n")
        title = head if head and publisher & set(content_stems(tail)) else self.title
        return frozenset(content_stems(title)) - publisher


def tells_the_same(one: Told, other: Told) -> bool:
    """Whether one is a copy of the other, or an update of it."""
    if min(len(one.shingles), len(other.shingles)) < LEAST_SHINGLES or not near_in_time(one.day, other.day):
        return False
    contained, resembling = shared(one.shingles, other.shingles)
    if contained < CONTAINED or resembling < RESEMBLING or _titles_part(one, other):
        return False
    titles = _share(one.title_stems, other.title_stems)
    if titles >= TITLES_ALIKE:
        return True
    long_enough = min(len(one.shingles), len(other.shingles)) >= FEW_SHINGLES
    akin = titles >= TITLES_AKIN or (one.source or "").casefold() != (other.source or "").casefold()
    return long_enough and akin and _share(one.lead, other.lead) >= LEADS_ALIKE


def near_in_time(one: int, other: int) -> bool:
    """Whether two days are at most a week apart; an article without a date is far from none."""
    return int(UNDATED) in (one, other) or abs(one - other) <= DAYS_APART


def _titles_part(one: Told, other: Told) -> bool:
    """Whether the titles name other numbers or days of the week: two draws, two matches, two counts."""
    here, there = _marks(one), _marks(other)
    return bool(here and there) and here != there


def _marks(told: Told) -> frozenset[str]:
    found = (word.stem for word in words(told.title))
    return frozenset(stem for stem in found if stem[:1].isdigit() or _DAY.match(stem))


def _first_words(text: str) -> list[Word]:
    return list(words(text[: LEAD_WORDS * 12]))[:LEAD_WORDS]


def _share(one: AbstractSet[object], other: AbstractSet[object]) -> float:
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0
