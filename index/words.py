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

_FOREIGN_LETTER = re.compile(r"[^\W\x00-\x7f]")
_SPACE = re.compile(r"\s")
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


class StemSearch:
    """Where the words of a text have one of some stems, found without stemming the rest of its words.

    The stemmer leaves all letters of an ASCII word's stem but the last as they stand in it, apart from "die", "lie"
    and the like of "dying" and "lying" (so it is with each of 175,000 words of 9,613 news articles); a figure keeps
    its first digit. What begins otherwise need not be looked at, but for words with other letters.
    """

    def __init__(self, wanted: Iterable[str]) -> None:
        self.wanted = tuple(wanted)
        self._numbers = {stem: number for number, stem in enumerate(self.wanted)}
        self._beginnings = tuple(dict.fromkeys(map(_beginning, self.wanted)))

    def occurrences(self, text: str) -> Iterator[tuple[int, int]]:
        """The number of each stem in `wanted` that occurs and where its word begins, in the order of the text."""
        done = 0
        for place in sorted(self._may_begin(text)):
            if place < done:
                continue
            start = place
            while start > 0 and not text[start - 1].isspace():
                start -= 1
            space = _SPACE.search(text, place)
            done = space.start() if space else len(text)
            for match in _WORD.finditer(text, start, done):
                if (number := self._numbers.get(stem(match.group()))) is not None:
                    yield number, match.start()

    def _may_begin(self, text: str) -> set[int]:
        """Places in or before which, up to white space, a word may have one of the stems; no other words have."""
        lowered = text.lower()
        if len(lowered) != len(text):  # a few letters become two
            return {match.start() for match in _WORD.finditer(text)}
        places = set() if text.isascii() or not self.wanted else {one.start() for one in _FOREIGN_LETTER.finditer(text)}
        for beginning in self._beginnings:
            inside_words = beginning[:1].isdigit() or beginning[:1] == "_"  # "covid19" is two words, and "a_b"
            place = lowered.find(beginning)
            while place >= 0:
                if inside_words or place == 0 or not lowered[place - 1].isalpha():
                    places.add(place)
                place = lowered.find(beginning, place + 1)
        return places


def _beginning(stem: str) -> str:
    return stem[:1] if stem.endswith("ie") or stem[:1].isdigit() else stem[: max(len(stem) - 1, 1)]


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
