"""What the writer is shown: the best passages, sentence by sentence, each with a number. Leaves out: the prompt around.

Passages keep a sentence's context; with their sentences numbered the model can be asked for the words of one of them.
With whole passages numbered, the 1.5B writer mostly copied the first sentence of the passage it chose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import shorten

from app.instructing import addresses_the_writer, telling_sentences
from app.schema import published_text
from index.articles import Evidence
from index.chunking import count_tokens

MAX_EXCERPTS = 30
"""Most sentences shown: a model that can read more than these is not helped by more."""

TITLE_CHARACTERS = 80
"""What is read of a title: a text without one of its own has its first sentence for it."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A sentence of a passage, `passage.quote[start:end]`."""

    passage: Evidence
    start: int
    end: int

    @property
    def text(self) -> str:
        """The sentence, verbatim."""
        return self.passage.quote[self.start : self.end]


def choose_excerpts(evidence: Sequence[Evidence], tokens: int) -> tuple[Excerpt, ...]:
    """The sentences of the best passages that fit into so many tokens together, headings included.

    What speaks to the writer is left out (instructing). Always at least the best passage's first sentence, where it has
    one; a passage that does not fit is passed over for a shorter one
    after it. Articles come in the order of their best passage, an article's sentences in the order of its text.
    """
    chosen: list[Evidence] = []
    for passage in evidence:
        tried = _in_reading_order([*chosen, passage])
        if not chosen or (len(tried) <= MAX_EXCERPTS and count_tokens(excerpts_text(tried)) <= tokens):
            chosen.append(passage)
    return tuple(_in_reading_order(chosen)[:MAX_EXCERPTS])


def excerpts_text(excerpts: Iterable[Excerpt]) -> str:
    """The excerpts, numbered from 1, each article's under its title, source and date."""
    blocks = []
    for _, group in groupby(enumerate(excerpts, 1), key=lambda item: item[1].passage.article_id):
        numbered = list(group)
        lines = [heading(numbered[0][1].passage)]
        lines += [f"[{number}] {_one_line(excerpt.text)}" for number, excerpt in numbered]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def heading(passage: Evidence) -> str:
    """The title of a passage's article, with its source and date."""
    where = ", ".join(part for part in (_told(passage.source), published_text(passage.published_at)) if part)
    title = shorten(_told(passage.title) or "Untitled", TITLE_CHARACTERS, placeholder="…")
    return f"{title}{f' ({where})' if where else ''}"


def passage_text(passage: Evidence) -> str:
    """A passage on one line, without what speaks to the writer."""
    return " ".join(_one_line(passage.quote[start:end]) for start, end in telling_sentences(passage.quote))


def _in_reading_order(passages: Sequence[Evidence]) -> list[Excerpt]:
    articles = list(dict.fromkeys(passage.article_id for passage in passages))
    ordered = sorted(passages, key=lambda passage: (articles.index(passage.article_id), passage.start))
    return [Excerpt(passage, start, end) for passage in ordered for start, end in telling_sentences(passage.quote)]


def _told(part: str | None) -> str | None:
    """A part of an article's heading, None where it speaks to whoever answers."""
    return None if part is None or addresses_the_writer(part) else part


def _one_line(text: str) -> str:
    return " ".join(text.split())
