"""Errors -> problem details (RFC 9457), with the project's own messages. Leaves out: raising them."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.errors import (
    ConversationNotFoundError,
    NotAllowedError,
    QuestionError,
    TokenNotFoundError,
    UserError,
    UserNotFoundError,
)
from app.web.opening import FAILED_INSIDE, DeskOpeningError
from index.errors import (
    ArticleNotFoundError,
    EmbeddingError,
    LibraryLockedError,
    LoadingError,
    OnRecordError,
    RetrievalError,
    StorageError,
    TooLargeError,
)

LOGGER = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
OPENAI_PREFIX = "/v1/"
TOO_LARGE = "urn:onrecord:too-large"
"""The type of a body, and of an article, past its limit."""
SECONDS_TO_RETRY = 2
"""What a client is told to wait where waiting may help."""


class BusyError(OnRecordError):
    """More questions wait than the server takes, or than one user may have; `seconds` until trying again may help."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.seconds = seconds


class SlowAnswerError(OnRecordError):
    """An answer took longer than the server waits."""


# The first that fits counts, so a class stands before those it derives from.
_STATUS: tuple[tuple[type[OnRecordError], HTTPStatus], ...] = (
    (QuestionError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ArticleNotFoundError, HTTPStatus.NOT_FOUND),
    (ConversationNotFoundError, HTTPStatus.NOT_FOUND),
    (NotAllowedError, HTTPStatus.FORBIDDEN),
    (UserError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (UserNotFoundError, HTTPStatus.NOT_FOUND),
    (TokenNotFoundError, HTTPStatus.NOT_FOUND),
    (TooLargeError, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (LoadingError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (SlowAnswerError, HTTPStatus.GATEWAY_TIMEOUT),
    (DeskOpeningError, HTTPStatus.SERVICE_UNAVAILABLE),
    (LibraryLockedError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StorageError, HTTPStatus.SERVICE_UNAVAILABLE),
    (EmbeddingError, HTTPStatus.SERVICE_UNAVAILABLE),
    (RetrievalError, HTTPStatus.SERVICE_UNAVAILABLE),
)


def problem(status: int, detail: str, *, kind: str = "about:blank", **members: Any) -> dict[str, Any]:
    """The members of a problem document; `kind` is its type, a name that a program can tell it by."""
    return {"type": kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail, **members}


def problem_of(error: Exception) -> dict[str, Any]:
    """The problem document of any error; one that nobody foresaw is logged and not told.

    >>> problem_of(QuestionError("the question is empty"))["type"]
    'urn:onrecord:question'
    """
    if isinstance(error, BusyError):
        seconds = math.ceil(error.seconds)
        return problem(HTTPStatus.TOO_MANY_REQUESTS, str(error), kind=_kind(error), retry_after_seconds=seconds)
    if isinstance(error, OnRecordError):
        status = next((status for one, status in _STATUS if isinstance(error, one)), HTTPStatus.INTERNAL_SERVER_ERROR)
        if isinstance(error, StorageError | EmbeddingError | RetrievalError):
            LOGGER.warning("a request failed: %s", error)  # for who runs the server, too
        return problem(status, str(error), kind=_kind(error))
    LOGGER.error("a request failed", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, FAILED_INSIDE)


def openai_error(document: Mapping[str, Any]) -> dict[str, Any]:
    """A problem document as OpenAI's clients read an error."""
    return {"error": {"message": document["detail"], "type": document["type"], "code": str(document["status"])}}


def problem_response(document: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """The document as a response with its status; where waiting may help, it says how long."""
    sent = dict(headers or {})
    if document["status"] in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        sent["retry-after"] = str(document.get("retry_after_seconds", SECONDS_TO_RETRY))
    content = json.dumps(dict(document))  # in ASCII: what a request said may hold what UTF-8 cannot
    return Response(content, status_code=document["status"], headers=sent, media_type=MEDIA_TYPE)


def add_handlers(app: FastAPI) -> None:
    """Every error of the app becomes a problem document."""
    app.add_exception_handler(OnRecordError, _failed)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(Exception, _failed)


async def _failed(request: Request, error: Exception) -> Response:
    return _sent(request, problem_of(error))


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [{"where": ".".join(map(str, one["loc"])), "problem": one["msg"]} for one in error.errors()]
    detail = "; ".join(f"{one['where']}: {one['problem']}" for one in errors)
    document = problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, kind="urn:onrecord:request", errors=errors)
    return _sent(request, document)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail, kind = str(error.detail), "about:blank"
    if error.status_code == HTTPStatus.NOT_FOUND and detail == HTTPStatus.NOT_FOUND.phrase:
        detail = f"there is nothing at {request.url.path[:200]}: /api/v1/openapi.json lists what there is"
    elif error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        detail = f"{request.method} cannot be used on {request.url.path[:200]}: see /api/v1/openapi.json"
    elif error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        kind = TOO_LARGE
    return _sent(request, problem(error.status_code, detail, kind=kind), error.headers)


def _sent(request: Request, document: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """The response; OpenAI's clients find the message in a member of their own."""
    if request.url.path.startswith(OPENAI_PREFIX):
        document |= openai_error(document)
    return problem_response(document, headers)


def _kind(error: OnRecordError) -> str:
    """`urn:onrecord:article-not-found` for ArticleNotFoundError."""
    name = type(error).__name__.removesuffix("Error")
    words = "".join(f"-{char.lower()}" if char.isupper() else char for char in name)
    return f"urn:onrecord:{words.removeprefix('-')}"
