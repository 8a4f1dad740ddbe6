"""Which sentence the writer is to write from: what two articles hold, or dispute, is believed sooner."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_endpoint import ScriptedEndpoint
from small_library import asked, library_of

from app.wiring import Parts

QUESTION = "Which ferry ran aground near Gullhaven?"
ARTICLES = {
    "morning.txt": "Ferry aground\n\nThe ferry Marigold ran aground near Gullhaven on Monday. Nobody was hurt.\n",
    "evening.txt": "Rescue\n\nTugs took 90 people off the ferry Marigold, which ran aground near Gullhaven.\n",
    "other.txt": "Delay\n\nThe ferry Juniper reached Gullhaven late on Sunday, as a ferry had run aground.\n",
}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Iterator[Parts]:
    assert embedding_files.exists()
    with library_of(tmp_path_factory.mktemp("settling"), cache_dir, ARTICLES) as opened:
        yield opened


@pytest.fixture(scope="module")
def endpoint() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as endpoint:
        yield endpoint


@pytest.mark.parametrize(
    ("short", "agreeing", "answered"),
    [("Marigold", 2, True), ("Juniper", 1, False), ("Gullhaven", 0, False), ("Dandelion", 0, False), ("", 0, False)],
    ids=["two-hold-it", "one-holds-it", "asked-with", "none-holds-it", "none-given"],
)
def test_a_short_answer_that_two_articles_hold_is_believed_sooner(
    parts: Parts, endpoint: ScriptedEndpoint, short: str, agreeing: int, answered: bool
) -> None:
    endpoint.reset()
    endpoint.short, endpoint.stated_probability = short, 0.55
    endpoint.confirms = lambda _: 0.55
    turn = asked(parts, QUESTION, endpoint)
    assert turn.writing is not None
    assert turn.answer is not None
    assert len(turn.writing.agreeing[QUESTION]) == agreeing
    assert turn.answer.answered == answered


LIGHT = "When was the lighthouse of Norwick built?"
BUILT = "{}\n\nThe lighthouse of Norwick was built in {} by the harbour board.\n"


@pytest.mark.parametrize("other", ["1743", "1867"], ids=["another-year", "the-same"])
def test_what_another_article_disputes_is_answered_word_for_word(
    tmp_path: Path, cache_dir: Path, embedding_files: Path, endpoint: ScriptedEndpoint, other: str
) -> None:
    assert embedding_files.exists()
    endpoint.reset()
    endpoint.short, endpoint.stated_probability = "", 0.5
    endpoint.confirms = lambda _: 0.65
    articles = {"a.txt": BUILT.format("Coast", "1867"), "b.txt": BUILT.format("Guide", other)}
    with library_of(tmp_path, cache_dir, articles) as parts:
        turn = asked(parts, LIGHT, endpoint)
    assert turn.answer is not None
    assert turn.writing is not None
    assert bool(turn.writing.disputed) == turn.answer.answered == (other == "1743")
    assert len(turn.answer.disagreements) == (other == "1743")
    assert len(turn.to_json()["disputed"]) == (2 if other == "1743" else 0)  # each by the other
    assert {one.status for one in turn.answer.sentences} <= {"quoted"}
