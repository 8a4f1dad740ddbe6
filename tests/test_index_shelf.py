"""The library's list, a page at a time: in every order, for every word, as quickly for ten thousand as for ten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from store_parts import Store, made_article

from index import commits
from index.shelf import ORDERS, Order, shelf_page, sources


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(tmp_path_factory.mktemp("shelf")) as opened:
        opened.add(
            made_article(1, title="Été à Paris", source="Le Monde", published_at=datetime(2023, 5, 1, tzinfo=UTC)),
            made_article(2, title="alpha", source="the Times", sentences=9),
            made_article(3, title="Beta 50%_off", published_at=datetime(2022, 5, 1, tzinfo=UTC)),
            made_article(4, title="Gone", source="Nowhere"),
        )
        commits.remove(opened.library, opened.library.articles()[-1].article_id)
        yield opened


def titles(store: Store, words: str = "", order: Order = "added", *, descending: bool = False) -> list[str]:
    return [one.title for one in shelf_page(store.library, words, order=order, descending=descending).entries]


@pytest.mark.parametrize(
    ("order", "expected"),
    [("added", "Éab"), ("title", "abÉ"), ("source", "Éab"), ("published", "bÉa"), ("words", "Éba")],
)
def test_the_list_is_put_in_order(store: Store, order: Order, expected: str) -> None:
    assert "".join(title[0].replace("B", "b") for title in titles(store, order=order)) == expected
    assert order in ORDERS


def test_what_has_no_date_or_source_is_last_in_either_direction(store: Store) -> None:
    assert titles(store, order="published", descending=True) == ["Été à Paris", "Beta 50%_off", "alpha"]
    assert titles(store, order="source", descending=True) == ["alpha", "Été à Paris", "Beta 50%_off"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [("été MONDE", ["Été à Paris"]), ("50%_", ["Beta 50%_off"]), ("ÉTÉ times", []), ("gone", []), (" ", 3)],
)
def test_every_word_must_stand_in_title_or_source_whatever_its_case(
    store: Store, words: str, expected: list[str] | int
) -> None:
    page = shelf_page(store.library, words)
    assert page.total == 3
    assert page.found == (expected if isinstance(expected, int) else len(expected))
    if isinstance(expected, list):
        assert titles(store, words) == expected


def test_pages_follow_one_another(store: Store) -> None:
    one, two = (shelf_page(store.library, offset=offset, limit=2) for offset in (0, 2))
    assert [entry.title for page in (one, two) for entry in page.entries] == titles(store)
    assert shelf_page(store.library, offset=9).entries == ()
    assert one.entries + two.entries == tuple(store.library.articles())


def test_sources_are_those_of_live_articles(store: Store) -> None:
    assert sources(store.library) == ["Le Monde", "the Times"]


def test_the_first_version_is_listed_no_more_once_there_is_a_second(tmp_path: Path) -> None:
    with Store(tmp_path) as corrected:
        corrected.add(made_article(1, given_id="a"))
        corrected.add(made_article(1, given_id="a", title="Corrected"))
        (entry,) = shelf_page(corrected.library, "corrected").entries
        assert entry.version == 2
        assert shelf_page(corrected.library).total == 1
