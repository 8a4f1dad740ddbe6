"""Runs on disk: what made them, what they spare each other, and what does not go together."""

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scripted_evaluation_desk import ScriptedDesk, answer
from store_parts import Store

from app.config import Settings
from app.entries import WriterStatus
from app.errors import GoldenFileError
from app.evaluation import command, comparisons
from app.evaluation.outcomes import read_outcomes
from app.evaluation.runs.files import read_run
from app.evaluation.runs.provenance import VARIED, differences, key, provenance
from index.articles import Article

LINES = [
    {"id": f"q{at}", "question": f"Question {at}?", "answer": "15%", "gold_doc_ids": ["one.txt"], "answerable": True}
    for at in range(3)
]


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    path = tmp_path / "golden.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in LINES), encoding="utf-8")
    return path


@pytest.fixture
def desk() -> ScriptedDesk:
    return ScriptedDesk({f"Question {at}?": answer(text="It is 15%.", seconds=at + 1) for at in range(3)})


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with Store(tmp_path / "library"):
        return Settings(library=tmp_path / "library", llm_base_url="http://me:secret@127.0.0.1/v1", llm_model="m")


@pytest.fixture
def evaluate(golden: Path, tmp_path: Path, settings: Settings) -> Callable[..., int]:
    def evaluate(desk: ScriptedDesk, *options: str, changed: Settings = settings) -> int:
        return command.run(parsed(str(golden), "--output", str(tmp_path / "runs"), *options), desk, settings=changed)

    return evaluate


class ReadyDesk(ScriptedDesk):
    """A scripted desk whose writer is ready."""

    def wait_for_writer(self) -> WriterStatus:
        return WriterStatus(state="ready", model="m", detail="ready")


