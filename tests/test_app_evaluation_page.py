"""The report: what it shows, that nothing in it is code, and that it opens from a file without a network."""

import doctest
import re
from dataclasses import replace
from pathlib import Path

import pytest
from browser import LAUNCH_OPTIONS, find_browser
from playwright.sync_api import Browser, sync_playwright

from app.evaluation.metrics.gate import check, read_gate
from app.evaluation.metrics.quantities import quantity
from app.evaluation.metrics.selective import (
    Beyond,
    Covered,
    beyond_given,
    calibration,
    risk_coverage,
)
from app.evaluation.outcomes import Outcome, Passage
from app.evaluation.report import markdown, marking
from app.evaluation.report.charts import latency_chart
from app.evaluation.report.comparison_page import comparison_page
from app.evaluation.report.markdown import MOST_FAILURES, comparison_markdown, run_markdown
from app.evaluation.report.marking import marked
from app.evaluation.report.page import run_page
from app.evaluation.runs.files import Run

HOSTILE = '<script>alert("x")</script><img src=x onerror=alert(1)>|`*'
QUOTE = "Renault will hold 15% of Nissan."
BASE = Outcome(
    id="q", kind="direct", question="What stake?", mode="writer", golden_hash="0", answerable=True, gold=("one",),
    rank=1, ranked=("one",), answered=True, right=True, score=1, text="It is 15%. [1]", writer="scripted",
    confidence=0.7, expected=(("15%", "fifteen percent"),), assertions=1, assertions_met=1,
    gold_quotes=("hold 15% of  Nissan",),
    total_seconds=2.0, first_evidence_seconds=0.1, sentences=1, sentences_supported=1, citations=1,
    citations_resolved=1,
    shown=(Passage(article_id="one", title="A title", start=0, end=32, quote=QUOTE, marker=1, resolves=True),),
    found=(Passage(article_id="two", title=HOSTILE, start=0, end=32, quote=HOSTILE),),
)  # fmt: skip
WRONG = replace(
    BASE, id="wrong", right=False, score=-1, text=HOSTILE, question=HOSTILE, confidence=0.4, total_seconds=9.0
)
SILENT = replace(
    BASE, id="silent", kind="near", answerable=False, right=False, answered=False, expected=(), gold=(), gold_quotes=(),
    confidence=0.2, shown=(), text="The articles do not say.",
)  # fmt: skip
FAILED = replace(BASE, id="failed", answered=None, right=None, score=-1, text=None, error="RetrievalError: gone")
RUN = Run(
    lines=Path("eval-runs/news.jsonl"), outcomes=(BASE, WRONG, SILENT, FAILED),
    record={"golden": {"file": "news.jsonl"}, "made_by": {"program": {"version": "1.2.3"}}, "started_at": "2023-02-06"},
)  # fmt: skip


@pytest.mark.parametrize("module", [marking, markdown])
def test_examples_in_the_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "phrases", "html"),
    [
        ("It is 15%, or 115%.", ["15%"], "It is <mark>15%</mark>, or 115%."),
        ("Nissan’s\nstake", ["nissan's stake"], "<mark>Nissan’s\nstake</mark>"),
        ("a b c d", ["b c", "c d"], "a <mark>b c</mark><mark> d</mark>"),
        ("No plan", ["^no"], "<mark>No</mark> plan"),
        ("a <b> c", ["<b>"], "a <mark>&lt;b&gt;</mark> c"),
        ("nothing", ["", " "], "nothing"),
        ("a.c abc", ["a.c"], "<mark>a.c</mark> abc"),
    ],
)
def test_what_matters_is_marked(text: str, phrases: list[str], html: str) -> None:
    assert marked(text, phrases) == html


def test_risk_rises_with_coverage_where_confidence_tells() -> None:
    right, wrong = replace(BASE, confidence=0.9), replace(WRONG, confidence=0.3)
    assert risk_coverage([right, right, wrong, SILENT]) == (Covered(0.5, 0.0), Covered(0.75, pytest.approx(1 / 3)))
    assert risk_coverage([replace(right, confidence=0.3), wrong]) == (Covered(1.0, 0.5),)  # equals come in together
    assert risk_coverage([SILENT]) == ()
    assert risk_coverage([replace(right, confidence=None)]) == ()  # a peer that tells none


def test_beyond_the_answers_given_the_risk_lies_between_bounds() -> None:
    unanswerable = replace(SILENT, confidence=0.4)  # SILENT itself has .2
    unheard = replace(SILENT, answerable=True, score=0, confidence=0.3)
    assert beyond_given([BASE, SILENT, WRONG, unheard, unanswerable]) == (
        Beyond(0.4, 0.5, 0.5),
        Beyond(0.6, 2 / 3, 2 / 3),
        Beyond(0.8, 0.5, 0.75),
        Beyond(1.0, 3 / 5, 4 / 5),
    )
    assert beyond_given([SILENT]) == beyond_given([BASE, WRONG]) == beyond_given([]) == ()
    assert beyond_given([BASE, replace(SILENT, confidence=None)]) == ()


def test_calibration_error_is_the_distance_from_the_diagonal() -> None:
    low = [replace(BASE, confidence=0.2, score=1 if at < 1 else -1) for at in range(5)]
    high = [replace(BASE, confidence=0.9, score=1 if at < 4 else -1) for at in range(5)]
    bins = calibration([*high, *low])
    assert [(one.answers, one.confidence, one.right) for one in bins] == [
        (5, pytest.approx(0.2), 0.2),
        (5, pytest.approx(0.9), 0.8),
    ]
    assert quantity([*high, *low], "calibration_error") == pytest.approx(0.05)
    assert quantity([SILENT], "calibration_error") is None


