"""The benchmark: made-up articles are the same each time, copies keep their spans, and a small run gives its files."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
from store_parts import Store, made_article

from app.evaluation.benchmark import fitting, report
from app.evaluation.benchmark.command import main
from app.evaluation.benchmark.finding import TIMED, summed
from app.evaluation.benchmark.generated import made_articles, made_questions
from app.evaluation.benchmark.growing import copy_of, grow, perturbed


def test_made_up_articles_are_the_same_each_time_and_answer_their_questions() -> None:
    articles, again = made_articles(40), made_articles(40)
    assert articles == again
    by_id = {article.given_id: article for article in articles}
    questions = made_questions(40, 20)
    assert len(questions) == 20
    for question in questions:
        gold = by_id[question.gold[0]]
        assert question.answer is not None
        assert question.answer in gold.text
        assert question.as_of is not None
        assert gold.published_at is not None
        assert 0 <= (question.as_of - gold.published_at.date()).days <= 5
    assert 0 < sum(TIMED.search(question.question) is not None for question in questions) < 20


def test_perturbed_text_keeps_every_span() -> None:
    text = "Renault holds a stake, of 43%, in Nissan."
    changed = perturbed(text, {7: ["Peugeot"], 5: ["loses"]}, random.Random(1))
    assert len(changed) == len(text)
    assert [place for place, one in enumerate(text) if not one.isalpha()] == [
        place for place, one in enumerate(changed) if not one.isalpha()
    ]


def test_grown_library_holds_copies_near_their_originals(tmp_path: Path) -> None:
    with Store(tmp_path / "one") as store:
        store.add(*(made_article(number) for number in range(3)))
        with copy_of(store.library, tmp_path / "two") as grown:
            grow(grown, 8)
        with Store(tmp_path / "two") as two:
            catalogue = two.library.catalogue()
            assert len(catalogue.article_ids) == 8
            for chunk in two.library.chunks_of(catalogue.article_ids):
                assert two.library.article(chunk.article_id).text[chunk.start : chunk.end].strip()
            found = two.nearest("story1 deal1x1 everywhere", 8)
            assert len(found) == 8
            assert two.indexed()[0] == two.chunk_ids()
        assert len(store.library.catalogue().article_ids) == 3


def test_figures_of_ranks() -> None:
    found = summed([1, 2, 5, None])
    assert (found.hit_at_1, found.hit_at_4, found.hit_at_10) == (0.25, 0.5, 0.75)
    assert found.mrr_at_10 == pytest.approx((1 + 0.5 + 0.2) / 4)


def test_fit_finds_the_score_that_tells() -> None:
    draw = np.random.default_rng(3)
    cases = []
    for _ in range(40):
        rows, gold = draw.random((30, 9)), np.zeros(30, dtype=bool)
        gold[0] = True
        rows[0, 0], rows[0, 2] = 1.1, 1.5
        cases.append((rows, gold))
    weights = fitting.fit(cases)
    assert weights[0] == 1.0
    assert weights[:8].argmax() == 2
    alone = fitting.fit(cases, fitting.COLUMNS["dense"])
    assert alone[1] == 1.0
    assert alone[[0, 2, 3, 4, 5]].tolist() == [0.0] * 5


def test_table_has_a_line_for_each_figure() -> None:
    told = report.table({"machine": {"cores": 2}, "finding": {"no day": summed([1])}})
    assert told.splitlines()[0] == "machine"
    assert "no day  questions 1  hit_at_1 1.000" in told


def test_small_run_writes_both_files(tmp_path: Path, embedding_files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--articles", "12", "--grow", "20", "--output", str(tmp_path)]) == 0
    figures = json.loads((tmp_path / "bench.json").read_text(encoding="utf-8"))
    assert figures["finding"]["as of the day"]["questions"] == 12
    assert figures["adding"]["added_again"] == {"unchanged": 12}
    assert figures["adding, beside llama-index"]["times as fast, by"]["word_pieces"] > 0
    assert figures["adding"]["articles"] == {"added": 12}
    assert any("Chroma with its own date filter" in section for section in figures)
    assert any("20 articles" in section for section in figures)
    assert (tmp_path / "bench.txt").read_text(encoding="utf-8") == capsys.readouterr().out


def articles_file(folder: Path, *ids: str) -> None:
    folder.mkdir(parents=True)
    lines = [json.dumps({"id": one, "title": one, "text": f"The {one} was opened on Monday."}) for one in ids]
    (folder / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")


def test_rows_are_taken_one_at_a_time_over_a_library_that_is_kept(tmp_path: Path, embedding_files: Path) -> None:
    articles_file(tmp_path / "data" / "archive", "bridge", "tunnel")
    articles_file(tmp_path / "data" / "news", "station")
    asked = {"id": "q", "date": "2023-01-02", "question": "What was opened?", "answer": "station", "gold_doc_ids": []}
    asked |= {"answerable": True, "evidence": "", "choices": []}
    (tmp_path / "data" / "news" / "questions.jsonl").write_text(json.dumps(asked), encoding="utf-8")
    given = ["--data", str(tmp_path / "data"), "--output", str(tmp_path / "figures")]
    assert main([*given, "--keep", str(tmp_path / "kept"), "--only", "rebuilding"]) == 0
    figures = json.loads((tmp_path / "figures" / "bench.json").read_text(encoding="utf-8"))
    assert figures["adding"]["articles"] == {"added": 3}
    assert figures["adding"]["rebuilt_chunks_per_s"]["all"] > 0
    assert "finding" not in figures
    assert main([*given, "--library", str(tmp_path / "kept"), "--only", "again"]) == 0
    figures = json.loads((tmp_path / "figures" / "bench.json").read_text(encoding="utf-8"))
    assert figures["adding"]["added_again"] == {"unchanged": 3}
    assert "rebuilt_chunks_per_s" not in figures["adding"]


def test_folder_without_articles_is_said(tmp_path: Path, embedding_files: Path) -> None:
    with pytest.raises(SystemExit, match=r"no articles\.jsonl"):
        main(["--data", str(tmp_path)])
