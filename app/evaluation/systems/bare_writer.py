"""The writer's model without anything of ours around it, for those we are compared with. Leaves out: asking it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from typing import Any

import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, ChatResponseGen
from llama_index.core.llms import LLM

from app.config import Settings
from app.embedded import CONTEXT_TOKENS
from app.endpoint import Endpoint
from app.errors import WriterUnavailableError
from app.schema import Tokens
from app.supply import WriterSupply

MAX_TOKENS = 256
"""How long a reply may be: an answer of three sentences is half of it."""
TIMEOUT_SECONDS = 600.0
_PLAIN: dict[str, Any] = {
    "is_chat_model": True,
    "temperature": 0.0,
    "max_retries": 0,
    "max_tokens": MAX_TOKENS,
    "timeout": TIMEOUT_SECONDS,
}


class CountedEndpoint(Endpoint):
    """An endpoint that knows what its replies to this thread have cost, as far as it is told."""

    _spent: _Spent

    def chat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponse:
        """The reply in one piece."""
        response: ChatResponse = super().chat(messages, **options)
        self._spent.note(response.raw)
        return response

    def stream_chat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponseGen:
        """The reply, piece by piece; an endpoint that refuses to tell what it costs is asked without."""

        def counted() -> ChatResponseGen:
            stream = super(CountedEndpoint, self).stream_chat(messages, **_TOLD, **options)
            try:
                first = next(stream, None)
            except (openai.BadRequestError, openai.UnprocessableEntityError):
                stream = super(CountedEndpoint, self).stream_chat(messages, **options)
                first = next(stream, None)
            with closing(stream):
                for response in chain([first] if first is not None else [], stream):
                    self._spent.note(response.raw)
                    yield response

        return counted()

    def take_spent(self) -> Tokens:
        """What was read and written since this thread last asked."""
        spent = self._spent.tokens
        self._spent.tokens = Tokens()
        return spent


class _Spent(threading.local):
    tokens = Tokens()

    def note(self, raw: Any) -> None:
        """Adds the usage of a response, where it tells one."""
        if usage := getattr(raw, "usage", None):
            read, written = usage.prompt_tokens or 0, usage.completion_tokens or 0
            self.tokens = Tokens(read=self.tokens.read + read, written=self.tokens.written + written)


_TOLD: dict[str, Any] = {"stream_options": {"include_usage": True}}


def spent(llm: LLM) -> Tokens:
    """What was spent since it was last asked for; nothing where the model does not tell."""
    return llm.take_spent() if isinstance(llm, CountedEndpoint) else Tokens()


@contextmanager
def open_bare_writer(settings: Settings) -> Iterator[LLM]:
    """The model at the endpoint that the settings name, or the embedded one where they name none.

    Raises WriterUnavailableError when its weights are not on this machine.
    """
    if settings.llm_base_url and settings.llm_model:
        yield endpoint(settings.llm_base_url, settings.llm_model, settings.llm_api_key)
        return
    supply = WriterSupply(cache_dir=settings.cache_dir, named=settings.writer_file, offline=settings.offline)
    supply.begin(fetch=False)
    try:
        status = supply.wait()
        if status.state != "ready":
            raise WriterUnavailableError(f"there is no model to compare with: {status.detail}")
        server = supply.writer()
        yield endpoint(server.base_url, server.model, server.api_key, context_window=CONTEXT_TOKENS)
    finally:
        supply.stop()


def endpoint(base_url: str, model: str, key: str | None, **options: Any) -> CountedEndpoint:
    """Any OpenAI-compatible endpoint, asked without any option of ours but a temperature of nought."""
    made = CountedEndpoint.connect(model=model, api_base=base_url, api_key=key or "none", **_PLAIN, **options)
    assert isinstance(made, CountedEndpoint)
    made._spent = _Spent()
    return made
