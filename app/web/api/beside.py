"""/api/v1/beside: what the command line asks of the server that has the library open. Leaves out: the note (app.note).

It takes the secret of the note and nothing else: it reads files of this machine by their paths, as the commands do.
Every verb answers with events: `progress`, and then `result` or `error`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import asdict
from hmac import compare_digest
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, HTTPException, Request
from pydantic import TypeAdapter
from starlette.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, Response

from app.errors import ConfigError, QuestionError
from app.note import Note
from app.schema import EvidenceFound, Finished, Queued
from app.web.admitting import brought_by
from app.web.api import PREFIX
from app.web.api.asking import Asking
from app.web.api.desks import OpenDesk
from app.web.api.problems import problem_of
from app.web.api.streaming import AskerLeftError, EventStream, event
from index.articles import Added, Retrieved
from index.errors import OnRecordError

if TYPE_CHECKING:
    from app.desk import Desk

router = APIRouter(prefix=PREFIX, include_in_schema=False)
ADDED: TypeAdapter[list[Added]] = TypeAdapter(list[Added])
RETRIEVED: TypeAdapter[Retrieved] = TypeAdapter(Retrieved)


@router.get("/beside")
async def here(request: Request, challenge: str) -> Response:
    """Proof that this is the server of the note; the secret itself is not told."""
    note: Note | None = request.app.state.note
    if note is None:
        raise HTTPException(HTTPStatus.NOT_FOUND)
    return PlainTextResponse(note.proof(challenge[:200]))


@router.post("/beside/{verb}")
async def does(verb: str, request: Request, desk: OpenDesk) -> Response:
    """Does what a command asks for."""
    note: Note | None = request.app.state.note
    brought = brought_by(request.headers.get("authorization", "")).token
    if note is None or not compare_digest(brought.encode(), note.secret.encode()):
        raise HTTPException(HTTPStatus.NOT_FOUND)
    given: dict[str, Any] = await request.json()
    asking: Asking = request.app.state.asking
    match verb:
        case "add":
            return EventStream(_told(_add(desk, given["targets"])))
        case "remove":
            return EventStream(_told(_remove(desk, **given)))
        case "search":
            return EventStream(_told(_search(desk, **given)))
        case "again":
            return EventStream(_told(_again(desk, **given)))
        case "ask":
            return EventStream(_told(_ask(asking, desk, **given)))
    raise HTTPException(HTTPStatus.NOT_FOUND)


async def _add(desk: Desk, targets: list[str]) -> AsyncGenerator[str, None]:
    loop, told, left = asyncio.get_running_loop(), asyncio.Queue[Any](), threading.Event()

    def tell(*progress: Any) -> None:
        if left.is_set():  # whoever gave the command has ended it: what was added stays, and no more is
            raise AskerLeftError
        loop.call_soon_threadsafe(told.put_nowait, progress)

    working = asyncio.ensure_future(run_in_threadpool(lambda: desk.add(*targets, progress=tell)))
    working.add_done_callback(lambda _: told.put_nowait(None))
    try:
        while (progress := await told.get()) is not None:
            yield event("progress", progress)
        yield event("result", ADDED.dump_python(working.result(), mode="json"))
    finally:
        left.set()
        if not working.done():
            with suppress(AskerLeftError, OnRecordError):
                await asyncio.shield(working)


async def _remove(desk: Desk, article_id: str, purge: bool) -> AsyncGenerator[str, None]:
    await run_in_threadpool(lambda: desk.remove(article_id, purge=purge))
    yield event("result", None)


async def _search(desk: Desk, question: str, **options: Any) -> AsyncGenerator[str, None]:
    found = await run_in_threadpool(lambda: desk.search(question, **options))
    yield event("result", RETRIEVED.dump_python(found, mode="json"))


async def _again(desk: Desk, turn_id: str) -> AsyncGenerator[str, None]:
    await run_in_threadpool(desk.wait_for_writer)
    answer = await run_in_threadpool(desk.ask_again, turn_id)
    yield event("result", answer.to_json())


async def _ask(asking: Asking, desk: Desk, question: str, **options: Any) -> AsyncGenerator[str, None]:
    if not options.get("quotes_only"):
        await run_in_threadpool(desk.wait_for_writer)
    await asking.check(desk, question, options)
    async with aclosing(asking.events(desk, question, options)) as events:
        async for one in events:
            if isinstance(one, Finished):
                yield event("result", one.answer.to_json())
            elif isinstance(one, Queued):
                yield event("progress", {"ahead": one.ahead})
            else:
                yield event("progress", {"evidence" if isinstance(one, EvidenceFound) else "sentence": asdict(one)})


async def _told(events: AsyncGenerator[str, None]) -> AsyncGenerator[str, None]:
    """The events; a failure is one, with the exit code that a command ends with."""
    try:
        async with aclosing(events):
            async for one in events:
                yield one
    except Exception as error:  # noqa: BLE001 - a border: the status is sent already, so the failure is an event
        told = str(error) if isinstance(error, OnRecordError) else problem_of(error)["detail"]
        yield event("error", {"detail": told, "misused": isinstance(error, QuestionError | ConfigError)})
