"""Does a reply state the expected answer? Words are compared, nothing else. Leaves out: scores over many questions."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

REPLY_WORDS = 80
"""How much of a reply is read, in words (RealTimeQA's metric as our evaluation data defines it)."""
JOINABLE_LETTERS = 6
"""From this length on, spaces do not tell two answers apart: "JP Morgan" is "JPMorgan"."""

_MARKER = re.compile(r"\[\d+(?:\s*[,;]\s*\d+)*\]")
_PERCENT = re.compile(r"%|\bper\s?cent\b")
_WITHIN_NUMBER = re.compile(r"(?<=\d)[,\u2013](?=\d)")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_BREAKS = re.compile(r"[\u2013\u2014\u2026/]")
_KEPT_POINT = "\ue000"
_ARTICLES = frozenset(("a", "an", "the"))


def normalise(text: str) -> list[str]:
    r"""The words of a text: lower case, no punctuation, no a/an/the.

    As in SQuAD's script punctuation is deleted, so "23-year-old" is one word; unlike there "%", "percent"
    and "per cent" are one word of their own, a long dash, an ellipsis and a slash part two words, and a
    decimal point stays ("1.5" is not "15").

    >>> normalise("The stake: 15%, from 43 per cent \u2014 a \u201creciprocal\u201d U.S. deal of $1,500.")
    ['stake', '15', 'percent', 'from', '43', 'percent', 'reciprocal', 'us', 'deal', 'of', '1500']
    """
    folded = unicodedata.normalize("NFKC", text.replace("\u2026", " ")).casefold()
    folded = _PERCENT.sub(" percent ", folded)
    folded = _DECIMAL_POINT.sub(_KEPT_POINT, _WITHIN_NUMBER.sub("", folded))
    folded = _BREAKS.sub(" ", folded)
    bare = "".join(character for character in folded if unicodedata.category(character)[0] not in "PS")
    return [word for word in bare.replace(_KEPT_POINT, ".").split() if word not in _ARTICLES]


def reply_words(reply: str) -> list[str]:
    """The normalised form of a reply's first 80 words, citation markers such as [2] not counted."""
    return normalise(" ".join(_MARKER.sub(" ", reply).split()[:REPLY_WORDS]))


def stands_in(phrase: Sequence[str], words: Sequence[str]) -> bool:
    """Whether the phrase stands among the words, at word boundaries.

    Where it has six letters or more, spaces may fall differently: "jp morgan" stands in "jpmorgan".
    An empty phrase stands nowhere.
    """
    joined = "".join(phrase)
    if not joined:
        return False
    if len(joined) < JOINABLE_LETTERS:
        size = len(phrase)
        return any(list(words[at : at + size]) == list(phrase) for at in range(len(words) - size + 1))
    return any(_begins_with(joined, words[at:]) for at in range(len(words)))


def _begins_with(joined: str, words: Sequence[str]) -> bool:
    """Whether the first few of the words, written together, are exactly `joined`."""
    seen = ""
    for word in words:
        seen += word
        if len(seen) >= len(joined):
            return seen == joined
    return False


def meets(reply: str, accept: Sequence[Sequence[str]]) -> bool:
    """Whether every requirement is met by one of its alternatives (the form of our own golden files).

    An alternative that begins with "^" must open the reply. No requirement at all is met by nothing.
    """
    words = reply_words(reply)
    return bool(accept) and all(any(_stands(one, words) for one in alternatives) for alternatives in accept)


def _stands(alternative: str, words: Sequence[str]) -> bool:
    phrase = normalise(alternative)
    if alternative.startswith("^"):
        return bool(phrase) and list(words[: len(phrase)]) == phrase
    return stands_in(phrase, words)


def states(reply: str, answer: str) -> bool:
    """Whether the reply states a short answer (RealTimeQA's form): it stands there, or half of its words do."""
    expected = normalise(answer)
    if not expected:
        return False
    words = reply_words(reply)
    found = sum(word in set(words) for word in expected)
    return stands_in(expected, words) or 2 * found >= len(expected)


def contains(reply: str, accept: Sequence[Sequence[str]]) -> bool:
    """Whether the reply holds one alternative of every requirement whole, wherever it stands."""
    words = reply_words(reply)
    return bool(accept) and all(
        any(stands_in(normalise(one), words) for one in alternatives) for alternatives in accept
    )


def token_f1(reply: str, accept: Sequence[Sequence[str]]) -> float:
    """The F1, in 0..1, of the reply's words and those expected, each as often as it stands (SQuAD, arXiv 1606.05250).

    Of several requirements the expected words are those of all, of each its best alternative. A reply of a whole
    sentence has words beyond the short answer, and is far from 1 even where it is right.

    >>> token_f1("It is the 15 percent stake.", [["15 %", "a seventh"]])   # 2 of 5 words, 2 of 2 expected
    0.5714285714285714
    """
    words = reply_words(reply)
    expected = [word for alternatives in accept for word in _best_of(alternatives, words)]
    return _f1(words, expected)


def _best_of(alternatives: Sequence[str], words: Sequence[str]) -> list[str]:
    return max((normalise(one) for one in alternatives), key=lambda one: _f1(words, one), default=[])


def _f1(words: Sequence[str], expected: Sequence[str]) -> float:
    shared = sum((Counter(words) & Counter(expected)).values())
    return 2 * shared / (len(words) + len(expected)) if shared else 0.0
