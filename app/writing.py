"""The model: prompt, grammar, stream. Any llama-index LLM; grammar and probabilities where its endpoint has them.

Leaves out: whether what it writes is true (checking) or shown (answering), and where the model runs (wiring).
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ChatResponseGen
from llama_index.core.llms import LLM

from app.citations import Draft, DraftReader
from app.errors import WriterError, WriterTimeoutError, WriterUnavailableError
from app.excerpts import Excerpt, excerpts_text
from app.schema import Tokens
from prompts import render

log = logging.getLogger(__name__)

MAX_SENTENCES = 3
MAX_TOKENS = 160
TOP_LOGPROBS = 12
LONGEST_NUMBER = 8
"""Characters in which a number must have been written, markup and all, by an endpoint that does weigh."""


@dataclass(slots=True)
class Writing:
    """One reply as it comes about.

    `probabilities` are the model's own, in [0, 1], that the excerpt with a number states the answer; 0 stands for
    none of them. Empty until its first number is written, and where the endpoint gives no probabilities.
    """

    prompt: tuple[tuple[str, str], ...]
    n_excerpts: int
    raw: str = ""
    probabilities: dict[int, float] = field(default_factory=dict)
    tokens: Tokens = field(default_factory=Tokens)

    @property
    def none_probability(self) -> float | None:
        """The model's own probability that no excerpt states the answer; None where it is not known."""
        return self.probabilities.get(0, 0.0) if self.probabilities else None


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
        self._weighs = True
        self._wanted = {"grammar": grammar, "probabilities": probabilities}

    def begin(self, question: str, excerpts: Sequence[Excerpt], *, as_of: date | None) -> Writing:
        """The prompt for a question, and an empty reply."""
        return Writing(prompt_for(question, excerpts, as_of=as_of), len(excerpts))

    def weigh(self, writing: Writing) -> None:
        """Asks only for the number of the excerpt that states the answer, to fill in `writing.probabilities`.

        They stay empty where the endpoint takes no grammar or gives no probabilities. An endpoint that keeps the
        prompt reads it once for this and for `write`. Raises as `write` does.
        """
        if not self._weighs or not all(self._wanted.values()):
            return
        with closing(self._pieces(writing, number_grammar(writing.n_excerpts), max_tokens=2)) as pieces:
            for _ in pieces:
                if len(writing.raw) > LONGEST_NUMBER:
                    break
        writing.raw = ""
        self._weighs = bool(writing.probabilities)

    def write(self, writing: Writing, *, numbers: Sequence[int] = ()) -> Generator[Draft]:
        """Sends the prompt and gives each sentence as it is completed, filling in `writing` on the way.

        With `numbers` the reply is a line for each of those excerpts, where the endpoint takes a grammar. Closing the
        iterator stops the model. Raises WriterTimeoutError when the whole takes longer than allowed,
        WriterUnavailableError when the endpoint cannot be reached or refuses, WriterError for anything else.
        """
        reader = DraftReader()
        grammar = reply_grammar(writing.n_excerpts, numbers)
        with closing(self._pieces(writing, grammar, max_tokens=MAX_TOKENS)) as pieces:
            for piece in pieces:
                yield from reader.feed(piece)
        yield from reader.finish()

    def _pieces(self, writing: Writing, grammar: str, *, max_tokens: int) -> Generator[str]:
        """The reply as it arrives, noted in `writing`; whatever goes wrong becomes a WriterError."""
        deadline = time.monotonic() + self._timeout_seconds
        try:
            with closing(self._stream(writing.prompt, grammar, max_tokens)) as stream:
                for response in stream:
                    self._note(writing, response)
                    yield response.delta or ""
                    if time.monotonic() > deadline:
                        raise WriterTimeoutError(self._too_slow())
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

    def _stream(self, prompt: Sequence[tuple[str, str]], grammar: str, max_tokens: int) -> ChatResponseGen:
        """The reply's pieces; options that the endpoint calls a bad request are dropped, one after the other."""
        messages = [ChatMessage(role=role, content=text) for role, text in prompt]
        while True:
            stream = self._llm.stream_chat(messages, max_tokens=max_tokens, **self._options(grammar))
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

    def _options(self, grammar: str) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self._wanted["grammar"]:
            options["extra_body"] = {"grammar": grammar, "cache_prompt": True}
        if self._wanted["probabilities"]:
            options |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS, "stream_options": {"include_usage": True}}
        return options

    def _note(self, writing: Writing, response: ChatResponse) -> None:
        raw = response.raw
        before = writing.raw
        writing.raw += response.delta or ""
        if usage := getattr(raw, "usage", None):
            details = getattr(usage, "prompt_tokens_details", None)
            cached = getattr(details, "cached_tokens", None) or 0
            writing.tokens = Tokens(
                read=usage.prompt_tokens or 0,
                cached=min(cached, writing.tokens.cached) if writing.tokens.read else cached,
                written=writing.tokens.written + (usage.completion_tokens or 0),
            )
        if not writing.probabilities and before.rstrip().endswith("[") and before.count("[") == 1:
            writing.probabilities = _number_probabilities(raw)

    def _too_slow(self) -> str:
        return (
            f"the model {self.model!r} took longer than {self._timeout_seconds:g} s: "
            "raise ONRECORD_LLM_TIMEOUT_SECONDS, or choose a faster model"
        )


def prompt_for(question: str, excerpts: Sequence[Excerpt], *, as_of: date | None) -> tuple[tuple[str, str], ...]:
    """The messages (role, text) for a question: the fixed part first, so that an endpoint can keep it read."""
    asked_on = f" (asked on {as_of.isoformat()})" if as_of else ""
    user = render("answer", question=question, asked_on=asked_on, excerpts=excerpts_text(excerpts))
    return (("system", render("answer_system")), ("user", user))


def reply_grammar(n_excerpts: int, numbers: Sequence[int] = ()) -> str:
    """GBNF for `[0]`, or one to three lines of `[n] A sentence.` with n from 1 to `n_excerpts`.

    With `numbers`, one line for each of them, in that order.
    """
    any_lines = f'"[0]" | line ("\\n" line){{0,{MAX_SENTENCES - 1}}}'
    these_lines = ' "\\n" '.join(f'"[{number}] " sentence' for number in numbers)
    return (
        f"root ::= {these_lines or any_lines}\n"
        'line ::= "[" number "] " sentence\n'
        f"number ::= {_alternatives(range(n_excerpts, 0, -1))}\n"
        'sentence ::= [A-Z0-9"“‘$€£] [^\\n\\[\\]]{2,400}\n'
    )


def number_grammar(n_excerpts: int) -> str:
    """GBNF for `[n]` alone, with n from 0 to `n_excerpts`."""
    return f'root ::= "[" number "]"\nnumber ::= {_alternatives(range(n_excerpts, -1, -1))}\n'


def _alternatives(numbers: Iterable[int]) -> str:
    return " | ".join(f'"{number}"' for number in numbers)


def _number_probabilities(raw: Any) -> dict[int, float]:
    """The probability of each digit at this place, from the alternatives that the endpoint lists; they add up to 1."""
    try:
        alternatives = raw.choices[0].logprobs.content[0].top_logprobs
    except (AttributeError, IndexError, TypeError):
        return {}
    digits = {int(item.token): math.exp(item.logprob) for item in alternatives if item.token.strip().isdecimal()}
    total = sum(digits.values())
    return {digit: probability / total for digit, probability in digits.items()} if total else {}


def _prepend(first: ChatResponse | None, rest: ChatResponseGen) -> ChatResponseGen:
    with closing(rest):
        if first is not None:
            yield first
            yield from rest


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
