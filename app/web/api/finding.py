"""GET /api/v1/search: passages, without an answer. Leaves out: finding them (index.retrieval)."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from app.asked import MAX_QUESTION_CHARACTERS
from app.web.api import PREFIX
from app.web.api.bodies import Found
from app.web.api.desks import OpenDesk

router = APIRouter(prefix=PREFIX, tags=["questions"])


@router.get("/search")
def search(
    desk: OpenDesk,
    question: Annotated[str, Query(max_length=MAX_QUESTION_CHARACTERS)],
    k: Annotated[int, Query(ge=1, le=100, description="how many passages")] = 10,
    as_of: date | None = None,
    since: date | None = None,
    until: date | None = None,
    source: Annotated[list[str] | None, Query(description="may be given several times")] = None,
    undated: bool = False,
) -> Found:
    """The best passages for a question, ranked; nothing is written or stored."""
    found = desk.search(
        question, k=k, as_of=as_of, since=since, until=until, sources=tuple(source or ()), undated=undated
    )
    return Found.of(question, found)
