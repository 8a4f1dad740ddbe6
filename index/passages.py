"""The few sentences of an article that bear on a question. Leaves out: which articles to look into (ranking)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.articles import Evidence, Version
from index.chunking import Span
from index.comparing import AskedQuestion
from index.interaction import Closeness
from index.sentences import sentences
from index.words import stems

WINDOW_SENTENCES = 3
"""A single sentence loses its meaning ("This airline is weighing passengers"): three keep it."""
WINDOW_CHARACTERS = 480
"""Long sentences make shorter windows; a window has at least one sentence."""
COMPARED_WINDOWS = 8
"""The windows that look best by their words are also compared by meaning: all would take too long."""
SHARED_MOST = 0.5
"""Of two windows that share more of the shorter one than this only the better by words is compared: on 287 news
questions 8 such windows answered more (score .495) than the best 10 whatever they share (.463), in less time."""
FEW_WINDOWS = 40
"""So few are all compared by meaning, for they are soon known by heart: a question in other words finds them."""

_COVERAGE = 0.5
_SIMILARITY = 1.0
_INTERACTION = 3.0
_ARTICLE = 0.8
_SHARPNESS = 6
_PERFECT = _COVERAGE + _SIMILARITY + _INTERACTION + _ARTICLE


@dataclass(frozen=True, slots=True)
class _Window:
    version: Version
    start: int
    end: int
    coverage: float
    article_bonus: float

    @property
    def words_score(self) -> float:
        return self.coverage + _ARTICLE * self.article_bonus


def choose(
    versions: Sequence[Version],
    asked: AskedQuestion,
    compare: Callable[[Sequence[str]], Sequence[Closeness]],
    *,
    k: int,
    article_scores: Sequence[float] = (),
) -> list[Evidence]:
    """The at most `k` best passages of the articles (given best first), best first; none overlaps another.

    `compare` tells how near each of some texts comes to the question `asked`. `article_scores` are the articles' own,
    where they are known. A passage scores three times its interaction, its similarity, half the covered share of the
    question's words, and .8 times its article's share of the best one's score to the power of 6 (without scores
    1 / rank); the figures are in docs/decisions/0009-late-interaction.md.
    """
    shares = _shares(article_scores) or [1 / (1 + place) for place in range(len(versions))]
    windows = [
        window for version, share in zip(versions, shares, strict=True) for window in _windows(version, asked, share)
    ]
    windows.sort(key=lambda window: -window.words_score)
    close = windows if len(windows) <= FEW_WINDOWS else _spread(windows, max(COMPARED_WINDOWS, k))
    near = compare([window.version.text[window.start : window.end] for window in close]) if close else ()
    ranked = sorted(
        ((_score(window, closeness), window, closeness) for window, closeness in zip(close, near, strict=True)),
        key=lambda item: -item[0],
    )
    chosen: list[Evidence] = []
    for score, window, closeness in ranked:
        if len(chosen) < k and not any(_overlap(window, other) for other in chosen):
            chosen.append(_evidence(window, score / _PERFECT, closeness))
    return chosen


def _shares(scores: Sequence[float]) -> list[float]:
    """Each article's score as a share of the best one's, to a power that tells the second best from the best."""
    return [(max(score, 0.0) / scores[0]) ** _SHARPNESS for score in scores] if scores and scores[0] > 0 else []


def windows_of(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Runs of up to three sentences and 480 characters, one from each sentence on; no run lies within another.

    A run is the places of its first sentence and of the one after its last.
    """
    found: list[tuple[int, int]] = []
    for first, (start, _) in enumerate(spans):
        after = first + 1
        while after < min(first + WINDOW_SENTENCES, len(spans)) and spans[after][1] - start <= WINDOW_CHARACTERS:
            after += 1
        if not found or after > found[-1][1]:
            found.append((first, after))
    return found


def _spread(windows: Sequence[_Window], n: int) -> list[_Window]:
    """The first `n` that share little with those before them."""
    chosen: list[_Window] = []
    for window in windows:
        if len(chosen) == n:
            break
        if not any(_shares_much(window, other) for other in chosen):
            chosen.append(window)
    return chosen


def _shares_much(window: _Window, other: _Window) -> bool:
    shared = min(window.end, other.end) - max(window.start, other.start)
    shorter = min(window.end - window.start, other.end - other.start)
    return window.version is other.version and shared > SHARED_MOST * shorter


def _score(window: _Window, closeness: Closeness) -> float:
    return (
        _COVERAGE * window.coverage
        + _ARTICLE * window.article_bonus
        + _SIMILARITY * max(closeness.similarity, 0.0)
        + _INTERACTION * max(closeness.interaction, 0.0)
    )


def _windows(version: Version, asked: AskedQuestion, bonus: float) -> list[_Window]:
    spans = sentences(version.text)
    words = [stems(version.text[start:end]) for start, end in spans]
    return [
        _Window(
            version, spans[first][0], spans[after - 1][1], asked.covered_by(set().union(*words[first:after])), bonus
        )
        for first, after in windows_of(spans)
    ]


def _overlap(window: _Window, other: Evidence) -> bool:
    return window.version.article_id == other.article_id and window.start < other.end and other.start < window.end


def _evidence(window: _Window, score: float, closeness: Closeness) -> Evidence:
    version = window.version
    return Evidence(
        article_id=version.article_id,
        version=version.number,
        start=window.start,
        end=window.end,
        quote=version.text[window.start : window.end],
        score=min(max(score, 0.0), 1.0),
        title=version.title,
        source=version.source,
        published_at=version.published_at,
        url=version.url,
        coverage=window.coverage,
        similarity=closeness.similarity,
        interaction=closeness.interaction,
    )
