"""The catalogue of one generation made of that of another, and what is kept of the ones before."""

from __future__ import annotations

import dataclasses
import gc
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store_parts import Store, made_article

from index import copies
from index.articles import Article
from index.catalogue import Catalogue
from index.library import Library
from index.retrieval import Retriever


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        yield opened


def told(catalogue: Catalogue) -> dict[str, Any]:
    """All that it says, arrays with their types."""
    found = {field.name: getattr(catalogue, field.name) for field in dataclasses.fields(catalogue)}
    return {
        name: (value.dtype.name, value.tolist()) if isinstance(value, np.ndarray) else value
        for name, value in found.items()
    }


def retold(number: int, paper: str) -> Article:
    """The same story in a paper of its own."""
    title = "The harbour bridge opens"
    return made_article(number, sentences=20, title=title, source=paper, origin=f"/{paper}/{number}.txt")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_catalogue_brought_to_a_later_generation_is_the_one_read_whole(store: Store, seed: int) -> None:
    chance, known, before = random.Random(seed), [1, 2, 3], store.library.catalogue()
    store.add(*(made_article(number) for number in known))
    for step in range(24):
        number = chance.choice(known)
        match chance.choice(("new", "copy", "changed", "removed", "purged", "nothing")):
            case "new":
                known.append(100 * seed + step)
                store.add(made_article(known[-1], sentences=chance.randint(1, 60)))
            case "copy":
                store.add(retold(number, f"Paper {step}"), retold(number, f"Other {step}"))
            case "changed":
                store.add(made_article(number, sentences=chance.randint(1, 60)))
            case "removed" | "purged" as how:
                entries = store.library.articles()
                if len(entries) > 1:
                    store.ingest.remove(chance.choice(entries).article_id, purge=how == "purged")
            case _:
                pass
        brought = store.library.catalogue(before)
        assert told(brought) == told(store.library.catalogue())
        before = brought if chance.random() < 0.5 else before


def test_near_copies_found_since_are_in_a_catalogue_of_the_same_generation(store: Store) -> None:
    store.add(retold(1, "Herald"), retold(1, "Post"))
    with store.library.transaction() as connection:
        for table in ("near_copies", "samples", "sketches"):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    before = store.library.catalogue()
    copies.catch_up(store.library)
    assert not before.copies
    assert store.library.catalogue(before).copies == {0: (1,), 1: (0,)}


def test_what_another_commits_while_the_engines_catch_up_is_found_at_the_next_question(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(made_article(1))
    retriever = Retriever(store.library, store.embedder, store.vectors, store.keywords)
    whole = Library.catalogue

    def meanwhile(library: Library, before: Catalogue | None = None) -> Catalogue:
        monkeypatch.setattr(Library, "catalogue", whole)
        store.only_commit(made_article(2))
        return whole(library, before)

    monkeypatch.setattr(Library, "catalogue", meanwhile)
    try:
        retriever.retrieve("story2 deal2x0")
        found = retriever.retrieve("story2 deal2x0")
    finally:
        retriever.close()
    assert store.keywords.generation == store.library.generation()
    assert found.evidence[0].title == "Story 2"


def test_no_generation_is_kept_but_the_latest(store: Store) -> None:
    store.add(made_article(0))
    retriever = Retriever(store.library, store.embedder, store.vectors, store.keywords)
    gc.collect()
    others = sum(isinstance(one, Catalogue) for one in gc.get_objects())
    try:
        for number in range(1, 9):
            store.add(made_article(number))
            retriever.retrieve(f"story{number}")
        gc.collect()
        assert sum(isinstance(one, Catalogue) for one in gc.get_objects()) == others + 1
    finally:
        retriever.close()
