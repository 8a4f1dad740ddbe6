"""Character spans: what the best passages hold of the characters that answer."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from store_parts import Store

from app.evaluation.benchmark.spans import Share, corpora, measured, questions, share, table
from index.retrieval import Retriever

BRIDGE = "The bridge at Ambleford was opened in 1931. Sarah Whitlow, an engineer from Leeds, built it. It has arches."
BREAD = "Rye bread keeps longer than wheat bread. Bakers in Lyon know why. They do not tell."


def test_shares_of_characters_by_hand() -> None:
    assert share([(0, 10)], [(True, 0, 10)]) == Share(recall=1.0, iou=1.0)
    assert share([(0, 10), (20, 30)], [(True, 5, 25)]) == Share(recall=0.5, iou=10 / 30)
    assert share([(0, 10)], [(False, 0, 10)]) == Share(recall=0.0, iou=0.0)
    assert share([(0, 10)], [(True, 0, 10), (True, 5, 15)]).iou == 10 / 20  # what two passages share counts twice


def test_questions_are_measured_over_all_corpora(tmp_path: Path) -> None:
    folder = tmp_path / "corpora"
    folder.mkdir()
    (folder / "bridge.md").write_text(BRIDGE)
    (folder / "bread.md").write_text(BREAD)
    start = BRIDGE.index("Sarah")
    with (tmp_path / "questions_df.csv").open("w", newline="") as lines:
        rows = csv.writer(lines)
        rows.writerow(["question", "references", "corpus_id"])
        rows.writerow(
            ["Who built the bridge?", json.dumps([{"start_index": start, "end_index": start + 13}]), "bridge"]
        )
        rows.writerow(["Which bread keeps?", json.dumps([{"start_index": 0, "end_index": 40}]), "bread"])
    asked = questions(tmp_path)
    with Store(tmp_path / "library") as store:
        store.add(*corpora(tmp_path))
        retriever = Retriever(store.library, store.embedder, store.vectors, store.keywords)
        shares = measured(retriever, asked, passage_characters=50)
        retriever.close()
    assert [one.recall for one in shares] == [1.0, 1.0]
    assert "all                   n   2  recall 1.000" in table(asked, shares)


def test_a_folder_without_corpora_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="corpora"):
        corpora(tmp_path)
