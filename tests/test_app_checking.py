"""Is a sentence supported by a passage? What the checker must see, and what it must not be misled by."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.checking import MAX_RUN, MIN_COVERAGE, check
from index.sentences import sentences

DEAL = (
    "The deal, expected to be finalized by mid-year, will see Renault cut its stake in Nissan to 15% from 43%, "
    "matching the size of Nissan’s stake in Renault, while Nissan gains reciprocal voting rights."
)
NO_SUPPORT = (
    "Although Nissan sees continued savings in shared parts procurement with Renault, it has no plan to provide "
    "engineering support to Renault’s new Ampere EV business."
)
SHARED = (
    "Furthermore, Nissan has no intention of providing its e-Power hybrid technology to a joint venture of Renault. "
    "However, Nissan does plan to share the technology with Mitsubishi Motors, the people said."
)
SEARCH = (
    "Nissan is reportedly searching for a partner outside the auto industry. The plan could be announced by year-end."
)


@pytest.mark.parametrize(
    ("sentence", "passage"),
    [
        (DEAL, DEAL),
        ("Renault will cut its stake in Nissan to 15% from 43%.", DEAL),
        ("Renault cuts its stake in Nissan from 43% to fifteen percent.", DEAL),
        ("Nissan has no plan to provide engineering support to Renault's Ampere EV business.", NO_SUPPORT),
        ("Nissan is reportedly searching for a partner outside the auto industry.", SEARCH),
        ("The plan could be announced by year-end.", SEARCH),
        (
            "Nissan has no intention of providing its technology to Renault, but plans to share it with Mitsubishi.",
            SHARED,
        ),
        ("Renault's stake in Nissan will be cut to 15% from 43%.", DEAL),
        ("Renault's stake in Nissan will be reduced to 15%.", DEAL),
        ("Toyota was sued by Nissan.", "Nissan sued Toyota on Monday. Toyota is near Nissan."),
        ("Carlos Ghosn was arrested in 2018.", "Carlos Ghosn, who was arrested in Japan in 2018, fled. He denied it."),
    ],
)
def test_what_the_passage_says_is_supported(sentence: str, passage: str) -> None:
    support = check(sentence, passage)
    assert support.supported, support
    assert support.problems == ()
    assert support.score >= MIN_COVERAGE


@pytest.mark.parametrize(
    ("sentence", "passage", "problem"),
    [
        ("Renault will cut its stake in Nissan to 25% from 43%.", DEAL, "number 25"),
        ("Renault will cut its stake in Toyota to 15% from 43%.", DEAL, "name toyota"),
        ("Nissan plans to provide engineering support to Renault's Ampere EV business.", NO_SUPPORT, "negation"),
        ("Renault will not cut its stake in Nissan to 15% from 43%.", DEAL, "negation"),
        ("Renault's stake in Nissan was cut to 15% from 43%.", DEAL, "tense"),
        ("Nissan is looking for a partner outside the auto industry.", SEARCH, "who says so"),
        ("Renault's venture will get the e-Power technology, and Mitsubishi Motors will not.", SHARED, "negation"),
        ("The plan will be announced by year-end.", SEARCH, "certainty"),
        ("Nissan will cut its stake in Renault to 15% from 43%.", DEAL, "whose stake"),
        ("Renault will cut Nissan's stake to 15% from 43%.", DEAL, "whose stake"),
        ("Nissan's stake in Renault will be cut to 15% from 43%.", DEAL, "whose stake"),
        ("Toyota was sued by Nissan.", "Toyota sued Nissan on Monday. Nissan is near Toyota.", "who su"),
        ("The moon is made of green cheese and mice.", DEAL, "coverage"),
        ("The capital of Peru is Lima.", DEAL, "name"),
        (
            "Nissan bought its stake in Renault.",
            "Renault bought its stake, said the French company, in Nissan.",
            "order of names",
        ),
        (
            "Nissan is focusing on software, and is considering partnerships with other companies.",
            "Nissan is reportedly seeking to focus on software, and is considering partnerships with other companies.",
            "who says so",
        ),
        ("It recalled nearly 2 million cars.", "It recalled over 2 million cars.", "which side of 2e+06"),
    ],
)
def test_what_the_passage_does_not_say_is_not(sentence: str, passage: str, problem: str) -> None:
    support = check(sentence, passage)
    assert not support.supported
    assert any(found.startswith(problem) for found in support.problems), support.problems


def test_heading_supplies_names_and_numbers_but_not_the_statement() -> None:
    passage = "The company will cut its large stake in the alliance to 15%."
    sentence = "Renault will cut its large stake in the alliance to 15% in 2023."
    assert not check(sentence, passage).supported
    assert check(sentence, passage, context="Renault and its partner, 2023-01-30").supported
    assert not check("Renault and its partner met.", passage, context="Renault and its partner met.").supported


def test_support_is_the_sentence_that_says_it_and_not_its_neighbours() -> None:
    passage = f"Nissan makes cars. {DEAL} Renault builds vans in France."
    support = check("Renault will cut its stake in Nissan to 15% from 43%.", passage)
    assert passage[support.start : support.end] == DEAL


def test_support_may_span_sentences_that_follow_one_another() -> None:
    passage = "Renault met its partner Nissan in Paris. They agreed to build vans. Others objected."
    support = check("Renault and its partner Nissan agreed in Paris to build vans.", passage)
    assert support.supported
    assert passage[support.start : support.end] == "Renault met its partner Nissan in Paris. They agreed to build vans."


def test_rare_words_weigh_more() -> None:
    passage = "Renault will cut its large and costly stake in the maker."
    sentence = "Renault will cut its large and costly bathyscaphe."
    plain = check(sentence, passage)
    weighed = check(sentence, passage, weight=lambda stem: 9.0 if stem.startswith("bathys") else 1.0)
    assert weighed.score < plain.score


def test_month_of_may_is_no_doubt() -> None:
    passage = "Renault signed the contract in May 2023."
    assert check("Renault signed the contract in 2023.", passage).supported


@pytest.mark.parametrize("sentence", ["", "   ", "of the and", "…", "🙂"])
def test_sentence_that_says_nothing_is_not_supported(sentence: str) -> None:
    assert check(sentence, DEAL).problems == ("nothing to compare",)


@pytest.mark.parametrize("passage", ["", " \n "])
def test_empty_passage_supports_nothing(passage: str) -> None:
    assert not check("Renault cuts its stake.", passage).supported


@settings(max_examples=150)
@given(sentence=st.text(max_size=120), passage=st.text(max_size=300), context=st.text(max_size=60))
def test_any_two_texts_are_compared(sentence: str, passage: str, context: str) -> None:
    support = check(sentence, passage, context=context)
    assert 0 <= support.start <= support.end <= len(passage)
    assert 0.0 <= support.score <= 1.0 + 1e-9
    assert support.supported == (support.problems == ())
    assert check(sentence, passage, context=context) == support


WORDS = st.sampled_from(
    "Renault Nissan Ghosn 15% 43% no not could stake cut plan deal , . ; but and the Paris in May agreed".split()
)


@settings(max_examples=200)
@given(st.lists(WORDS, max_size=14), st.lists(WORDS, max_size=40))
def test_supported_sentence_states_no_number_that_its_span_does_not(said: list[str], written: list[str]) -> None:
    sentence, passage = " ".join(said), " ".join(written)
    support = check(sentence, passage)
    if support.supported:
        span = passage[support.start : support.end]
        assert {"15%", "43%"} & set(said) <= set(span.split())
        assert len(sentences(span)) <= MAX_RUN


@settings(max_examples=100)
@given(st.lists(WORDS, min_size=4, max_size=20))
def test_sentence_copied_from_its_passage_has_all_its_words_there(written: list[str]) -> None:
    passage = " ".join(written)
    spans = sentences(passage)
    assume(len(spans) == 1)
    support = check(passage[slice(*spans[0])], passage)
    assert support.problems in {(), ("nothing to compare",)} or "coverage" not in support.problems[0]


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("The alliance has existed for 15 years.", False),
        ("The alliance has existed for 23 years.", True),
        ("The alliance will hold 23 percent.", False),
    ],
)
def test_a_number_of_one_unit_is_no_number_of_another(claim: str, supported: bool) -> None:
    passage = "The 23-year-old alliance has existed for years. The alliance will hold 15% of it."
    assert check(claim, passage).supported is supported


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        ("Renault will be left with 15% of Nissan's stake.", False),
        ("Renault will be left with a 15% stake in Nissan.", True),
        ("Renault will be left with 15% of Nissan.", True),
    ],
)
def test_a_part_of_a_stake_is_no_stake_of_that_part(claim: str, supported: bool) -> None:
    passage = "Renault will be left with a stake of 15% in Nissan, as large as Nissan's stake in Renault."
    assert check(claim, passage).supported is supported
    assert check("Renault sold 5% of its stake.", "Renault sold 5% of its Nissan stake.").supported


def test_what_could_happen_is_no_plan() -> None:
    passage = "They are shaping a plan that could be announced by year-end."
    assert not check("They plan to announce a plan by year-end.", passage).supported
    assert check("A plan could be announced by year-end.", passage).supported


LABELS = Path(__file__).parent / "golden" / "labels.jsonl"
TITLE = "Nissan is focusing on developing growth plans independently from its partner Renault"


@pytest.mark.parametrize("line", LABELS.read_text(encoding="utf-8").splitlines())
def test_sentences_that_a_person_has_labelled_keep_their_verdict(line: str) -> None:
    label = json.loads(line)
    support = check(label["sentence"], " ".join(label["quotes"]), context=TITLE)
    assert support.supported is label["supported"], support


@pytest.mark.parametrize(
    ("sentence", "problem"),
    [
        ("Renault will cut its bananas in Nissan to 15% from 43%.", "word banana"),
        ("Renault will raise its stake in Nissan to 15% from 43%.", "word rais"),
        ("Renault will cut its stake in Nissan to 15% from 43%, hurrah.", "word hurrah"),
        ("Renault will reduce its stake in Nissan to 15% from 43%.", None),
        ("Renault will still lower its stake in Nissan to 15% from 43%.", None),
    ],
)
def test_a_word_of_its_own_has_to_stand_for_one_of_the_passage(sentence: str, problem: str | None) -> None:
    assert check(sentence, DEAL).problems == ((problem,) if problem else ())
