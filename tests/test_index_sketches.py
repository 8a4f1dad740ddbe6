"""Finding the nearest of very many rows along few axes first: what it misses, and that it is kept up to date."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from store_parts import Store, made_article

from index import exactvectors, sketches
from index.exactvectors import ExactVectors
from index.sketches import Sketch

Rows = NDArray[np.float32]


def alike(n: int, seed: int = 3) -> Rows:
    """Unit rows that lie near 60 of 384 axes, as those of a language model lie near some of theirs."""
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(n, 60)) @ np.random.default_rng(1).normal(size=(60, 384)) + draw.normal(size=(n, 384))
    unit: Rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return unit


def test_nearly_all_of_the_nearest_are_among_the_likely() -> None:
    rows, asked = alike(20_000), alike(20, seed=4)
    sketch = Sketch.of(rows)
    places = np.arange(0, 20_000, 2)
    shares = []
    for vector in asked:
        nearest = places[np.argsort(-(rows[places] @ vector))[:50]]
        shares.append(np.isin(nearest, sketch.likely(vector, places, 1_000)).mean())
    assert np.mean(shares) >= 0.99
    assert len(sketch.likely(asked[0], places, 1_000)) == 1_000


def test_of_few_rows_all_are_likely() -> None:
    sketch = Sketch.of(alike(50))
    assert sketch.likely(alike(1, seed=4)[0], np.arange(50), 50).tolist() == list(range(50))


def test_a_sketch_follows_additions_and_removals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exactvectors, "LIKELY", 24)
    monkeypatch.setattr(sketches, "AXES", 40)  # of 64
    with Store(tmp_path) as store:
        store.add(*(made_article(number) for number in range(40)))
        quick = ExactVectors(store.library.dimension, sketched_from=30)
        quick.catch_up(store.library)
        for number in range(40, 48):
            store.add(made_article(number))
            quick.catch_up(store.library)
        store.ingest.remove(store.library.articles()[7].article_id)
        quick.catch_up(store.library)
        exact = ExactVectors(store.library.dimension)
        exact.catch_up(store.library)
        for number in (3, 41, 47):
            vector = store.embedder.embed_question(f"story{number} deal{number}x0")
            (found, near), (wanted, nearest) = quick.search(vector, 3), exact.search(vector, 3)
            assert found[0] == wanted[0]
            assert near[0] == pytest.approx(nearest[0], abs=1e-6)
        assert set(quick.search(vector, 10_000)[0].tolist()) == set(store.chunk_ids())
