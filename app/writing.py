"""The model: prompt, grammar, stream. Any llama-index LLM; grammar and probabilities where its endpoint has them.

Leaves out: whether what it writes is true (checking) or shown (answering), and where the model runs (wiring).
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

import httpx
import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ChatResponseGen
from llama_index.core.llms import LLM

from app.citations import Draft, DraftReader
from app.errors import WriterError, WriterTimeoutError, WriterUnavailableError
from app.schema import Tokens, published_text
from index.articles import Evidence
from index.chunking import count_tokens
from prompts import render

log = logging.getLogger(__name__)

MAX_SENTENCES = 3
MAX_TOKENS = 160
TOP_LOGPROBS = 12


@dataclass(slots=True)
class Writing:
    """One reply as it comes about. `none_probability` is the model's own probability, in [0, 1], that no passage
    states the answer; None until its first number is written, and where the endpoint gives no probabilities.
    """

    prompt: tuple[tuple[str, str], ...]
    raw: str = ""
    none_probability: float | None = None
    tokens: Tokens = field(default_factory=Tokens)


class Writer:
    """Writes drafts of answers from evidence through a llama-index LLM.

    `grammar` and `probabilities` say what to ask the endpoint for; what it refuses is not asked for again.
    Safe to share between threads as far as the LLM is.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        model: str,
        evidence_tokens: int,
        timeout_seconds: float,
        grammar: bool = True,
        probabilities: bool = True,
    ) -> None:
        self.model = model
        self.evidence_tokens = evidence_tokens
        self._llm = llm
        self._timeout_seconds = timeout_seconds
        self._wanted = {"grammar": grammar, "probabilities": probabilities}

    def begin(self, question: str, evidence: Sequence[Evidence], *, as_of: date | None) -> Writing:
        """The prompt for a question, and an empty reply."""
        return Writing(prompt_for(question, evidence, as_of=as_of))

    def write(self, writing: Writing, *, n_passages: int) -> Generator[Draft]:
        """Sends the prompt and gives each sentence as it is completed, filling in `writing` on the way.

        Closing the iterator stops the model. Raises WriterTimeoutError when the whole takes longer than allowed,
        WriterUnavailableError when the endpoint cannot be reached or refuses, WriterError for anything else.
        """
        reader = DraftReader()
        deadline = time.monotonic() + self._timeout_seconds
        try:
            with closing(self._stream(writing.prompt, n_passages)) as stream:
                for response in stream:
                    self._note(writing, response)
                    yield from reader.feed(response.delta or "")
                    if time.monotonic() > deadline:
                        raise WriterTimeoutError(self._too_slow())
            yield from reader.finish()
        except WriterError:
            raise
        except (openai.APITimeoutError, httpx.TimeoutException) as error:
            raise WriterTimeoutError(self._too_slow()) from error
        except (
            openai.APIConnectionError,
            openai.AuthenticationError,
            openai.NotFoundError,
            httpx.TransportError,
        ) as error:
            raise WriterUnavailableError(f"the model {self.model!r} cannot be reached: {_reason(error)}") from error
        except openai.OpenAIError as error:
            raise WriterError(f"the model {self.model!r} failed: {_reason(error)}") from error
        except Exception as error:  # the border to a server of somebody else's: it may send anything
            log.exception("what %s sent cannot be read", self.model)
            raise WriterError(
                f"the model {self.model!r} failed: what its endpoint sent cannot be read ({_reason(error)}): "
                "ONRECORD_LLM_BASE_URL should name an OpenAI-compatible one"
            ) from error

    def _stream(self, prompt: Sequence[tuple[str, str]], n_passages: int) -> ChatResponseGen:
        """The reply's pieces; options that the endpoint calls a bad request are dropped, one after the other."""
        messages = [ChatMessage(role=role, content=text) for role, text in prompt]
        while True:
            stream = self._llm.stream_chat(messages, **self._options(n_passages))
            try:
                first = next(stream, None)
            except (openai.BadRequestError, openai.UnprocessableEntityError):
                dropped = next((name for name, wanted in self._wanted.items() if wanted), None)
                if dropped is None:
                    raise
                log.info("the endpoint of %s does not take %s; going on without", self.model, dropped)
                self._wanted[dropped] = False
                continue
            return _prepend(first, stream)

    def _options(self, n_passages: int) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self._wanted["grammar"]:
            options["extra_body"] = {"grammar": reply_grammar(n_passages), "cache_prompt": True}
        if self._wanted["probabilities"]:
            options |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS, "stream_options": {"include_usage": True}}
        return options

    def _note(self, writing: Writing, response: ChatResponse) -> None:
        raw = response.raw
        before = writing.raw
        writing.raw += response.delta or ""
        if usage := getattr(raw, "usage", None):
            details = getattr(usage, "prompt_tokens_details", None)
            writing.tokens = Tokens(
                read=usage.prompt_tokens or 0,
                cached=getattr(details, "cached_tokens", None) or 0,
                written=usage.completion_tokens or 0,
            )
        if writing.none_probability is None and before.rstrip().endswith("[") and before.count("[") == 1:
            writing.none_probability = _none_probability(raw)

    def _too_slow(self) -> str:
        return (
            f"the model {self.model!r} took longer than {self._timeout_seconds:g} s: "
            "raise ONRECORD_LLM_TIMEOUT_SECONDS, or choose a faster model"
        )


