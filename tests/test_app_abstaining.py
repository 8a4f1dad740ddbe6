"""When a passage may be taken to state the answer."""

from __future__ import annotations

import pytest

from app.abstaining import Signals, states_the_answer


def signals(
    coverage: float = 0.8, similarity: float = 0.7, none: float | None = None, right_kind: bool = True
) -> Signals:
    return Signals(coverage=coverage, similarity=similarity, none_probability=none, right_kind=right_kind)


def test_a_close_passage_states_the_answer() -> None:
    assert states_the_answer(signals())
    assert states_the_answer(signals(none=0.01))


def test_a_passage_of_another_kind_never_does() -> None:
    assert not states_the_answer(signals(1.0, 1.0, 0.001, right_kind=False))


@pytest.mark.parametrize("none", [None, 0.001])
def test_a_passage_that_shares_no_word_never_does(none: float | None) -> None:
    assert not states_the_answer(signals(coverage=0.05, similarity=0.95, none=none))


def test_a_writer_that_sees_no_answer_decides_alone() -> None:
    assert not states_the_answer(signals(1.0, 1.0, none=0.9))


def test_a_sure_writer_settles_a_close_call() -> None:
    close = {"coverage": 0.5, "similarity": 0.6}
    assert not states_the_answer(signals(**close, none=0.2))
    assert states_the_answer(signals(**close, none=0.001))


def test_less_is_asked_beside_another_answer() -> None:
    faint = signals(coverage=0.4, similarity=0.5)
    assert not states_the_answer(faint)
    assert states_the_answer(faint, beside=True)
