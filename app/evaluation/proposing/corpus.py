"""The sentences of a library by the stems of their words: where else a question finds words, how names are written.

Leaves out: everything about one article alone (names).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence

from index.sentences import sentences
from index.words import content_stems

_LOWER = re.compile(r"(?<![\w’'-])[a-z]\w+")


class Corpus:
    """The sentences of several texts. Holds them in memory, about three times their size."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._sentences: list[str] = []
        self._places: dict[str, set[int]] = defaultdict(set)
        self._lower: set[str] = set()
        for text in texts:
            for start, end in sentences(text):
                self._add(text[start:end])

    def _add(self, sentence: str) -> None:
        for stem in content_stems(sentence):
            self._places[stem].add(len(self._sentences))
        self._lower.update(_LOWER.findall(sentence))
        self._sentences.append(sentence)

    def like(self, question: str) -> Sequence[str]:
        """The sentences that have every word of the question but those that only ask."""
        stems = [stem for stem in content_stems(question) if stem not in _ASKING]
        found = sorted((self._places.get(stem, set()) for stem in stems), key=len)
        return [self._sentences[place] for place in sorted(set.intersection(*found))] if found else []

    def knows(self, name: str) -> bool:
        """Whether the last word of the name stands anywhere."""
        return any(stem in self._places for stem in content_stems(name)[-1:])

    def is_common(self, word: str) -> bool:
        """Whether the word is also written in lower case somewhere, and so may be no name."""
        return word.lower() in self._lower

    def with_article(self, name: str) -> str | None:
        """The name as it stands inside of sentences, "the Bills" or "Airbnb"; None where that cannot be seen.

        What stands right before another noun ("Bills coach") shows nothing.
        """
        the, bare = self._articles(name)
        the += self._articles(name.rsplit(maxsplit=1)[-1])[0] if " " in name else 0
        if the == bare == 0:
            return None if name.isupper() or name.endswith("s") else name
        return f"the {name}" if the >= bare else name

    def _articles(self, name: str) -> tuple[int, int]:
        """How often it stands alone inside of sentences, with "the" and without."""
        alone = rf"{re.escape(name)}(?=[,.?]|[’']s? | (?:is|are|was|were|has|have|had|will|and|in|on|at|to|for|said)\b)"
        with_the, without = re.compile(rf"\b[Tt]he {alone}"), re.compile(rf"(?<!\b[Tt]he )(?<=[a-z,] ){alone}")
        like = self.like(name)
        return sum(len(with_the.findall(one)) for one in like), sum(len(without.findall(one)) for one in like)


_ASKING = frozenset(content_stems("level year month day old played won charges any does did"))
