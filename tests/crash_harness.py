"""Kill -9 at random instants of adding, updating, removing, asking and rebuilding; the library is checked after each.

`PYTHONPATH=. python tests/crash_harness.py --kills 200` prints how many kills hit what; it ends with an error at the
first thing that is not as it should be. A killed process may leave what it was about undone or done, never half
done, and nothing undone that it had reported. The embedder hashes words: what is shown is the library, not a model.
Leaves out: power failures.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import chromadb  # noqa: F401 - so that no forked process has to wait for it
from store_parts import HashEmbedder, Store

import app.wiring
from app.config import Settings
from app.desk import Desk
from app.record import Record

ARTICLES = 12
OPERATIONS = (*["add"] * 6, *["remove"] * 2, *["ask"] * 4, "rebuild")
"""What a process does, at random; adding what is there already is an update."""
LONGEST_SECONDS = 2.0
"""A process is killed within so long of its first operation, one in `OPENING_SHARE` within so long of its start."""
OPENING_SHARE = 6
PATIENCE_SECONDS = 120.0
"""How long opening may take before it is killed at any rate: the machine may be busy."""


@dataclass
class Expected:
    """What processes have reported: by article its revision, None once removed; and the answers given."""

    revisions: dict[int, int | None] = field(default_factory=dict)
    turns: set[str] = field(default_factory=set)
    begun: tuple[str, int, int] | None = None  # operation, article, revision
    done: Counter[str] = field(default_factory=Counter)


def text_of(number: int, revision: int) -> str:
    """Article `number` as it is in a revision: several chunks long."""
    return " ".join(
        f"In revision{revision} sentence {at} of story{number} says everywhere that deal{number}x{at} holds."
        for at in range(40)
    )


def work(folder: Path, seed: int, report: int) -> None:
    """Opens the library as the program does, and does one thing after the other until it is killed."""
    app.wiring.open_embedder = lambda *_, **__: HashEmbedder()  # type: ignore[assignment]
    chance = random.Random(seed)
    with Desk.open(settings=Settings(library=folder / "library", writer="quotes")) as desk:
        while True:
            operation, number, revision = chance.choice(OPERATIONS), chance.randrange(ARTICLES), chance.randrange(10**9)
            told = [operation, number, revision]
            os.write(report, json.dumps(["begin", *told]).encode() + b"\n")
            found = _do(desk, folder, operation, number, revision)
            os.write(report, json.dumps(["done", *told, found]).encode() + b"\n")


def _do(desk: Desk, folder: Path, operation: str, number: int, revision: int) -> str | None:
    if operation == "add":
        file = folder / f"{number}.txt"
        file.write_text(text_of(number, revision), encoding="utf-8")
        (added,) = desk.add(file)
        assert added.status in ("added", "updated"), added
    elif operation == "remove":
        for article in desk.articles():
            if article.origin.endswith(f"/{number}.txt"):
                desk.remove(article.article_id)
    elif operation == "ask":
        return desk.ask(f"What does sentence 7 of story{number} say of deal{number}x7?").turn_id
    else:
        desk.rebuild()
    return None


def check(folder: Path, expected: Expected, result: int) -> None:
    """Asserts that the library is whole and as reported; writes what it holds to `result`."""
    with Store(folder / "library") as store:
        assert store.embedder.seen == [], "opening it again embeds nothing"
        with store.library.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        found = _revisions(store)
        for number in range(ARTICLES):
            allowed = {expected.revisions.get(number)}
            if expected.begun and expected.begun[1] == number:
                operation, _, revision = expected.begun
                allowed |= {revision} if operation == "add" else {None} if operation == "remove" else set()
            assert found.get(number) in allowed, f"article {number}: {found.get(number)}, not {allowed}"
        assert store.indexed() == (store.chunk_ids(), store.chunk_ids()), "the indexes hold what is live"
        turns, citations = _answers(store)
        assert expected.turns <= turns, f"{len(expected.turns - turns)} answers are lost"
    os.write(result, json.dumps({"revisions": found, "turns": sorted(turns), "citations": citations}).encode())


def _revisions(store: Store) -> dict[int, int]:
    """The live articles, each of which is whole and there once."""
    found: dict[int, int] = {}
    for entry in store.library.articles():
        text = store.library.article(entry.article_id).text.strip()
        number, revision = _read(text)
        assert text == text_of(number, revision), f"article {number} is half written"
        assert number not in found, f"article {number} is there twice"
        found[number] = revision
    return found


def _read(text: str) -> tuple[int, int]:
    words = text.split()
    return int(words[5].removeprefix("story")), int(words[1].removeprefix("revision"))


def _answers(store: Store) -> tuple[set[str], int]:
    """The turns kept, and how many citations they have, each of which resolves in a whole text."""
    record, turns, citations = Record(store.library), set(), 0
    for conversation in record.conversations():
        for answer in record.answers(conversation.conversation_id):
            turns.add(answer.turn_id)
            for cited in answer.citations:
                text = store.library.article(cited.article_id, cited.version).text
                assert text.strip() == text_of(*_read(text)), "an answer cites an article that is half written"
                assert text[cited.start : cited.end] == cited.quote, "a citation does not resolve"
                citations += 1
    return turns, citations


def forked(body: Callable[[int], None]) -> tuple[int, int]:
    """A process that has everything imported already, and the end of a pipe on which it reports."""
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        try:
            body(writing)
        except BaseException:  # noqa: BLE001 - it must not go on as its parent
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(writing)
    return process, reading


def kill_one(folder: Path, expected: Expected, chance: random.Random) -> str:
    """Starts a process, kills it at a random instant, and notes what it had reported; what it was about is returned."""
    seed = chance.randrange(10**9)
    process, reading = forked(lambda report: work(folder, seed, report))
    if chance.randrange(OPENING_SHARE):
        select.select([reading], [], [], PATIENCE_SECONDS)
    time.sleep(chance.uniform(0.0, LONGEST_SECONDS))
    os.kill(process, signal.SIGKILL)
    with os.fdopen(reading, "rb") as file:
        lines = [json.loads(line) for line in file.read().splitlines() if line.endswith(b"]")]
    _, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status), "the process ended by itself"
    for state, operation, number, revision, *rest in lines:
        expected.begun = (operation, number, revision) if state == "begin" else None
        expected.done[operation] += state == "done"
        if state == "done" and operation in ("add", "remove"):
            expected.revisions[number] = revision if operation == "add" else None
        if state == "done" and operation == "ask":
            expected.turns.add(rest[0])
    if expected.begun is None:
        return "opening" if not lines else "between"
    operation, number, _ = expected.begun
    known = expected.revisions.get(number) is not None
    return "update" if operation == "add" and known else operation


def run(folder: Path, *, kills: int, seed: int) -> dict[str, object]:
    """What was hit how often, and what the library holds in the end. Raises AssertionError at the first harm."""
    chance, expected, hit = random.Random(seed), Expected(), Counter[str]()
    held: dict[str, object] = {}
    for number in range(kills):
        hit[kill_one(folder, expected, chance)] += 1
        process, reading = forked(lambda result: check(folder, expected, result))
        with os.fdopen(reading, "rb") as file:
            told = file.read()
        _, status = os.waitpid(process, 0)
        assert status == 0, f"harm after kill {number + 1} of {kills} (seed {seed}): {expected.begun}"
        held = json.loads(told)
        live = {int(at): revision for at, revision in dict(held["revisions"]).items()}  # type: ignore[call-overload]
        expected.revisions = {at: live.get(at) for at in range(ARTICLES)}
        expected.turns = set(held["turns"])  # type: ignore[call-overload]
        expected.begun = None
    return {
        "kills": kills,
        "hit": dict(sorted(hit.items())),
        "done": dict(sorted(expected.done.items())),
        "articles": len(dict(held["revisions"])),  # type: ignore[call-overload]
        "answers": len(expected.turns),
        "citations": held["citations"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), kills=args.kills, seed=args.seed)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