def test_every_failure_is_told_with_what_was_found() -> None:
    page = run_page(RUN, check(read_gate("score>=0.5"), RUN.outcomes))
    assert page.count('<details class="failure">') == 2  # the wrong and the failed one
    assert "RetrievalError: gone" in page
    assert "Renault will <mark>hold 15% of Nissan</mark>." in page
    assert "15% or fifteen percent" in page
    assert "gate score&gt;=0.5: DOES NOT HOLD" in page
    assert "1.2.3" in page
    assert "Nothing." in run_page(replace(RUN, outcomes=(BASE, SILENT)), ())


def test_passages_are_told_where_they_are_known() -> None:
    assert "gold passage" not in run_page(RUN, ())
    page = run_page(replace(RUN, outcomes=(replace(BASE, passage_ranks=(2,)), SILENT)), ())
    row = page[page.index("<td>gold passage</td>") :].split("</tr>")[0]
    assert row.startswith("<td>gold passage</td><td>1</td><td>0.00 [0.00, 0.79]</td><td>1.00 [0.21, 1.00]</td>")


def test_nothing_in_the_page_is_code() -> None:
    for page in (run_page(RUN, ()), comparison_page(["a", HOSTILE], [RUN, replace(RUN, outcomes=(WRONG, BASE))])):
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page
        assert "default-src 'none'" in page


def test_the_summary_is_short_and_plain() -> None:
    told = run_markdown(RUN, check(read_gate("score>=0.5,wrong<=1"), RUN.outcomes))
    assert "- ❌ gate score" in told
    assert "- ✅ gate wrong" in told
    assert "| direct | 3 |" in told
    assert "| **total** | 4 |" in told
    assert "<script" not in told.replace("\\<script", "")
    many = replace(RUN, outcomes=tuple(replace(WRONG, id=f"w{at}") for at in range(MOST_FAILURES + 3)))
    assert "- and 3 more, in the HTML report" in run_markdown(many, ())
    assert "Nothing went wrong." in run_markdown(replace(RUN, outcomes=(BASE,)), ())


def test_every_figure_is_told_by_kind_and_time_by_its_tail() -> None:
    timed = replace(
        BASE, first_evidence_seconds=0.1, first_word_seconds=1.0, total_seconds=2.0, cost=0.001, token_f1=0.5
    )
    run = replace(
        RUN, outcomes=(timed, replace(timed, id="b", kind="other"), replace(SILENT, kind="other", cost=0.003))
    )
    page = run_page(run, ())
    assert "<td>first word</td><td>1.00 [1.00, 1.00]</td><td>1.00 [1.00, 1.00]</td>" in page
    assert "they cost 0.005" in page
    figures = page[page.index("All figures by kind") :].split("</details>")[0]
    assert re.findall(r"<th>(.*?)</th>", figures) == ["figure", f"{BASE.kind} (1)", "other (2)", "total (3)"]
    assert {"token_f1", "calibration_error", "p95_first_word_seconds"} <= set(re.findall(r"<td>(\w+)</td>", figures))


def test_runs_side_by_side_are_told_in_plain_markdown() -> None:
    told = comparison_markdown(["a", HOSTILE], [RUN, replace(RUN, outcomes=(WRONG, BASE))])
    assert "### a (first) and " in told
    assert "Worse: " in told
    assert "Better: " in told
    assert "<script" not in told.replace("\\<script", "")


def test_marks_of_time_stand_where_there_is_room() -> None:
    drawn = latency_chart([1.0] * 5 + [10.0], [("median", 1.0), ("p95", 9.0)])
    assert 'text-anchor="start">median 1.00 s<' in drawn
    assert 'text-anchor="end">p95 9.00 s<' in drawn
    assert [f">{tick}</text>" in drawn for tick in (2, 4, 6, 8)] == [True] * 4  # whole questions
    assert latency_chart([0.0], []).count('class="bar"') == 1


def test_a_search_alone_has_a_report_too() -> None:
    search = replace(
        BASE, mode="retrieval", answered=None, right=None, score=None, text=None, shown=(), total_seconds=None
    )
    page = run_page(replace(RUN, outcomes=(search, replace(search, id="low", rank=None))), ())
    assert "What went wrong: 1 of 2" in page
    assert "no gold article among the first ten" in page


@pytest.fixture(scope="module")
def chromium() -> Browser:  # type: ignore[misc]
    path = find_browser()
    assert path is not None, "no browser: 'python tests/browser.py' tells how to get one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(LAUNCH_OPTIONS))
        yield browser
        browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_the_page_opens_from_a_file_and_loads_nothing(
    chromium: Browser, tmp_path: Path, scheme: str, width: int
) -> None:
    file = tmp_path / "report.html"
    file.write_text(run_page(RUN, ()), encoding="utf-8")
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    requests, problems = [], []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(file.as_uri())
    page.locator("details.failure summary").first.click()
    assert page.locator("details.failure[open] mark").first.is_visible()
    assert requests == [file.as_uri()]
    assert problems == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(251, 250, 248)") == (scheme == "light")
    context.close()
