"""Telling support from the lack of it: what is measured of a pair, and never by a model that has seen its article."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scripted_endpoint import MODEL, ScriptedEndpoint

from app.config import load_settings
from app.evaluation.benchmark.overlaps import SHOWN, Overlap, covering, overlap
from app.evaluation.benchmark.supporting import auc, fit, gain_interval, main, out_of_fold, with_base
from app.wiring import open_embedder
from index.embedding.protocol import TokenEmbedder
from index.sentences import sentences

ARTICLE = "The weather was fine on Monday. Renault will cut its stake in Nissan to 15% from 43%. Analysts were pleased."


@pytest.fixture(scope="module")
def measure(cache_dir: Path, embedding_files: Path) -> Callable[[str, str], Overlap]:
    assert embedding_files.exists()
    embedder = open_embedder(load_settings(cache_dir=cache_dir))
    assert isinstance(embedder, TokenEmbedder)

    def measured(text: str, article: str) -> Overlap:
        parts = embedder.read([article[start:end] for start, end in sentences(article)])
        return overlap(text, article, embedder.read([text])[0], parts)

    return measured


def test_a_copied_sentence_lies_over_its_article_wholly(measure: Callable[[str, str], Overlap]) -> None:
    told = measure("Renault will cut its stake in Nissan to 15% from 43%.", ARTICLE)
    assert (told.words, told.pairs, told.triples, told.together, told.absent) == (1.0, 1.0, 1.0, 1.0, 0)
    assert told.pieces == 1 / 11
    assert min(told.similarity, told.weakest_there, told.weakest) > 0.99


def test_two_sentences_made_one_are_told_from_a_copy(measure: Callable[[str, str], Overlap]) -> None:
    told = measure("Renault was pleased with the weather.", ARTICLE)
    assert told.absent == 0
    assert told.triples == 0.0
    assert told.together == 0.0
    assert told.weakest_there < told.weakest


def test_what_the_article_says_in_other_words_is_not_absent(measure: Callable[[str, str], Overlap]) -> None:
    assert measure("Renault reduces its stake.", ARTICLE).absent == 0
    assert measure("Renault doubles its debts.", ARTICLE).absent == 2


def test_the_sentences_that_cover_it_best_together_are_shown(cache_dir: Path, embedding_files: Path) -> None:
    assert embedding_files.exists()
    embedder = open_embedder(load_settings(cache_dir=cache_dir))
    assert isinstance(embedder, TokenEmbedder)
    weather = ["Snow fell, too.", "Hail fell.", "Frost came.", "Fog came.", "Storms came."]
    told = ["Rain fell.", "The mayor of Avon spoke.", *weather, "A bridge was sold for $5 million."]
    parts = embedder.read(told)
    text = "Avon's mayor sold the bridge for $5 million."
    (reading,) = embedder.read([text])
    shown = covering(text, reading, parts, lambda _: 1.0)
    assert len(shown) == SHOWN
    assert shown == sorted(shown)
    assert {1, 7} <= set(shown)
    (nothing,) = embedder.read([""])
    assert covering("", nothing, parts[:3], lambda _: 1.0) == [0, 1, 2]
    assert covering(text, reading, [], lambda _: 1.0) == []


@pytest.mark.parametrize(("text", "article"), [("", ARTICLE), ("...", ARTICLE), ("Renault", ""), ("", "")])
def test_nothing_to_compare_has_nothing_in_common(
    measure: Callable[[str, str], Overlap], text: str, article: str
) -> None:
    told = measure(text, article)
    assert (told.words, told.pairs, told.triples, told.together, told.weakest_there, told.weakest) == (0.0,) * 6


def test_auc_counts_pairs_in_order_and_ties_half() -> None:
    truth = np.array([True, True, False, False])
    assert auc(truth, np.array([4.0, 3.0, 2.0, 1.0])) == 1.0
    assert auc(truth, np.array([4.0, 1.0, 3.0, 2.0])) == 0.5
    assert auc(truth, np.array([2.0, 1.0, 1.0, 0.0])) == 0.875
    assert auc(np.array([True]), np.array([1.0])) == 0.5


def test_the_model_finds_what_matters() -> None:
    draw = np.random.default_rng(1)
    rows = draw.normal(size=(400, 3))
    truth = rows[:, 1] + 0.5 * draw.normal(size=400) > 0
    weights = fit(rows, truth)
    assert weights[1] > 5 * max(abs(weights[0]), abs(weights[2]))
    assert auc(truth, with_base(rows) @ weights) > 0.9


def test_what_only_the_own_article_tells_is_not_learned() -> None:
    """Each article has a mark of its own and one label: fitted on itself, a model would know them all."""
    draw = np.random.default_rng(2)
    groups = np.repeat(np.arange(40), 3)
    truth = np.repeat(draw.random(40) > 0.5, 3)
    marks = np.eye(40)[groups]
    assert auc(truth, with_base(marks) @ fit(marks, truth)) > 0.95
    assert auc(truth, out_of_fold(marks, truth, groups)) < 0.7


def test_a_gain_is_told_with_its_interval() -> None:
    draw = np.random.default_rng(3)
    truth, groups = draw.random(200) > 0.5, np.arange(200)
    better, worse = truth + draw.normal(size=200) * 0.5, truth + draw.normal(size=200) * 3
    low, high = gain_interval(truth, better, worse, groups)
    assert 0 < low < auc(truth, better) - auc(truth, worse) < high
    assert gain_interval(truth, worse, worse, groups) == (0.0, 0.0)


def test_the_command_measures_a_folder(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    cache_dir: Path,
    embedding_files: Path,
) -> None:
    assert embedding_files.exists()
    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(cache_dir))
    assert main(["--data", str(tmp_path)]) == 2
    lines = []
    for number in range(12):
        true, false = f"Renault will cut its stake in Nissan to {number + 3}%.", "Nissan bought a bridge in Avon."
        article = f"The weather was fine on Monday. {true} Analysts were pleased."
        judged = [
            {"sentence": text, "responses": [{"worker_id": n, "response": said} for n in range(3)]}
            for text, said in ((true, "yes"), (false, "no"))
        ]
        lines.append(json.dumps({"article": article, "summary_sentences": judged}))
    (tmp_path / "made.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert main(["--data", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    assert told.startswith("made\n  sentences 24, of them supported 12\n")
    assert "all joined         1.000" in told
    with ScriptedEndpoint() as endpoint:
        monkeypatch.setenv("ONRECORD_LLM_BASE_URL", endpoint.base_url)
        monkeypatch.setenv("ONRECORD_LLM_MODEL", MODEL)
        assert main(["--data", str(tmp_path), "--writer"]) == 0
        told = capsys.readouterr().out
        assert "the writer         0.500" in told  # it is as sure of every sentence
        assert "joined with it     1.000" in told
        assert len(endpoint.asked) == 24
        shown = endpoint.asked[0]["messages"][-1]["content"]
        assert shown.index("The weather was fine") < shown.index("Renault will cut") < shown.index("Statement: Renault")
        endpoint.stated_probability = None
        assert main(["--data", str(tmp_path), "--writer"]) == 1
        assert "the writer cannot be asked: " in capsys.readouterr().err
