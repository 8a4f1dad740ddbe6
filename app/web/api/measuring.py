"""What is counted, and its text for Prometheus. Leaves out: counting it.

The text format is a few lines, so no client library is brought in for it:
https://prometheus.io/docs/instrumenting/exposition_formats/ (version 0.0.4).
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.schema import Answer

BOUNDS_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the buckets: quotes come within the first half, what a small model writes in the second."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PAGE_BYTES = 4096


class Histogram:
    """How often something took how long, in seconds."""

    def __init__(self) -> None:
        self._counts = [0] * (len(BOUNDS_SECONDS) + 1)
        self._sum = 0.0

    def add(self, seconds: float) -> None:
        """One more."""
        self._counts[bisect_left(BOUNDS_SECONDS, seconds)] += 1
        self._sum += seconds

    def lines(self, name: str) -> Iterator[str]:
        """Cumulative buckets, sum and count."""
        total = 0
        for bound, count in zip((*BOUNDS_SECONDS, "+Inf"), self._counts, strict=True):
            total += count
            yield f'{name}_bucket{{le="{bound}"}} {total}'
        yield f"{name}_sum {self._sum:.6f}"
        yield f"{name}_count {total}"


class Measures:
    """The counters of one server, from its start on. For one event loop."""

    def __init__(self) -> None:
        self._started_at = time.time()
        self._requests: Counter[tuple[str, str, int]] = Counter()
        self._answers: Counter[str] = Counter()
        self._refused = 0
        self._abandoned = 0
        self._answer_seconds = Histogram()
        self._evidence_seconds = Histogram()

    def request(self, method: str, route: str, status: int) -> None:
        """One more request; `route` is its pattern, not its address."""
        self._requests[method, route, status] += 1

    def answer(self, answer: Answer) -> None:
        """One more answer."""
        outcome = answer.reason or ("quoted" if answer.writer == "quotes" else "written")
        self._answers[outcome] += 1
        self._answer_seconds.add(answer.timings.total_seconds)
        self._evidence_seconds.add(answer.timings.first_evidence_seconds)

    def refused(self) -> None:
        """One more question that found the line full."""
        self._refused += 1

    def abandoned(self) -> None:
        """One more question whose asker left before the answer."""
        self._abandoned += 1

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> str:
        """All of it; `gauges` are what the caller measures now: what each is, and its value, by its name."""
        lines: list[str] = []
        lines += _head("onrecord_http_requests_total", "counter", "requests to the API by method, route and status")
        lines += [
            f'onrecord_http_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
            for (method, route, status), count in sorted(self._requests.items())
        ]
        lines += _head("onrecord_answers_total", "counter", "answers by outcome")
        lines += [f'onrecord_answers_total{{outcome="{one}"}} {n}' for one, n in sorted(self._answers.items())]
        for name, number, told in (
            ("onrecord_questions_refused_total", self._refused, "questions that found the line full"),
            ("onrecord_questions_abandoned_total", self._abandoned, "questions left by their asker"),
        ):
            lines += [*_head(name, "counter", told), f"{name} {number}"]
        for name, histogram, told in (
            ("onrecord_answer_seconds", self._answer_seconds, "from asking to the whole answer"),
            ("onrecord_evidence_seconds", self._evidence_seconds, "from asking to the evidence"),
        ):
            lines += [*_head(name, "histogram", told), *histogram.lines(name)]
        started = ("when the server started, in Unix seconds", self._started_at)
        for name, (told, value) in {**gauges, "process_start_time_seconds": started}.items():
            lines += [*_head(name, "gauge", told), f"{name} {value:.15g}"]
        return "\n".join([*lines, ""])


def resident_bytes() -> int | None:
    """The memory this process holds; None where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _PAGE_BYTES
    except (OSError, ValueError, IndexError):
        return None


class Counted:
    """ASGI middleware: counts requests by the pattern of their route."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app = app
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "unknown")
                self._measures.request(scope["method"], route, message["status"])
            await send(message)

        await self._app(scope, receive, send_counted)


def _head(name: str, kind: str, told: str) -> list[str]:
    return [f"# HELP {name} {told}", f"# TYPE {name} {kind}"]
