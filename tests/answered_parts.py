"""What must hold of every answer, whatever was asked, found and written: shared by the tests of answering and desk."""

from __future__ import annotations

import re
from collections.abc import Callable

from app.checking import check
from app.schema import Answer, Citation, Event, EvidenceFound, Finished, SentenceReleased

TextOf = Callable[[str, int], str]
"""The text of a version, by article id and number."""


def is_sound(answer: Answer, text_of: TextOf) -> None:
    """Every citation is its article's text, every marker is a citation, what is called supported is."""
    for cited in (*answer.citations, *answer.nearest):
        assert cited.quote == text_of(cited.article_id, cited.version)[cited.start : cited.end]
        assert cited.quote
    by_marker = {citation.marker: citation for citation in answer.citations}
    assert list(by_marker) == list(range(1, len(answer.citations) + 1))
    shown = [*answer.sentences, *(one.sentence for one in answer.disagreements), *answer.alternatives]
    assert {marker for sentence in shown for marker in sentence.citations} == set(by_marker)
    for other in answer.disagreements:
        assert other.value in other.sentence.text
        assert other.sentence.status == "quoted"
    for sentence in shown:
        cited_here = [by_marker[marker] for marker in sentence.citations]
        assert cited_here
        if sentence.status == "words":
            assert sentence.text in " ".join(cited_here[0].quote.split())
            assert sentence == answer.sentences[0] != answer.sentences[-1]
        elif sentence.status == "quoted":
            assert sentence.text == " ".join(cited_here[0].quote.split())
        else:
            assert not re.search(r"\[\s*\d+\s*\]", sentence.text)
            support = check(sentence.text, " ".join(one.quote for one in cited_here), context=_headings(cited_here))
            assert support.supported, (sentence, cited_here, support)
    assert answer.answered == bool(answer.sentences) == (answer.reason is None)
    assert all(one.status == "quoted" for one in answer.alternatives)
    assert answer.answered or not (answer.disagreements or answer.alternatives)
    assert answer.text
    if answer.writer == "quotes":
        assert all(sentence.status == "quoted" for sentence in answer.sentences)


def follows_its_events(events: list[Event]) -> Answer:
    """The answer of a stream: evidence first, the answer last, and what was released unless it was taken back."""
    *before, last = events
    assert isinstance(last, Finished)
    if before:
        assert isinstance(before[0], EvidenceFound)
    released = [event for event in before[1:] if isinstance(event, SentenceReleased)]
    assert len(released) == len(before[1:])
    known: set[int] = set()
    for event in released:
        known |= {citation.marker for citation in event.citations}
        assert set(event.sentence.citations) <= known
    shown = tuple(event.sentence for event in released)
    if last.answer.fallback is None:
        assert shown == last.answer.sentences
        told = tuple(citation for event in released for citation in event.citations)
        assert told == last.answer.citations[: len(told)]
        beside = (*(one.sentence for one in last.answer.disagreements), *last.answer.alternatives)
        assert {citation.marker for citation in last.answer.citations[len(told) :]} <= {
            marker for one in beside for marker in one.citations
        }
    return last.answer


def _headings(cited: list[Citation]) -> str:
    return " ".join(part for one in cited for part in (one.title, one.source, one.published_at) if part)
