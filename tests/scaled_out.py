"""Three `onrecord serve` over one PostgreSQL database and one Chroma server, and people asking all of them.

`PYTHONPATH=.:tests python tests/scaled_out.py --seconds 60` prints its figures as a line of JSON. Answers are made of
quotes. Leaves out: a proxy; each asker takes the processes in turn, as one does.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from chroma_server import ChromaProcess, chroma_running, free_port
from postgresql import PostgreSQL, running

ROOT = Path(__file__).resolve().parent.parent
OPENING_SECONDS = 180.0
TOWNS = (
    "Brunvik Tolmera Askanford Velbridge Korstad Minzell Darrowby Pelhaven Ostrava Quillan Rothmere Sundal Umberley"
    " Wexcombe Yarrowdale Zeldenrust Fennimore Galtby Hexwater Inverloch"
).split()
ASKERS = 3


def article(number: int) -> tuple[str, str]:
    """A title and a text; the year and the builder are told nowhere else."""
    town = TOWNS[number]
    text = (
        f"The harbour of {town} was opened in {1801 + 7 * number} by the engineer {town[::-1].capitalize()} Lund."
        f" Ferries leave {town} every morning, and the fish market of {town} is known along the coast."
        " The council wants to widen the quay for larger ships next year."
    )
    return f"The harbour of {town}", text


def question(number: int) -> str:
    return f"When was the harbour of {TOWNS[number]} opened?"


@dataclass
class Seen:
    """What askers saw: seconds of right answers, errors by what they said, and every wrong answer whole."""

    right: list[float] = field(default_factory=list)
    errors: list[tuple[float, int, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Process:
    """An `onrecord serve` with a folder and a port of its own."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._folder = folder
        self._log = folder.with_name(f"{folder.name}.log")
        self._settings = settings
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        code = "import sys; from app.cli import main; sys.exit(main())"
        settings = {"ONRECORD_LIBRARY": str(self._folder), "ONRECORD_WRITER": "quotes", "PYTHONPATH": str(ROOT)}
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code, "serve", "--port", str(self.port)],
                env={**os.environ, **settings, **self._settings},
                stderr=log,
            )

    def wait(self) -> None:
        assert self._process is not None
        end = time.monotonic() + OPENING_SECONDS
        while not self._is_ready():
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < end, "the server was not ready in time"
            time.sleep(0.1)

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait(30)
            self._process = None

    def add(self, title: str, text: str) -> None:
        files = {"files": (f"{title}.txt", f"{title}\n\n{text}".encode())}
        response = httpx.post(f"{self.url}/api/v1/articles", files=files, timeout=60)
        assert response.status_code == 200, response.text
        assert response.json()["outcomes"][0]["status"] == "added", response.text

    def ask(self, number: int, client: httpx.Client | None = None) -> httpx.Response:
        asked = {"question": question(number), "quotes_only": True}
        return (client or httpx).post(f"{self.url}/api/v1/ask", json=asked, timeout=60)

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=10).status_code == 200
        except httpx.HTTPError:
            return False


def said(response: httpx.Response) -> str:
    """What an error says; a process that is starting has no more than a line of text."""
    is_problem = response.headers["content-type"] == "application/problem+json"
    return str(response.json()["detail"]) if is_problem else response.text


def is_right(number: int, answer: dict[str, Any]) -> bool:
    return bool(answer["answered"]) and str(1801 + 7 * number) in answer["text"] and answer["citations"] != []


