"""A reply in free words with numbered sources as an Answer, so that it is judged as ours are. Leaves out: asking.

Sentences and markers are read as in our own writer's replies, and each sentence is checked against what it cites, no
more: a sentence that rests on a source it does not name is not supported.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.citations import drafts
from app.describing import facts
from app.evaluation.systems.declining import declines
from app.schema import Answer, Citation, Sentence, Timings, Tokens
from app.supporting import find_support
from index.articles import Evidence

_IN_WORDS = re.compile(r"[\[(]?\bsources?\s+(\d{1,3}(?:\s*(?:,|and|&)\s*(?:source\s+)?\d{1,3})*)[\])]?", re.IGNORECASE)


def answer_of(
    reply: str,
    sources: Sequence[Evidence],
    *,
    question: str,
    turn_id: str,
    writer: str,
    retrieval_seconds: float,
    total_seconds: float,
    first_word_seconds: float | None = None,
    tokens: Tokens | None = None,
) -> Answer:
    """The reply as an answer: abstaining where it declines; citations are the sources named that there are.

    A marker of a source that was never shown stays with its sentence, and leads nowhere. A reply that came in one
    piece has no `first_word_seconds` of its own.
    """
    answered = not declines(reply)
    shown = _sentences(reply, sources) if answered else ()
    named = sorted({marker for sentence in shown for marker in sentence.citations if marker <= len(sources)} - {0})
    return Answer(
        turn_id=turn_id,
        conversation_id=turn_id,
        question=question,
        standalone_question=question,
        as_of=None,
        answered=answered,
        reason=None if answered else "not_stated",
        text=reply.strip(),
        sentences=shown,
        citations=tuple(_citation(marker, sources[marker - 1]) for marker in named),
        nearest=(),
        writer=writer,
        fallback=None,
        timings=Timings(
            retrieval_seconds=retrieval_seconds,
            first_evidence_seconds=retrieval_seconds,
            first_word_seconds=(first_word_seconds or total_seconds) if answered else None,
            total_seconds=total_seconds,
        ),
        tokens=tokens or Tokens(),
    )


def _sentences(reply: str, sources: Sequence[Evidence]) -> tuple[Sentence, ...]:
    lines = (_IN_WORDS.sub(_as_marker, line) for line in reply.splitlines())
    found = (draft for line in lines for draft in drafts(line) if draft.text)
    return tuple(_sentence(draft.text, draft.markers, sources) for draft in found)


def _sentence(text: str, markers: tuple[int, ...], sources: Sequence[Evidence]) -> Sentence:
    named = [sources[marker - 1] for marker in markers if 0 < marker <= len(sources)]
    support = find_support(text, named, named)
    holds = support is not None and not support.problems
    return Sentence(text=text, status="supported" if holds else "quoted", citations=markers)


def _as_marker(found: re.Match[str]) -> str:
    return "".join(f"[{number}]" for number in re.findall(r"\d+", found[1]))


def _citation(marker: int, source: Evidence) -> Citation:
    return Citation(marker=marker, **facts(source), start=source.start, end=source.end, quote=source.quote)
