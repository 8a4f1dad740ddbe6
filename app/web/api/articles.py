"""/api/v1/articles: list, read, add, remove. Leaves out: reading files and addresses (index.loading)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, File, Query, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.entries import ArticlePage
from app.web.api import PREFIX
from app.web.api.bodies import Address, ArticleVersion, Outcome, Outcomes
from app.web.api.desks import OpenDesk
from app.web.api.problems import problem, problem_response
from index.articles import Added
from index.shelf import Order

router = APIRouter(prefix=PREFIX, tags=["articles"])
MAX_FILES = 1000
"""Of one request; the body's limit holds for them all."""


@router.get("/articles")
def articles(
    desk: OpenDesk,
    words: Annotated[str, Query(max_length=1000, description="title or source holds every word")] = "",
    order: Order = "added",
    descending: bool = False,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> ArticlePage:
    """Some of the articles, in an order."""
    return desk.article_page(words, order=order, descending=descending, offset=offset, limit=limit)


@router.get("/sources")
def sources(desk: OpenDesk) -> list[str]:
    """The sources that articles name, in the order of the alphabet."""
    return desk.sources()


@router.get("/articles/{article_id}")
def article(
    article_id: str, desk: OpenDesk, version: Annotated[int | None, Query(ge=1, le=2**31)] = None
) -> ArticleVersion:
    """An article with its text: the current version, or another."""
    return ArticleVersion.of(desk.article(article_id, version))


@router.get("/articles/{article_id}/text", response_class=PlainTextResponse)
def text(
    article_id: str, desk: OpenDesk, version: Annotated[int | None, Query(ge=1, le=2**31)] = None
) -> PlainTextResponse:
    """Exactly the text that citations index."""
    found = desk.article(article_id, version).text
    return PlainTextResponse(found.encode("utf-8", "surrogatepass"), media_type="text/plain; charset=utf-8")


@router.get("/articles/{article_id}/versions")
def versions(article_id: str, desk: OpenDesk) -> list[ArticleVersion]:
    """Every version of an article, oldest first."""
    return [ArticleVersion.of(one) for one in desk.versions(article_id)]


@router.post("/articles", response_model=Outcomes)
async def upload(
    files: Annotated[list[UploadFile], File(max_length=MAX_FILES, description="known again by their names")],
    desk: OpenDesk,
) -> Response:
    """Adds files, or brings them up to date; 422 when none of them could be read."""
    added: list[Added] = []
    for one in files:
        data = await one.read()
        added += await run_in_threadpool(desk.add_bytes, one.filename or "file", data)
    return _told(added)


@router.post("/articles/address", response_model=Outcomes)
def add_address(body: Address, desk: OpenDesk) -> Response:
    """Adds a web page, or the pages that a feed names; 422 when none of them could be read."""
    return _told(desk.add_address(body.url))


@router.post("/articles/{article_id}/restore")
def restore(article_id: str, desk: OpenDesk) -> Outcome:
    """Takes a removed article up again."""
    return Outcome.of(desk.restore(article_id))


@router.delete("/articles/{article_id}", status_code=HTTPStatus.NO_CONTENT)
def remove(article_id: str, desk: OpenDesk, purge: bool = False) -> None:
    """Takes an article out of answers; `purge` erases every version of it, and every answer that showed it."""
    desk.remove(article_id, purge=purge)


def _told(added: list[Added]) -> Response:
    outcomes = Outcomes.of(added).model_dump()
    if added and all(one.status == "failed" for one in added):
        detail = "; ".join(f"{one.origin}: {one.error}" for one in added)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return problem_response(problem(status, detail, kind="urn:onrecord:loading", **outcomes))
    return JSONResponse(outcomes)
