"""The few sentences of an article that bear on a question. Leaves out: which articles to look into (ranking).

In two steps: all passages of the articles are compared by their words and by the stored vectors of their sentences,
which takes no model; the few that look best may then be read closely. The figures are in
docs/decisions/0009-late-interaction.md and docs/decisions/0020-vectors-of-sentences.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.articles import Evidence, Version
from index.articlesentences import ArticleSentences
from index.chunking import Span
from index.comparing import AskedQuestion
from index.interaction import Closeness

RUN_SENTENCES = 3
"""A single sentence loses its meaning ("This airline is weighing passengers"): three keep it."""
RUN_CHARACTERS = 480
"""Long sentences make shorter passages; a passage has at least one sentence."""
READ_PASSAGES = 10
"""So many of the passages that look best are read closely."""
SHARED_MOST = 0.5
"""Of two passages that share more of the shorter one than this only the better is read closely: on 287 news questions
8 such passages answered more (score .495) than the best 10 whatever they share (.463), in less time."""
FEW_PASSAGES = 40
"""So few are all read closely, for they are soon known by heart: a question in other words finds them."""

_COVERAGE = 0.5
_SIMILARITY = 1.0
_INTERACTION = 3.0
_ARTICLE = 0.8
_SHARPNESS = 6
_PERFECT = _COVERAGE + _SIMILARITY + _INTERACTION + _ARTICLE

_LOOK_COVERAGE = 1.0
_LOOK_SIMILARITY = 0.5
_LOOK_LONG_SIMILARITY = 2.0
"""In passages longer than ours a word of the question is more often there by chance: recall of 700 characters .866 with
this, .843 with .5 (118 questions of Chroma's chunking evaluation)."""


class Passage(NamedTuple):
    """A run of sentences of an article, and how well it looks: `score` in [0, 1], higher is better."""

    version: Version
    start: int
    end: int
    coverage: float
    similarity: float
    score: float

    @property
    def article_id(self) -> str:
        """That of the article it is in."""
        return self.version.article_id

    def evidence(self) -> Evidence:
        """The passage as evidence. Until it has been read, the share of words stands for its interaction."""
        version = self.version
        return Evidence(
            article_id=version.article_id,
            version=version.number,
            start=self.start,
            end=self.end,
            quote=version.text[self.start : self.end],
            score=self.score,
            title=version.title,
            source=version.source,
            published_at=version.published_at,
            url=version.url,
            coverage=self.coverage,
            similarity=self.similarity,
            interaction=self.coverage,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """All passages of some articles, best first; they overlap. Made one by one, for few of hundreds are ever wanted.

    `places` (n,) index the articles; `runs` (n, 2) are sentences of theirs; the others (n,) as in Passage.
    """

    articles: Sequence[ArticleSentences]
    places: NDArray[np.int64]
    runs: NDArray[np.int64]
    coverage: NDArray[np.float64]
    similarity: NDArray[np.float64]
    score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.score)

    def __iter__(self) -> Iterator[Passage]:
        for row in range(len(self)):
            article = self.articles[self.places[row]]
            first, after = self.runs[row]
            yield Passage(
                article.version,
                start=article.spans[first][0],
                end=article.spans[after - 1][1],
                coverage=float(self.coverage[row]),
                similarity=float(self.similarity[row]),
                score=float(self.score[row]),
            )


def passages(
    articles: Sequence[ArticleSentences],
    asked: AskedQuestion,
    *,
    article_scores: Sequence[float] = (),
    characters: int | None = None,
) -> Passages:
    """The passages of the articles, which are given best first; `characters` as in `runs_of`.

    A passage scores the covered share of the question's words, half its similarity (twice, where `characters` are
    given), and .8 times its article's share of the best one's score to the power of 6 (without scores 1 / rank).
    """
    runs = [runs_of(article.spans, characters) for article in articles]
    places = np.repeat(np.arange(len(articles)), [len(one) for one in runs])
    coverage = _joined([article.coverage(asked, one) for article, one in zip(articles, runs, strict=True)])
    similarity = _joined([article.similarity(asked, one) for article, one in zip(articles, runs, strict=True)])
    shares = np.array(_shares(article_scores or [0.0] * len(articles)))[places]
    meaning = _LOOK_LONG_SIMILARITY if characters else _LOOK_SIMILARITY
    looks = _LOOK_COVERAGE * coverage + meaning * np.maximum(similarity, 0.0) + _ARTICLE * shares
    order = np.argsort(-looks, kind="stable")
    return Passages(
        articles,
        places[order],
        np.concatenate([np.empty((0, 2), np.int64), *runs])[order],
        coverage[order],
        similarity[order],
        np.clip(looks[order] / (_LOOK_COVERAGE + meaning + _ARTICLE), 0.0, 1.0),
    )


def best(ranked: Passages, k: int) -> list[Evidence]:
    """The first `k` that do not overlap, as evidence."""
    return [passage.evidence() for passage in _apart(ranked, k, 0.0)]


def promising(ranked: Passages) -> list[Evidence]:
    """What a close reading chooses from: the first that share little, or all where there are few."""
    few = ranked if len(ranked) <= FEW_PASSAGES else _apart(ranked, READ_PASSAGES, SHARED_MOST)
    return [passage.evidence() for passage in few]


def read_closely(
    looked_at: Sequence[Evidence], near: Sequence[Closeness], articles: Sequence[tuple[str, float]], *, k: int
) -> list[Evidence]:
    """The at most `k` best of some passages, now that they have been read; best first, and none overlaps another.

    A passage scores three times its interaction, its similarity, half the covered share of the question's words, and
    .8 times its article's share as before; `articles` are ids and scores, best first.
    """
    shares = dict(
        zip((article_id for article_id, _ in articles), _shares([score for _, score in articles]), strict=True)
    )
    read = [
        replace(
            passage,
            score=_score(passage, closeness, shares.get(passage.article_id, 0.0)),
            similarity=closeness.similarity,
            interaction=closeness.interaction,
        )
        for passage, closeness in zip(looked_at, near, strict=True)
    ]
    return _apart(sorted(read, key=lambda passage: -passage.score), k, 0.0)


def runs_of(spans: Sequence[Span], characters: int | None = None) -> NDArray[np.int64]:
    """Runs of up to three sentences and 480 characters, one from each sentence on; no run lies within another.

    With `characters`, runs of as many sentences as fit into so many, at least one. A run is the places of its first
    sentence and of the one after its last: (n_runs, 2), ascending.
    """
    starts, ends = np.array(spans, np.int64).reshape(-1, 2).T
    first = np.arange(len(spans))
    most = len(spans) if characters else RUN_SENTENCES
    within = np.searchsorted(ends, starts + (characters or RUN_CHARACTERS), side="right")
    after = np.maximum(np.minimum(np.minimum(first + most, len(spans)), within), first + 1)
    longer = np.diff(after, prepend=0) > 0
    return np.stack([first[longer], after[longer]], axis=1)


def _shares(scores: Sequence[float]) -> list[float]:
    """Each article's score as a share of the best one's, to a power that tells the second best from the best."""
    if scores and scores[0] > 0:
        return [(max(score, 0.0) / scores[0]) ** _SHARPNESS for score in scores]
    return [1 / (1 + place) for place in range(len(scores))]


def _joined(columns: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    return np.concatenate([np.empty(0), *columns])


def _score(passage: Evidence, closeness: Closeness, share: float) -> float:
    score = (
        _COVERAGE * passage.coverage
        + _ARTICLE * share
        + _SIMILARITY * max(closeness.similarity, 0.0)
        + _INTERACTION * max(closeness.interaction, 0.0)
    )
    return min(max(score / _PERFECT, 0.0), 1.0)


class _Place(Protocol):
    """What stands somewhere in an article."""

    @property
    def article_id(self) -> str: ...
    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


_Placed = TypeVar("_Placed", bound=_Place)


def _apart(ranked: Iterable[_Placed], n: int, most: float) -> list[_Placed]:
    """The first `n` of which none shares more than `most` of the shorter one with one before it."""
    chosen: list[_Placed] = []
    for one in ranked:
        if len(chosen) == n:
            break
        if not any(_shares_more(one, other, most) for other in chosen):
            chosen.append(one)
    return chosen


def _shares_more(one: _Place, other: _Place, most: float) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return one.article_id == other.article_id and shared > most * min(one.end - one.start, other.end - other.start)
