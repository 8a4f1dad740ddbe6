"""A grid of cases: what can be varied, and that every combination is run and set side by side."""

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from scripted_evaluation_desk import ScriptedDesk, answer
from store_parts import Store

from app.config import Settings
from app.errors import ConfigError, QuestionError
from app.evaluation import comparisons
from app.evaluation.options import add_arguments
from app.evaluation.systems.varying import cases


def test_every_combination_is_a_case_and_the_last_varies_fastest() -> None:
    found = cases(
        ["writer"], ["as_of=on,off", "llm_evidence_tokens=280,600"], settings=Settings(), as_of_field="asked_on"
    )
    assert [(one.label, one.as_of_field, one.settings.llm_evidence_tokens) for one in found] == [
        ("as_of=on llm_evidence_tokens=280", "asked_on", 280),
        ("as_of=on llm_evidence_tokens=600", "asked_on", 600),
        ("as_of=off llm_evidence_tokens=280", None, 280),
        ("as_of=off llm_evidence_tokens=600", None, 600),
    ]
    assert found[0].file_name == "as_of=on-llm_evidence_tokens=280"


def test_what_finds_articles_can_be_varied() -> None:
    found = cases(["retrieval"], ["retrieval=dense,keywords,hybrid"], settings=Settings(), as_of_field=None)
    assert [(one.label, one.settings.retrieval) for one in found] == [
        ("retrieval=dense", "dense"),
        ("retrieval=keywords", "keywords"),
        ("retrieval=hybrid", "hybrid"),
    ]
    with pytest.raises(ConfigError, match="retrieval=magic: input should be 'hybrid'"):
        cases(["retrieval"], ["retrieval=magic"], settings=Settings(), as_of_field=None)


def test_systems_alone_are_cases_of_their_name() -> None:
    found = cases(["quotes", "embedded"], [], settings=Settings(), as_of_field=None)
    assert [(one.label, one.system) for one in found] == [("quotes", "quotes"), ("embedded", "embedded")]


def test_the_day_is_read_from_the_usual_field_where_none_is_named() -> None:
    on, off = cases(["quotes", "writer"], ["as_of=on"], settings=Settings(), as_of_field=None)
    assert (on.label, on.as_of_field) == ("quotes as_of=on", "date")
    assert (off.label, off.as_of_field) == ("writer as_of=on", "date")


@pytest.mark.parametrize("varied", ["as_of", "as_of=", "as_of=maybe", "colour=red", "library=a,b", "llm_api_key=x"])
def test_what_cannot_be_varied_is_misuse(varied: str) -> None:
    with pytest.raises(QuestionError, match="--vary"):
        cases(["quotes"], [varied], settings=Settings(), as_of_field=None)


def test_a_value_that_a_setting_cannot_have_is_named() -> None:
    with pytest.raises(ConfigError, match="llm_evidence_tokens=many: input should be a valid integer"):
        cases(["writer"], ["ONRECORD_LLM_EVIDENCE_TOKENS=many"], settings=Settings(), as_of_field=None)


def test_the_grid_is_run_and_paired(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = {"id": "a", "question": "What stake?", "answer": "15%", "gold_doc_ids": ["one.txt"], "answerable": True}
    golden = tmp_path / "golden.jsonl"
    golden.write_text(json.dumps({**line, "date": "2023-02-01"}) + "\n", encoding="utf-8")
    with Store(tmp_path / "library"):
        settings = Settings(library=tmp_path / "library")
    desk = ScriptedDesk({"What stake?": answer(text="It is 15%.")}, {"What stake?": ["two", "one"]})

    @contextmanager
    def open_desk(settings: Settings, *, writer: bool) -> Iterator[ScriptedDesk]:
        assert not writer
        yield desk

    parser = argparse.ArgumentParser()
    add_arguments(parser)
    parser.add_argument("--json", action="store_true")
    options = ["--quotes-only", "--vary", "as_of=on,off", "--output", str(tmp_path / "runs")]
    args = parser.parse_args([str(golden), *options])
    wanted = comparisons.wanted(args)
    assert wanted.systems == ("quotes",)
    assert comparisons.compare_systems(args, wanted.systems, settings=settings, open_desk=open_desk) == 0  # type: ignore[arg-type]
    assert [str(as_of) for _, as_of, _, _ in desk.asked] == ["2023-02-01", "None"]  # no answer of one day for another
    assert "as_of=on (first) and as_of=off (second)" in capsys.readouterr().out
    page = next((tmp_path / "runs").glob("*compared.html")).read_text(encoding="utf-8")
    assert page.count("<td class='plot'>") == 2