def parsed(*options: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(options)


def test_a_run_says_what_made_it(evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path) -> None:
    assert evaluate(desk, "--sample", "2", "--seed", "4") == 0
    (lines,) = (tmp_path / "runs").glob("*.jsonl")
    record = read_run(lines).record
    assert record["golden"]["file"] == "golden.jsonl"
    assert record["options"] == {
        "mode": "writer",
        "as_of_field": None,
        "limit": None,
        "sample": 2,
        "seed": 4,
        "parallel": 1,
    }
    made_by = record["made_by"]
    assert made_by["writer"] == "m"
    assert made_by["embedding"]["sha256"].startswith("53aa")
    assert made_by["packages"]["tantivy"]
    assert made_by["library"]["articles"] == 0
    assert len(made_by["program"]["sha256"]) == 64
    assert "secret" not in json.dumps(record)
    assert str(tmp_path) not in json.dumps(record)
    assert {path.suffix for path in (tmp_path / "runs").iterdir()} == {".jsonl", ".json", ".html", ".md"}


def test_what_was_answered_by_the_same_is_not_asked_again(
    evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate(desk, "--limit", "2", "--output", str(tmp_path / "runs" / "first.jsonl")) == 0
    desk.asked.clear()
    assert evaluate(desk, "--output", str(tmp_path / "runs" / "second.jsonl")) == 0
    assert [question for question, *_ in desk.asked] == ["Question 2?"]
    assert "2 of 3 answers are those of earlier runs" in capsys.readouterr().err
    assert [one.id for one in read_outcomes(tmp_path / "runs" / "second.jsonl")] == ["q0", "q1", "q2"]
    assert read_run(tmp_path / "runs" / "second.jsonl").record["taken_over"] == 2
    assert "2 answers, and their times" in (tmp_path / "runs" / "second.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("options", [["--fresh"], ["--quotes-only"]])
def test_a_fresh_run_and_another_mode_ask_all(
    evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path, options: list[str]
) -> None:
    assert evaluate(desk, "--output", str(tmp_path / "runs" / "first.jsonl")) == 0
    desk.asked.clear()
    assert evaluate(desk, "--output", str(tmp_path / "runs" / "second.jsonl"), *options) == 0
    assert len(desk.asked) == 3


def test_other_settings_spare_nothing_and_do_not_resume(
    evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path, settings: Settings
) -> None:
    assert evaluate(desk, "--limit", "1", "--output", str(tmp_path / "runs" / "first.jsonl")) == 0
    desk.asked.clear()
    other = settings.model_copy(update={"llm_model": "other"})
    assert evaluate(desk, "--limit", "1", "--output", str(tmp_path / "runs" / "second.jsonl"), changed=other) == 0
    assert len(desk.asked) == 1
    with pytest.raises(GoldenFileError, match=r"settings\.llm_model, writer changed.*with another --output"):
        evaluate(desk, "--resume", "--output", str(tmp_path / "runs" / "first.jsonl"), changed=other)


def test_every_setting_counts_but_places_and_keys() -> None:
    left_out = set(Settings.model_fields) - set(VARIED)
    assert {"llm_model", "llm_evidence_tokens", "embedding_model", "writer"} <= set(VARIED)
    assert {name for name in Settings.model_fields if name.endswith("_key")} <= left_out
    assert {"library", "cache_dir", "host", "port"} <= left_out


def test_a_changed_article_changes_the_key(settings: Settings) -> None:
    before = provenance(settings)
    assert key(before) == key(provenance(settings))
    with Store(settings.library) as store:
        store.add(Article(text="It fell.", title="A fall", origin="/a.txt"))
    changed = provenance(settings)
    assert [name for name, _, _ in differences(before, changed)] == ["library.articles", "library.sha256"]
    assert key(before) != key(changed)


def test_a_record_that_is_broken_is_named(evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path) -> None:
    assert evaluate(desk, "--output", str(tmp_path / "runs" / "first.jsonl")) == 0
    (tmp_path / "runs" / "first.run.json").write_text("{", encoding="utf-8")
    with pytest.raises(GoldenFileError, match=r"first\.run\.json cannot be read"):
        read_run(tmp_path / "runs" / "first.jsonl")


@pytest.mark.parametrize("damage", ["{", "[]", '{"options": 3}'])
def test_a_broken_run_beside_it_is_in_nobodys_way(
    evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path, damage: str
) -> None:
    runs = tmp_path / "runs"
    assert evaluate(desk, "--output", str(runs / "first.jsonl")) == 0
    (runs / "first.run.json").write_text(damage, encoding="utf-8")
    assert evaluate(desk, "--output", str(runs / "second.jsonl")) == 0
    with pytest.raises(GoldenFileError, match=r"first\.run\.json cannot be read"):
        read_run(runs / "first.jsonl")
    (runs / "second.jsonl").write_text("no outcome\n" * 2, encoding="utf-8")
    assert evaluate(desk, "--output", str(runs / "third.jsonl")) == 0
    assert len(read_run(runs / "third.jsonl").outcomes) == 3


def test_a_run_of_before_there_were_records_is_resumed(
    evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path
) -> None:
    assert evaluate(desk, "--limit", "1", "--output", str(tmp_path / "runs" / "first.jsonl")) == 0
    (tmp_path / "runs" / "first.run.json").unlink()
    desk.asked.clear()
    assert evaluate(desk, "--resume", "--output", str(tmp_path / "runs" / "first.jsonl")) == 0
    assert len(desk.asked) == 2


def test_the_figures_follow_from_the_lines(
    evaluate: Callable[..., int], desk: ScriptedDesk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An independent scorer over the lines, by the definitions alone."""
    wrong = answer(text="It is Nissan.")
    mixed = ScriptedDesk({**desk.answers, "Question 1?": wrong, "Question 2?": answer(answered=False)}, desk.ranks)
    assert evaluate(mixed, "--json") == 0
    report = json.loads(capsys.readouterr().out)
    lines = [json.loads(line) for line in Path(report["lines"]).read_text(encoding="utf-8").splitlines()]
    points = [
        (0 if line["answerable"] else 1) if not line["answered"] else 1 if line["right"] else -1 for line in lines
    ]
    assert points == [1, -1, 0]
    assert report["total"]["score"] == pytest.approx(sum(points) / 3)
    assert report["total"]["wrong"] == pytest.approx(points.count(-1) / 3)
    assert report["total"]["right"] == pytest.approx(points.count(1) / 3)
    low, high = report["intervals"]["total"]["score"]
    assert low <= report["total"]["score"] <= high


def test_systems_go_through_the_same_questions(
    golden: Path, desk: ScriptedDesk, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    worse = ReadyDesk({**desk.answers, "Question 1?": answer(text="It is Nissan.")})

    @contextmanager
    def open_desk(settings: Settings, *, writer: bool) -> Iterator[ScriptedDesk]:
        yield worse if writer else desk

    def compare(*options: str) -> int:
        told = ["--compare", "quotes,writer", "--output", str(tmp_path / "runs"), "--gate", "score>=1", *options]
        args = parsed(str(golden), *told)
        return comparisons.compare_systems(args, ("quotes", "writer"), settings=settings, open_desk=open_desk)  # type: ignore[arg-type]

    assert compare() == 0
    shown = capsys.readouterr().out
    assert "quotes (first) and writer (second)" in shown
    assert "gate score>=1: holds" in shown
    names = sorted(path.name.partition("Z")[2] for path in (tmp_path / "runs").iterdir())
    assert names == [
        "-compared.html", "-compared.md", "-quotes.html", "-quotes.jsonl", "-quotes.md", "-quotes.run.json",
        "-writer.html", "-writer.jsonl", "-writer.md", "-writer.run.json",
    ]  # fmt: skip
    assert compare("--resume", "--json") == 0
    record = json.loads(capsys.readouterr().out)
    assert list(record["systems"]) == ["quotes", "writer"]
    assert [one["id"] for one in record["comparisons"][0]["worse"]] == ["q1"]
