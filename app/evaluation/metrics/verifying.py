"""Do an answer's citations hold, and do its sentences stand on them? Leaves out: whether the answer is right."""

from __future__ import annotations

from dataclasses import dataclass

from app.evaluation.golden.matching import normalise, stands_in
from app.schema import Answer, Citation, Sentence
from app.verifying import FindVersion, why_unresolved


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """Counts over one answer: how many sentences and citations it shows, and how many of them hold."""

    sentences: int = 0
    sentences_supported: int = 0
    citations: int = 0
    citations_resolved: int = 0


def verify(answer: Answer, find_version: FindVersion) -> Verified:
    """Count what holds in the sentences and citations of an answer; an abstention shows none.

    A citation resolves when its marker is its own and its quote is the text of the span that it names, in
    the version that it names. A marker in a sentence without a citation counts as one that does not.

    A sentence counts as supported when it has a citation, all of its citations resolve, and it is either
    marked quoted and stands word for word in one of them, or marked supported. That mark is our own
    checker's: how far it can be trusted is measured against labels by hand, not here.
    """
    if not answer.answered:
        return Verified()
    listed = [citation.marker for citation in answer.citations]
    used = {marker for sentence in answer.sentences for marker in sentence.citations}
    resolved = {
        citation.marker: citation
        for citation in answer.citations
        if listed.count(citation.marker) == 1 and resolves(citation, find_version)
    }
    return Verified(
        sentences=len(answer.sentences),
        sentences_supported=sum(_supported(sentence, resolved) for sentence in answer.sentences),
        citations=len(listed) + len(used.difference(listed)),
        citations_resolved=len(resolved),
    )


def resolves(citation: Citation, find_version: FindVersion) -> bool:
    """Whether the citation's quote is the text of the span that it names, in the version that it names."""
    return why_unresolved(citation, find_version) is None


def _supported(sentence: Sentence, resolved: dict[int, Citation]) -> bool:
    if not sentence.citations or not all(marker in resolved for marker in sentence.citations):
        return False
    if sentence.status == "supported":
        return True
    words = normalise(sentence.text)
    return any(stands_in(words, normalise(resolved[marker].quote)) for marker in sentence.citations)
