"""JSON and JSON lines: fields, packing, and one bad record among good ones."""

from __future__ import annotations

import gzip
import json
import lzma
from datetime import UTC, datetime

import pytest

from index.articles import Added, Article
from index.loading import Limits, load_bytes

TEXT = "Nissan will cut its stake in Renault to 15 percent."


def read(name: str, data: object, limits: Limits | None = None) -> list[Article | Added]:
    raw = data if isinstance(data, bytes) else json.dumps(data).encode()
    return list(load_bytes(name, raw, limits=limits))


def failure(found: Article | Added) -> str:
    assert isinstance(found, Added), found
    assert found.status == "failed"
    assert found.error
    assert "\n" not in found.error
    return found.error


def lines(*records: object) -> bytes:
    return "\n".join(json.dumps(record) for record in records).encode()


FULL = {
    "id": "n1",
    "title": " Nissan  cuts ",
    "source": "The Paper",
    "author": "Jane Doe",
    "published_at": "2015/10/28",
    "url": "https://x.org/a",
    "body": TEXT,
}


def test_every_field_of_a_record_is_taken() -> None:
    assert read("a.jsonl", lines(FULL)) == [
        Article(
            text=TEXT,
            title="Nissan cuts",
            origin="a.jsonl#n1",
            given_id="n1",
            source="The Paper",
            author="Jane Doe",
            published_at=datetime(2015, 10, 28, tzinfo=UTC),
            url="https://x.org/a",
        )
    ]


@pytest.mark.parametrize("field", ["text", "body", "content", "articleBody"])
def test_the_text_goes_by_several_names(field: str) -> None:
    (article,) = read("a.json", {field: TEXT})
    assert isinstance(article, Article)
    assert (article.text, article.title, article.origin, article.given_id) == (TEXT, TEXT, "a.json", None)


@pytest.mark.parametrize("field", ["date", "published_at", "published", "publishedAt", "datePublished"])
def test_the_date_goes_by_several_names(field: str) -> None:
    (article,) = read("a.json", {"text": TEXT, field: "2015-10-28"})
    assert isinstance(article, Article)
    assert article.published_at == datetime(2015, 10, 28, tzinfo=UTC)


def test_a_list_and_a_list_inside_an_object_are_read() -> None:
    records = [{"text": TEXT}, {"content": TEXT, "source": {"id": None, "name": "Reuters"}, "author": ["A", "B"]}]
    assert read("a.json", records) == read("a.json", {"status": "ok", "articles": records})
    first, second = read("a.json", records)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.origin, second.origin) == ("a.json#1", "a.json#2")
    assert (second.source, second.author) == ("Reuters", "A, B")


def test_an_article_with_a_list_of_its_own_is_one_article() -> None:
    (article,) = read("a.json", {"text": TEXT, "items": [1, 2]})
    assert isinstance(article, Article)


def test_one_bad_record_is_named_and_the_rest_goes_on() -> None:
    data = b"\xef\xbb\xbf" + lines({"text": TEXT}, {"title": "x"}, [1], {"text": 7}, {"text": "--"})
    data += b'\n{"text": \n\n\x00\n' + json.dumps({"text": TEXT, "id": 9}).encode() + b"\n"
    first, *bad, last = read("news.jsonl", data)
    assert isinstance(first, Article)
    assert isinstance(last, Article)
    assert last.origin == "news.jsonl#9"
    errors = [failure(found) for found in bad]
    assert errors[0] == "news.jsonl, record 2 has no text: give it a 'text', 'body' or 'content'"
    assert [error.split(":")[0].split(" (")[0] for error in errors[1:]] == [
        "news.jsonl, record 3 is not an object",
        "news.jsonl, record 4 has no text",
        "news.jsonl, record 5 has no text in it",
        "news.jsonl, record 6 is not JSON",
        "news.jsonl, record 8 is binary, not text",
    ]
    assert [found.origin for found in bad] == [f"news.jsonl#{number}" for number in (2, 3, 4, 5, 6, 8)]


def test_an_id_that_comes_twice_is_refused_the_second_time() -> None:
    first, second = read("a.jsonl", lines(FULL, FULL))
    assert isinstance(first, Article)
    assert failure(second) == "a.jsonl, record 2 has the id 'n1' of record 1: give every record an id of its own"


def test_text_that_no_store_can_hold_is_made_storable() -> None:
    (article,) = read("a.json", b'{"text": "a\\ud800b\\u0000c\\r\\nd", "title": "\\ud800t", "id": "x\\ny"}')
    assert isinstance(article, Article)
    assert article.text == "a\ufffdb\ufffdc\nd"
    article.title.encode()


def test_mojibake_in_a_record_is_refused() -> None:
    (found,) = read("a.json", {"text": "fÃ¼r MÃ¼nchen wÃ¤re das schÃ¶n"})
    assert "wrong or unknown encoding" in failure(found)


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.json", b"{", "is not JSON"),
        ("a.json", b"", "is empty"),
        ("a.json", b"[]", "an empty list"),
        ("a.json", b"7", "holds no article"),
        ("a.json", b"[" * 100_000, "is not JSON"),
        ("a.json", b'{"title": "x"}', "has no text"),
        ("a.json", b'{"author": ' + b'{"name": ' * 500 + b"1" + b"}" * 501, "has no text"),
        ("a.jsonl", b'{"id": ' + b"9" * 5000 + b"}", "is not JSON"),
        ("a.jsonl", b"\n \n", "is empty"),
        ("a.jsonl", '{"text": "x"}'.encode("utf-16"), "UTF-16"),
        ("a.jsonl.xz", b"not packed", "damaged or cut short"),
        ("a.jsonl.gz", b"not packed", "damaged or cut short"),
        ("a.json.gz", gzip.compress(b'{"text": "x"}')[:-9], "damaged or cut short"),
    ],
)
def test_a_bad_file_gives_one_clear_line(name: str, data: bytes, words: str) -> None:
    (found,) = read(name, data)
    error = failure(found)
    assert error.startswith(name)
    assert words in error


def test_packed_files_are_read() -> None:
    expected = [found.text for found in read("a.jsonl", lines({"text": TEXT})) if isinstance(found, Article)]
    for name, packed in (
        ("a.jsonl.xz", lzma.compress(lines({"text": TEXT}))),
        ("A.JSONL.GZ", gzip.compress(lines({"text": TEXT}))),
        ("a.json.xz", lzma.compress(lines({"text": TEXT}))),
    ):
        assert [found.text for found in read(name, packed) if isinstance(found, Article)] == expected


def test_a_file_cut_short_gives_what_came_before_the_cut() -> None:
    packed = lzma.compress(b"".join(json.dumps({"text": f"{TEXT} {n}"}).encode() + b"\n" for n in range(20_000)))
    *articles, last = read("a.jsonl.xz", packed[: len(packed) // 2])
    assert articles
    assert all(isinstance(article, Article) for article in articles)
    assert "damaged or cut short" in failure(last)


@pytest.mark.parametrize("limits", [Limits(file_bytes=40), Limits(records_bytes=60)])
def test_a_bomb_of_records_is_stopped(limits: Limits) -> None:
    packed = lzma.compress(lines({"text": "short"}, {"text": "long " * 1000}))
    first, last = read("a.jsonl.xz", packed, limits)
    assert isinstance(first, Article)
    assert "record 2: split it" in failure(last)


def test_a_json_file_past_the_limit_is_refused() -> None:
    (found,) = read("a.json.gz", gzip.compress(b" " * 1000), Limits(file_bytes=100))
    assert "save it as .jsonl" in failure(found)
