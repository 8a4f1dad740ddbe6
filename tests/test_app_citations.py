"""Markers in a model's reply: whatever it writes, sentences come out whole and markers never do."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.citations import Draft, DraftReader, drafts


def read(reply: str, size: int = 3) -> list[Draft]:
    reader = DraftReader()
    found = [draft for at in range(0, len(reply), size) for draft in reader.feed(reply[at : at + size])]
    return [*found, *reader.finish()]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("[2] Renault will hold 15%.", [("Renault will hold 15%.", (2,))]),
        ("[1][3] Both agree.", [("Both agree.", (1, 3))]),
        ("[1, 3] Both agree.", [("Both agree.", (1, 3))]),
        ("[1;3]: Both agree.", [("Both agree.", (1, 3))]),
        ("Renault will hold 15% [2].", [("Renault will hold 15%.", (2,))]),
        ("Renault will hold 15%. [2]", [("Renault will hold 15%.", (2,))]),
        ("Renault will hold 15%. [2][1]", [("Renault will hold 15%.", (2, 1))]),
        ("Renault will hold 15%.", [("Renault will hold 15%.", ())]),
        ("[2] It fell. It rose. [1]", [("It fell.", (2,)), ("It rose.", (1,))]),
        ("It fell [1]. It rose [2].", [("It fell.", (1,)), ("It rose.", (2,))]),
        ("- [2] It fell.", [("It fell.", (2,))]),
        ("1. [2] It fell.", [("It fell.", (2,))]),
        ("• It fell [2].", [("It fell.", (2,))]),
        ("It fell [[1]2].", [("It fell.", (1,))]),
        ("[2] It fell [999999999999].", [("It fell.", (2,))]),
        ("[1234] It fell.", [("It fell.", ())]),
        ("It fell [ 2 ].", [("It fell.", (2,))]),
        ("[0]", [("", (0,))]),
        ("[9] It fell.", [("It fell.", (9,))]),
        ("He said “it fell.” [2]", [("He said “it fell.”", (2,))]),
        ("", []),
        ("   ", []),
    ],
)
def test_line_is_read_into_sentences_and_markers(line: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert [(draft.text, draft.markers) for draft in drafts(line)] == expected


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_half_written_text_is_held_back_until_its_line_is_complete(size: int) -> None:
    reply = "[2] Renault will hold 15%.\n[1] Nissan invests."
    assert read(reply, size) == [Draft("Renault will hold 15%.", (2,)), Draft("Nissan invests.", (1,))]


def test_sentence_after_its_marker_is_complete_when_the_next_has_begun() -> None:
    reader = DraftReader()
    assert list(reader.feed("[2] Renault will hold 15%. Niss")) == []
    assert list(reader.feed("an ")) == []
    assert list(reader.feed("will invest")) == [Draft("Renault will hold 15%.", (2,))]
    assert list(reader.finish()) == [Draft("Nissan will invest", (2,))]


@pytest.mark.parametrize(
    "line",
    [
        "[1] It bought Acme Inc. Ireland was next.",
        "[1] It begins at 9 p.m. Monday in Paris.",
        "[2] Renault will hold 15%. [1]",
        "[2] Renault will hold 15%. [1, 3] Nissan agrees to that.",
    ],
)
@pytest.mark.parametrize("size", [1, 2, 5])
def test_sentence_is_not_cut_short_by_half_a_word_or_half_a_marker(line: str, size: int) -> None:
    assert read(line, size) == drafts(line)


def test_markers_may_follow_a_sentence_in_a_line_without_leading_ones() -> None:
    reader = DraftReader()
    assert list(reader.feed("Renault will hold 15%. Nissan will invest. [2")) == []
    assert list(reader.feed("]\n")) == [Draft("Renault will hold 15%.", ()), Draft("Nissan will invest.", (2,))]
    assert list(reader.finish()) == []


ADVERSARIAL = st.lists(
    st.one_of(
        st.sampled_from(
            ["[", "]", "[1]", "[0]", "[99]", "[1, 2]", "[[3]]", "[1", "2]", "\n", ". ", "A", "word ", "15%", "[ 4 ]"]
        ),
        st.text(max_size=5),
    ),
    max_size=30,
).map("".join)


@settings(max_examples=200)
@given(ADVERSARIAL, st.integers(1, 9))
@example("[2] It fell. [1, 2] A word [0].", 1)
def test_same_drafts_however_the_reply_is_cut(reply: str, size: int) -> None:
    assert read(reply, size) == read(reply, len(reply) or 1)


@settings(max_examples=200)
@given(ADVERSARIAL)
def test_no_draft_has_a_marker_in_its_text(reply: str) -> None:
    for draft in read(reply):
        assert draft.text or draft.markers
        assert not re.search(r"\[\s*\d{1,3}\s*\]", draft.text), draft
        assert "\n" not in draft.text
        assert all(marker >= 0 for marker in draft.markers)
