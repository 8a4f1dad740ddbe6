"""What other articles say instead: sentences of theirs that give another value for what was asked.

Every article's evidence is looked through for values of the sort asked for (values). Each may be the answer as far as
its sentence meets the question, as it stands there like an answer (standing), and as it is itself near to what is asked
for ("what sport": "basketball"). Two articles agree as far as what may be the answer in the one may be it in the other;
where they do not, and the other one speaks of the same and gives a value of the same sort, it dissents. Leaves out:
which of them is right, and showing it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.amounts import fits_measure, is_mere_density
from app.instructing import telling_sentences
from app.places import place_asked_is_named
from app.quoting import MAX_WORDS, Quote, quotes_of
from app.relevance import Relevance
from app.schema import Relation
from app.standing import standing
from app.superseding import supersedes
from app.supporting import Cited
from app.timeline import published_day
from app.values import Value, same, sorts_asked, values
from index.articles import Evidence
from index.chunking import Span
from index.words import content_stems, words

MOST_VALUES = 15
"""The values of an article that are weighed: the best ones."""

SENTENCE, SIMILARITY, ITSELF = 5.0, 1.5, 6.9
"""What the interaction and the similarity of its sentence, and its own nearness to what is asked for, add to a value's
score beside how it stands there (standing): fitted together with that."""

MOST_SHOWN = 4
"""Values of others shown beside an answer: dissents first, then those that may be of something else."""

WEIGHTS = (-2.86, 1.19, 1.43, 0.282)
BASE = -1.91
"""Logistic regression of whether two passages give different answers to a question, over the four of Comparison, on one
half of mixed-up articles and of news questions (docs/decisions/0012-disagreement.md)."""

MIN_CERTAINTY = 0.7
"""Where agreeing articles are called disagreeing for a tenth of 71 questions (7)."""

DAYS_APART, MIN_CERTAINTY_APART = 60, 0.75
"""What was published farther apart mostly tells of two occasions of one kind ("who won?") unless it says that something
changed, and has to be surer: of 185 news questions answered 6 were called disagreeing before, one now."""

MIN_LIKELY = 0.4
"""From here on what may be another value for the same, or one for something else of that name, is quoted as just that.

Beside half of the answers about namesakes and texts made false, and 19 of 187 about news."""

LEAST_ITSELF = 0.35
"""What a word that is no name must come to beside what is asked for: "pinching" is none to "what did it steal?"."""


@dataclass(frozen=True, slots=True)
class Given:
    """A value that a sentence gives, told in `quote.text[value.start:value.end]`; `score` is higher where it is more
    likely what was asked for.
    """

    quote: Quote
    value: Value
    score: float

    @property
    def text(self) -> str:
        """The value, as it is told."""
        return " ".join(self.quote.text[self.value.start : self.value.end].split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How what two articles give for the same question compares: what decides whether the other one dissents.

    `agreement` in [0, 1] is the chance that they give the same, `overlap` in [0, 1] the share of words that their
    passages have in common, `interaction` and `score` how well the other's sentence and its value meet the question.
    """

    agreement: float
    overlap: float
    interaction: float
    score: float

    @property
    def certainty(self) -> float:
        """The probability, in [0, 1], that the other article gives another value for the same thing."""
        told = (self.agreement, self.overlap, self.interaction, self.score)
        case = BASE + sum(weight * one for weight, one in zip(WEIGHTS, told, strict=True))
        return 1 / (1 + math.exp(-case))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dissent:
    """A quote of another article that gives another value; `articles` give it, `agreeing` give the answer's."""

    quote: Quote
    value: str
    against: str
    relation: Relation
    articles: int
    agreeing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """What other articles give instead, the surest first, at most one for each value.

    `dissents` give another value for the same; `alternatives` are quotes that may do so, or tell of something else.
    """

    dissents: tuple[Dissent, ...] = ()
    alternatives: tuple[Quote, ...] = ()


