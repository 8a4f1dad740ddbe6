"""A model, or any OpenAI-compatible chatbot, asked without the articles: what a reader would get from it alone.

It is sent the question as typed, after the earlier turns, and nothing else. Leaves out: any prompt of ours.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from llama_index.core.base.llms.types import ChatMessage
from llama_index.core.llms import LLM

from app.entries import ArticleSummary
from app.errors import WriterError
from app.evaluation.runs.running import AskedDesk
from app.evaluation.systems.bare_writer import spent
from app.evaluation.systems.engine_reply import answer_of
from app.schema import Answer
from index.articles import Retrieved, Version


class ModelAlone:
    """Asked like a Desk, whose search it lends so that questions are told in the same way; it reads nothing of it."""

    def __init__(self, desk: AskedDesk, llm: LLM) -> None:
        self._desk = desk
        self._llm = llm

    def ask(
        self,
        question: str,
        *,
        as_of: date | str | None = None,  # noqa: ARG002 - as a Desk is asked
        quotes_only: bool = False,  # noqa: ARG002
        history: Sequence[tuple[str, str]] = (),
    ) -> Answer:
        """The model's reply. Raises WriterError when it gives none: that is a failure, no abstention."""
        turns = [message for asked, told in history for message in (("user", asked), ("assistant", told))]
        messages = [ChatMessage(role=role, content=text) for role, text in (*turns, ("user", question))]
        spent(self._llm)  # what an earlier question cost that failed
        started, first_word, pieces = time.perf_counter(), None, []
        try:
            for piece in self._llm.stream_chat(messages):
                first_word = first_word or time.perf_counter() - started
                pieces.append(piece.delta or "")
        except Exception as error:  # the border to openai and httpx, which raise their own kinds
            raise WriterError(f"the model to compare with failed: {error}") from error
        return answer_of(
            "".join(pieces),
            (),
            question=question,
            turn_id=uuid4().hex[:16],
            writer=self._llm.metadata.model_name,
            retrieval_seconds=0.0,
            first_word_seconds=first_word,
            total_seconds=time.perf_counter() - started,
            tokens=spent(self._llm),
        )

    def search(self, question: str, *, k: int = 10, as_of: date | str | None = None) -> Retrieved:
        """The Desk's search."""
        return self._desk.search(question, k=k, as_of=as_of)

    def articles(self) -> list[ArticleSummary]:
        """The Desk's articles."""
        return self._desk.articles()

    def article(self, article_id: str, version: int | None = None) -> Version:
        """The Desk's article."""
        return self._desk.article(article_id, version)
