"""Documents beside the chat page, each at an address of its own: an article, an answer, a file to take along.

Leaves out: their HTML and Markdown (reader, permanent, exporting), and Gradio.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from app.errors import ConversationNotFoundError
from app.exporting import Form, answer_markdown, conversation_json, conversation_markdown
from app.schema import Answer
from app.web import permanent, reader
from app.web.opening import OpeningDesk
from index.errors import ArticleNotFoundError, OnRecordError

if TYPE_CHECKING:
    from app.desk import Desk

READER_POLICY = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'"
ANSWER_POLICY = READER_POLICY + "; script-src 'self'; connect-src 'self'"
ANSWER_SCRIPTS = tuple(f"onrecord/{name}.js" for name in ("page", "acting", "plotting", "citing"))
_MEDIA = {"markdown": ("text/markdown", "md"), "json": ("application/json", "json")}


class Documents:
    """The documents of a desk that may still be opening. Every method may be called from any thread."""

    def __init__(self, desk: OpeningDesk) -> None:
        self._desk = desk

    def article(self, article_id: str, version: int | None, at: str, also: str, since: int | None) -> Response:
        """An article in a tab of its own, a passage marked, or what changed since another version."""

        def made(desk: Desk) -> Response:
            found = desk.article(article_id, version)
            cited = next(iter(reader.parse_spans(at)), None)
            history = desk.versions(article_id)
            before = desk.article(article_id, since) if since is not None else None
            others = reader.parse_spans(also)
            return _page(found.title, reader.article_html(found, cited, others, history=history, since=before))

        return self._document(made)

    def answer(self, turn_id: str) -> Response:
        """An answer exactly as it was shown, whatever its articles say now."""

        def made(desk: Desk) -> Response:
            answer = desk.turn(turn_id)
            body = permanent.answer_body(answer, desk.changes(answer))
            return _page(answer.question, body, policy=ANSWER_POLICY, scripts=ANSWER_SCRIPTS)

        return self._document(made)

    def turn_file(self, form: Form, turn_id: str) -> Response:
        """One answer as a file."""

        def made(desk: Desk) -> Response:
            answer = desk.turn(turn_id)
            text = answer_markdown(answer) if form == "markdown" else _json(desk, [answer])
            return _file(text, form, f"answer-{turn_id}")

        return self._document(made)

    def conversation_file(self, form: Form, conversation_id: str) -> Response:
        """A conversation as a file."""

        def made(desk: Desk) -> Response:
            answers = desk.conversation(conversation_id)
            if not answers:
                raise ConversationNotFoundError(f"there is no conversation {conversation_id!r} in this library")
            name = _name(desk, answers[0])
            text = conversation_markdown(name, answers) if form == "markdown" else _json(desk, answers)
            return _file(text, form, f"conversation-{conversation_id}")

        return self._document(made)

    def _document(self, made: Callable[[Desk], Response]) -> Response:
        try:
            return made(self._desk.wait(timeout_seconds=30))
        except (ArticleNotFoundError, ConversationNotFoundError) as error:
            return _page("Not found", reader.missing_html(str(error)), status=404)
        except OnRecordError as error:
            return _page("Not readable", reader.missing_html(str(error)), status=503)


def _name(desk: Desk, first: Answer) -> str:
    names = {one.conversation_id: one.title for one in desk.conversations()}
    return names.get(first.conversation_id, first.question)


def _json(desk: Desk, answers: list[Answer]) -> str:
    return conversation_json(answers[0].conversation_id, _name(desk, answers[0]), answers)


def _page(
    title: str, body: str, *, status: int = 200, policy: str = READER_POLICY, scripts: Sequence[str] = ()
) -> Response:
    headers = {"content-security-policy": policy, "cache-control": "no-store"}
    return HTMLResponse(reader.reader_page(title, body, scripts=scripts), status_code=status, headers=headers)


def _file(text: str, form: Form, name: str) -> Response:
    media_type, extension = _MEDIA[form]
    safe = re.sub(r"[^A-Za-z0-9-]", "", name)
    headers = {
        "content-disposition": f'attachment; filename="onrecord-{safe}.{extension}"',
        "cache-control": "no-store",
    }
    return PlainTextResponse(text, media_type=media_type, headers=headers)
