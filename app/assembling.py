"""Sentences and their citations into an answer, numbered as they come. Leaves out: choosing any of them."""

from __future__ import annotations

from collections.abc import Sequence

from app.describing import facts
from app.disagreeing import Dissent
from app.quoting import Quote
from app.schema import (
    AlsoReported,
    Answer,
    Citation,
    Disagreement,
    Finished,
    Nearest,
    Reason,
    Sentence,
    SentenceReleased,
    Status,
    Timings,
    Tokens,
)
from app.supporting import Cited, Supported, independent_articles
from app.turn import Turn
from app.unsaid import explained
from index.articles import Evidence
from index.chunking import Span
from index.words import content_stems

NEAREST = 4


class Assembly:
    """The answer to a turn as it grows: its `sentences`, words of one before them, and what they lean on between.

    The same span keeps its number. A part of the question is as surely answered as the first sentence shown for it.
    """

    def __init__(self, turn: Turn) -> None:
        self.sentences: list[Sentence] = []
        self._shown: list[Sentence] = []
        self._turn = turn
        self._citations: list[Citation] = []
        self._confidences: dict[str, float | None] = {}
        self._grounds: dict[str, Cited] = {}
        self._disagreements: list[Disagreement] = []
        self._alternatives: list[Sentence] = []

    def clear(self) -> None:
        """Takes back everything: what comes next replaces it."""
        self.sentences.clear()
        self._shown.clear()
        self._citations.clear()
        self._confidences.clear()
        self._grounds.clear()
        self._disagreements.clear()
        self._alternatives.clear()

    def add_written(self, text: str, support: Supported, *, part: str, confidence: float) -> SentenceReleased:
        """A written sentence with what supports it; `confidence` that it answers that part of the question."""
        self._confidences.setdefault(part, confidence)
        self._grounds.setdefault(part, support.citations[0])
        return self._add(text, "supported", support.citations)

    def add_words(self, cited: Cited, words: Span, *, quote: Quote, part: str, confidence: float) -> SentenceReleased:
        """The answer itself, in words of what it cites: the `quote` that is to follow, or what that leans on."""
        self._confidences.setdefault(part, confidence)
        self._grounds.setdefault(part, Cited(quote.passage, quote.start, quote.end))
        before = len(self._citations)
        text = " ".join(cited.text[slice(*words)].split())
        sentence = Sentence(text=text, status="words", citations=(self._marker(cited),))
        self._shown.append(sentence)
        return SentenceReleased(sentence=sentence, citations=tuple(self._citations[before:]))

    def add_leaned_on(self, cited: Cited) -> SentenceReleased:
        """What a sentence that is to follow leans on: shown with it, and no answer by itself."""
        return self._show(" ".join(cited.text.split()), "quoted", (cited,))

    def says_no_more(self, text: str) -> bool:
        """Whether a sentence says nothing beyond the words that stand before it."""
        words = [one.text for one in self._shown if one.status == "words"]
        said = {stem for one in words for stem in content_stems(one)}
        return bool(words) and said.issuperset(content_stems(text))

    def add_quote(self, quote: Quote, *, part: str, confidence: float | None) -> SentenceReleased:
        """A quote, citing itself; its line breaks become spaces. `confidence` as of a written sentence, where known."""
        cited = Cited(quote.passage, quote.start, quote.end)
        self._confidences.setdefault(part, confidence)
        self._grounds.setdefault(part, cited)
        return self._add(" ".join(quote.text.split()), "quoted", (cited,))

    def add_dissent(self, dissent: Dissent) -> None:
        """What another article says instead, beside the sentences: once everything else is there."""
        self._disagreements.append(
            Disagreement(
                value=dissent.value,
                against=dissent.against,
                relation=dissent.relation,
                articles=dissent.articles,
                agreeing=dissent.agreeing,
                sentence=self._beside(dissent.quote),
            )
        )

    def add_alternative(self, quote: Quote) -> None:
        """What another article perhaps says instead, unless it is shown already."""
        if self.cites(quote):
            return
        sentence = self._beside(quote)
        if sentence not in (*self._alternatives, *(one.sentence for one in self._disagreements)):
            self._alternatives.append(sentence)

    def _beside(self, quote: Quote) -> Sentence:
        marker = self._marker(Cited(quote.passage, quote.start, quote.end))
        return Sentence(text=" ".join(quote.text.split()), status="quoted", citations=(marker,))

    def grounds(self, part: str) -> Cited | None:
        """What the first sentence shown for a part of the question rests on; None where none is shown for it."""
        return self._grounds.get(part)

    def cites(self, quote: Quote) -> bool:
        """Whether a sentence cites something of the quote already."""
        start, end = quote.passage.start + quote.start, quote.passage.start + quote.end
        markers = {marker for one in self._shown if one.status != "words" for marker in one.citations}
        return any(
            citation.marker in markers
            and citation.article_id == quote.passage.article_id
            and citation.start < end
            and start < citation.end
            for citation in self._citations
        )

    def finish(self) -> Finished:
        """The answer, with what was found beside what it cites."""
        return self._finished(answered=True, reason=None)

    def abstain(self, reason: Reason) -> Finished:
        """A deliberate non-answer, with what comes nearest."""
        self.clear()
        return self._finished(answered=False, reason=reason)

    def _add(self, text: str, status: Status, cited: Sequence[Cited]) -> SentenceReleased:
        released = self._show(text, status, cited)
        self.sentences.append(released.sentence)
        return released

    def _show(self, text: str, status: Status, cited: Sequence[Cited]) -> SentenceReleased:
        before = len(self._citations)
        markers = tuple(dict.fromkeys(self._marker(part) for part in cited))
        assert self._turn.retrieved is not None
        sentence = Sentence(
            text=text,
            status=status,
            citations=markers,
            independent_articles=independent_articles(text, cited, self._turn.retrieved.evidence),
        )
        self._shown.append(sentence)
        return SentenceReleased(sentence=sentence, citations=tuple(self._citations[before:]))

    def _confidence(self) -> float | None:
        """That of the least sure part of which it is known."""
        return min((one for one in self._confidences.values() if one is not None), default=None)

    def _marker(self, part: Cited) -> int:
        passage = part.passage
        start, end = passage.start + part.start, passage.start + part.end
        for citation in self._citations:
            if (citation.article_id, citation.start, citation.end) == (passage.article_id, start, end):
                return citation.marker
        marker = len(self._citations) + 1
        self._citations.append(
            Citation(
                **facts(passage),
                marker=marker,
                start=start,
                end=end,
                quote=passage.quote[part.start : part.end],
                also_reported_by=_copies(passage),
            )
        )
        return marker

    def _finished(self, *, answered: bool, reason: Reason | None) -> Finished:
        turn = self._turn
        assert turn.retrieved is not None
        shown = tuple(self._shown)
        turn.answer = Answer(
            turn_id=turn.turn_id,
            conversation_id=turn.conversation_id,
            question=turn.question,
            standalone_question=turn.standalone_question,
            as_of=turn.retrieved.as_of,
            answered=answered,
            reason=reason,
            confidence=self._confidence() if answered else turn.best_confidence,
            text=" ".join(sentence.with_markers() for sentence in shown) if answered else _ABSTENTIONS[reason],
            sentences=shown,
            citations=tuple(self._citations),
            nearest=_uncited(turn.retrieved.evidence, self._citations),
            writer=turn.writer,
            fallback=turn.fallback,
            timings=Timings(
                retrieval_seconds=round(turn.retrieval_seconds, 4),
                first_evidence_seconds=round(turn.evidence_seconds, 4),
                first_word_seconds=round(turn.first_word_seconds, 4) if turn.first_word_seconds else None,
                total_seconds=round(turn.seconds(), 4),
            ),
            tokens=turn.writing.tokens if turn.writing else Tokens(),
            notes=_notes(turn, reason),
            disagreements=tuple(self._disagreements),
            alternatives=tuple(self._alternatives),
        )
        return Finished(answer=turn.answer)


