"""What the passages found leave unsaid: years and names that they have not, and what the question takes for granted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.unsaid import explained, other_days, premise_of, strangers
from index.articles import Evidence

PASSAGE = Evidence(
    article_id="a", version=1, start=0, end=38, quote="He was arrested in Japan in late 2018.", score=0.5,
    title="The 1999 pact", source=None, published_at=None, url=None,
)  # fmt: skip
DATED = replace(PASSAGE, published_at=datetime(2023, 2, 7, tzinfo=UTC))


@pytest.mark.parametrize(
    ("question", "passage", "another"),
    [
        ("Where was he arrested?", PASSAGE, False),
        ("Where was he arrested in 2018?", PASSAGE, False),
        ("What changed in 2023?", PASSAGE, True),
        ("What changed between 2018 and 2023?", PASSAGE, True),
        ("Who signed it in 1999?", PASSAGE, False),
        ("What changed in 2023?", DATED, False),
        ("What happened last year, in 2022?", DATED, False),
        ("What happened in 2020?", DATED, True),
        ("Did it cost 2100 dollars?", PASSAGE, False),
        ("Who won the 98th Academy Awards?", PASSAGE, True),
        ("Who won the 98th Academy Awards?", replace(PASSAGE, quote="It won at the 98th Academy Awards."), False),
        ("Who won the 98th Academy Awards?", replace(PASSAGE, title="The 98th Academy Awards"), False),
        ("Who came 2nd?", PASSAGE, False),
        ("Which offices were those of the pre-1875 council?", PASSAGE, True),
        ("Who was crowned in 1066?", PASSAGE, True),
        ("Who was crowned in 1066?", replace(PASSAGE, quote="In 1066, Harold was."), False),
        ("Which firm lost 1500 jobs?", PASSAGE, False),
        ("Which firm went in 1847?", replace(PASSAGE, quote="It went in the year 1,847."), False),
    ],
)
def test_a_year_that_no_passage_can_be_about(question: str, passage: Evidence, another: bool) -> None:
    assert bool(other_days(question, [passage])) is another


@pytest.mark.parametrize(
    ("question", "unknown"),
    [
        ("Who was held in Japan?", []),
        ("Which Honda car is it?", ["Honda"]),
        ("Which British carmaker is it?", []),  # an article need not say so
        ("Which English county is it?", []),
        ("Which British Airways flight was it?", ["British Airways"]),
        ("Which Renault or Norwegian plant is it?", ["Renault"]),
    ],
)
def test_a_name_that_no_passage_has(question: str, unknown: list[str]) -> None:
    assert strangers(question, [PASSAGE]) == unknown


@pytest.mark.parametrize(
    ("question", "premise"),
    [
        ("Why did Nissan buy Renault?", "Did Nissan buy Renault?"),
        ("And on what grounds was Carlos Ghosn acquitted?", "Was Carlos Ghosn acquitted?"),
        ("What made Nissan shut its plant?", "Did Nissan shut its plant?"),
        ("What has led the board to resign?", "Did the board resign?"),
        ("In which year will the plant open?", "Will the plant open?"),
        ("When is the opening?", None),
        ("Where is the plant?", None),
        ("Why did it fail?", None),
        ("Why?", None),
        ("How many plants did Nissan shut?", None),
        ("Did Nissan buy Renault?", None),
    ],
)
def test_what_a_question_takes_for_granted(question: str, premise: str | None) -> None:
    assert premise_of(question) == premise


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Why was he acquitted in Japan?", None),  # whoever that is
        ("Why was the chairman acquitted?", "“Was the chairman acquitted?” is yes"),
        ("Who paid, and why was the chairman acquitted?", "“Was the chairman acquitted?” is yes"),
        ("When did Toyota arrest the chairman?", "names “Toyota”."),
        ("What changed in 2023 and in 2024?", "is about 2023 or 2024."),
        ("Who won the 98th and the 112th prize in 2023?", "is about 2023, the 98th or the 112th."),
        ("Where was Japan arrested in late 2018?", None),
    ],
)
def test_an_abstention_is_explained(question: str, told: str | None) -> None:
    why = explained(question, [PASSAGE])
    assert why is told is None or (why is not None and told is not None and told in why)


def test_nothing_is_explained_by_no_passages() -> None:
    assert explained("Why was the chairman acquitted?", []) is None
