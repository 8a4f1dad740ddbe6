"""/api/v1/conversations and /api/v1/turns: what was asked and answered, and what readers said of it.

Leaves out: asking (asking).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from app.entries import ArticleChange, ConversationSummary, Feedback
from app.errors import ConversationNotFoundError
from app.exporting import Form
from app.schema import Answer
from app.verifying import Verification
from app.web.api import PREFIX
from app.web.api.bodies import Conversation, Judgement, Name
from app.web.api.desks import OpenDesk

router = APIRouter(prefix=PREFIX, tags=["conversations"])
_MEDIA = {"markdown": "text/markdown; charset=utf-8", "json": "application/json"}


@router.get("/conversations")
def conversations(
    desk: OpenDesk, words: Annotated[str, Query(max_length=1000, description="every word occurs in it")] = ""
) -> list[ConversationSummary]:
    """The conversations, the latest first."""
    return desk.conversations(words)


@router.get("/conversations/{conversation_id}")
def conversation(conversation_id: str, desk: OpenDesk) -> Conversation:
    """A conversation whole."""
    answers = desk.conversation(conversation_id)
    if not answers:
        raise ConversationNotFoundError(f"there is no conversation {conversation_id!r} in this library")
    names = {one.conversation_id: one.title for one in desk.conversations()}
    title = names.get(conversation_id, answers[0].question)
    return Conversation(conversation_id=conversation_id, title=title, answers=answers)


@router.patch("/conversations/{conversation_id}", status_code=HTTPStatus.NO_CONTENT)
def rename(conversation_id: str, body: Name, desk: OpenDesk) -> None:
    """Names a conversation."""
    desk.rename_conversation(conversation_id, body.title)


@router.delete("/conversations/{conversation_id}", status_code=HTTPStatus.NO_CONTENT)
def delete(conversation_id: str, desk: OpenDesk) -> None:
    """Deletes a conversation and its answers."""
    desk.delete_conversation(conversation_id)


@router.get("/turns/{turn_id}")
def turn(turn_id: str, desk: OpenDesk) -> Answer:
    """An answer as it was shown."""
    return desk.turn(turn_id)


@router.get("/turns/{turn_id}/changes")
def changes(turn_id: str, desk: OpenDesk) -> list[ArticleChange]:
    """The articles it cites that were changed or removed since."""
    return desk.changes(desk.turn(turn_id))


@router.get("/turns/{turn_id}/verification")
def verification(turn_id: str, desk: OpenDesk) -> Verification:
    """What of it still holds: quotes, spans, hashes and support are checked again, without a model."""
    return desk.verify(turn_id)


@router.get("/turns/{turn_id}/export", response_class=Response)
def export(turn_id: str, desk: OpenDesk, form: Form = "markdown") -> Response:
    """The answer as Markdown with footnotes, or as JSON that can be checked again."""
    return Response(desk.export(turn_id, form), media_type=_MEDIA[form])


@router.get("/turns/{turn_id}/feedback")
def feedback(turn_id: str, desk: OpenDesk) -> Feedback | None:
    """What a reader said of an answer; null where nothing was said."""
    desk.turn(turn_id)
    return desk.feedback(turn_id)


@router.put("/turns/{turn_id}/feedback")
def judge(turn_id: str, body: Judgement, desk: OpenDesk) -> Feedback | None:
    """Says of an answer what a reader thinks of it, in place of what was said before."""
    desk.give_feedback(turn_id, body.verdict, body.note)
    return desk.feedback(turn_id)


@router.delete("/turns/{turn_id}/feedback", status_code=HTTPStatus.NO_CONTENT)
def withdraw(turn_id: str, desk: OpenDesk) -> None:
    """Forgets what was said of an answer."""
    desk.turn(turn_id)
    desk.give_feedback(turn_id, None)
