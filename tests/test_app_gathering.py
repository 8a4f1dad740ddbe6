"""What the evidence cannot be about: a year that none of it names or was published near. Names: test_app_answering."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.gathering import tells_another_year
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
    ],
)
def test_a_year_that_no_passage_can_be_about(question: str, passage: Evidence, another: bool) -> None:
    assert tells_another_year(question, [passage]) is another
