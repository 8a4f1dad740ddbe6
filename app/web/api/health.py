"""/healthz, /readyz and /metrics: for whoever runs the server. Leaves out: what is counted (measuring)."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, PlainTextResponse, Response

from app.entries import WriterStatus
from app.web.api.asking import Asking
from app.web.api.desks import OpenDesk
from app.web.api.measuring import CONTENT_TYPE, resident_bytes
from app.web.opening import OpeningDesk
from index.errors import OnRecordError

router = APIRouter(tags=["operation"])


@router.get("/healthz", response_class=PlainTextResponse)
async def health() -> PlainTextResponse:
    """The process is alive."""
    return PlainTextResponse("ok\n")


@router.get("/readyz", responses={503: {"description": "the library is not open"}})
async def readiness(desk: OpenDesk) -> JSONResponse:
    """The library is open and can be asked; `writer` tells whether a model writes, or quotes stand in for it."""
    return JSONResponse({"status": "ready", "writer": _writer(desk.writer_status())})


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(request: Request) -> Response:
    """Counters and gauges in the text format of Prometheus."""
    asking: Asking = request.app.state.asking
    gauges: dict[str, tuple[str, float]] = {
        "onrecord_questions_running": ("questions being answered", asking.queue.running),
        "onrecord_questions_waiting": ("questions in line", asking.queue.waiting),
    }
    gauges |= await run_in_threadpool(_held, request.app.state.desk)
    resident = resident_bytes()
    if resident is not None:
        gauges["process_resident_memory_bytes"] = ("memory held", resident)
    return Response(asking.measures.text(gauges), media_type=CONTENT_TYPE)


def _held(opening: OpeningDesk) -> dict[str, tuple[str, float]]:
    """What the library holds, once it is open."""
    ready = "whether the library is open"
    try:
        desk = opening.ready()
        if desk is not None:
            total = desk.article_page(limit=1).total
            return {"onrecord_ready": (ready, 1), "onrecord_articles": ("live articles", total)}
    except OnRecordError:
        pass  # not open, which is what the gauge says
    return {"onrecord_ready": (ready, 0)}


def _writer(status: WriterStatus) -> dict[str, str | None]:
    return {"state": status.state, "model": status.model, "detail": status.detail}
