"""The prompts as they are sent, word for word: a change of one shows here."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import prompts
from app.excerpts import choose_excerpts
from app.writing import prompt_for
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


def sent(name: str) -> str:
    messages = prompt_for(QUESTION, EXCERPTS, as_of=DAYS[name])
    return "\n".join(f"=== {role}\n{text}" for role, text in messages) + "\n"


@pytest.mark.parametrize("name", DAYS)
def test_prompt_is_sent_as_in_its_snapshot(name: str) -> None:
    """A prompt changed on purpose: run this file as a script, and bring the figures of its evaluation."""
    assert sent(name) == (SNAPSHOTS / f"prompt_{name}.txt").read_text(encoding="utf-8")


def test_fixed_part_of_the_prompt_comes_first() -> None:
    one = prompt_for("What stake?", EXCERPTS, as_of=None)
    other = prompt_for("Who resigned?", EXCERPTS[:1], as_of=date(2023, 1, 1))
    assert one[0] == other[0]
    assert [role for role, _ in one] == ["system", "user"]


def test_dollar_signs_of_articles_are_harmless() -> None:
    shown = render("answer", question="$excerpts?", asked_on="", excerpts="[1] $5, $question, ${excerpts}, $$")
    assert "[1] $5, $question, ${excerpts}, $$" in shown
    assert "Question: $excerpts?" in shown


def test_missing_variable_fails() -> None:
    with pytest.raises(KeyError, match="excerpts"):
        render("answer", question="?", asked_on="")


def test_unknown_variable_fails() -> None:
    with pytest.raises(ValueError, match="'answer' has no variable answer, evidence"):
        render("answer", question="?", asked_on="", excerpts="", evidence="", answer="")


def test_unknown_prompt_fails() -> None:
    with pytest.raises(FileNotFoundError):
        render("no_such_prompt")


def test_every_prompt_is_used() -> None:
    folder = Path(prompts.__file__).parent
    app = Path(__file__).parents[1] / "app"
    code = "".join(path.read_text(encoding="utf-8") for path in app.rglob("*.py"))
    for path in folder.glob("*.md"):
        assert f'render("{path.stem}"' in code, f"nobody renders {path.name}"


if __name__ == "__main__":
    for day in DAYS:
        (SNAPSHOTS / f"prompt_{day}.txt").write_text(sent(day), encoding="utf-8")
