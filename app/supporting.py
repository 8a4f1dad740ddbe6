"""Which passages support a drafted sentence: those it names first, then the others. Leaves out: the check itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.checking import Support, check
from app.instructing import addresses_the_writer, telling
from app.schema import published_text
from index.articles import Evidence


@dataclass(frozen=True, slots=True)
class Cited:
    """A part of a passage, `passage.quote[start:end]`."""

    passage: Evidence
    start: int
    end: int

    @property
    def text(self) -> str:
        """The part, verbatim."""
        return self.passage.quote[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Supported:
    """The parts that a sentence rests on, best first; `problems` is empty when they support it."""

    citations: tuple[Cited, ...]
    problems: tuple[str, ...]


def find_support(text: str, named: Sequence[Evidence], shown: Sequence[Evidence]) -> Supported | None:
    """The passages that support a sentence; when none does, the closest one with its problems. None without passages.

    A sentence that names the wrong passage is tied to the right one: what counts is what supports it.
    """
    closest: tuple[float, Supported] | None = None
    others = [passage for passage in shown if passage not in named]
    for passage in (*named, *others):
        result = _check(text, passage)
        found = Supported((Cited(passage, result.start, result.end),), result.problems)
        if result.supported:
            return found
        if closest is None or result.score > closest[0]:
            closest = (result.score, found)
    together = _support_together(text, named)
    if together is not None:
        return together
    return closest[1] if closest else None


def independent_articles(text: str, cited: Sequence[Cited], found: Sequence[Evidence]) -> int:
    """How many articles say a sentence, each by itself: of those cited and all that were found, near-copies once.

    At least 1: what two passages support between them rests on them together.
    """
    counted: set[str] = set()
    count = 0
    for passage in dict.fromkeys((*(part.passage for part in cited), *found)):
        told_by = {passage.article_id, *(copy.article_id for copy in passage.also_reported_by)}
        if counted.isdisjoint(told_by) and _check(text, passage).supported:
            counted |= told_by
            count += 1
    return max(count, 1)


def _support_together(text: str, named: Sequence[Evidence]) -> Supported | None:
    """Two named passages that support a sentence between them, where neither does alone."""
    for position, first in enumerate(named):
        for second in named[position + 1 :]:
            parts = [_check(text, passage) for passage in (first, second)]
            cuts = [passage.quote[part.start : part.end] for passage, part in zip((first, second), parts, strict=True)]
            joined = check(text, " ".join(cuts), context=f"{_heading(first)} {_heading(second)}")
            if joined.supported:
                cited = (Cited(first, parts[0].start, parts[0].end), Cited(second, parts[1].start, parts[1].end))
                return Supported(cited, ())
    return None


def _check(text: str, passage: Evidence) -> Support:
    """How well a passage supports a sentence, what speaks to the writer in it left out."""
    found = [
        replace(part, start=start + part.start, end=start + part.end)
        for start, end in telling(passage.quote)
        for part in [check(text, passage.quote[start:end], context=_heading(passage))]
    ]
    nothing = Support(False, 0.0, 0, len(passage.quote), ("it is an instruction",))
    return max(found, key=lambda part: (part.supported, part.score), default=nothing)


def _heading(passage: Evidence) -> str:
    parts = (passage.title, passage.source, published_text(passage.published_at))
    return " ".join(part for part in parts if part and not addresses_the_writer(part))
