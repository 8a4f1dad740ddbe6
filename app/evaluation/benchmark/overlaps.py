"""What a sentence and the article that may support it have in common, as figures. Pure.

Leaves out: what they say together about support (supporting), and every rule of the check (app.checking).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.wording import says_alike
from index.embedding.protocol import Reading
from index.sentences import sentences
from index.words import STOP_WORDS, Word, words

_WORD = re.compile(r"\w+")

SHOWN, LIGHT, OWN = 5, 0.3, 0.15
"""Sentences that are to cover a text, what a word without content counts for, and a sentence's own cover beside what it
adds to the others'."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """How a sentence lies over an article.

    `words` and `pairs` are the shares, in [0, 1], of its words and of its pairs of neighbouring words that occur
    anywhere in the article, as they are written: the usual baselines. The others take words by their stems:
    `triples` is the same share of runs of three; `pieces` the number of runs it could be put together of, for each
    word; `together` the share of its neighbouring words with content that stand in one sentence of the article;
    `absent` how many words with content neither stand there nor have another that may stand for them.
    In [-1, 1], `similarity` is the cosine of it and the nearest sentence as wholes. `weakest_there` and `weakest` look
    for each word with content among the tokens of the sentence that has most of them, and of the whole article: the
    cosine of the word least found, and the mean of the two least found.
    """

    words: float
    pairs: float
    triples: float
    pieces: float
    together: float
    absent: int
    similarity: float
    weakest_there: float
    weakest: float

    def row(self) -> tuple[float, ...]:
        """The figures in the order of the fields."""
        return astuple(self)


def overlap(text: str, article: str, reading: Reading, parts: Sequence[Reading]) -> Overlap:
    """How a text lies over an article, given as it and the article's sentences were read."""
    said, told = _stems(text), _stems(article)
    written, printed = _WORD.findall(text.lower()), _WORD.findall(article.lower())
    content = [word.stem for word in words(text) if not _is_light(text, word.start, word.end)]
    by_sentence = [set(_stems(article[start:end])) for start, end in sentences(article)]
    neighbours = list(pairwise(content))
    n_together = sum(any(one in part and other in part for part in by_sentence) for one, other in neighbours)
    known = frozenset(told)
    there, anywhere = _weakest(text, reading, parts)
    return Overlap(
        words=_share(written, printed),
        pairs=_share(_runs(written, 2), _runs(printed, 2)),
        triples=_share(_runs(said, 3), _runs(told, 3)),
        pieces=_pieces(said, told) / (len(said) or 1),
        together=n_together / (len(neighbours) or 1),
        absent=sum(word not in known and not says_alike(word, known) for word in content),
        similarity=max((float(part.vector @ reading.vector) for part in parts), default=0.0),
        weakest_there=there,
        weakest=anywhere,
    )


def covering(text: str, reading: Reading, parts: Sequence[Reading], weights: Callable[[str], float]) -> list[int]:
    """The article's sentences, at most `SHOWN`, that cover a text's words best together, in the article's order.

    A word is covered as far as it is near to a token of theirs, and counts by the weight of its stem, or `LIGHT` where
    it carries no content; each sentence counts a little for all that it covers itself.
    """
    by_word, found = _nearness(text, reading, parts)
    if not found:
        return list(range(min(SHOWN, len(parts))))
    weighed = np.array([LIGHT if _is_light(text, word.start, word.end) else weights(word.stem) for word in found])
    weighed /= weighed.sum() or 1.0
    covered, chosen = np.zeros(len(found)), list[int]()
    alone = OWN * (weighed @ by_word)
    while len(chosen) < min(SHOWN, len(parts)):
        gain = weighed @ np.maximum(by_word - covered[:, None], 0.0) + alone
        gain[chosen] = -1.0
        chosen.append(int(gain.argmax()))
        covered = np.maximum(covered, by_word[:, chosen[-1]])
    return sorted(chosen)


def _nearness(text: str, reading: Reading, parts: Sequence[Reading]) -> tuple[NDArray[np.float32], list[Word]]:
    """The cosine of each word of a text that was read to the nearest token of each part, (words, parts)."""
    tokens = [part.tokens.astype(np.float32) for part in parts]
    found: list[Word] = []
    rows: list[list[float]] = []
    for word in words(text):
        inside = (reading.spans[:, 0] >= word.start) & (reading.spans[:, 1] <= word.end)
        if not inside.any():
            continue
        vector = reading.tokens[inside].astype(np.float32).mean(axis=0)
        vector /= np.linalg.norm(vector) or 1.0
        rows.append([float((one @ vector).max()) if len(one) else 0.0 for one in tokens])
        found.append(word)
    return np.array(rows, np.float32).reshape(len(found), len(parts)), found


def _weakest(text: str, reading: Reading, parts: Sequence[Reading]) -> tuple[float, float]:
    """How well the words least found are found: in the sentence with most of them, and anywhere."""
    near, found = _nearness(text, reading, [part for part in parts if len(part.tokens)])
    by_word = near[[not _is_light(text, word.start, word.end) for word in found]]
    if not by_word.size:
        return 0.0, 0.0
    there = by_word[:, by_word.mean(axis=0).argmax()].min()
    return float(there), float(np.sort(by_word.max(axis=1))[:2].mean())


def _is_light(text: str, start: int, end: int) -> bool:
    return text[start:end].lower() in STOP_WORDS


def _stems(text: str) -> list[str]:
    return [word.stem for word in words(text)]


def _runs(stems: Sequence[str], length: int) -> list[tuple[str, ...]]:
    return [tuple(stems[place : place + length]) for place in range(len(stems) - length + 1)]


def _share(some: Sequence[Hashable], others: Sequence[Hashable]) -> float:
    """The share of some that are among others; 0 of none."""
    known = set(others)
    return sum(one in known for one in some) / len(some) if some else 0.0


def _pieces(said: Sequence[str], told: Sequence[str]) -> int:
    """How many runs of what is told, each as long as can be, what is said is put together of (Grusky et al. 2018)."""
    found, place = 0, 0
    while place < len(said):
        starts = [at for at, stem in enumerate(told) if stem == said[place]]
        length = 0
        while starts:
            length += 1
            if place + length == len(said):
                break
            starts = [at for at in starts if at + length < len(told) and told[at + length] == said[place + length]]
        found += length > 0
        place += length or 1
    return found
