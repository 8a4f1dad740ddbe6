"""When a passage may be taken to state the answer."""

from __future__ import annotations

import pytest

from app.abstaining import Signals, states_the_answer


def signals(
    coverage: float = 0.8,
    similarity: float = 0.7,
    stated: float | None = None,
    *,
    interaction: float = 0.7,
    right_kind: bool = True,
) -> Signals:
    return Signals(
        coverage=coverage,
        interaction=interaction,
        similarity=similarity,
        stated_probability=stated,
        right_kind=right_kind,
    )


def test_a_close_passage_states_the_answer() -> None:
    assert states_the_answer(signals())
    assert states_the_answer(signals(stated=0.8))


@pytest.mark.parametrize("stated", [None, 0.99])
def test_a_passage_of_another_kind_never_does(stated: float | None) -> None:
    assert not states_the_answer(signals(1.0, 1.0, stated, right_kind=False))


def test_a_quote_in_other_words_has_to_be_nearer() -> None:
    assert states_the_answer(signals(coverage=1.0, similarity=0.5, interaction=0.65))
    assert not states_the_answer(signals(coverage=0.0, similarity=0.5, interaction=0.65))
    assert states_the_answer(signals(coverage=0.0, similarity=0.7, interaction=0.75))


def test_a_writer_that_sees_the_answer_needs_no_word_in_common() -> None:
    assert states_the_answer(signals(coverage=0.05, similarity=0.6, stated=0.8))


def test_a_writer_that_sees_no_answer_outweighs_words_and_vectors() -> None:
    assert not states_the_answer(signals(1.0, 0.9, stated=0.3))


def test_a_sure_writer_settles_a_close_call() -> None:
    assert not states_the_answer(signals(similarity=0.5, stated=0.6))
    assert states_the_answer(signals(similarity=0.5, stated=0.8))


def test_less_is_asked_beside_another_answer() -> None:
    for faint in (signals(similarity=0.5, interaction=0.5), signals(similarity=0.5, stated=0.65)):
        assert not states_the_answer(faint)
        assert states_the_answer(faint, beside=True)
