"""An OpenAI-compatible endpoint as a llama-index LLM whose replies can be stopped. Leaves out: what is asked of it.

llama-index's `OpenAILike` leaves a reply that nobody reads any more to Python's garbage collector: openai's stream
refers to itself, so its connection stays open, and the model goes on writing, until the next full collection.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Sequence
from typing import Any

import httpx
import openai
from llama_index.core.base.llms.types import ChatMessage, ChatResponseGen
from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]


class Endpoint(OpenAILike):  # type: ignore[misc]
    """`OpenAILike`, but the generator of `stream_chat` closes its connection when it is closed. Open with `connect`."""

    @classmethod
    def connect(cls, **options: Any) -> Endpoint:
        """An endpoint; the options are those of `OpenAILike`. Nothing is sent before it is asked."""
        answered = _Answered()
        client = openai.DefaultHttpxClient(event_hooks={"response": [answered.note]})
        endpoint = cls(http_client=client, **options)
        endpoint._answered = answered
        weakref.finalize(endpoint, client.close)
        return endpoint

    _answered: _Answered

    def stream_chat(self, messages: Sequence[ChatMessage], **options: Any) -> ChatResponseGen:
        """The reply, piece by piece; the request is sent when the first piece is asked for."""
        stream = super().stream_chat(messages, **options)

        def stoppable() -> ChatResponseGen:
            self._answered.forget()
            try:
                first = next(stream, None)  # sends the request, in this thread
            finally:
                response = self._answered.latest
                self._answered.forget()
            try:
                if first is not None:
                    yield first
                    yield from stream
            finally:
                if response is not None:
                    response.close()

        return stoppable()


class _Answered(threading.local):
    """The latest response that began in this thread."""

    latest: httpx.Response | None = None

    def note(self, response: httpx.Response) -> None:
        """Called by the client for each response, in the thread that asked for it."""
        self.latest = response

    def forget(self) -> None:
        """As if there had been none."""
        self.latest = None