def told_otherwise(
    part: Relevance, cited: Cited, evidence: Sequence[Evidence], otherwise: Sequence[Evidence] = ()
) -> Otherwise:
    """What other articles give instead of what a cited sentence gives for a question.

    `otherwise` are passages of near-copies that tell it in other words: they may dissent, but that they agree says
    nothing. Raises EmbeddingError.
    """
    answer = sorted(_given(cited.passage, [(cited.start, cited.end)], part), key=lambda one: -one.score)
    if not answer:
        return Otherwise()
    others: dict[str, list[Evidence]] = {}
    copies = {passage.article_id for passage in otherwise}
    for passage in (*evidence, *otherwise):
        if passage.article_id != cited.passage.article_id:
            others.setdefault(passage.article_id, []).append(passage)
    surely: list[tuple[Comparison, Given]] = []
    perhaps: list[tuple[Comparison, Given]] = []
    agreeing = 1
    for article_id, passages in others.items():
        given = given_by(passages, part)
        if not given:
            continue
        comparison = compare(answer, given)
        if same(given[0].value, answer[0].value):
            agreeing += article_id not in copies
        elif given[0].value.sort == answer[0].value.sort and _dissents(comparison, answer[0], given[0]):
            surely.append((comparison, given[0]))
        elif _may_dissent(comparison, answer[0], given):
            perhaps.append((comparison, given[0]))
    groups = _by_value(surely)
    likely = [group[0] for group in _by_value(perhaps) if not any(same(one[0].value, group[0].value) for one in groups)]
    return Otherwise(
        dissents=tuple(_dissent(group, answer[0], agreeing) for group in groups[:MOST_SHOWN]),
        alternatives=tuple(one.quote for one in likely[: MOST_SHOWN - len(groups[:MOST_SHOWN])]),
    )


def _dissents(comparison: Comparison, answer: Given, other: Given) -> bool:
    """Whether it is sure enough, for how far the two were published apart, that another gives another value."""
    if _days_apart(answer, other) <= DAYS_APART or relation_of(answer, other) != "conflict":
        return comparison.certainty >= MIN_CERTAINTY
    return comparison.certainty >= MIN_CERTAINTY_APART


def _may_dissent(comparison: Comparison, answer: Given, others: Sequence[Given]) -> bool:
    """Whether an article may give another value, or tell of something else: of about the same days, nowhere that of the
    answer, and in a sentence that is no list.
    """
    return (
        comparison.certainty >= MIN_LIKELY
        and len(others[0].quote.text.split()) <= MAX_WORDS
        and _days_apart(answer, others[0]) <= DAYS_APART
        and not any(same(one.value, answer.value) for one in others)
    )


def _days_apart(one: Given, other: Given) -> int:
    """Between the days of publication; 0 where one is not known."""
    mine, its = (published_day(given.quote.passage.published_at) for given in (one, other))
    return abs((mine - its).days) if mine and its else 0


def _by_value(found: Sequence[tuple[Comparison, Given]]) -> list[list[Given]]:
    """Those of one value together, the surest first."""
    groups: list[list[Given]] = []
    for _, given in sorted(found, key=lambda one: -one[0].certainty):
        group = next((one for one in groups if same(one[0].value, given.value)), None)
        if group is None:
            groups.append([given])
        else:
            group.append(given)
    return groups


def _dissent(group: Sequence[Given], answer: Given, agreeing: int) -> Dissent:
    return Dissent(
        quote=group[0].quote,
        value=group[0].text,
        against=answer.text,
        relation=relation_of(answer, group[0]),
        articles=len(group),
        agreeing=agreeing,
    )


