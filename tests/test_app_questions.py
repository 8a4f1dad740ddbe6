"""What kind of answer a question asks for, and whether a sentence can be one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.questions import can_answer, kind_of, names_in, parts_of, tells_of_name_asked


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much will Nissan pay for Ampere?", "amount"),
        ("What stake will Renault hold?", "amount"),
        ("What percentage of Nissan does Renault own?", "amount"),
        ("How many people resigned?", "amount"),
        ("When will the deal be finalized?", "time"),
        ("By when is it expected?", "time"),
        ("In which year was Ghosn arrested?", "time"),
        ("Who was arrested?", "person"),
        ("Where was Ghosn arrested?", "place"),
        ("In what country was he arrested?", "place"),
        ("Why was Ghosn arrested?", "reason"),
        ("Will Nissan give engineering support?", "yes_no"),
        ("Fans cheered this week when the trailer came out. Which film is it for?", "thing"),
        ("It expires next week, when a rule ends. What is the rule called?", "thing"),
        ("Messi told where he will play. Which league is it?", "thing"),
        ("When rich countries trade with poor ones, whose wages rise?", "person"),
        ("Exactly when does it end?", "time"),
        ("And did Renault agree?", "yes_no"),
        ("In 2018, was Ghosn arrested?", "yes_no"),
        ("What is Ampere?", "thing"),
        ("Tell me about Ampere", "thing"),
        ("", "thing"),
    ],
)
def test_kind_of_answer_asked_for(question: str, kind: str) -> None:
    assert kind_of(question) == kind


@pytest.mark.parametrize(
    ("question", "text", "answers"),
    [
        ("How much will Nissan pay for Ampere?", "Nissan will invest in Ampere.", False),
        ("How much will Nissan pay for Ampere?", "Nissan will pay $2 billion for Ampere.", True),
        ("What stake will Renault hold?", "Renault will cut its stake to 15%.", True),
        ("What share of 15% is that?", "It is 15% in all words but one.", False),
        ("What share of 15% is that?", "It is a third of it.", True),
        ("How much do costs matter?", "Costs weigh heavily.", True),
        ("When was Ghosn arrested?", "Ghosn was arrested in Japan.", False),
        ("When was Ghosn arrested?", "According to seven sources, Ghosn was arrested.", False),
        ("When was Ghosn arrested?", "Ghosn may be arrested.", False),
        ("When do they vote?", "They vote at 5 pm.", True),
        ("When was Ghosn arrested?", "Ghosn was arrested in November.", True),
        ("When was Ghosn arrested?", "Ghosn was arrested in 2018.", True),
        ("Where was Ghosn arrested?", "Ghosn was arrested in Japan.", True),
        ("Where was Ghosn arrested?", "Ghosn was arrested at home.", False),
        ("Who was arrested?", "Was arrested.", False),
        ("Who was arrested?", "Carlos Ghosn was arrested.", True),
        ("What is Ampere?", "Ampere is Ampere.", False),
        ("What is Ampere?", "Ampere is an electric vehicle business.", True),
        ("Will Nissan help?", "Nissan has no plan.", True),
        ("Why did it fail?", "It did fail.", False),
    ],
)
def test_sentence_of_the_wrong_kind_is_no_answer(question: str, text: str, answers: bool) -> None:
    assert can_answer(question, text) is answers


@settings(max_examples=100)
@given(st.text(max_size=80), st.text(max_size=120))
def test_any_question_and_text_are_judged(question: str, text: str) -> None:
    assert can_answer(question, text) in {True, False}


@given(st.sampled_from(["What is Ampere?", "Who resigned?", "Why did Renault sell?", "Where is Nissan?"]))
def test_question_does_not_answer_itself(question: str) -> None:
    assert not can_answer(question, question)


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        ("Who resigned?", ["Who resigned?"]),
        ("Who resigned, and why was he replaced?", ["Who resigned?", "why was he replaced?"]),
        ("When will it end and in which year did it begin?", ["When will it end?", "in which year did it begin?"]),
        ("What do Nissan and Renault share?", ["What do Nissan and Renault share?"]),
        ("And why?", ["And why?"]),
        ("Who will get it, and who will not?", ["Who will get it?", "Who will not get it?"]),
        ("Who signed the deal, and who didn't?", ["Who signed the deal, and who didn't?"]),
    ],
)
def test_question_is_taken_apart_where_it_plainly_asks_two(question: str, parts: list[str]) -> None:
    assert parts_of(question) == parts


def test_names_are_the_capitalised_words_but_the_first() -> None:
    assert list(names_in("What did Google offer Nissan's board?").values()) == [{"googl"}, {"nissan"}]
    assert list(names_in("Which oil company from Saudi Arabia is it?").values()) == [{"saudi", "arabia"}]
    assert list(names_in("Why?").values()) == []
    assert list(names_in("Did the US and NATO agree?").values()) == []
    assert list(names_in("Did the NATO Council agree?").values()) == [{"nato", "council"}]
    said = "The strike has begun. Around how many walked off at Coca-Cola?"
    assert names_in(said) == {"Coca-Cola": {"coca", "cola"}}


def test_day_that_is_asked_for_has_to_be_a_day() -> None:
    assert not can_answer("On what day did the board meet?", "The board recently met to cut 43% to 15%.")
    assert can_answer("On what day did the board meet?", "The board met on Tuesday.")
    assert not can_answer("How many cars will it sell?", "It has a strategy for all-battery cars.")


def test_a_question_answers_no_question() -> None:
    quiz = "Which new series has provoked almost 1,000 complaints?"
    assert not can_answer(quiz, quiz.replace("Which", "3. Which"))
    assert not can_answer("What did he ask?", "He asked: “Where is the money from Paris?”")


@pytest.mark.parametrize(
    ("question", "text", "tells"),
    [
        ("What is Ampere?", "Nissan will invest in Renault’s new Ampere business.", True),
        ("What is e-Power?", "Nissan has no intention of providing its e-Power hybrid technology.", True),
        ("Who’s Carlos Ghosn?", "It was weakened by the departure of Carlos Ghosn.", True),
        ("What happened to Carlos Ghosn?", "Carlos Ghosn was arrested.", True),
        ("Who is Carlos Ghosn?", "Ghosn was arrested.", False),
        ("Who is the CEO of Renault?", "Renault’s former CEO was arrested.", False),
        ("What is Ampere worth?", "Nissan will invest in Ampere.", False),
        ("Who is he?", "He was arrested.", False),
    ],
)
def test_who_or_what_a_name_stands_for(question: str, text: str, tells: bool) -> None:
    assert tells_of_name_asked(question, text) is tells
