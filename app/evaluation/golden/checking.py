"""Do golden questions still fit the library? Finds gold passages that are gone or changed. Leaves out: mending them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from app.evaluation.golden.matching import meets
from app.evaluation.golden.reading import Golden
from index.articles import Version
from index.sentences import sentences

State = Literal["gone", "changed", "unstated"]
NEAR = 0.5
"""From this share of its words on, a sentence of the article is shown as what the passage may be now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """One thing about a question that does not fit the library any more.

    "gone": no such article. "changed": the article does not hold the quote; `now` is its most similar sentence, None
    where none comes close. "unstated": the passages are there, and do not state what is accepted.
    """

    id: str
    state: State
    detail: str
    article: str | None = None
    quote: str | None = None
    now: str | None = None


def misfits(
    questions: Sequence[Golden], known: Mapping[str, Sequence[str]], find_version: Callable[[str], Version]
) -> Iterator[Misfit]:
    """What does not fit, in the order of the questions. `known` gives the article ids of every gold name."""
    for question in questions:
        found = [_missing(question, name) for name in question.gold if not known[name]]
        for name, quote in question.passages:
            texts = [find_version(article_id).text for article_id in known[name]]
            if texts and not any(_holds(text, quote) for text in texts):
                found.append(_changed(question, name, quote, texts))
        if not found and question.accept and question.passages:
            found += _unstated(question)
        yield from found


def _missing(question: Golden, name: str) -> Misfit:
    detail = f"no article of the library is called {name!r}"
    return Misfit(id=question.id, state="gone", detail=detail, article=name)


def _changed(question: Golden, name: str, quote: str, texts: Sequence[str]) -> Misfit:
    now = _nearest(quote, texts)
    detail = f"{name!r} does not hold the passage any more"
    return Misfit(id=question.id, state="changed", detail=detail, article=name, quote=quote, now=now)


def _unstated(question: Golden) -> Iterator[Misfit]:
    together = " ".join(quote for _, quote in question.passages)
    for alternatives in question.accept:
        if not any(one.startswith("^") for one in alternatives) and not meets(together, [alternatives]):
            detail = f"the gold passages do not state {' or '.join(map(repr, alternatives))}"
            yield Misfit(id=question.id, state="unstated", detail=detail)


def _holds(text: str, quote: str) -> bool:
    """Whether the quote stands in the text; the spaces between words may differ."""
    return quote in text or _spaced(quote) in _spaced(text)


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def _nearest(quote: str, texts: Sequence[str]) -> str | None:
    """The shortest of the sentences that share most with the quote, or None where none shares much."""
    lines = (text[start:end] for text in texts for start, end in sentences(text))
    likeness, _, line = max(((_alike(quote, line), -len(line), line) for line in lines), default=(0.0, 0, ""))
    return line if likeness >= NEAR else None


def _alike(quote: str, line: str) -> float:
    """The share, in 0..1, of the quote's words that the line has in the same order."""
    words = quote.casefold().split()
    matcher = SequenceMatcher(None, words, line.casefold().split(), autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) / len(words)
