"""Near-copies: wire copies and updates are recognised, other articles are not, and the newest stands for all."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from store_parts import Store

from index import copies
from index.articles import Article, Filters, Retrieved
from index.articlesentences import ArticleSentences
from index.retrieval import Retriever
from index.shingles import may_share, sample, shared, shingles

DAY = date(2023, 2, 6)
BEGINNINGS, ENDINGS = "bal cor dun fal gor hal jan kel lom mar".split(), "ace ent ing".split()
WORDS = [beginning + ending for beginning in BEGINNINGS for ending in ENDINGS]


def text(name: str, n_words: int = 240) -> str:
    """Made-up sentences of twelve words, the same for the same name."""
    draw = random.Random(name)
    said = [draw.choice(WORDS) + draw.choice(WORDS) for _ in range(n_words)]
    return " ".join(" ".join(said[at : at + 12]).capitalize() + "." for at in range(0, n_words, 12))


def article(name: str, body: str, title: str, **changed: Any) -> Article:
    values: dict[str, Any] = {"source": "Morning Post", "published_at": datetime(2023, 2, 6, tzinfo=UTC)}
    return Article(text=body, title=title, origin=name, given_id=name, **{**values, **changed})


def on(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path) as opened:
        yield opened


def pairs(store: Store) -> set[frozenset[str]]:
    catalogue = store.library.catalogue()
    return {
        frozenset({catalogue.article_ids[one], catalogue.article_ids[other]})
        for one, others in catalogue.copies.items()
        for other in others
    }


def ask(store: Store, question: str, **options: Any) -> Retrieved:
    retriever = Retriever(store.library, store.embedder, store.vectors, store.keywords)
    try:
        return retriever.retrieve(question, **options)
    finally:
        retriever.close()


STORY = text("story")
ORIGINAL = article("wire", STORY, "Renault cuts its stake in Nissan")
PAPER = article(
    "paper",
    "LONDON (Wire) - " + STORY.removesuffix(STORY[-200:]),
    "Carmaker Renault gives up part of Nissan stake",
    source="Evening Herald",
)
UPDATE = article(
    "update",
    text("new lead", 60) + " " + STORY,
    "Renault cuts its stake in Nissan, shares rise",
    published_at=on(DAY + timedelta(days=1)),
)


def test_a_shortened_copy_and_an_update_are_recognised(store: Store) -> None:
    store.add(ORIGINAL, PAPER, UPDATE, article("other", text("other"), "Renault cuts its stake in Nissan"))
    assert pairs(store) == {frozenset(pair) for pair in (("wire", "paper"), ("wire", "update"), ("paper", "update"))}


NOTICE = "Sign in to read this page or read on with a free account of ours. " + text("notice", 48)
DRAWN = "The numbers drawn were {}. " + text("template", 120)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (article("a", STORY, "Week ahead"), article("b", STORY, "Week ahead", published_at=on(date(2024, 2, 6)))),
        (article("a", STORY, "Storm hits coast"), article("b", STORY[:200], "Storm hits coast")),
        (article("a", NOTICE, "Storm hits coast"), article("b", NOTICE, "Bakers win prize")),
        (article("a", STORY, "Brexit deal explained"), article("b", STORY, "Alligator found in park")),
        (
            article("a", DRAWN.format("4 8 15"), "Lottery numbers for February 4"),
            article("b", DRAWN.format("16 23 42"), "Lottery numbers for February 6"),
        ),
        (
            article("a", DRAWN.format("4 8 15"), "Lottery numbers for Saturday"),
            article("b", DRAWN.format("16 23 42"), "Lottery numbers for Monday"),
        ),
        (article("a", text("x", 12), "Short"), article("b", text("x", 12), "Short", url="https://example.org/b")),
    ],
    ids=["a year apart", "a brief", "a notice", "one page's frame", "two draws", "two days", "too short to tell"],
)
def test_others_are_not_taken_for_copies(store: Store, one: Article, other: Article) -> None:
    store.add(one, other)
    assert pairs(store) == set()


def test_planted_copies_are_found_and_nothing_else(store: Store) -> None:
    draw = random.Random(4)
    originals = [
        article(f"o{n}", text(f"s{n}", draw.randrange(120, 400)), f"Event {text(str(n), 6)}") for n in range(40)
    ]
    planted = []
    for number, original in enumerate(originals[:20]):
        sentences = original.text.split(". ")
        kept = [one for one in sentences if draw.random() > 0.12] + ["Our reporters added this line at the end"]
        later = on(DAY + timedelta(days=draw.randrange(4)))
        planted.append(article(f"c{number}", ". ".join(kept), original.title, source="Weekly", published_at=later))
    store.add(*originals, *planted)
    found = pairs(store)
    assert found <= {frozenset({f"o{n}", f"c{n}"}) for n in range(20)}
    assert len(found) >= 18


def test_newest_stands_for_its_copies(store: Store) -> None:
    store.add(ORIGINAL, PAPER, UPDATE, article("other", text("other"), "Bakers win prize"))
    found = ask(store, STORY[:60])
    ids = [article_id for article_id, _ in found.articles]
    assert ids[0] == "update"
    assert not {"wire", "paper"} & set(ids)
    assert {passage.article_id for passage in found.evidence} <= {"update", "other"}
    assert [copy.article_id for copy in found.evidence[0].also_reported_by] == ["paper", "wire"]
    assert found.evidence[0].also_reported_by[0].source == "Evening Herald"


def test_a_copy_that_is_purged_before_it_is_looked_into_is_left_out(store: Store) -> None:
    changed = STORY.replace(STORY[:60], STORY[:60].upper() + " 15 ")
    store.add(ORIGINAL, article("paper", changed, PAPER.title, source="Evening Herald"), UPDATE)
    retriever = Retriever(store.library, store.embedder, store.vectors, store.keywords)
    try:
        found = retriever.retrieve(STORY[:60])
        assert [copy.article_id for copy in found.evidence[0].also_reported_by] == ["paper", "wire"]
        store.ingest.remove("paper", purge=True)
        read = retriever.read_closely(STORY[:60], found)
        assert read.evidence
        assert "paper" not in {passage.article_id for passage in read.otherwise}
        assert [one.article_id for one in retriever.current_versions(["wire", "paper"])] == ["wire"]
    finally:
        retriever.close()


def test_an_article_that_is_purged_while_it_is_looked_for_is_not_found(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add(ORIGINAL, UPDATE)
    retriever = Retriever(store.library, store.embedder, store.vectors, store.keywords)
    read = retriever._sentences.of

    def purged(wanted: Sequence[tuple[str, int]]) -> list[ArticleSentences]:
        monkeypatch.setattr(retriever._sentences, "of", read)
        store.ingest.remove("update", purge=True)
        return read(wanted)

    monkeypatch.setattr(retriever._sentences, "of", purged)
    try:
        found = retriever.retrieve(STORY[:60])
    finally:
        retriever.close()
    assert [article_id for article_id, _ in found.articles] == ["wire"]
    assert found.evidence[0].article_id == "wire"


def test_only_what_may_be_used_stands_for_copies(store: Store) -> None:
    store.add(ORIGINAL, UPDATE)
    before = ask(store, STORY[:60], as_of=DAY)
    assert [article_id for article_id, _ in before.articles] == ["wire"]
    assert before.evidence[0].also_reported_by == ()
    filtered = ask(store, STORY[:60], filters=Filters(until=DAY))
    assert [article_id for article_id, _ in filtered.articles] == ["wire"]


def test_a_told_day_goes_before_the_newest(store: Store) -> None:
    store.add(ORIGINAL, replace(UPDATE, published_at=on(DAY + timedelta(days=6))))
    told = ask(store, f"{STORY[:60]} on February 6, 2023", as_of=date(2023, 3, 1))
    assert told.articles[0][0] == "wire"
    assert told.evidence[0].also_reported_by[0].article_id == "update"


def test_changed_and_removed_articles_are_compared_anew(store: Store) -> None:
    store.add(ORIGINAL, UPDATE)
    assert pairs(store) == {frozenset({"wire", "update"})}
    store.add(article("update", text("something else"), "Renault cuts its stake in Nissan, shares rise"))
    assert pairs(store) == set()
    store.add(PAPER)
    assert pairs(store) == {frozenset({"wire", "paper"})}
    store.ingest.remove("paper", purge=True)
    assert pairs(store) == set()
    with store.library.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(DISTINCT article_key) FROM samples").scalar_one() == 2


def test_library_from_before_gets_its_copies_when_it_is_asked(store: Store) -> None:
    store.add(ORIGINAL, PAPER)
    store.close()
    with store.library.transaction() as connection:
        for table in ("near_copies", "samples", "sketches"):
            connection.exec_driver_sql(f"DROP TABLE {table}")
        connection.exec_driver_sql("DELETE FROM meta WHERE key = 'copies_format'")
    store.library.close()
    with Store(store.folder) as again:
        assert ask(again, STORY[:60]).evidence[0].also_reported_by
        before = pairs(again)
        copies.rebuild(again.library)
        assert pairs(again) == before == {frozenset({"wire", "paper"})}


def test_samples_share_what_the_texts_share() -> None:
    one, other = shingles(STORY), shingles(UPDATE.text)
    contained, resembling = shared(one, other)
    assert contained == 1.0
    assert 0.6 < resembling < 0.9
    assert len(sample(one)) == 48
    assert len(set(sample(one)) & set(sample(other))) > 24
    assert shared(one, shingles("too short")) == (0.0, 0.0)
    assert may_share(sample(one), sample(other)) == 1.0
    assert may_share(sample(one), sample(shingles(text("other")))) < 0.3
    assert shingles(STORY.upper().replace(".", "!")).tolist() == one.tolist()
