"""The messages of a chat -> a question and its history. Leaves out: answering. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.errors import QuestionError
from app.web.api.bodies import Body
from app.web.api.footnotes import without_footnotes

MODEL = "onrecord"
MAX_MESSAGES = 1000


class Part(BaseModel):
    """A piece of a message; only text is read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """Who said what."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    def text(self) -> str:
        """Its text; raises QuestionError for pictures and sounds."""
        if not isinstance(self.content, list):
            return self.content or ""
        for part in self.content:
            if part.type != "text":
                raise QuestionError(f"a message has a part of type {part.type[:40]!r}: only text can be read")
        return " ".join(part.text for part in self.content)


class StreamOptions(BaseModel):
    """What a stream brings beside the text."""

    include_usage: bool = False


class ChatRequest(Body):
    """What OpenAI's clients send; members that are not named here are taken and not heeded."""

    model_config = ConfigDict(extra="allow")

    model: str = Field(default=MODEL, max_length=200)
    messages: list[Message] = Field(min_length=1, max_length=MAX_MESSAGES)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = Field(default=None, description="one answer is given")
    tools: list[Any] | None = Field(default=None, max_length=0, description="none can be called")


def question_and_history(messages: Sequence[Message]) -> tuple[str, list[tuple[str, str]]]:
    """The last message, and (question, answer) of those before it, oldest first.

    Messages of the system are not heeded: how to answer is not for a client to say. Several in a row of one side
    are one. An answer of ours loses its footnotes and markers. Raises QuestionError when the last is not the user's.
    """
    said: list[tuple[str, str]] = []
    for message in messages:
        side = {"user": "user", "assistant": "assistant"}.get(message.role)
        if side is None:
            continue
        text = message.text() if side == "user" else without_footnotes(message.text())
        if said and said[-1][0] == side:
            said[-1] = (side, f"{said[-1][1]} {text}")
        else:
            said.append((side, text))
    if not said or said[-1][0] != "user":
        raise QuestionError("the last message is not the user's: it is taken as the question")
    question = said.pop()[1]
    history = [
        (asked[1], answered[1])
        for asked, answered in itertools.pairwise(said)
        if asked[0] == "user" and answered[0] == "assistant"
    ]
    return question, history
