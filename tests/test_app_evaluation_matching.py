"""Whether a reply states the expected answer: the rules of the metric, one by one."""

import doctest

import pytest

from app.evaluation.golden import matching
from app.evaluation.golden.matching import contains, meets, normalise, reply_words, stands_in, states, token_f1
from app.evaluation.metrics import summary as metrics


@pytest.mark.parametrize("module", [matching, metrics])
def test_examples_in_the_docstrings_hold(module: object) -> None:
    results = doctest.testmod(module)  # type: ignore[arg-type]
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The Quick, an OLD a-frame!", ["quick", "old", "aframe"]),
        ("15%", ["15", "percent"]),
        ("15 percent / 15 per cent", ["15", "percent", "15", "percent"]),
        ("1.5 and 1,500", ["1.5", "and", "1500"]),
        ("U.S. E. coli No. 3.", ["us", "e", "coli", "no", "3"]),
        ("Nissan’s “smarter”", ["nissans", "smarter"]),
        ("stake—now 63–7", ["stake", "now", "637"]),
        ("wait…what", ["wait", "what"]),
        ("$18,000 £5", ["18000", "5"]),
        ("ＦＵＬＬ Straße", ["full", "strasse"]),
        ("…!?", []),
        ("", []),
    ],
)
def test_normalised_words(text: str, words: list[str]) -> None:
    assert normalise(text) == words


def test_only_the_first_eighty_words_count_and_markers_are_none() -> None:
    filler = "word " * 78
    reply = f"{filler} [1] next [2, 3] last [4] left-out"
    assert reply_words(reply)[-2:] == ["next", "last"]
    assert states(f"{filler} then Paris [1]", "Paris")
    assert not states(f"{filler} and then Paris", "Paris")
    assert not states("It fell. [7]", "7")


@pytest.mark.parametrize(
    ("phrase", "text", "stands"),
    [
        ("15", "in 2015 it", False),
        ("15", "it is 15 now", True),
        ("jp morgan", "sued jpmorgan today", True),
        ("jpmorgan", "sued jp morgan today", True),
        ("jp morgan", "sued jp morganstanley", False),
        ("a b cd", "ab cd", False),
        ("new york", "new delhi and york", False),
        ("", "anything", False),
    ],
)
def test_a_phrase_stands_at_word_boundaries(phrase: str, text: str, stands: bool) -> None:
    assert stands_in(phrase.split(), text.split()) is stands


@pytest.mark.parametrize(
    ("reply", "answer", "right"),
    [
        ("The Buffalo Bills, in a game on Monday.", "Buffalo Bills", True),
        ("He plays for the Bills.", "Buffalo Bills", True),  # one word of two
        ("Naked mole rats.", "Naked mole-rats", True),  # spaces apart
        ("Jenga was played.", "Remove five Jenga blocks", False),  # one word of four
        ("Five Jenga blocks.", "Remove five Jenga blocks", True),
        ("Some 18,000 people.", "18,000", True),
        ("Some 1,800 people.", "18,000", False),
        ("", "Paris", False),
        ("The A", "The", False),  # nothing left to look for
    ],
)
def test_news_answers_are_stated_whole_or_by_half_of_their_words(reply: str, answer: str, right: bool) -> None:
    assert states(reply, answer) is right


@pytest.mark.parametrize(
    ("reply", "accept", "right"),
    [
        ("It will hold 15 percent [1].", [["15%"]], True),
        ("A 15-percent stake.", [["15%"]], True),
        ("It will hold 15 of them.", [["15%"]], False),
        ("North American markets only.", [["North American"], ["Asian", "Asia"]], False),
        ("Asia and North America.", [["North American", "North America"], ["Asian", "Asia"]], True),
        ("No, it will not.", [["^no"]], True),
        ("“No.” [1]", [["^no"]], True),
        ("There are no details.", [["^no"]], False),
        ("Nobody knows.", [["^no"]], False),
        ("It has no plan to.", [["^no", "no plan"]], True),
        ("Anything.", [], False),
        ("", [["x"]], False),
    ],
)
def test_every_requirement_needs_one_of_its_alternatives(reply: str, accept: list[list[str]], right: bool) -> None:
    assert meets(reply, accept) is right


@pytest.mark.parametrize(
    ("reply", "accept", "f1"),
    [
        ("Denver Broncos", [["Denver Broncos"]], 1.0),  # SQuAD's own first question
        (
            "the Broncos",
            [["Denver Broncos", "The Broncos!"]],
            1.0,
        ),  # the best alternative; articles and case are nothing
        ("Carolina Panthers", [["Denver Broncos"]], 0.0),
        ("It was the Denver Broncos [1].", [["Denver Broncos"]], 2 * (2 / 4) * 1 / (2 / 4 + 1)),
        ("to 15 percent from 43 percent", [["15%"], ["43%"]], 2 * (4 / 6) * 1 / (4 / 6 + 1)),  # both "percent" count
        ("percent", [["15%"], ["43%"]], 2 * 1 * (1 / 4) / (1 + 1 / 4)),  # one "percent" counts once
        ("", [["15%"]], 0.0),
    ],
)
def test_token_f1_is_that_of_squad(reply: str, accept: list[list[str]], f1: float) -> None:
    assert token_f1(reply, accept) == pytest.approx(f1)


def test_a_reply_contains_what_stands_there_whole() -> None:
    assert contains("It will be 15 percent.", [["15%", "fifteen"]])
    assert not contains("It will be 15 or 20 percent.", [["15 %"]])
    assert not contains("15 %", [["15%"], ["43%"]])
    assert contains("He said so, yes.", [["^yes"]])  # wherever it stands
    assert not contains("", [["15%"]])
