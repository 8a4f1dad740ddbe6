"""How text becomes the words of the keyword index, and a question its terms. Leaves out: the index itself.

The same words as in `words`, made by tantivy because a whole library passes through.
"""

from __future__ import annotations

import re
from functools import cache

import tantivy

from index.words import STOP_WORDS

ANALYZER = "news"

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")
_INITIALISM = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_POSSESSIVE = re.compile(r"['’][sS]\b")
_PATTERN = r"\d+(?:\.\d+)?|\w+"
_WORD = re.compile(_PATTERN)
_LONGEST = 60


@cache
def analyzer() -> tantivy.TextAnalyzer:
    """Words lower-cased, accents folded, stemmed as English."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(_PATTERN))
        .filter(tantivy.Filter.remove_long(_LONGEST))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def normalised(text: str) -> str:
    """The text as the analyzer gets it: U.S. and US, 7,300 and 7300, Nissan's and Nissan become the same.

    >>> normalised("The U.S. sold 7,300 of Nissan’s cars")
    'The US sold 7300 of Nissan cars'
    """
    text = _INITIALISM.sub(lambda found: found.group().replace(".", ""), text)
    return _POSSESSIVE.sub("", _THOUSANDS.sub("", text))


def terms(question: str, *, stop_words: bool = False) -> list[str]:
    """The distinct terms to look for, in order; very common words only when there is nothing else.

    A word all in capitals is kept: US is not us.

    >>> terms("What did the US say about Nissan's stake?"), terms("Who are you?")
    (['us', 'nissan', 'stake'], ['who', 'are', 'you'])
    """
    text = normalised(question.encode("utf-8", "ignore").decode())
    words = _WORD.findall(text)
    shouted = text.isupper()
    rare = [
        word for word in words if word.lower() not in STOP_WORDS or (word.isupper() and len(word) > 1 and not shouted)
    ]
    chosen = words if stop_words or not rare else rare
    return list(dict.fromkeys(analyzer().analyze(" ".join(chosen))))
