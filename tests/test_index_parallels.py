"""A passage as a near-copy has it: found where a sentence of it is changed, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.parallels import parallel

BEFORE, TRUE, AFTER = "They met in Tokyo.", "Renault will cut its stake in Nissan to 15%.", "Shares rose after that."


@pytest.mark.parametrize("changed", ["28%.", "fifteen billion yen."])
def test_a_changed_sentence_is_found_with_those_around_it(changed: str) -> None:
    text = f"A new lead stands here. {BEFORE} {TRUE.replace('15%.', changed)} {AFTER} It ends here."
    span = parallel(f"{BEFORE} {TRUE} {AFTER}", text)
    assert span is not None
    assert text[slice(*span)] == f"{BEFORE} {TRUE.replace('15%.', changed)} {AFTER}"


@pytest.mark.parametrize(
    "text",
    [
        f"{BEFORE} {TRUE} {AFTER}",
        f"{BEFORE} {AFTER}",
        f"{BEFORE} Renault will now cut its stake in Nissan to 15% in Tokyo. {AFTER}",
        f"{BEFORE} Renault said nothing. {AFTER}",
        "",
    ],
    ids=["the same", "left out", "only longer", "another sentence", "nothing"],
)
def test_what_contradicts_nothing_is_not_found(text: str) -> None:
    assert parallel(f"{BEFORE} {TRUE} {AFTER}", text) is None


@given(st.text(max_size=120), st.text(max_size=120))
def test_the_span_lies_in_the_text(passage: str, text: str) -> None:
    span = parallel(passage, text)
    assert span is None or 0 <= span[0] < span[1] <= len(text)