def relation_of(answer: Given, other: Given) -> Relation:
    """Whether the other value came after the answer's, was there before it, or cannot be true beside it."""
    mine, its = published_day(answer.quote.passage.published_at), published_day(other.quote.passage.published_at)
    if mine is None or its is None or mine == its:
        return "conflict"
    later, earlier = (other, answer) if its > mine else (answer, other)
    told = values(later.quote.text, published_day(later.quote.passage.published_at))
    if not supersedes(later.quote.text, earlier.quote.text, tells_both=any(same(one, earlier.value) for one in told)):
        return "conflict"
    return "update" if its > mine else "superseded"


def compare(answer: Sequence[Given], other: Sequence[Given]) -> Comparison:
    """How the values of two articles compare, each best first and at least one."""
    mine, its = _chances(answer), _chances(other)
    both = _agreement(answer, mine, other, its)
    alone = math.sqrt(_agreement(answer, mine, answer, mine) * _agreement(other, its, other, its))
    one, two = (set(content_stems(side[0].quote.passage.quote)) for side in (answer, other))
    return Comparison(
        agreement=min(both / alone, 1.0),
        overlap=len(one & two) / (len(one | two) or 1),
        interaction=other[0].quote.interaction,
        score=other[0].score,
    )


def _chances(given: Sequence[Given]) -> list[float]:
    """The chance of each to be what was asked for, 1 together."""
    shares = [math.exp(one.score - given[0].score) for one in given]
    return [share / sum(shares) for share in shares]


def _agreement(one: Sequence[Given], chances: Sequence[float], other: Sequence[Given], its: Sequence[float]) -> float:
    return sum(
        chance * its_chance
        for mine, chance in zip(one, chances, strict=True)
        for yours, its_chance in zip(other, its, strict=True)
        if same(mine.value, yours.value)
    )


def given_by(passages: Iterable[Evidence], part: Relevance) -> list[Given]:
    """What the sentences of an article's passages give that may answer a question, the likeliest first."""
    found = [one for passage in passages for one in _given(passage, telling_sentences(passage.quote), part)]
    return sorted(found, key=lambda one: -one.score)[:MOST_VALUES]


def _given(passage: Evidence, spans: Sequence[Span], part: Relevance) -> list[Given]:
    """The values of some sentences of a passage that are of the sort asked for and not in the question."""
    sorts, asked = sorts_asked(part.asked), {word.stem for word in words(part.question)}
    told: list[tuple[Quote, Value]] = [
        (quote, value)
        for quote in quotes_of(passage, spans, part)
        for value in values(quote.text, published_day(passage.published_at))
        if value.sort in sorts
        and not asked.issuperset(_told_stems(quote.text, value))
        and _is_asked(part.question, quote.text, value)
    ]
    places = [(quote.start + value.start, quote.start + value.end) for quote, value in told]
    itself = part.closeness_to_asked(passage.quote, places)
    return [
        Given(
            quote,
            value,
            SENTENCE * quote.interaction
            + SIMILARITY * quote.similarity
            + ITSELF * own
            + standing(part.question, quote.text, value, _others(told, at), start / len(passage.quote)),
        )
        for at, ((quote, value), (start, _), own) in enumerate(zip(told, places, itself, strict=True))
        if value.sort != "word" or own >= LEAST_ITSELF
    ]


def _is_asked(question: str, text: str, value: Value) -> bool:
    """Whether a value may be of the kind asked for: an amount in its measure, a country where one is."""
    if value.sort == "amount":
        told = text[value.start : value.end]
        return fits_measure(question, told, value.number, value.unit) and not is_mere_density(question, text, value.end)
    if value.sort == "word" and not text[value.start : value.end].isalpha():
        return False  # "wasn't", "re-signed"
    return value.sort == "time" or place_asked_is_named(question, text[value.start : value.end])


def _others(told: Sequence[tuple[Quote, Value]], at: int) -> list[Value]:
    return [value for place, (_, value) in enumerate(told) if place != at]


def _told_stems(text: str, value: Value) -> tuple[str, ...]:
    return value.stems or tuple(word.stem for word in words(text[value.start : value.end]))
