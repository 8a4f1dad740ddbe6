"""What happened when: sentences of the passages, in the order of time, on the page's plot and in the terminal."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from accessible import problems_of
from playwright.sync_api import Browser, expect
from scripted_desk import DATED, STAKE, ScriptedDesk, answer, citation, version
from served_page import Served, Visit, visited

from app.cli.printing import timeline_record, timeline_text
from app.schema import Answer, Citation, Sentence
from app.timeline import happenings, published_day, told_time
from app.web.plot import timeline_html

ARREST = "Carlos Ghosn was arrested in Japan in November 2018."
STORY = version(f"{DATED} {ARREST} {STAKE}", published_at=datetime(2023, 2, 7, tzinfo=UTC))
CITED = (citation(1, DATED, STORY), citation(2, ARREST, STORY), citation(3, STAKE, STORY))


def test_every_happening_is_a_sentence_of_its_article_in_the_order_of_time() -> None:
    found = happenings(CITED)
    assert [(one.first, one.last, one.passage) for one in found] == [
        (date(2018, 11, 1), date(2018, 11, 30), 1),
        (date(2023, 2, 6), date(2023, 2, 6), 0),
    ]
    for one in found:
        assert one.sentence == STORY.text[one.start : one.end]
    assert happenings([*CITED, *CITED]) == found


def test_with_a_question_only_what_is_about_it_counts() -> None:
    assert [one.sentence for one in happenings(CITED, "When was Ghosn arrested?")] == [ARREST]


def test_a_day_of_publication_may_be_anything_that_a_passage_tells() -> None:
    assert published_day(datetime(2023, 2, 7, 9, tzinfo=UTC)) == published_day("2023-02-07T09:00:00+00:00")
    assert published_day("soon") is published_day(None) is published_day("") is None
    assert told_time(date(2023, 2, 6), date(2023, 2, 6)) == "6 February 2023"


def test_the_terminal_tells_each_time_with_its_sentence_and_place() -> None:
    found = happenings(CITED)
    text = timeline_text(found)
    assert text.index("November 2018") < text.index(f"“{ARREST}”") < text.index("6 February 2023")
    assert f"published 2023-02-07 (a1 v1, {found[0].start}-{found[0].end})" in text
    record = json.loads(json.dumps(timeline_record("Why?", found)))
    assert [one["first"] for one in record["timeline"]] == ["2018-11-01", "2023-02-06"]
    assert timeline_text([]) == "No passage about this names a time."


def test_one_time_alone_is_no_plot() -> None:
    assert timeline_html(CITED[:1]) == timeline_html((CITED[1], CITED[2])) == timeline_html(()) == ""


@pytest.mark.parametrize(
    ("told", "ticks"),
    [
        (("on May 1, 2023", "on May 5, 2023"), ["1 May", "2 May", "3 May", "4 May", "5 May"]),
        (("in January 2023", "in July 2023"), ["Jan 2023", "Mar 2023", "May 2023", "Jul 2023"]),
        (("in 1999", "in 2023"), ["2000", "2005", "2010", "2015", "2020"]),
    ],
)
def test_the_line_of_time_has_a_few_round_marks(told: tuple[str, str], ticks: list[str]) -> None:
    text = " ".join(f"It rained {one}." for one in told)
    rain = version(text, published_at=None)
    cited = [citation(number, f"It rained {one}.", rain) for number, one in enumerate(told, start=1)]
    assert re.findall(r'class="tick"[^>]*>([^<]*)<', timeline_html(cited)) == ticks


def test_marks_of_one_day_do_not_cover_each_other() -> None:
    days = ("on May 1, 2023", "on May 1, 2023 again", "on May 2, 2025")
    rain = version(" ".join(f"It rained {one}." for one in days))
    plot = timeline_html([citation(number, f"It rained {one}.", rain) for number, one in enumerate(days, start=1)])
    places = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"', plot)
    assert len(set(places)) == 3
    assert plot.count('class="published"') == 1


class TimelineDesk(ScriptedDesk):
    def _reply(self, question: str) -> Answer:
        if "capital" in question:
            return super()._reply(question)
        said = tuple(Sentence(text=one.quote, status="quoted", citations=(one.marker,)) for one in CITED)
        cited: tuple[Citation, ...] = CITED
        return replace(answer(question=question, standalone_question=question), sentences=said, citations=cited)


@pytest.fixture(scope="module")
def desk() -> TimelineDesk:
    return TimelineDesk(held={"a1": STORY})


def asked(visit: Visit) -> None:
    visit.opened()
    visit.answered("What became of the alliance?")


def test_a_mark_tells_its_passage_and_opens_it(browser: Browser, served: Served) -> None:
    with visited(browser, served.url) as visit:
        asked(visit)
        plot = visit.page.locator("#timeline .timeline")
        expect(plot.locator(".event")).to_have_count(2)
        expect(visit.page.locator("#current .timeline")).to_be_hidden()
        before = plot.locator("figcaption").inner_text()
        assert problems_of(visit.page) == []
        mark = plot.get_by_role("link", name=f"November 2018: “{ARREST}” (Morning Wire)")
        mark.hover()
        expect(plot.locator("figcaption")).to_contain_text(f"November 2018: “{ARREST}”")
        visit.page.locator("#brand").hover()
        expect(plot.locator("figcaption")).to_have_text(before)
        mark.focus()
        expect(plot.locator("figcaption")).to_contain_text(ARREST)
        mark.press("Enter")
        expect(visit.page.locator("#reader #cited")).to_have_text(ARREST)
        visit.page.keyboard.press("Escape")
        visit.answered("What is the capital of Peru?")
        expect(plot).to_have_count(0)
        visit.page.locator("#past .chip").first.click()
        expect(plot).to_be_visible()


def test_on_a_phone_the_plot_stands_in_the_answer(browser: Browser, served: Served) -> None:
    with visited(browser, served.url, width=390) as visit:
        asked(visit)
        expect(visit.page.locator("#timeline .timeline")).to_be_hidden()
        assert problems_of(visit.page) == []
        visit.page.locator("#current .timeline .event").first.click()
        expect(visit.page.locator("#reader #cited")).to_have_text(ARREST)


def test_the_permanent_page_has_the_plot_too(browser: Browser, served: Served) -> None:
    with visited(browser, served.url) as visit:
        asked(visit)
        visit.go(f"{served.url}/answer?turn=t1")
        visit.page.locator("#timeline .event").first.click()
        expect(visit.page.locator("#reader #cited")).to_have_text(ARREST)
