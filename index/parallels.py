"""A passage as a near-copy has it, where that tells it in other words. Pure. Leaves out: what copies are (sameness).

A near-copy is not shown beside the article that stands for it; where one of its sentences says something else in
nearly the same words ("a stake of 28%" for "a stake of 15%"), a reader has to be able to learn it.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import replace

from index.articles import Evidence, Version
from index.chunking import Span
from index.sentences import sentences
from index.words import content_stems

PARALLEL = 0.5
"""The content words that two sentences share, of all that either has: less is another sentence, not the same one
changed. Of nine words one may be another on each side at .8, and three at .5."""


def told_otherwise(passage: Evidence, copy: Version) -> Evidence | None:
    """The passage as a near-copy tells it in other words; None where it does not."""
    span = parallel(passage.quote, copy.text)
    if span is None:
        return None
    return replace(
        passage,
        article_id=copy.article_id,
        version=copy.number,
        start=span[0],
        end=span[1],
        quote=copy.text[span[0] : span[1]],
        title=copy.title,
        source=copy.source,
        published_at=copy.published_at,
        url=copy.url,
    )


def parallel(passage: str, text: str) -> Span | None:
    """Where the text has the passage with a sentence changed, as long as the passage is.

    None where it has it unchanged, only longer or shorter, or not at all.

    >>> text = "It was Monday. Renault will cut its stake in Nissan to 28% now."
    >>> start, end = parallel("Renault will cut its stake in Nissan to 15% now.", text)
    >>> text[start:end]
    'Renault will cut its stake in Nissan to 28% now.'
    """
    if passage in text:
        return None
    mine = sentences(passage)
    its = sentences(text)
    told = [frozenset(content_stems(text[start:end])) for start, end in its]
    for place, (start, end) in enumerate(mine):
        if passage[start:end] in text:
            continue
        wanted = frozenset(content_stems(passage[start:end]))
        best = max(range(len(told)), key=lambda one: _alike(wanted, told[one]), default=None)
        if best is not None and _alike(wanted, told[best]) >= PARALLEL and wanted - told[best] and told[best] - wanted:
            last = min(best + len(mine) - 1 - place, len(its) - 1)
            return its[max(0, best - place)][0], its[last][1]
    return None


def _alike(one: AbstractSet[str], other: AbstractSet[str]) -> float:
    return len(one & other) / (len(one | other) or 1)
