"""The reader: the mark is the quote, whatever the spans and the text."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from hypothesis import given
from hypothesis import strategies as st
from scripted_desk import STAKE, TEXT, TIME, citation, version

from app.web.reader import article_address, article_html, marked_text, parse_spans, reader_address
from app.web.revising import MOST_WORDS, revised_html

SPANS = st.lists(st.tuples(st.integers(-3, 60), st.integers(-3, 60)), max_size=5)


@st.composite
def text_and_span(draw: st.DrawFn) -> tuple[str, tuple[int, int]]:
    text = draw(st.text(alphabet=st.characters(exclude_characters="\0"), min_size=1, max_size=50))
    start = draw(st.integers(0, len(text) - 1))
    return text, (start, draw(st.integers(start + 1, len(text))))


@given(text_and_span(), SPANS)
def test_the_marked_text_is_the_quote_and_nothing_is_lost(
    case: tuple[str, tuple[int, int]], others: list[tuple[int, int]]
) -> None:
    text, (start, end) = case
    shown = marked_text(text, (start, end), others)
    marks = re.findall(r'<mark id="cited" class="cited">(.*?)</mark>', shown, re.DOTALL)
    assert [_text(mark) for mark in marks] == [text[start:end]]
    assert _text(re.sub(r"</?mark[^>]*>", "", shown)) == text


def _text(markup: str) -> str:
    # unescape() follows HTML5 for references to control characters; a carriage return is kept by both.
    return unescape(markup)


@given(st.text(max_size=50), SPANS)
def test_lighter_marks_lie_inside_the_text_and_never_overlap(text: str, others: list[tuple[int, int]]) -> None:
    shown = marked_text(text, None, others)
    depth = 0
    for tag in re.findall(r"</?mark", shown):
        depth += 1 if tag == "<mark" else -1
        assert depth in (0, 1)
    covered = {place for start, end in others for place in range(max(start, 0), min(end, len(text)))}
    marked = "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", shown, re.DOTALL))
    wanted = "".join(text[place] for place in sorted(covered)).replace("\0", "\N{REPLACEMENT CHARACTER}")
    assert unescape(marked) == wanted


def test_the_cited_passage_is_whole_where_others_overlap_it() -> None:
    shown = marked_text("0123456789", (3, 6), [(2, 4), (5, 8)])
    assert shown == (
        '01<mark class="other">2</mark><mark id="cited" class="cited">345</mark><mark class="other">67</mark>89'
    )


def test_a_span_outside_the_text_marks_nothing() -> None:
    assert marked_text("short", (90, 99)) == "short"


def test_the_address_of_a_citation_names_the_other_passages_of_its_article() -> None:
    stake, time = citation(1, STAKE), citation(2, TIME)
    elsewhere = citation(3, STAKE, version(article_id="b&=?"))
    query = parse_qs(urlsplit(reader_address(stake, [stake, time, elsewhere])).query)
    assert parse_spans(query["at"][0]) == [(stake.start, stake.end)]
    assert parse_spans(query["also"][0]) == [(time.start, time.end)]
    assert parse_qs(urlsplit(reader_address(elsewhere)).query)["article"] == ["b&=?"]
    assert "at" not in article_address("a1", 2)


def test_spans_that_are_none_are_left_out() -> None:
    assert parse_spans("10-20,,x-y,5-2,-1-4,1-٣,40-50,1-9999999999999") == [(10, 20), (40, 50)]


def test_title_source_date_and_the_articles_own_address_stand_on_top() -> None:
    shown = article_html(version(author="A. Writer", number=2), None)
    head = shown[: shown.index('<div class="text"')]
    for words in ("Nissan and Renault reshape", "Morning Wire", "5 February 2023", "A. Writer", "version 2"):
        assert words in head
    assert 'href="https://news.example/alliance"' in head
    assert TEXT[:40] in shown
    assert "<a " not in article_html(version(url="javascript:alert(1)"), None)


def test_a_corrected_article_shows_its_versions_and_what_changed() -> None:
    old = version("Nissan holds 43%.\nIt is <so>.\n")
    new = version("Nissan holds 15% now.\nIt is <so>.\n", number=2, title="Nissan sells")
    shown = article_html(new, None, history=[old, new], since=old)
    assert "Nissan holds <del>43%.</del><ins>15% now.</ins>\nIt is &lt;so&gt;.\n" in shown
    assert (
        "Title: <del><bdi>Nissan and Renault reshape their alliance</bdi></del> <ins><bdi>Nissan sells</bdi></ins>"
        in shown
    )
    assert "what changed from version 1 to 2" in shown
    plain = article_html(new, None, history=[old, new])
    assert 'href="read?article=a1&amp;version=2&amp;since=1">what changed</a>' in plain
    assert "<strong>version 2, 6 Feb 2023</strong>" in plain
    assert "version 1" not in article_html(old, None, history=[old])
    assert "word for word" in article_html(new, None, history=[old, new], since=version(new.text, title="Else"))


WORDS = st.text(alphabet="ab \n<&", max_size=40)


@given(WORDS, WORDS)
def test_what_changed_holds_both_versions_whole(old: str, new: str) -> None:
    shown = revised_html(version(old), version(new))
    text = shown[shown.index('<div class="text" dir="auto">') + 29 : -len("</div>")]
    assert unescape(re.sub(r"<del>.*?</del>|</?ins>", "", text, flags=re.DOTALL)) == new
    assert unescape(re.sub(r"<ins>.*?</ins>|</?del>", "", text, flags=re.DOTALL)) == old


def test_a_stretch_too_long_to_compare_is_replaced_whole() -> None:
    old, new = "a " * (MOST_WORDS + 1), "b " * (MOST_WORDS + 1)
    assert revised_html(version(old), version(new)).count("<del>") == 1
