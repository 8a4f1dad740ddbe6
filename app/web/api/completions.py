"""/v1/chat/completions and /v1/models: what programs that know OpenAI's API speak to.

The last message is the question, the ones before it its history; the answer's citations are footnotes in the text and
annotations beside it. Leaves out: parameters of a model (temperature and the like), which are taken and not heeded.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import JSONResponse, Response

from app.schema import Answer, Finished, Queued, SentenceReleased
from app.web.api.asking import LEFT, Asking
from app.web.api.desks import OpenDesk
from app.web.api.footnotes import cited_text, url_citations
from app.web.api.messages import MODEL, ChatRequest, question_and_history
from app.web.api.problems import openai_error, problem_of
from app.web.api.streaming import AskerLeftError, EventStream, event, while_asked

router = APIRouter(prefix="/v1", tags=["as OpenAI's"])
DONE = event(None, "[DONE]")


@router.get("/models")
async def models() -> JSONResponse:
    """The one model: the library itself."""
    return JSONResponse({"object": "list", "data": [_model()]})


@router.get("/models/{model}")
async def model(model: str) -> JSONResponse:
    """The model of that name."""
    if model != MODEL:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"there is one model here, {MODEL!r}")
    return JSONResponse(_model())


@router.post("/chat/completions")
async def chat_completions(body: ChatRequest, request: Request, desk: OpenDesk) -> Response:
    """The answer to the last message, as OpenAI's API gives it; with `stream`, each sentence once it is checked.

    `onrecord` beside the choices is the answer as /api/v1/ask gives it. Nothing is kept of a conversation with a
    history, for the client brings it along.
    """
    question, history = question_and_history(body.messages)
    options: dict[str, Any] = {"history": history} if history else {}
    asking: Asking = request.app.state.asking
    await asking.check(desk, question, options)
    if body.stream:
        usage = bool(body.stream_options and body.stream_options.include_usage)
        return EventStream(_chunks(asking.events(desk, question, options), body.model, usage=usage))
    try:
        answer = await while_asked(request, asking.answer(desk, question, options))
    except AskerLeftError:
        return Response(status_code=LEFT)
    return JSONResponse(_completion(answer, body.model))


def _completion(answer: Answer, model: str) -> dict[str, Any]:
    text = cited_text(answer)
    message = {"role": "assistant", "content": text, "refusal": None, "annotations": url_citations(answer, text)}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    named = _named(f"chatcmpl-{answer.turn_id}", "chat.completion", model)
    return named | {"choices": [choice], "usage": _usage(answer), "onrecord": answer.to_json()}


async def _chunks(events: AsyncGenerator[Any, None], model: str, *, usage: bool) -> AsyncGenerator[str, None]:
    """The answer's text as it is released; what the final answer adds or changes comes at the end.

    A stream cannot take back what it said. So where the final text does not begin with what was sent, it follows whole.
    """
    named = _named(f"chatcmpl-{time.time_ns():x}", "chat.completion.chunk", model)

    def chunk(delta: dict[str, Any], finish: str | None = None, **members: Any) -> str:
        return event(None, named | {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **members})

    sent = ""
    try:
        yield chunk({"role": "assistant", "content": ""})
        async with aclosing(events):
            async for one in events:
                if isinstance(one, Queued):
                    yield f": {one.ahead} questions come first\n\n"
                elif isinstance(one, SentenceReleased):
                    piece = (" " if sent else "") + one.sentence.with_markers()
                    sent += piece
                    yield chunk({"content": piece})
                elif isinstance(one, Finished):
                    text = cited_text(one.answer)
                    rest = text.removeprefix(sent) if text.startswith(sent) else f"\n\n{text}"
                    yield chunk({"content": rest})
                    whole = sent + rest
                    yield chunk(
                        {"annotations": url_citations(one.answer, whole)}, "stop", onrecord=one.answer.to_json()
                    )
                    if usage:
                        yield event(None, named | {"choices": [], "usage": _usage(one.answer)})
        yield DONE
    except Exception as error:  # noqa: BLE001 - a border: the status is sent already, so the failure is an event
        yield event(None, openai_error(problem_of(error)))


def _named(identifier: str, kind: str, model: str) -> dict[str, Any]:
    return {"id": identifier, "object": kind, "created": int(time.time()), "model": model}


def _usage(answer: Answer) -> dict[str, Any]:
    read, written = answer.tokens.read, answer.tokens.written
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": answer.tokens.cached},
    }


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "onrecord"}
