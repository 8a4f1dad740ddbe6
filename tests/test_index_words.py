"""Words and their stems, as the keyword index and the checker see them; and whether a question speaks of its time."""

from __future__ import annotations

import doctest
import importlib
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.words import STOP_WORDS, StemSearch, content_stems, stem, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Nissan", "nissan's"),
        ("Nissan", "Nissan’s"),
        ("automakers", "automaker"),
        ("automakers’", "automaker"),
        ("announced", "announce"),
        ("café", "cafe"),
        ("1,613", "1613"),
        ("STAKE", "stakes"),
    ],
)
def test_forms_of_a_word_share_their_stem(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(("one", "other"), [("no", "now"), ("Nissan", "Renault"), ("15", "43"), ("1.5", "15")])
def test_different_words_do_not(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_content_leaves_out_stop_words_but_no_negation() -> None:
    assert content_stems("Will it not be the stake of the stakes?") == ["not", "stake"]
    assert not STOP_WORDS & {"no", "not", "never", "nor", "without"}


@settings(max_examples=200)
@given(st.text())
def test_words_of_any_text_lie_where_they_say(text: str) -> None:
    last = 0
    for word in words(text):
        assert last <= word.start < word.end <= len(text)
        assert word.stem == stem(text[word.start : word.end])
        last = word.end


@settings(max_examples=200)
@given(st.text())
def test_content_stems_are_distinct_stems_of_words(text: str) -> None:
    found = content_stems(text)
    assert len(found) == len(set(found))
    assert set(found) <= {word.stem for word in words(text)}


@given(st.text(min_size=1, max_size=20))
def test_stem_of_anything_is_text(word: str) -> None:
    assert isinstance(stem(word), str)


ENDINGS = (
    "s", "sses", "ies", "ied", "ie", "y", "ying", "ing", "ed", "eed", "eedly", "ly", "al", "ion", "ational", "ization",
    "ousness", "ability", "ement",
)  # fmt: skip


@settings(max_examples=500)
@given(
    st.text(alphabet="abcdeilnstuyzABEYI0129_'’., -éİ²私", max_size=14),
    st.sampled_from(ENDINGS),
    st.text(alphabet="abcdeilnstuyzABEYI0129_'’., -éİ²私", max_size=14),
    st.integers(0, 3),
)
def test_searching_for_stems_finds_what_stemming_every_word_finds(a: str, ending: str, b: str, skipped: int) -> None:
    text = f"{a}{ending} {b}"
    found = list(words(text))
    wanted = sorted({word.stem for word in found})[skipped : skipped + 3]
    expected = [(wanted.index(word.stem), word.start) for word in found if word.stem in wanted]
    assert list(StemSearch(wanted).occurrences(text)) == expected


def test_a_long_text_without_white_space_is_searched_once() -> None:
    text = "-".join(["stake"] * 20_000)
    began = perf_counter()
    assert len(list(StemSearch(["stake", "renault"]).occurrences(text))) == 20_000
    assert perf_counter() - began < 5  # looked at from each of its words anew it takes minutes


EXAMPLES = (
    "app.checking", "app.citations", "app.conversation", "app.numbers", "app.questions", "app.schema",
    "index.asking_time", "index.sentences", "index.words",
)  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_in_docstrings_hold(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0
