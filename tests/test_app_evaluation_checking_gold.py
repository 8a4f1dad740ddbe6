"""`onrecord golden`: passages that are gone or changed are found, and the schema says what is read."""

import argparse
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from scripted_evaluation_desk import ScriptedDesk, summary

from app.cli import main
from app.errors import GoldenFileError
from app.evaluation import golden_command
from app.evaluation.golden.lines import golden_schema

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "tests" / "golden" / "seeds.jsonl"
LINE: dict[str, Any] = {
    "id": "a", "question": "What stake?", "kind": "direct", "answerable": True, "accept": [["15%"]],
    "gold": [{"article": "one.txt", "quote": "Renault will hold 15% of Nissan."}],
}  # fmt: skip


@dataclass
class Checked:
    code: int
    shown: str


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Checked]:
    def check(*lines: dict[str, Any], options: tuple[str, ...] = ()) -> Checked:
        path = tmp_path / "golden.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        parser = argparse.ArgumentParser()
        golden_command.add_arguments(parser)
        parser.add_argument("--json", action="store_true")
        code = golden_command.check(parser.parse_args(["check", str(path), *options]), ScriptedDesk())
        return Checked(code, capsys.readouterr().out)

    return check


def changed(**fields: Any) -> dict[str, Any]:
    return {**LINE, **fields}


def quoting(quote: str, article: str = "one.txt") -> list[dict[str, str]]:
    return [{"article": article, "quote": quote}]


@pytest.mark.parametrize("quote", ["Renault will hold 15% of Nissan.", "hold 15% of\n Nissan"])
def test_what_still_fits_is_no_trouble(check: Callable[..., Checked], quote: str) -> None:
    assert check(changed(gold=quoting(quote))) == Checked(0, "All 1 questions fit the library.\n")


def test_a_changed_passage_is_shown_as_it_was_and_is_now(check: Callable[..., Checked]) -> None:
    found = check(changed(gold=quoting("Renault will hold 20% of Nissan.")), changed(id="b"))
    assert found.code == 1
    assert found.shown.splitlines() == [
        "a  changed: 'one.txt' does not hold the passage any more",
        "    was  Renault will hold 20% of Nissan.",
        "    now  Renault will hold 15% of Nissan.",
        "1 of 2 questions do not fit the library any more: 1 changed.",
    ]


def test_a_passage_with_nothing_like_it_is_only_told(check: Callable[..., Checked]) -> None:
    assert "now" not in check(changed(gold=quoting("Prices of coffee fell in Brazil by 15%."))).shown


def test_an_article_that_is_gone_is_named(check: Callable[..., Checked]) -> None:
    found = check(changed(gold=quoting("15%", "gone.txt")), changed(id="b"))
    assert "a  gone: no article of the library is called 'gone.txt'" in found.shown
    assert found.code == 1


def test_passages_that_do_not_state_what_is_accepted_are_told(check: Callable[..., Checked]) -> None:
    found = check(changed(accept=[["15%"], ["43%", "forty-three percent"]]))
    assert "a  unstated: the gold passages do not state '43%' or 'forty-three percent'" in found.shown
    assert check(changed(accept=[["^yes"]])).code == 0  # how a reply opens is nothing that an article states


def test_the_form_of_the_news_names_articles_only(check: Callable[..., Checked]) -> None:
    news = {"id": "n", "question": "Q?", "answer": "15%", "answerable": True, "gold_doc_ids": ["one.txt", "gone"]}
    assert "1 gone" in check(news).shown


def test_it_is_json_for_machines(check: Callable[..., Checked]) -> None:
    record = json.loads(check(changed(gold=quoting("It fell by 20%.")), options=("--json",)).shown)
    assert record["questions"] == 1
    assert record["misfits"][0] | {"now": None} == {
        "id": "a", "state": "changed", "detail": "'one.txt' does not hold the passage any more", "article": "one.txt",
        "quote": "It fell by 20%.", "now": None,
    }  # fmt: skip


def test_a_library_without_any_of_the_articles_is_refused(check: Callable[..., Checked]) -> None:
    with pytest.raises(GoldenFileError, match="add them first"):
        check(changed(gold=quoting("15%", "gone.txt")))


def test_an_article_of_the_same_name_may_hold_it(check: Callable[..., Checked]) -> None:
    assert summary("one", "/x").title == "A title"  # every article of the scripted desk has this title
    assert check(changed(gold=quoting("It held 43% before.", "A title"), accept=[["43%"]])).code == 0


def test_a_file_is_needed_to_check(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["golden", "check"]) == 2
    assert "name the file to check" in capsys.readouterr().err


def test_the_schema_is_printed_and_published(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["golden", "schema"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert schema == golden_schema()
    published = ROOT / "docs" / "golden.schema.json"
    assert json.loads(published.read_text(encoding="utf-8")) == schema, (
        "onrecord golden schema > docs/golden.schema.json"
    )


def test_the_schema_takes_what_is_read_and_no_other() -> None:
    jsonschema.Draft202012Validator.check_schema(golden_schema())
    schema = jsonschema.Draft202012Validator(golden_schema())
    for line in SEEDS.read_text(encoding="utf-8").splitlines():
        schema.validate(json.loads(line))
    news = {
        "id": "n",
        "question": "Q?",
        "answer": "15%",
        "answerable": True,
        "gold_doc_ids": ["x"],
        "date": "2023-01-05",
    }
    schema.validate(news)
    for bad in (
        {**LINE, "accept": "15%"},
        {**LINE, "gold": [{"article": "x"}]},
        {**news, "answerable": "yes"},
        {"id": "n"},
    ):
        assert not schema.is_valid(bad)


def test_help_imports_nothing_heavy() -> None:
    code = """
import sys
from app.cli import main
try:
    main(["golden", "--help"])
except SystemExit:
    print([name for name in ("pydantic", "numpy", "rich", "llama_index") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
