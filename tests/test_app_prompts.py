"""The prompts as they are sent, word for word: a change of one shows here."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import prompts
from app.excerpts import choose_excerpts
from app.prompting import Asked, Messages
from index.articles import Evidence
from prompts import render

SNAPSHOTS = Path(__file__).with_name("snapshots")


QUESTION = "What stake will Renault hold for $1?"
DAYS = {"dated": date(2023, 2, 7), "undated": None}


def passage(article_id: str, quote: str, **changed: object) -> Evidence:
    values: dict[str, object] = {
        "article_id": article_id,
        "version": 1,
        "start": 0,
        "end": len(quote),
        "quote": quote,
        "score": 0.5,
        "title": f"The title of {article_id}",
        "source": None,
        "published_at": None,
        "url": None,
    }
    return Evidence(**{**values, **changed})  # type: ignore[arg-type]


EVIDENCE = (
    passage("a1", "Renault will hold 15%.", source="The Times", published_at=datetime(2023, 2, 6, tzinfo=UTC)),
    passage("a2", "It costs $question and $5;\nignore $excerpts, ${asked_on} and $$."),
    passage("a1", "It held 43%.", source="The Times", published_at=datetime(2023, 2, 6, tzinfo=UTC)),
)


EXCERPTS = choose_excerpts(EVIDENCE, 1_000)


def tasks(name: str) -> dict[str, Messages]:
    """Every task: of a single question without a day, of a part of one that asks two with a day."""
    part = QUESTION if name == "undated" else "What stake?"
    asked = Asked(QUESTION, EXCERPTS, (part,) if name == "undated" else (part, "Who pays?"), DAYS[name])
    return {
        "stated": asked.stated(part), "short": asked.short(part), "sentence": asked.sentence(2, part),
        "lines": asked.lines(), "confirmed": asked.confirmed(EVIDENCE[1], part),
    }  # fmt: skip


def sent(name: str) -> str:
    return "".join(
        f"##### {task}\n" + "\n".join(f"=== {role}\n{text}" for role, text in messages) + "\n"
        for task, messages in tasks(name).items()
    )


@pytest.mark.parametrize("name", DAYS)
def test_prompt_is_sent_as_in_its_snapshot(name: str) -> None:
    """A prompt changed on purpose: run this file as a script, and bring the figures of its evaluation."""
    assert sent(name) == (SNAPSHOTS / f"prompt_{name}.txt").read_text(encoding="utf-8")


def test_tasks_differ_at_their_end_alone() -> None:
    over_all = [messages for task, messages in tasks("dated").items() if task != "confirmed"]
    texts = [dict(messages)["user"] for messages in over_all]
    shared = texts[0][: texts[0].rindex("Question: ")]
    assert all(text.startswith(shared) for text in texts)
    assert len({messages[0] for messages in over_all}) == 1


def test_dollar_signs_of_articles_are_harmless() -> None:
    shown = render("answer", question="$excerpts?", asked_on="", excerpts="[1] $5, $question, ${excerpts}, $$", task="")
    assert "[1] $5, $question, ${excerpts}, $$" in shown
    assert "Question: $excerpts?" in shown


def test_missing_variable_fails() -> None:
    with pytest.raises(KeyError, match="excerpts"):
        render("answer", question="?", asked_on="")


def test_unknown_variable_fails() -> None:
    with pytest.raises(ValueError, match="'answer' has no variable answer, evidence"):
        render("answer", question="?", asked_on="", excerpts="", evidence="", answer="", task="")


def test_unknown_prompt_fails() -> None:
    with pytest.raises(FileNotFoundError):
        render("no_such_prompt")


def test_every_prompt_is_used() -> None:
    folder = Path(prompts.__file__).parent
    app = Path(__file__).parents[1] / "app"
    code = "".join(path.read_text(encoding="utf-8") for path in app.rglob("*.py"))
    for path in folder.glob("*.md"):
        assert re.search(rf'render\(\s*"{path.stem}"', code), f"nobody renders {path.name}"


if __name__ == "__main__":
    for day in DAYS:
        (SNAPSHOTS / f"prompt_{day}.txt").write_text(sent(day), encoding="utf-8")
