"""Chunks: exact spans that cover the text, whole sentences, sizes in tokens, on any Unicode."""

from __future__ import annotations

import os
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunking import chunk, count_tokens

ANY_TEXT = st.text(alphabet=st.characters(), max_size=400)
NEWS_LIKE = st.lists(
    st.sampled_from(
        [
            "Renault",
            "said",
            "Mr.",
            "U.S.",
            "15%",
            "“No.”",
            "…",
            "\n\n",
            "\n",
            "\r\n",
            ".",
            "?",
            "日本。",
            "é",
            "👩‍👩‍👧",
            "x" * 90,
            "\u2028",
        ]
    ),
    max_size=80,
).map(" ".join)


def covered(text: str, spans: list[tuple[int, int]]) -> str:
    """What no span holds."""
    held = [False] * len(text)
    for start, end in spans:
        held[start:end] = [True] * (end - start)
    return "".join(character for character, inside in zip(text, held, strict=True) if not inside)


@given(text=ANY_TEXT | NEWS_LIKE, chunk_tokens=st.integers(1, 60), overlap=st.integers(0, 20))
def test_spans_are_exact_ordered_and_cover_everything_but_white_space(
    text: str, chunk_tokens: int, overlap: int
) -> None:
    spans = chunk(text, chunk_tokens=chunk_tokens, overlap_tokens=min(overlap, chunk_tokens - 1))
    assert covered(text, spans).strip() == ""
    for start, end in spans:
        assert 0 <= start < end <= len(text)
        assert text[start:end] == text[start:end].strip() != ""
    assert all(before[0] < after[0] and before[1] < after[1] for before, after in pairwise(spans))


@given(text=ANY_TEXT | NEWS_LIKE, chunk_tokens=st.integers(4, 60))
def test_chunks_keep_to_their_size(text: str, chunk_tokens: int) -> None:
    for start, end in chunk(text, chunk_tokens=chunk_tokens, overlap_tokens=0):
        assert count_tokens(text[start:end]) <= chunk_tokens + 8 or end - start <= 2


@given(text=st.text(alphabet=st.sampled_from("ab .\ud800\udfff\n"), max_size=60))
def test_lone_surrogates_are_cut_without_an_error(text: str) -> None:
    assert covered(text, chunk(text, chunk_tokens=5, overlap_tokens=2)).strip() == ""


def test_chunks_end_where_sentences_end_and_share_whole_ones() -> None:
    text = " ".join(f"Sentence number {number} tells of a deal between two makers of cars." for number in range(40))
    spans = chunk(text, chunk_tokens=60, overlap_tokens=20)
    assert len(spans) > 5
    assert all(text[start:end].startswith("Sentence") and text[end - 1] == "." for start, end in spans)
    assert all(after[0] < before[1] for before, after in pairwise(spans))


def test_a_short_last_chunk_reaches_back() -> None:
    text = " ".join(f"Sentence number {number} tells of a deal between two makers of cars." for number in range(9))
    *_, (start, end) = chunk(text, chunk_tokens=60, overlap_tokens=0)
    assert count_tokens(text[start:end]) >= 25


def test_no_text_gives_no_chunks() -> None:
    assert chunk("") == [] == chunk(" \n\t\u2028 ")


@pytest.mark.parametrize("letter", ["é", "👩‍👩‍👧", "🇫🇷", "👍🏽"])
def test_a_cut_parts_no_letter(letter: str) -> None:
    text = letter * 50
    spans = chunk(text, chunk_tokens=20, overlap_tokens=0)
    assert len(spans) > 1
    assert all(start % len(letter) == 0 and end % len(letter) == 0 for start, end in spans)


def test_an_overlap_as_large_as_the_chunk_is_refused() -> None:
    with pytest.raises(ValueError, match="overlap_tokens must be below"):
        chunk("text", chunk_tokens=10, overlap_tokens=10)


@pytest.mark.parametrize("piece", ["a", ".", " ", "\n", "。", "? ", "A. ", "\u0301", '" ', "“.”", "\r\n", "1."])
def test_hostile_repetition_takes_linear_time(piece: str) -> None:
    began = time.perf_counter()
    chunk(piece * (100_000 // len(piece)) + "z")
    assert time.perf_counter() - began < 8


def test_the_vocabulary_leaves_the_environment_alone() -> None:
    before = dict(os.environ)
    count_tokens("Renault")
    assert dict(os.environ) == before
