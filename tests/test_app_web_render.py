"""Answers as HTML: what is shown where, and that no article's words ever become markup."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_desk import AMPERE, STAKE, TIME, abstention, answer, citation, nearest, version

from app.describing import web_address
from app.entries import ArticleChange, ArticlePage, ArticleSummary, ConversationSummary, Feedback, WriterStatus
from app.schema import AlsoReported, Disagreement, Sentence
from app.web import listing, passages, permanent, render, sidebar
from app.web.arriving import Arrival, arrivals_html
from app.web.escaping import byline, day, escape, outside_link
from app.web.plot import timeline_html
from app.web.reader import article_html
from index.articles import Added

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</section></style><style>body{display:none}</style>",
    "javascript:alert(1)",
    "![x](https://elsewhere.example/x.png)",
    "${alert(1)} {{constructor.constructor('alert(1)')()}} `",
    "&lt;script&gt;",
    "\x00<b>\r\n",
    "\u202eevil\u2066",
]
ALLOWED = {
    "section", "h2", "p", "span", "a", "div", "ol", "ul", "li", "q", "blockquote", "details", "summary", "strong",
    "time", "bdi", "table", "thead", "tbody", "tr", "th", "td", "progress", "article", "mark", "button", "header",
    "aside", "svg", "path", "form", "label", "input", "ins", "del", "code",
    "figure", "figcaption", "rect", "line", "text", "title",
}  # fmt: skip
ATTRIBUTES = {
    "class", "href", "title", "aria-label", "aria-hidden", "aria-busy", "role", "datetime", "dir", "scope", "value",
    "max", "target", "rel", "id", "type", "download",
    "data-act", "data-id", "data-conversation", "data-copy", "data-edit", "data-rename", "data-sure", "aria-current",
    "data-quote", "data-whence",
    "data-step", "data-verdict", "aria-pressed", "name", "placeholder", "maxlength", "required", "checked", "open",
    "viewbox", "width", "height", "focusable", "fill", "stroke", "stroke-width", "stroke-linejoin", "d",
    "aria-sort", "disabled", "x", "y", "rx", "x1", "x2", "y1", "y2", "text-anchor", "data-told",
    "aria-keyshortcuts", "aria-live", "tabindex", "hidden",
}  # fmt: skip


class Elements(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.words = ""
        self.feed(text)
        self.close()
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        assert tag in ALLOWED, tag

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def assert_harmless(text: str) -> Elements:
    seen = Elements(text)
    for tag, name, value in seen.attributes:
        assert name in ATTRIBUTES, (tag, name)
        if name == "href":
            followed = (
                value.startswith(("read?", "answer?", "export?", "?conversation=", "./?conversation="))
                or web_address(value) is not None
            )
            assert followed, value
    return seen


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_text_stays_text_everywhere(evil: str) -> None:
    article = version(evil + STAKE, title=evil, source=evil, author=evil, url=evil, article_id=evil)
    cited = citation(1, STAKE, article)
    whole = answer(
        question=evil,
        standalone_question=evil + "?",
        sentences=(
            Sentence(text=evil, status="supported", citations=(1,)),
            Sentence(text=evil, status="quoted", citations=(1,)),
        ),
        citations=(cited,),
        nearest=(nearest(STAKE, article),),
        writer=evil,
        fallback=evil,
        notes=(evil,),
    )
    later = replace(article, number=2, title="Later " + evil, text=article.text + evil, author=evil)
    said = f"It was in May 2020 and in 2021 that {evil}."
    dated = replace(cited, quote=said, title=evil, source=evil)
    near = (nearest(STAKE, article),)
    summary = ArticleSummary(
        article_id=evil, version=1, title=evil, source=evil, published_at=evil, url=evil, origin=evil, words=1,
        added_at=evil,
    )  # fmt: skip
    gone = ArticleChange(article_id=evil, title=evil, cited_version=1, current_version=None, still_says=False)
    named = ConversationSummary(conversation_id=evil, title=evil, turns=1, updated_at=evil)
    judged = Feedback(turn_id=evil, verdict="wrong_citation", note=evil, given_at=evil)
    for text in (
        render.answer_html(whole),
        render.answer_html(abstention(question=evil, text=evil, nearest=near)),
        render.answer_html(replace(whole, turn_id=evil), feedback=judged, suggestions=[evil]),
        render.streaming_html(evil, evidence=near, sentences=whole.sentences, citations=(cited,)),
        render.problem_html(evil, evil),
        render.answer_html(whole, [gone, replace(gone, current_version=2), replace(gone, still_says=True)]),
        permanent.answer_body(replace(whole, turn_id=evil, conversation_id=evil), [gone]),
        sidebar.conversations_html([named, replace(named, turns=2)], opened=evil, words=evil, problem=evil),
        listing.library_html(page_of([summary]), listing.View(evil), removed=article),
        article_html(article, None, history=[article, later], since=later),
        article_html(later, None, history=[article, later]),
        timeline_html([dated]),
        *(arrivals_html([one]) for one in arrived(evil)),
        listing.status_html(WriterStatus(state="fetching", model=evil, detail=evil, progress=0.4)),
    ):
        assert_harmless(text)


def arrived(evil: str) -> list[Arrival]:
    """An arrival of that name at work, given up, and with something of it that failed."""
    working, given_up, ended = (Arrival(name, lambda *_: [], key=evil) for name in (evil, evil, f"http://{evil}"))
    working.begin("working")
    working.done, working.title = 1, evil
    given_up.end(problem=evil)
    ended.end([Added(origin=evil, status="failed", error=evil), Added(origin=evil, status="added", title=evil)])
    return [Arrival(evil, lambda *_: [], key=evil), working, given_up, ended]


@given(st.text(max_size=80))
def test_any_question_is_shown_as_it_was_asked(question: str) -> None:
    seen = assert_harmless(render.streaming_html(question))
    assert question.replace("\0", "\N{REPLACEMENT CHARACTER}") in seen.words


@given(st.text())
def test_escaped_text_comes_back_character_for_character(text: str) -> None:
    class Words(HTMLParser):
        said = ""

        def handle_data(self, data: str) -> None:
            self.said += data

    words = Words(convert_charrefs=True)
    words.feed(f"<p>{escape(text)}</p>")
    words.close()
    assert words.said == text.replace("\0", "\N{REPLACEMENT CHARACTER}")


@pytest.mark.parametrize(
    "url",
    [None, "", "javascript:alert(1)", "data:text/html,x", "//host/x", "http://", "https:///x", "/read", "ftp://a/b",
     "java\nscript:alert(1)", " https://a.example", "https://a.example/\u202ex", "https://[half", "vbscript:x"],
)  # fmt: skip
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert web_address(url) is None
    assert outside_link(url, "Original") == ""


def test_an_article_address_opens_without_telling_where_from() -> None:
    link = outside_link("https://news.example/a?b=1&c=2", "Original")
    assert 'href="https://news.example/a?b=1&amp;c=2"' in link
    assert 'rel="noopener noreferrer nofollow"' in link


def test_each_sentence_carries_its_chips_and_a_chip_leads_to_its_span() -> None:
    text = render.answer_html(answer())
    seen = assert_harmless(text)
    chips = [value for tag, name, value in seen.attributes if tag == "a" and name == "href" and "at=" in value]
    stake = citation(1, STAKE)
    query = parse_qs(urlsplit(chips[0]).query)
    assert query["at"] == [f"{stake.start}-{stake.end}"]
    assert query["also"] == [f"{citation(2, TIME).start}-{citation(2, TIME).end}"]
    first, second = text.index("Renault will hold 15%"), text.index("The deal closes")
    assert first < text.index("Citation 1:") < second < text.index("Citation 2:")


def test_a_marker_without_a_citation_gives_no_chip() -> None:
    lost = Sentence(text="Lost.", status="supported", citations=(9,))
    assert "Citation 9" not in render.answer_html(answer(sentences=(lost,)))


def test_only_what_is_cited_is_listed_and_the_rest_is_folded() -> None:
    text = render.answer_html(answer())
    listed, folded = text.split("<details>")
    assert STAKE.replace("'", "&#x27;") in listed
    assert AMPERE.replace("'", "&#x27;") not in listed
    assert AMPERE.replace("'", "&#x27;") in folded
    assert "Also near (1)" in folded


def test_quoted_sentences_look_like_quotes() -> None:
    quoted = Sentence(text=STAKE, status="quoted", citations=(1,))
    text = render.answer_html(answer(sentences=(quoted,), writer="quotes", fallback="the writer is fetched, 43 %"))
    assert '<blockquote class="quoted"' in text
    assert "Answered with quotes: the writer is fetched, 43 %." in text


def test_the_answer_itself_stands_above_its_sentences_and_is_not_counted_among_them() -> None:
    words = Sentence(text="15%", status="words", citations=(1,))
    quoted = Sentence(text=STAKE, status="quoted", citations=(1,))
    text = render.answer_html(answer(sentences=(words, quoted), citations=(citation(1, STAKE),)))
    assert text.index('<p class="given"') < text.index('<blockquote class="quoted"')
    assert "1 sentence quoted word for word, from 1 article" in text
    assert "checked" not in text


@pytest.mark.parametrize(
    ("reason", "words"),
    [("not_stated", "do not say"), ("no_articles", "has no articles"), ("filtered_out", "filters")],
)
def test_an_abstention_says_its_reason_and_is_no_answer(reason: str, words: str) -> None:
    text = render.answer_html(abstention(reason=reason))
    assert 'class="turn abstained"' in text
    assert 'class="abstention"' in text
    assert words in text
    assert "Nearest passages" in text
    assert 'class="cited"' not in text


def test_an_abstention_without_a_writer_is_not_called_an_answer() -> None:
    text = render.answer_html(abstention(fallback="the writer is starting"))
    assert "Searched without the writer: the writer is starting." in text
    assert "Answered" not in text


def test_a_failure_is_no_abstention() -> None:
    text = render.problem_html("Why?", "the disk is full")
    assert 'class="turn failed"' in text
    assert "abstention" not in text


def test_the_day_it_was_asked_from_and_the_standalone_question_are_shown() -> None:
    text = render.answer_html(answer(question="And Nissan?", standalone_question="What stake will Nissan hold?"))
    assert "As of" in text
    assert "5 February 2023" in text
    assert "Understood as: <bdi>What stake will Nissan hold?</bdi>" in text
    assert "As of" not in render.answer_html(answer(as_of=None))
    assert "Understood as" not in render.answer_html(answer())


def test_while_streaming_the_nearest_passages_stand_below_what_is_written() -> None:
    near = tuple(nearest(quote) for quote in (STAKE, TIME, AMPERE, STAKE))
    empty = render.streaming_html("Why?")
    assert 'aria-busy="true"' in empty
    assert "Nearest" not in empty
    found = render.streaming_html("Why?", evidence=near)
    assert found.count("<li") == render.NEAR_WHILE_WRITING
    written = render.streaming_html(
        "Why?", evidence=near, sentences=answer().sentences[:1], citations=answer().citations[:1]
    )
    assert written.index("15% of Nissan") < written.index("Nearest passages")
    stopped = render.streaming_html("Why?", sentences=answer().sentences[:1], stopped=True)
    assert "Stopped." in stopped
    assert "aria-busy" not in stopped


def test_days_are_written_for_people() -> None:
    assert day("2023-02-05T10:00:00+00:00") == '<time datetime="2023-02-05">5 February 2023</time>'
    assert day(None) == "undated"
    assert day("<b>soon") == "&lt;b&gt;soon"
    assert byline(None, None) == "undated"
    assert date(2023, 2, 5).isoformat() in byline("Wire", "2023-02-05")


def summaries(count: int) -> list[ArticleSummary]:
    return [
        ArticleSummary(
            article_id=f"a{number}", version=1, title=f"Title {number}", source="Wire" if number % 2 else None,
            published_at=None, url=None, origin="x", words=1200, added_at="2023-02-05",
        )
        for number in range(count)
    ]  # fmt: skip


def page_of(rows: list[ArticleSummary], offset: int = 0, found: int | None = None) -> ArticlePage:
    shown = tuple(rows[offset : offset + listing.ROWS_SHOWN])
    return ArticlePage(articles=shown, offset=offset, found=len(rows) if found is None else found, total=len(rows))


def test_the_library_list_is_a_page_even_of_a_large_library() -> None:
    text = listing.library_html(page_of(summaries(10_000), 200), listing.View(order="title", descending=False))
    assert "10,000 articles" in text
    assert "201–300" in text
    assert text.count("<tr>") == listing.ROWS_SHOWN + 1
    assert "1,200" in text
    assert re.findall(r'aria-sort="(\w+)"', text) == ["ascending", "none", "none", "none", "none"]
    assert re.findall(r'data-act="page" data-id="(-?\d+)"( disabled)?', text) == [("100", ""), ("300", "")] * 2


def test_the_ends_of_the_list_lead_no_further() -> None:
    first, last = listing.library_html(page_of(summaries(150))), listing.library_html(page_of(summaries(150), 100))
    assert 'data-id="-100" disabled>← Previous' in first
    assert 'data-id="200" disabled>Next →' in last
    assert "pager" not in listing.library_html(page_of(summaries(100)))


def test_a_column_is_sorted_by_its_better_end_first_and_then_turned() -> None:
    view = listing.View(offset=300).sorted_by("title")
    assert (view.order, view.descending, view.offset) == ("title", False, 0)
    assert view.sorted_by("title").descending
    assert view.sorted_by("words").descending
    assert listing.View().sorted_by("<nothing>") == listing.View(descending=False)


def test_what_was_searched_is_counted_of_the_whole() -> None:
    rows = summaries(30)
    page = ArticlePage(articles=tuple(rows[:1]), offset=0, found=1, total=30)
    assert "1 of 30 articles" in listing.library_html(page, listing.View("wire title 21"))
    assert "<table>" not in listing.library_html(
        ArticlePage(articles=(), offset=0, found=0, total=30), listing.View("nowhere")
    )
    assert "empty" in listing.library_html(page_of([]))


def test_a_corrected_article_leads_to_what_was_corrected() -> None:
    row = replace(summaries(1)[0], version=3)
    text = listing.library_html(page_of([row]))
    assert "version 3</a>" in text
    assert "version=3&amp;since=2" in text


def test_the_status_is_a_bar_with_words() -> None:
    fetching = WriterStatus(state="fetching", model="m", detail="Fetching the writer, 43 %", progress=0.43)
    assert 'value="0.430"' in listing.status_html(fetching)
    assert "43 %" in listing.status_html(fetching)
    assert "Opening the library" in listing.status_html(None)


def test_what_changed_since_is_told_above_the_answer_which_stays_as_it_was() -> None:
    change = ArticleChange(article_id="a1", title="A title", cited_version=1, current_version=3, still_says=True)
    text = render.answer_html(answer(), [change])
    assert text.index("The cited words still stand in it") < text.index("Renault will hold 15%")
    assert 'href="read?article=a1&amp;version=3"' in text
    assert text.replace(text[text.index('<p class="changed"') : text.index('<div class="words"')], "") == (
        render.answer_html(answer())
    )
    removed = render.answer_html(answer(), [replace(change, current_version=None)])
    assert "was removed from the library after this answer" in removed
    assert 'class="changed"' not in render.answer_html(answer())


def test_many_conversations_are_listed_only_in_part() -> None:
    every = [
        ConversationSummary(conversation_id=f"c{n}", title=f"Title {n}", turns=n + 1, updated_at="2026-01-02")
        for n in range(130)
    ]
    text = sidebar.conversations_html(every, opened="c1")
    assert text.count("<li>") == sidebar.CONVERSATIONS_SHOWN
    assert "and 30 older: search to find them" in text
    assert text.count('aria-current="page"') == 1
    assert "1 question · " in text
    assert "2 questions · " in text
    assert "are kept here" in sidebar.conversations_html([])


def test_a_quote_that_is_the_answer_is_not_shown_a_second_time_below_it() -> None:
    quoted = Sentence(text=STAKE, status="quoted", citations=(1,))
    written = Sentence(text="It closes by mid-year.", status="supported", citations=(2,))
    text = passages.cited_html((citation(1, STAKE), citation(2, TIME)), (quoted, written))
    assert text.count('<li class="shown">') == 1
    assert text.index('<li class="shown">') < text.index("<li>")


def test_near_passages_of_one_article_stand_together_under_its_title() -> None:
    other = version(article_id="a2", title="Another article")
    near = (nearest(STAKE), nearest(TIME, other), nearest(AMPERE))
    text = passages.near_html(near, label="Near")
    assert text.count("Nissan and Renault reshape their alliance") == 1
    assert text.index("engineering support") < text.index("Another article")
    assert text.count('class="opens"') == 3


def test_a_number_tells_its_quote_source_and_day_when_it_is_pointed_at() -> None:
    shown = passages.chip(citation(1, STAKE), ())
    assert f'data-quote="{escape(STAKE)}" data-whence="Morning Wire · 5 February 2023"' in shown


def test_how_the_sentences_stand_is_told_below_them() -> None:
    assert "2 sentences checked against what they cite, from 1 article</p>" in render.answer_html(answer())
    quoted = Sentence(text=STAKE, status="quoted", citations=(1,))
    written = Sentence(text="It is so.", status="supported", citations=(2,), independent_articles=1)
    text = render.answer_html(answer(sentences=(quoted, written)))
    assert "1 sentence checked against what it cites, 1 sentence quoted word for word, from 1 article</p>" in text
    assert 'class="standing"' not in render.answer_html(abstention())


def test_a_sentence_tells_by_how_many_independent_articles_it_is_said_where_it_is_more_than_one() -> None:
    said = [replace(one, independent_articles=n) for one, n in zip(answer().sentences, (3, 1), strict=True)]
    text = render.answer_html(answer(sentences=tuple(said)))
    assert text.count("independent articles") == 1
    assert text.index("in 3 independent articles") < text.index("The deal closes")


def test_near_copies_of_a_cited_article_are_folded_below_it() -> None:
    copy = AlsoReported(
        article_id="b1", version=2, title="<b>Wire</b>", source="Evening Wire", published_at="2023-02-05", url=None
    )
    text = render.answer_html(answer(citations=(replace(citation(1, STAKE), also_reported_by=(copy,)),)))
    seen = assert_harmless(text)
    assert "Also in one near-copy" in seen.words
    assert "<b>Wire</b>" in seen.words
    assert 'href="read?article=b1&amp;version=2"' in text
    assert text.count("Also in") == 1


def test_what_another_article_says_instead_stands_beside_the_answer() -> None:
    elsewhere = version(article_id="b1", source="Evening Wire", published_at=datetime(2023, 3, 1, tzinfo=UTC))
    quote = Sentence(text=STAKE, status="quoted", citations=(3,))
    differing = Disagreement(value="43%", against="15%", relation="update", articles=1, agreeing=2, sentence=quote)
    shown = answer(
        citations=(citation(1, STAKE), citation(2, TIME), citation(3, STAKE, elsewhere)), disagreements=(differing,)
    )
    text = render.answer_html(shown)
    seen = assert_harmless(text)
    for words in (
        "A later article tells how it changed", "This answer · 2 articles found", "Elsewhere · 1 article found",
        "Evening Wire", "1 March 2023",
    ):  # fmt: skip
        assert words in seen.words
    here, there = text.index('<p class="value" dir="auto">15%</p>'), text.index('<p class="value" dir="auto">43%</p>')
    assert here < text.index(">Renault will hold 15%", here) < there < text.index(f">{escape(STAKE)}", there)
    assert text.index("article=b1") > there
    assert "from 1 article</p>" in text
    assert 'class="otherwise"' not in render.answer_html(answer())


def test_what_may_be_about_something_else_is_listed_below_the_answer() -> None:
    elsewhere = version(article_id="b1", source="Evening Wire", published_at=datetime(2023, 3, 1, tzinfo=UTC))
    quote = Sentence(text=STAKE, status="quoted", citations=(3,))
    shown = answer(
        citations=(citation(1, STAKE), citation(2, TIME), citation(3, STAKE, elsewhere)), alternatives=(quote,)
    )
    text = render.answer_html(shown)
    seen = assert_harmless(text)
    for words in ("Other articles, perhaps about something else", "Evening Wire", "1 March 2023"):
        assert words in seen.words
    assert text.index('class="words"') < text.index('class="alternatives"') < text.index('class="cited"')
    assert "from 1 article</p>" in text
    assert 'class="alternatives"' not in render.answer_html(answer())
