"""Many people asking a real `onrecord serve` at once while articles are added; what they had to wait for.

`PYTHONPATH=. python tests/load_harness.py --library DIR --questions FILE --users 50 --seconds 180 --think 15` prints a
line of JSON. Each user asks, reads the answer as events, thinks for an exponentially distributed time, and asks again.
DIR is used as it is: articles are added to it, and conversations. Leaves out: the page, and networks.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parent.parent
OPENING_SECONDS = 180.0
SAMPLING_SECONDS = 2.0


@dataclass
class Seen:
    """What the users have seen. `silences` are the longest times, by question, in which nothing was told."""

    answers: list[float] = field(default_factory=list)
    evidence: list[float] = field(default_factory=list)
    silences: list[float] = field(default_factory=list)
    queued: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    by_user: Counter[int] = field(default_factory=Counter)
    added: list[float] = field(default_factory=list)
    resident: list[float] = field(default_factory=list)


@contextmanager
def served(library: Path, **environment: str) -> Iterator[str]:
    """The address of an `onrecord serve` of its own, ready to be asked."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", "serve"]
    address, end = f"http://127.0.0.1:{port}", time.monotonic() + OPENING_SECONDS
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--library", str(library)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1", **environment},
            stderr=said,
        )
        try:
            while not _is_ready(address):
                assert process.poll() is None, "the server ended"
                assert time.monotonic() < end, "the server was not ready in time"
                time.sleep(0.2)
            yield address
        finally:
            ended = process.poll()
            process.terminate()
            process.wait(30)
            if ended is not None:
                said.seek(0)
                told = said.read().decode("utf-8", "replace")[-4000:]
                sys.stderr.write(f"the server ended with {ended}: {told}\n")


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz", timeout=60).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


async def load(
    address: str, questions: Sequence[str], *, users: int, seconds: float, think: float, add_every: float, seed: int
) -> Seen:
    """What so many users see in so many seconds."""
    seen, end = Seen(), time.monotonic() + seconds
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=users)
    async with httpx.AsyncClient(base_url=address, timeout=300, limits=limits) as client:
        people = [
            _user(client, seen, number, questions, random.Random(seed + number), think, end) for number in range(users)
        ]
        await asyncio.gather(*people, _adding(client, seen, add_every, end), _sampling(client, seen, end))
    return seen


async def _user(
    client: httpx.AsyncClient,
    seen: Seen,
    number: int,
    questions: Sequence[str],
    chance: random.Random,
    think: float,
    end: float,
) -> None:
    await asyncio.sleep(chance.uniform(0, think))
    while time.monotonic() < end:
        began = time.monotonic()
        outcome = await _ask(client, seen, chance.choice(questions), began)
        seen.outcomes[outcome] += 1
        if outcome == "answer":
            seen.answers.append(time.monotonic() - began)
            seen.by_user[number] += 1
        await asyncio.sleep(chance.expovariate(1 / think) if think else 0)


async def _ask(client: httpx.AsyncClient, seen: Seen, question: str, began: float) -> str:
    outcome, heard, silence = "cut off", began, 0.0
    try:
        async with client.stream("POST", "/api/v1/ask", json={"question": question, "stream": True}) as response:
            if response.status_code != httpx.codes.OK:
                return str(response.status_code)
            async for line in response.aiter_lines():
                if outcome == "error" and line.startswith("data: "):
                    outcome = f"error: {json.loads(line.removeprefix('data: '))['detail'][:200]}"
                if not line.startswith("event: "):
                    continue
                kind, now = line.removeprefix("event: "), time.monotonic()
                silence, heard = max(silence, now - heard), now
                seen.queued += kind == "queued"
                if kind == "evidence":
                    seen.evidence.append(now - began)
                elif kind in ("answer", "error"):
                    outcome = kind
        seen.silences.append(silence)
    except httpx.HTTPError as error:
        return type(error).__name__
    return outcome


async def _adding(client: httpx.AsyncClient, seen: Seen, every: float, end: float) -> None:
    number, run = 0, f"{time.time():.0f}"  # a library that is used again is to take them, too
    while every and time.monotonic() + every < end:
        await asyncio.sleep(every)
        number += 1
        text = f"The harbour bridge of Town {number} ({run}) opened on Monday. It cost {number} million crowns. " * 10
        began = time.monotonic()
        try:
            files = {"files": (f"load-{run}-{number}.txt", text.encode())}
            seen.outcomes[f"added {(await client.post('/api/v1/articles', files=files)).status_code}"] += 1
        except httpx.HTTPError as error:
            seen.outcomes[f"added {type(error).__name__}"] += 1
        seen.added.append(time.monotonic() - began)


async def _sampling(client: httpx.AsyncClient, seen: Seen, end: float) -> None:
    while time.monotonic() < end:
        try:
            told = (await client.get("/metrics")).text
        except httpx.HTTPError as error:
            seen.outcomes[f"metrics {type(error).__name__}"] += 1
            continue
        found = re.search(r"^process_resident_memory_bytes (\S+)$", told, re.MULTILINE)
        if found:
            seen.resident.append(float(found[1]) / 1e6)
        await asyncio.sleep(SAMPLING_SECONDS)


def summary(seen: Seen, seconds: float) -> dict[str, Any]:
    """The figures, in seconds and megabytes. `errors` counts all that is no answer and no article added."""
    fine = ("answer", "added 200")
    return {
        "answers": len(seen.answers),
        "a_second": round(len(seen.answers) / seconds, 2),
        "errors": sum(count for outcome, count in seen.outcomes.items() if outcome not in fine),
        "outcomes": dict(sorted(seen.outcomes.items())),
        "answer_seconds": _spread(seen.answers),
        "evidence_seconds": _spread(seen.evidence),
        "longest_silence_seconds": _spread(seen.silences),
        "told_to_wait": seen.queued,
        "answers_a_user": [min(seen.by_user.values(), default=0), max(seen.by_user.values(), default=0)],
        "adding_seconds": _spread(seen.added),
        "resident_mb": [round(value) for value in _tenths(seen.resident)],
    }


def _spread(values: Sequence[float]) -> dict[str, float]:
    """The 50th, 95th and 99th percentile, and the largest."""
    if not values:
        return {}
    ordered = sorted(values)
    at = {f"p{share}": ordered[min(len(ordered) - 1, len(ordered) * share // 100)] for share in (50, 95, 99)}
    return {name: round(value, 3) for name, value in {**at, "max": ordered[-1]}.items()}


def _tenths(values: Sequence[float]) -> list[float]:
    """The means of the ten tenths of the time."""
    size = max(1, len(values) // 10)
    parts = [values[first : first + size] for first in range(0, len(values) // size * size, size)]
    return [sum(part) / len(part) for part in parts]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--questions", type=Path, help="JSON lines with a 'question' each")
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=180.0)
    parser.add_argument("--think", type=float, default=15.0, help="seconds between an answer and the next question")
    parser.add_argument("--add-every", type=float, default=5.0, help="seconds between articles; 0: none")
    parser.add_argument("--writer", choices=("quotes", "auto"), default="quotes")
    args = parser.parse_args()
    with args.questions.open(encoding="utf-8") as file:
        questions = [json.loads(line)["question"] for line in file]
    with served(args.library, ONRECORD_WRITER=args.writer) as address:
        options = {"users": args.users, "seconds": args.seconds, "think": args.think, "add_every": args.add_every}
        seen = asyncio.run(load(address, questions, seed=7, **options))
    print(json.dumps({**options, "writer": args.writer, **summary(seen, args.seconds)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
