"""What the pieces of a reply tell beside their text: tokens, probabilities, whether it is cut or copies its excerpt.

In the forms of OpenAI's API and of llama.cpp. Leaves out: asking for it (writing).
"""

from __future__ import annotations

import math
from contextlib import closing
from typing import Any, Protocol

from llama_index.core.base.llms.types import ChatResponse, ChatResponseGen

from app.schema import Tokens

COPIED_WORDS = 5
"""A reply that begins with so many words of the excerpt it is to use is a copy of it: it is not waited for."""


class Counted(Protocol):
    """Whose tokens are counted."""

    tokens: Tokens


class Count:
    """Adds to an answer in progress what one request read and wrote, once it is over.

    As its usage tells, or, where it was stopped before that, as far as llama.cpp's running timings do. What an endpoint
    still had read counts as cached.
    """

    def __init__(self, writing: Counted) -> None:
        self._writing = writing
        self._tokens = Tokens()

    def see(self, response: ChatResponse) -> None:
        """Takes what a piece of the reply tells of tokens."""
        if usage := getattr(response.raw, "usage", None):
            details = getattr(usage, "prompt_tokens_details", None)
            self._tokens = Tokens(
                read=usage.prompt_tokens or 0,
                cached=getattr(details, "cached_tokens", None) or 0,
                written=usage.completion_tokens or 0,
            )
        elif isinstance(timings := getattr(response.raw, "timings", None), dict):
            cached = timings.get("cache_n", 0)
            self._tokens = Tokens(
                read=timings.get("prompt_n", 0) + cached, cached=cached, written=timings.get("predicted_n", 0)
            )

    def close(self) -> None:
        """Adds it."""
        so_far, of_this = self._writing.tokens, self._tokens
        self._writing.tokens = Tokens(
            read=so_far.read + of_this.read,
            cached=so_far.cached + of_this.cached,
            written=so_far.written + of_this.written,
        )


def yes_share(raw: Any) -> float | None:
    """The probability of "yes" against "no" among the alternatives listed for this token; None where neither is."""
    try:
        alternatives = raw.choices[0].logprobs.content[0].top_logprobs
    except (AttributeError, IndexError, TypeError):
        return None
    odds = {"yes": 0.0, "no": 0.0}
    for item in alternatives:
        word = item.token.strip().lower()
        if word in odds:
            odds[word] += math.exp(item.logprob)
    total = sum(odds.values())
    return odds["yes"] / total if total else None


def copies(reply: str, original: str) -> bool:
    """Whether a reply has begun with the first `COPIED_WORDS` words of a longer original."""
    said, words = reply.split(" "), original.split(" ")
    return min(len(said), len(words)) > COPIED_WORDS and said[:COPIED_WORDS] == words[:COPIED_WORDS]


def is_cut(raw: Any) -> bool:
    """Whether the reply ends here for want of tokens."""
    return any(choice.finish_reason == "length" for choice in getattr(raw, "choices", None) or ())


def prepend(first: ChatResponse | None, rest: ChatResponseGen) -> ChatResponseGen:
    """The reply whose first piece has been taken already."""
    with closing(rest):
        if first is not None:
            yield first
            yield from rest