@dataclass
class Office:
    """All of it, running."""

    database: PostgreSQL
    chroma: ChromaProcess
    processes: list[Process]

    def seconds_until_known(self, number: int) -> list[float]:
        """Adds an article through the first process; how long until each other one answers from it."""
        self.processes[0].add(*article(number))
        begun, took = time.monotonic(), {}
        others = self.processes[1:]
        while len(took) < len(others):
            for process in others:
                if process not in took and is_right(number, process.ask(number).json()):
                    took[process] = time.monotonic() - begun
            assert time.monotonic() - begun < 30, "an article was not answered from"
        return list(took.values())

    @contextmanager
    def asked(self, known: int) -> Iterator[Seen]:
        """People ask about the first `known` articles, of all processes in turn, until the block ends."""
        seen, ended = Seen(), threading.Event()
        threads = [threading.Thread(target=self._ask, args=(known, one, seen, ended)) for one in range(ASKERS)]
        for thread in threads:
            thread.start()
        try:
            yield seen
        finally:
            ended.set()
            for thread in threads:
                thread.join(90)

    def _ask(self, known: int, first: int, seen: Seen, ended: threading.Event) -> None:
        number = first
        with httpx.Client() as client:
            while not ended.is_set():
                number += 1
                process, begun = self.processes[number % len(self.processes)], time.monotonic()
                try:
                    response = process.ask(number % known, client)
                except httpx.HTTPError as error:
                    seen.errors.append((begun, 0, type(error).__name__))
                    time.sleep(0.1)
                    continue
                if response.status_code != 200:
                    seen.errors.append((begun, response.status_code, said(response)))
                    time.sleep(0.1)
                elif is_right(number % known, response.json()):
                    seen.right.append(time.monotonic() - begun)
                else:
                    seen.wrong.append(response.text)


@contextmanager
def office(folder: Path, database: PostgreSQL, known: int) -> Iterator[Office]:
    """Everything running, with so many articles in the library."""
    url = database.new_database()
    with ExitStack() as stack:
        chroma = stack.enter_context(chroma_running(folder / "chroma"))
        settings = {"ONRECORD_DATABASE_URL": url, "ONRECORD_CHROMA_URL": chroma.url}
        processes = [Process(folder / f"process-{one}", **settings) for one in range(3)]
        for process in processes:
            stack.callback(process.kill)
            process.start()
        for process in processes:
            process.wait()
        for number in range(known):
            processes[number % 3].add(*article(number))
        yield Office(database, chroma, processes)


def until(told: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not told():
        assert time.monotonic() < end, "it did not come to be in time"
        time.sleep(0.05)


@dataclass
class Outage:
    """A part taken away and given back: when, and what was seen."""

    down: float
    up: float
    seen: Seen

    def figures(self) -> dict[str, Any]:
        late = [round(at - self.up, 2) for at, _, _ in self.seen.errors if at > self.up]
        return {
            "seconds_down": round(self.up - self.down, 1),
            "right": len(self.seen.right),
            "wrong": len(self.seen.wrong),
            "errors": len(self.seen.errors),
            "errors_before": sum(at < self.down - 1 for at, _, _ in self.seen.errors),
            "latest_error_after_it_was_back_s": max(late, default=0.0),
            "median_answer_ms": round(1000 * statistics.median(self.seen.right)) if self.seen.right else None,
            "what_they_said": dict(Counter(f"{status} {said}"[:200] for _, status, said in self.seen.errors)),
        }


def outage(office: Office, known: int, stop: Callable[[], None], start: Callable[[], None], seconds: float) -> Outage:
    """People ask while a part is killed, is away for a time, and comes back."""
    with office.asked(known) as seen:
        until(lambda: len(seen.right) >= 6, 60)
        down = time.monotonic()
        stop()
        time.sleep(seconds)
        start()
        up = time.monotonic()
        before = len(seen.right)
        until(lambda: len(seen.right) >= before + 12, 60)
    return Outage(down, up, seen)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each part is away (default: 10)")
    parser.add_argument("--articles", type=int, default=10, help="how many are added one after another (default: 10)")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="onrecord-scale-"))
    known = len(TOWNS) - args.articles
    with running() as database, office(folder, database, known) as one:
        took = [s for number in range(known, len(TOWNS)) for s in one.seconds_until_known(number)]
        last = one.processes[2]

        def started_again() -> None:
            last.start()
            last.wait()

        killed = outage(one, known, last.kill, started_again, args.seconds)
        without_chroma = outage(one, known, one.chroma.kill, one.chroma.start, args.seconds)
        without_database = outage(one, known, database.kill, database.start, args.seconds)
    figures = {
        "seconds_until_another_process_answers_from_it": [round(min(took), 2), round(max(took), 2)],
        "process_killed": killed.figures(),
        "chroma_killed": without_chroma.figures(),
        "postgresql_killed": without_database.figures(),
    }
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
