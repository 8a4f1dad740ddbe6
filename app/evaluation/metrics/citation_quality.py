"""Citation recall and precision after ALCE (Gao et al. 2023, arXiv 2305.14627), judged by our own checker or another.

A sentence counts when its citations together support it. A citation counts when its sentence does, and it either
supports the sentence alone or is needed: without it the others do not. What a sentence calls itself ("supported") is
not asked, so that every system is judged alike. Leaves out: whether quotes are where they say (verifying).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.evaluation.golden.matching import normalise, stands_in
from app.schema import Answer, Citation
from app.supporting import find_support
from index.articles import Evidence

Supports = Callable[[str, Sequence[Evidence]], bool]
"""A sentence and passages to whether they, together, support it."""


@dataclass(frozen=True, slots=True)
class CitationQuality:
    """`supported` of the sentences; `uses` counts each citation in each sentence, `needed` those that count."""

    supported: int = 0
    uses: int = 0
    needed: int = 0


def citation_quality(answer: Answer, judge: Supports | None = None) -> CitationQuality:
    """The counts over one answer; an abstention has none. A marker that leads nowhere is a use that never counts.

    `judge` says whether passages support a sentence; our checker where none is given.
    """
    judged = judge or supports
    cited = {citation.marker: _evidence(citation) for citation in answer.citations}
    supported = uses = needed = 0
    for sentence in answer.sentences if answer.answered else ():
        passages = [cited[marker] for marker in sentence.citations if marker in cited]
        uses += len(sentence.citations)
        if judged(sentence.text, passages):
            supported += 1
            needed += sum(_is_needed(sentence.text, passages, at, judged) for at in range(len(passages)))
    return CitationQuality(supported, uses, needed)


def supports(text: str, passages: Sequence[Evidence]) -> bool:
    """Whether the passages support the sentence: it stands in one word for word, or the checker finds no problem."""
    if stands_word_for_word(text, passages):
        return True
    support = find_support(text, passages, ())
    return support is not None and not support.problems


def stands_word_for_word(text: str, passages: Sequence[Evidence]) -> bool:
    """Whether the sentence is a part of one of the passages."""
    words = normalise(text)
    return any(stands_in(words, normalise(passage.quote)) for passage in passages)


def _is_needed(text: str, passages: Sequence[Evidence], at: int, judged: Supports) -> bool:
    others = [*passages[:at], *passages[at + 1 :]]
    return judged(text, [passages[at]]) or not judged(text, others)


def _evidence(citation: Citation) -> Evidence:
    published = datetime.fromisoformat(citation.published_at) if citation.published_at else None
    return Evidence(
        article_id=citation.article_id,
        version=citation.version,
        start=citation.start,
        end=citation.end,
        quote=citation.quote,
        score=0.0,
        title=citation.title,
        source=citation.source,
        published_at=published.replace(tzinfo=published.tzinfo or UTC) if published else None,
        url=citation.url,
    )
