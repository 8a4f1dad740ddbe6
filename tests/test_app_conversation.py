"""Follow-ups that can be understood alone."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.conversation import standalone
from app.turn import Exchange

GHOSN = Exchange(
    "Who was the chief executive of the alliance?", "Carlos Ghosn was the chief executive of Renault-Nissan. [1]"
)
STAKE = Exchange("What stake will Renault hold in Nissan?", "Renault will cut its stake in Nissan to 15%. [1]")


@pytest.mark.parametrize(
    "question",
    [
        "What stake will Renault hold in Nissan after the deal?",
        "Who runs the Zhejiang Geely Holding Group?",
        "Which markets does Nissan want electric vehicles for?",
    ],
)
def test_question_that_stands_alone_is_left_as_it_is(question: str) -> None:
    assert standalone(question, [GHOSN]) == question


@pytest.mark.parametrize("question", ["When was he arrested?", "And Nissan?", "What about software?", "Why?", "It is?"])
def test_first_question_of_a_conversation_is_left_as_it_is(question: str) -> None:
    assert standalone(question, []) == question


@pytest.mark.parametrize("question", ["When was he arrested?", "And when was that?", "Why?", "Where?", "arrested"])
def test_follow_up_brings_along_the_names_it_leaves_out(question: str) -> None:
    full = standalone(question, [STAKE, GHOSN])
    assert full.startswith(f"{question} (")
    assert "Carlos Ghosn" in full


def test_words_of_the_question_are_never_replaced() -> None:
    assert standalone("By when will it be done?", [STAKE]).startswith("By when will it be done? (Renault")


def test_only_the_latest_exchange_is_looked_at() -> None:
    assert "Ghosn" not in standalone("How large was it before?", [GHOSN, STAKE])


def test_name_that_the_question_has_is_not_repeated() -> None:
    full = standalone("What will they do about Nissan shares and voting?", [STAKE])
    assert full.count("Nissan") == 1
    assert "Renault" in full


def test_brackets_of_one_follow_up_do_not_grow_into_the_next() -> None:
    first = standalone("Why?", [GHOSN])
    second = standalone("And then?", [Exchange(first, "")])
    assert second.count("(") == 1


def test_abstention_before_it_still_gives_the_question() -> None:
    assert "Peru" in standalone("Why?", [Exchange("What is the capital of Peru?", "")])


def test_nothing_to_bring_along_leaves_the_question() -> None:
    assert standalone("How large were their shares then overall?", [Exchange("what is it?", "")]) == (
        "How large were their shares then overall?"
    )


@settings(max_examples=100)
@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=120))
def test_any_follow_up_keeps_its_own_words_first(question: str, before: str, answer: str) -> None:
    assert standalone(question, [Exchange(before, answer)]).startswith(question)


def test_follow_up_of_a_follow_up_is_about_what_the_first_question_was_about() -> None:
    history = [
        Exchange("Is Nissan working on its electric vehicle strategy alone?", "Yes."),
        Exchange("What kinds of vehicles does it cover?", "All-battery and plug-in ones."),
    ]
    understood = standalone("Which markets is it meant for?", history)
    assert "What kinds of vehicles does it cover?" in understood
    assert "Is Nissan working on its electric vehicle strategy alone?" in understood


def test_a_name_is_added_once_however_it_is_told() -> None:
    told = Exchange("Who will invest in Ampere?", "Nissan will invest in Ampere. Nissan's board and Ampere’s agreed.")
    full = standalone("Who is to hold the remaining part of that business?", [told])
    assert full == "Who is to hold the remaining part of that business? (Ampere; Nissan)"
    bought = Exchange("What did Avon's board do?", "It sells.")
    assert standalone("Did it sell every part of that business?", [bought]).endswith(" (Avon)")
