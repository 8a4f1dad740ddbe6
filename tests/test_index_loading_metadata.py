"""Encodings, dates and titles: what a reader makes of bytes and fields."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import EmptyArticleError, UnreadableError
from index.loading.dates import parse_published
from index.loading.decoding import decode, normalise
from index.loading.inputs import one_line
from index.loading.titles import cut, one_field, title_of, web_url

DAY = datetime(2015, 10, 28, tzinfo=UTC)
FRENCH = "Le constructeur a annoncé qu'il réduirait sa participation à 15 %, où l'État reste présent. " * 3
POLISH = "Zażółć gęślą jaźń: spółka ogłosiła, że zmniejszy udział w koncernie, powiedział rzecznik w Łodzi. " * 4
JAPANESE = "日産自動車は、ルノーとの資本関係を見直すと発表した。両社の出資比率は十五パーセントになる。" * 5


@pytest.mark.parametrize(
    "value",
    [
        "2015/10/28",
        "2015-10-28",
        "20151028",
        "2015.10.28",
        "28.10.2015",
        "10/28/2015",
        "28 October 2015",
        "October 28, 2015",
        "Oct. 28, 2015",
        "Wednesday, October 28th, 2015",
        "28-Oct-2015",
        "2015-10-28T00:00:00+09:00",
        "2015-10-28 00:00:00",
        " 2015-10-28\n",
        date(2015, 10, 28),
        datetime(2015, 10, 28),  # noqa: DTZ001
    ],
)
def test_a_day_is_midnight_utc(value: object) -> None:
    assert parse_published(value) == DAY


@pytest.mark.parametrize(
    "value",
    [
        "2015-10-28T10:30:00Z",
        "2015-10-28T10:30:00",
        "2015-10-28T19:30:00+09:00",
        "20151028T103000Z",
        "Wed, 28 Oct 2015 10:30:00 GMT",
        "Wed, 28 Oct 2015 06:30:00 -0400",
        1446028200,
        1446028200000,
        "1446028200",
    ],
)
def test_a_moment_is_turned_into_utc(value: object) -> None:
    found = parse_published(value)
    assert found == datetime(2015, 10, 28, 10, 30, tzinfo=UTC)
    assert found.tzinfo is UTC


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "soon",
        "2015",
        "2015-10",
        "October 2015",
        "03/04/2015",
        "31/02/2015",
        "2015-13-45",
        "32 Smarch 2015",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        0,
        7,
        True,
        float("nan"),
        float("inf"),
        1e300,
        10**400,
        ["2015-10-28"],
        "10:30",
        "9999-12-31T23:59:59-09:00",
    ],
)
def test_a_date_that_cannot_be_told_is_unknown(value: object) -> None:
    assert parse_published(value) is None


@given(st.one_of(st.text(), st.integers(), st.floats(), st.datetimes(), st.none()))
def test_dates_never_fail_and_always_have_a_zone(value: object) -> None:
    found = parse_published(value)
    assert found is None or found.tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (FRENCH, "utf-8"),
        (FRENCH, "utf-8-sig"),
        (FRENCH, "utf-16"),
        (FRENCH, "utf-32"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        ("“Nissan’s plan – café” " * 3, "cp1252"),
    ],
)
def test_encodings_are_detected(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


def test_a_declared_encoding_comes_before_detection_but_after_utf8() -> None:
    assert decode("Привет, мир".encode("koi8-r"), "a.html", declared="koi8-r") == "Привет, мир"
    assert decode("café".encode(), "a.html", declared="latin-1") == "café"
    assert decode("日産".encode("iso2022_jp"), "a.html", declared="iso-2022-jp") == "日産"
    assert decode(b"caf\xe9 in town", "a.html", declared="no-such-encoding") == "café in town"
    assert decode(b"caf\xe9 in town", "a.html", declared="base64") == "café in town"


@pytest.mark.parametrize(
    "data",
    [
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        bytes(range(1, 32)) * 10,
        b"\xff\xfe\x00\xd8",
        FRENCH.encode().decode("cp1252", "replace").encode(),
        "Nissan’s “plan” isn’t Renault’s".encode().decode("cp1252", "replace").encode(),
        FRENCH.encode("cp1252").decode("utf-8", "replace").encode(),
    ],
    ids=["picture", "controls", "broken utf-16", "mojibake", "mojibake quotes", "replaced"],
)
def test_what_is_no_text_is_refused_with_its_name(data: bytes) -> None:
    with pytest.raises(UnreadableError, match=r"a\.txt"):
        decode(data, "a.txt")


@pytest.mark.parametrize("data", [b"", b" \r\n\t"])
def test_no_text_at_all_is_empty(data: bytes) -> None:
    with pytest.raises(EmptyArticleError, match="empty"):
        decode(data, "a.txt")


def test_one_stray_sequence_in_a_clean_article_is_kept() -> None:
    text = "A clean sentence of news. " * 100 + "It isnâ€™t spoilt."
    assert decode(text.encode(), "a.txt") == text


@given(st.text(alphabet=st.characters(codec=None)))
def test_normalised_text_can_be_stored_and_keeps_everything_but_line_ends(text: str) -> None:
    found = normalise(text)
    found.encode("utf-8")
    assert "\r" not in found
    assert "\x00" not in found
    assert normalise(found) == found


def test_line_ends_become_one_character() -> None:
    assert decode(b"a\r\nb\rc\nd", "a.txt") == "a\nb\nc\nd"


def test_a_short_first_line_is_the_title() -> None:
    assert title_of("\n\nNissan cuts its stake\n\nThe carmaker said on Monday.") == "Nissan cuts its stake"
    assert title_of("# Nissan *cuts* its stake #\n\nText") == "Nissan *cuts* its stake"


def test_a_long_first_line_gives_its_first_sentence() -> None:
    line = "Mr. Smith of Nissan Motor Co. said so on Monday. " + "Then came a long explanation of it. " * 5
    assert title_of(line) == "Mr. Smith of Nissan Motor Co. said so on Monday."


def test_a_long_sentence_is_cut_at_a_word() -> None:
    title = title_of("According to seven sources familiar with the matter, " + "the carmaker is developing " * 10)
    assert title.endswith("…")
    assert len(title) <= 101
    assert "developing…" in title or "carmaker…" in title or "is…" in title or "the…" in title


@given(st.text())
def test_every_text_has_a_title_of_one_line(text: str) -> None:
    title = title_of(text)
    assert len(title) <= 121
    assert "\n" not in title
    assert bool(title) or not any(map(str.isalnum, text)) or not any(map(str.isalnum, text.strip("# ")))


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, None),
        ("", None),
        ("  \n ", None),
        (" Jane\n Doe ", "Jane Doe"),
        (["Jane Doe", "", "Ann Lee"], "Jane Doe, Ann Lee"),
        ({"id": None, "name": "Reuters"}, "Reuters"),
        ([{"name": "Jane Doe"}], "Jane Doe"),
        ([], None),
        (12, "12"),
        (True, None),
        (object(), None),
    ],
)
def test_fields_are_one_tidy_line(value: object, field: str | None) -> None:
    assert one_field(value) == field


def test_fields_are_cut_where_they_would_be_an_article() -> None:
    assert len(one_field("word " * 1000) or "") <= 501
    assert cut("a" * 50, 10) == "a" * 10 + "…"


@pytest.mark.parametrize("value", ["javascript:alert(1)", "file:///etc/hosts", "//x.org/a", "x.org", "", None, 7])
def test_only_web_addresses_become_links(value: object) -> None:
    assert web_url(value) is None
    assert web_url("https://x.org/a") == "https://x.org/a"


def test_names_from_outside_are_shown_on_one_line_without_escapes() -> None:
    assert one_line("a\nb\x1b[31mc\u202ed\udcff") == "a b [31mc d?"
    assert one_line("") == "(no name)"
