"""The model: what it is sent and what it streams back. Any llama-index LLM; grammar and probabilities where it can.

Leaves out: what it is asked (prompting), whether what it writes is true (checking) or shown (answering), and where it
runs (wiring).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx
import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ChatResponseGen
from llama_index.core.llms import LLM

from app.citations import Draft, DraftReader
from app.errors import WriterError, WriterTimeoutError, WriterUnavailableError
from app.lining import Line
from app.prompting import FEW_WORDS, ONE_SENTENCE, YES_OR_NO, Asked, Messages, lines_grammar
from app.replies import Count, copies, is_cut, prepend, yes_share
from app.schema import Tokens
from index.articles import Evidence

log = logging.getLogger(__name__)

MAX_TOKENS = 160
MAX_SENTENCE_TOKENS = 90
MAX_SHORT_TOKENS = 12
"""No short answer to 136 questions about news and the seeds had more than 11; a longer reply copies a sentence."""

TOP_LOGPROBS = 12


@dataclass(slots=True)
class Request:
    """One thing asked of the model, and all that it replied."""

    prompt: Messages
    grammar: str
    max_tokens: int
    reply: str = ""


@dataclass(slots=True)
class Writing:
    """One answer as it comes about: what was asked of the model, what it wrote, and what that cost.

    `raw` is all that it wrote as sentences; `stated` and `short` are its own probability, in [0, 1], that the excerpts
    state the answer, and that answer in a few words, by the part of the question that it was asked about; `confirmed`
    the probability that a passage by itself states it, by part and passage; `agreeing` the articles found that hold
    all of that short answer, by part; `disputed` the passages, by part, beside which another article surely says
    otherwise.
    `requests` are all that were made of it, in order, with the same `parameters`.
    """

    asked: Asked
    raw: str = ""
    stated: dict[str, float] = field(default_factory=dict)
    short: dict[str, str] = field(default_factory=dict)
    confirmed: dict[tuple[str, Evidence], float] = field(default_factory=dict)
    agreeing: dict[str, frozenset[str]] = field(default_factory=dict)
    disputed: set[tuple[str, Evidence]] = field(default_factory=set)
    tokens: Tokens = field(default_factory=Tokens)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)


class Writer:
    """Writes drafts of answers from evidence through a llama-index LLM.

    `grammar` and `probabilities` say what to ask the endpoint for; what it refuses is not asked for again.
    Safe to share between threads as far as the LLM is; where it writes only so many answers `at_once`, whoever asks for
    one takes a place in `line` first.
    """

    def __init__(
        self,
        llm: LLM,
        *,
        model: str,
        evidence_tokens: int,
        timeout_seconds: float,
        at_once: int | None = None,
        grammar: bool = True,
        probabilities: bool = True,
    ) -> None:
        self.model = model
        self.evidence_tokens = evidence_tokens
        self.line = Line(at_once, patience_seconds=timeout_seconds)
        self._llm = llm
        self._timeout_seconds = timeout_seconds
        self._weighs = True
        self._wanted = {"grammar": grammar, "probabilities": probabilities}

    def begin(self, asked: Asked) -> Writing:
        """An answer that nothing has been written of."""
        parameters = {
            "model": self.model,
            "temperature": getattr(self._llm, "temperature", None),
            "evidence_tokens": self.evidence_tokens,
            "timeout_seconds": self._timeout_seconds,
            **self._wanted,
        }
        return Writing(asked, parameters=parameters)

    def stated(self, writing: Writing, part: str) -> float | None:
        """The model's own probability that the excerpts state the answer, noted in `writing`.

        None where the endpoint takes no grammar or gives no probabilities. Raises as `write_lines` does.
        """
        if not self._weighs or not all(self._wanted.values()):
            return None
        share = self.yes(writing, writing.asked.stated(part))
        self._weighs = share is not None
        if share is not None:
            writing.stated[part] = share
        return share

    def confirm(self, writing: Writing, passage: Evidence, part: str, question: str) -> None:
        """Notes in `writing` how likely a passage, by itself, states the answer to a part.

        `question` is that part as a question of its own. Raises as `write_lines` does.
        """
        share = self.yes(writing, writing.asked.confirmed(passage, question))
        if share is not None:
            writing.confirmed[part, passage] = share

    def yes(self, writing: Writing, messages: Messages) -> float | None:
        """The probability of "yes" in reply to a prompt that asks for yes or no, None where none is told.

        Raises as `write_lines` does.
        """
        with closing(self._responses(writing, messages, YES_OR_NO, max_tokens=1)) as responses:
            return next((share for one in list(responses) if (share := yes_share(one.raw)) is not None), None)

    def shorten(self, writing: Writing, part: str) -> str:
        """The answer in a few words, noted in `writing`; "" where it takes more. Raises as `write_lines` does."""
        messages = writing.asked.short(part)
        text, cut = "", False
        with closing(self._responses(writing, messages, FEW_WORDS, max_tokens=MAX_SHORT_TOKENS)) as responses:
            for response in responses:
                text += response.delta or ""
                cut = cut or is_cut(response.raw)
        writing.short[part] = "" if cut else text.strip()
        return writing.short[part]

    def write_sentence(self, writing: Writing, number: int, part: str) -> Generator[Draft]:
        """The answer in the words of the excerpt with this number, sentence by sentence as they are completed.

        A reply that turns out to copy the excerpt is stopped, and the excerpt is the draft. Closing the iterator stops
        the model. Raises as `write_lines` does.
        """
        yield from self._drafts(
            writing,
            writing.asked.sentence(number, part),
            ONE_SENTENCE,
            f"[{number}] ",
            max_tokens=MAX_SENTENCE_TOKENS,
            original=Draft(" ".join(writing.asked.excerpts[number - 1].text.split()), (number,)),
        )

    def write_lines(self, writing: Writing) -> Generator[Draft]:
        """The answer in one reply, of an endpoint that cannot be asked step by step.

        Closing the iterator stops the model. Raises WriterTimeoutError when it takes longer than allowed,
        WriterUnavailableError when the endpoint cannot be reached or refuses, WriterError for anything else.
        """
        grammar = lines_grammar(len(writing.asked.excerpts))
        yield from self._drafts(writing, writing.asked.lines(), grammar, "", max_tokens=MAX_TOKENS)

    def _drafts(
        self,
        writing: Writing,
        messages: Messages,
        grammar: str,
        begun: str,
        *,
        max_tokens: int,
        original: Draft | None = None,
    ) -> Generator[Draft]:
        """The drafts of one reply, which is read as if it began with `begun`; of a copy, the `original` alone."""
        reader = DraftReader()
        before = f"{writing.raw}\n" if writing.raw else ""
        writing.raw = before + begun
        yield from reader.feed(begun)
        with closing(self._responses(writing, messages, grammar, max_tokens=max_tokens)) as responses:
            for response in responses:
                writing.raw += response.delta or ""
                if original is not None and copies(writing.raw[len(before + begun) :], original.text):
                    yield original
                    return
                yield from reader.feed(response.delta or "")
        if writing.raw == before + begun:
            raise WriterError(f"the model {self.model!r} wrote nothing")
        yield from reader.finish()

    def _responses(
        self, writing: Writing, messages: Messages, grammar: str, *, max_tokens: int
    ) -> Generator[ChatResponse]:
        """The reply as it arrives, its tokens counted; whatever goes wrong becomes a WriterError."""
        deadline = time.monotonic() + self._timeout_seconds
        request = Request(messages, grammar, max_tokens)
        writing.requests.append(request)
        try:
            with closing(self._stream(messages, grammar, max_tokens)) as stream, closing(Count(writing)) as count:
                for response in stream:
                    request.reply += response.delta or ""
                    count.see(response)
                    yield response
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

    def _stream(self, prompt: Messages, grammar: str, max_tokens: int) -> ChatResponseGen:
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
            return prepend(first, stream)

    def _options(self, grammar: str) -> dict[str, Any]:
        options: dict[str, Any] = {}
        if self._wanted["grammar"]:
            options["extra_body"] = {"grammar": grammar, "cache_prompt": True, "timings_per_token": True}
        if self._wanted["probabilities"]:
            options |= {"logprobs": True, "top_logprobs": TOP_LOGPROBS, "stream_options": {"include_usage": True}}
        return options

    def _too_slow(self) -> str:
        return (
            f"the model {self.model!r} took longer than {self._timeout_seconds:g} s: "
            "raise ONRECORD_LLM_TIMEOUT_SECONDS, or choose a faster model"
        )


def _reason(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
