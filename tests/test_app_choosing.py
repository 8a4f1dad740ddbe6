"""Which excerpt is leaned on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.choosing import holds, likeliest, of_the_right_kind, words_of
from app.quoting import Quote
from index.articles import Evidence

QUESTION = "What stake will Renault hold in Nissan?"


def quote(text: str, interaction: float = 0.5) -> Quote:
    passage = Evidence(
        article_id="a1", version=1, start=0, end=len(text), quote=text, score=0.5, title="A title", source=None,
        published_at=None, url=None,
    )  # fmt: skip
    return Quote(passage, 0, len(text), coverage=0.5, similarity=0.5, interaction=interaction, right_kind=True)


def test_the_sentence_that_meets_the_question_best_leads() -> None:
    far, near = quote("It is so.", 0.1), quote("It is.", 0.9)
    assert likeliest([far, near], QUESTION) == [near, far]


def test_the_short_answer_settles_a_close_call() -> None:
    quotes = [quote("It held 43%."), quote("It will hold fifteen percent."), quote("It holds much.", 0.6)]
    assert [quotes.index(one) for one in likeliest(quotes, QUESTION, "15%")] == [1, 2, 0]


@pytest.mark.parametrize(
    ("text", "short", "share"),
    [
        ("Nissan will share it with Mitsubishi Motors.", "Mitsubishi Motors", 1.0),
        ("Nissan will share it with Mitsubishi.", "Mitsubishi Motors", 0.5),
        ("According to seven sources, it will.", "7 sources", 1.0),
        ("It fell to 15% from 43%.", "25%", 0.0),
        ("It fell to 15% from 43%.", "", 0.0),
        ("Renault will hold a stake in Nissan.", "Renault holds a stake", 0.0),
        (
            "It aims to make its cars smarter and more connected.",
            "To make all its cars smarter and ever better connected",
            0.0,
        ),
    ],
    ids=["all", "half", "a-number-in-words", "another-number", "nothing", "nothing-but-the-question", "not-short"],
)
def test_what_the_short_answer_says_beyond_the_question_is_looked_for(text: str, short: str, share: float) -> None:
    assert holds(text, short, QUESTION) == pytest.approx(share)


def test_sentences_of_another_kind_are_left_out_where_one_is_of_the_right() -> None:
    right, wrong = quote("It held 43%."), replace(quote("It held much.", 0.9), right_kind=False)
    assert of_the_right_kind([wrong, right]) == [right]
    assert of_the_right_kind([wrong]) == [wrong]


@pytest.mark.parametrize(
    ("text", "short", "given"),
    [
        ("It will hold 15%, down from 43%.", "15%.", "15%"),
        ("It is Mitsubishi’s share.", "mitsubishi", "Mitsubishi"),
        ("It will hold fifteen percent.", "15%", None),
        ("Renault will hold a stake in Nissan.", "a stake in Nissan", None),
        ("It held 15.5%.", "5%", None),
        ("It will share hybrid engines and all its platforms.", "hybrid engines and all its car platforms", None),
        ("It will hold 15%.", "", None),
        ("It will hold 15%.", "...", None),
    ],
    ids=[
        "number",
        "possessive",
        "other-words",
        "of-the-question",
        "part-of-a-number",
        "not-word-for-word",
        "none",
        "marks",
    ],
)
def test_the_answer_itself_is_words_of_the_sentence(text: str, short: str, given: str | None) -> None:
    question = QUESTION if {"%", "stake"} & {*short, *short.split()} else "Which company will hold it?"
    found = words_of(text, short, question, question)
    assert (text[slice(*found)] if found else None) == given
