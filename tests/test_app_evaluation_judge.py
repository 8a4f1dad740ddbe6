"""Citations judged by a model: what it is asked, how often, and that runs judged otherwise do not mix."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_endpoint import MODEL, ScriptedEndpoint
from scripted_evaluation_desk import ScriptedDesk, answer, citation
from store_parts import Store

from app.config import Settings
from app.errors import ConfigError, GoldenFileError, JudgeError
from app.evaluation.command import add_arguments, run
from app.evaluation.golden.reading import Golden
from app.evaluation.metrics.citation_quality import CitationQuality, citation_quality, supports
from app.evaluation.metrics.summary import summarise
from app.evaluation.outcomes import read_outcomes
from app.evaluation.report.table import table
from app.evaluation.runs.running import ask_all
from app.evaluation.systems.judge import open_judge
from app.schema import Answer, Sentence

STAKE = "Renault will hold 15% of Nissan."
TOLD = "Nissan will be held by Renault, 15 of a hundred."


def cited(text: str, *quotes: str) -> Answer:
    return answer(
        text=text,
        sentences=[Sentence(text=text, status="supported", citations=tuple(range(1, len(quotes) + 1)))],
        citations=[citation(at, quote) for at, quote in enumerate(quotes, start=1)],
    )


@pytest.fixture(scope="module")
def started() -> Iterator[ScriptedEndpoint]:
    with ScriptedEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(started: ScriptedEndpoint) -> ScriptedEndpoint:
    started.reset()
    return started


def settings_of(endpoint: ScriptedEndpoint, library: Path) -> Settings:
    return Settings(library=library, writer="quotes", llm_base_url=endpoint.base_url, llm_model=MODEL)


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("Yes.", CitationQuality(1, 1, 1)),
        ("no", CitationQuality(0, 1, 0)),
        ("**No**, it is not", CitationQuality(0, 1, 0)),
    ],
)
def test_the_models_verdict_counts(
    endpoint: ScriptedEndpoint, tmp_path: Path, reply: str, expected: CitationQuality
) -> None:
    assert citation_quality(cited(TOLD, STAKE)) == CitationQuality(0, 1, 0)  # our checker needs the words
    endpoint.reply = reply
    with open_judge("llm", settings_of(endpoint, tmp_path)) as judge:
        assert citation_quality(cited(TOLD, STAKE), judge.supports) == expected
        assert judge.recorded == {"judge": MODEL}


def test_it_is_asked_once_about_the_statement_and_the_passages(endpoint: ScriptedEndpoint, tmp_path: Path) -> None:
    endpoint.reply = "yes"
    with open_judge("llm", settings_of(endpoint, tmp_path)) as judge:
        for _ in range(2):
            assert citation_quality(cited(TOLD, STAKE), judge.supports) == CitationQuality(1, 1, 1)
    (asked,) = endpoint.asked
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert f"[1] {STAKE}\n" in endpoint.prompt
    assert f"Statement: {TOLD}\n" in endpoint.prompt
    assert asked["temperature"] == 0


def test_a_quote_and_a_sentence_without_citations_need_no_model(endpoint: ScriptedEndpoint, tmp_path: Path) -> None:
    with open_judge("llm", settings_of(endpoint, tmp_path)) as judge:
        assert citation_quality(cited(STAKE, STAKE), judge.supports) == CitationQuality(1, 1, 1)
        assert citation_quality(cited(STAKE), judge.supports) == CitationQuality(0, 0, 0)
    assert endpoint.asked == []


def test_a_judge_without_a_verdict_is_an_error(endpoint: ScriptedEndpoint, tmp_path: Path) -> None:
    endpoint.reply = "It depends."
    with (
        open_judge("llm", settings_of(endpoint, tmp_path)) as judge,
        pytest.raises(JudgeError, match="neither yes nor no but 'It depends"),
    ):
        citation_quality(cited(TOLD, STAKE), judge.supports)
    endpoint.status = 500
    with open_judge("llm", settings_of(endpoint, tmp_path)) as judge, pytest.raises(JudgeError, match="judge failed"):
        citation_quality(cited(TOLD, STAKE), judge.supports)


def test_our_checker_judges_unless_another_is_asked_for(tmp_path: Path) -> None:
    with open_judge("checker", None) as judge:
        assert (judge.supports, judge.recorded) == (supports, {})
    with pytest.raises(ConfigError, match="ONRECORD_LLM_BASE_URL"), open_judge("llm", Settings(library=tmp_path)):
        pass


def test_a_run_tells_its_judge_and_goes_on_with_no_other(endpoint: ScriptedEndpoint, tmp_path: Path) -> None:
    endpoint.reply = "yes"
    with Store(tmp_path / "library"):
        settings = settings_of(endpoint, tmp_path / "library")
    line = {"id": "a", "question": "What stake?", "answer": "15", "gold_doc_ids": ["one.txt"], "answerable": True}
    golden, lines = tmp_path / "golden.jsonl", tmp_path / "runs" / "run.jsonl"
    golden.write_text(json.dumps(line) + "\n", encoding="utf-8")
    desk = ScriptedDesk({"What stake?": cited(TOLD, STAKE)}, {"What stake?": ["one"]})
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    words = [str(golden), "--quotes-only", "--output", str(lines)]
    assert run(parser.parse_args([*words, "--judge", "llm"]), desk, settings=settings) == 0
    (outcome,) = read_outcomes(lines)
    assert (outcome.sentences_entailed, outcome.citations_needed, outcome.citation_uses) == (1, 1, 1)
    assert json.loads(lines.with_suffix(".run.json").read_text(encoding="utf-8"))["made_by"]["judge"] == MODEL
    with pytest.raises(GoldenFileError, match="judge changed"):
        run(parser.parse_args([*words, "--resume"]), desk, settings=settings)


def test_an_answer_without_a_verdict_is_neither_wrong_nor_counted(endpoint: ScriptedEndpoint, tmp_path: Path) -> None:
    endpoint.reply = "It depends."
    question = Golden(id="a", question="What stake?", kind="k", answerable=True, accept=(("15",),), gold=("one.txt",))
    desk = ScriptedDesk({"What stake?": cited(TOLD, STAKE)})
    with open_judge("llm", settings_of(endpoint, tmp_path)) as judge:
        (outcome,) = ask_all(desk, [question], mode="writer", judge=judge.supports)
    assert (outcome.right, outcome.score, outcome.error) == (True, 1, None)
    figures = summarise([outcome])
    assert (figures.citation_recall, figures.unjudged, figures.failed) == (None, 1, 0)
    assert "1 answers got no verdict from the judge" in table([outcome])