_ABSTENTIONS: dict[Reason | None, str] = {
    "not_stated": "The articles do not say.",
    "no_articles": "There are no articles in this library yet.",
    "filtered_out": "No article passes the dates and sources asked for.",
}


def nearest(evidence: Sequence[Evidence]) -> tuple[Nearest, ...]:
    """Evidence as a reader sees it, in the same order."""
    return tuple(
        Nearest(
            **facts(passage),
            start=passage.start,
            end=passage.end,
            quote=passage.quote,
            score=round(passage.score, 4),
            also_reported_by=_copies(passage),
        )
        for passage in evidence
    )


def _copies(passage: Evidence) -> tuple[AlsoReported, ...]:
    return tuple(AlsoReported(**facts(copy)) for copy in passage.also_reported_by)


def _uncited(evidence: Sequence[Evidence], citations: Sequence[Citation]) -> tuple[Nearest, ...]:
    """The best passages in which nothing is cited."""
    return nearest(
        [
            passage
            for passage in evidence
            if not any(
                citation.article_id == passage.article_id
                and citation.start < passage.end
                and passage.start < citation.end
                for citation in citations
            )
        ][:NEAREST]
    )


def _notes(turn: Turn, reason: Reason | None) -> tuple[str, ...]:
    """Why the passages do not answer, where that can be told, and how many articles the dates left out."""
    assert turn.retrieved is not None
    notes = []
    if reason == "not_stated" and (why := explained(turn.question, turn.retrieved.evidence)):
        notes.append(why)
    left_out = turn.retrieved.undated_left_out
    if left_out:
        articles = "1 article without a date was" if left_out == 1 else f"{left_out} articles without a date were"
        notes.append(f"{articles} left out by the dates asked for (--undated lets them in).")
    return tuple(notes)
