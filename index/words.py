"""Words as the keyword index sees them: lower-cased, stemmed, with their place in the text.

One definition serves finding (index) and checking (app), so that both mean the same by "the word occurs".
Leaves out: weights (the keyword index knows how often a word occurs), and any language but English stems.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

import tantivy

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d[\d,]*(?:\.\d+)?|\w+")  # the most frequent first

_POSSESSIVE = re.compile(r"['’]s?$", re.IGNORECASE)

STOP_WORDS = frozenset(
    """a about above after again all also am an and any are as at be been before being below between both but by
    can could did do does doing down during each few for from further had has have having he her here hers him his
    how i if in into is it its itself just may me might more most much my of off on once only or other our out over
    own s same shall she should so some such than that the their them then there these they this those through to
    too under until up us very was we were what when where which while who whom whose why will with would you your
    according said says say tell told many one""".split()
)
"""Words that carry no content of their own; negations are deliberately not among them."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text: `text[start:end]`, and its stem."""

    stem: str
    start: int
    end: int


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of one word, lower-cased, without possessive ending, accents folded.

    >>> stem("Automakers’"), stem("Nissan's"), stem("announced")
    ('automak', 'nissan', 'announc')
    """
    if word.isascii() and word.isalpha():  # nearly all: nothing to take off or to fold
        return _stemmed(word)
    bare = _POSSESSIVE.sub("", word) or word
    folded = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    if folded[:1].isdigit():
        return folded.replace(",", "").lower()
    return _stemmed(folded)


def _stemmed(word: str) -> str:
    tokens = _analyzer().analyze(word)
    return tokens[0] if tokens else word.lower()


def words(text: str) -> Iterator[Word]:
    """Every word of a text, in order, stop words included."""
    for match in _WORD.finditer(text):
        yield Word(stem(match.group()), match.start(), match.end())


def stems(text: str) -> set[str]:
    """The stems of every word of a text, stop words included."""
    return set(map(stem, _WORD.findall(text)))


def content_stems(text: str) -> list[str]:
    """The distinct stems that carry content, in order of appearance.

    >>> content_stems("What stake will Renault hold in Nissan after the deal?")
    ['stake', 'renault', 'hold', 'nissan', 'deal']
    """
    return list(dict.fromkeys(_content(_WORD.findall(text))))


def _content(tokens: Iterable[str]) -> Iterator[str]:
    for token in tokens:
        if token.lower() not in STOP_WORDS:
            yield stem(token)