def prompt_for(question: str, evidence: Sequence[Evidence], *, as_of: date | None) -> tuple[tuple[str, str], ...]:
    """The messages (role, text) for a question: the fixed part first, so that an endpoint can keep it read."""
    asked_on = f" (asked on {as_of.isoformat()})" if as_of else ""
    user = render("answer", question=question, asked_on=asked_on, excerpts=excerpts(evidence))
    return (("system", render("answer_system")), ("user", user))


def excerpts(evidence: Sequence[Evidence]) -> str:
    """Numbered passages, each article's together under its title, source and date; numbers follow `evidence`."""
    blocks = []
    numbered = list(enumerate(evidence, 1))
    order = {article_id: place for place, article_id in reversed([(n, e.article_id) for n, e in numbered])}
    numbered.sort(key=lambda item: (order[item[1].article_id], item[0]))
    for _, group in groupby(numbered, key=lambda item: item[1].article_id):
        passages = list(group)
        first = passages[0][1]
        where = ", ".join(part for part in (first.source, published_text(first.published_at)) if part)
        lines = [f"{_one_line(first.title)}{f' ({where})' if where else ''}"]
        lines += [f"[{number}] {_one_line(passage.quote)}" for number, passage in passages]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def within_budget(evidence: Sequence[Evidence], tokens: int) -> tuple[Evidence, ...]:
    """The best passages that fit into so many tokens together, headings included; always at least one.

    A passage that does not fit is passed over for a shorter one after it.
    """
    chosen: list[Evidence] = []
    for passage in evidence:
        if not chosen or count_tokens(excerpts([*chosen, passage])) <= tokens:
            chosen.append(passage)
    return tuple(chosen)


def reply_grammar(n_passages: int) -> str:
    """GBNF for `[0]`, or one to three lines of `[n] A sentence.` with n from 1 to `n_passages`."""
    numbers = " | ".join(f'"{number}"' for number in range(n_passages, 0, -1))
    line = '"[" number "] " sentence'
    return (
        f'root ::= "[0]" | line ("\\n" line){{0,{MAX_SENTENCES - 1}}}\n'
        f"line ::= {line}\n"
        f"number ::= {numbers}\n"
        'sentence ::= [A-Z0-9"“‘$€£] [^\\n\\[\\]]{2,400}\n'
    )


def _none_probability(raw: Any) -> float | None:
    """The probability of "0" among the digits at this place, from the alternatives that the endpoint lists."""
    try:
        alternatives = raw.choices[0].logprobs.content[0].top_logprobs
    except (AttributeError, IndexError, TypeError):
        return None
    digits = {item.token.strip(): math.exp(item.logprob) for item in alternatives if item.token.strip().isdigit()}
    total = sum(digits.values())
    return digits.get("0", 0.0) / total if total else None


def _prepend(first: ChatResponse | None, rest: ChatResponseGen) -> ChatResponseGen:
    with closing(rest):
        if first is not None:
            yield first
            yield from rest


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
