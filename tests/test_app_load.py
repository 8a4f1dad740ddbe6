"""Many people at once and a jumping clock, in short: `tests/load_harness.py` is the long form."""

from __future__ import annotations

import asyncio
import random
import time
from pathlib import Path

import pytest
from load_harness import load, served, summary

from app import Desk
from app.config import load_settings

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = (
    "What stake will Renault hold in Nissan after the deal?",
    "When will the deal be finalized?",
    "What is Ampere?",
    "What did the bridge of Town 1 cost?",
    "Who is the mayor of Paris?",
)


def test_many_users_are_all_answered_in_turn_while_articles_are_added(
    tmp_path: Path, cache_dir: Path, embedding_files: Path
) -> None:
    with Desk.open(settings=load_settings(library=tmp_path, cache_dir=cache_dir, writer="quotes")) as desk:
        desk.add(ROOT / "seeds")
    with served(tmp_path, ONRECORD_WRITER="quotes", ONRECORD_CACHE_DIR=str(cache_dir)) as address:
        seen = asyncio.run(load(address, QUESTIONS, users=20, seconds=8, think=0.5, add_every=2, seed=1))
    told = summary(seen, 8)
    assert told["errors"] == 0, told
    assert told["outcomes"]["added 200"] >= 1, told
    fewest, most = told["answers_a_user"]
    assert fewest >= 1, told
    assert fewest >= most / 5, f"some wait while others are served: {told}"
    assert told["told_to_wait"] > 0, told


def test_a_clock_that_jumps_changes_nothing(
    tmp_path: Path, cache_dir: Path, embedding_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, now = random.Random(3), time.time
    with Desk.open(settings=load_settings(library=tmp_path, cache_dir=cache_dir, writer="quotes")) as desk:
        desk.add(ROOT / "seeds")
        before = desk.ask(QUESTIONS[0])
        monkeypatch.setattr(time, "time", lambda: now() + chance.uniform(-1e7, 1e7))
        answers = [desk.ask(QUESTIONS[0], conversation_id=before.conversation_id) for _ in range(3)]
        kept = desk.conversation(before.conversation_id)
    assert {answer.text for answer in answers} == {before.text}
    assert all(0 <= answer.timings.total_seconds < 60 for answer in answers)
    assert [answer.turn_id for answer in kept] == [before.turn_id, *(answer.turn_id for answer in answers)]
