"""When a passage may be taken to state the answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.abstaining import (
    MIN_CASE,
    MIN_STATED,
    Signals,
    clearly_states,
    confidence,
    may_state,
    states_the_answer,
)

SHARE = st.floats(0, 1)


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
    for faint in (signals(similarity=0.5, interaction=0.5), signals(similarity=0.5, stated=0.62)):
        assert not states_the_answer(faint)
        assert states_the_answer(faint, beside=True)


def test_a_passage_that_by_itself_does_not_state_it_is_not_believed() -> None:
    sure = signals(stated=0.8)
    assert states_the_answer(replace(sure, confirmed_probability=0.7))
    assert not states_the_answer(replace(sure, confirmed_probability=0.5))
    assert confidence(replace(sure, confirmed_probability=0.5)) < confidence(sure)


def test_a_passage_that_by_itself_states_it_settles_little_more_than_a_close_call() -> None:
    close, far = signals(similarity=0.5, stated=0.6), signals(similarity=0.5, stated=0.5)
    assert not states_the_answer(close)
    assert states_the_answer(replace(close, confirmed_probability=0.95))
    assert not states_the_answer(replace(far, confirmed_probability=0.95))


def test_what_two_articles_hold_is_believed_sooner() -> None:
    alone, doubtful = signals(similarity=0.5, stated=0.5), signals(similarity=0.3, stated=0.5)
    assert not states_the_answer(alone)
    assert states_the_answer(replace(alone, agreed=True))
    assert confidence(replace(alone, agreed=True)) > confidence(alone)
    assert not states_the_answer(replace(doubtful, agreed=True))
    assert confidence(replace(signals(), agreed=True)) == confidence(signals())  # no model gave an answer to agree on


def test_what_another_article_disputes_is_believed_sooner_and_no_more_than_what_two_hold() -> None:
    alone = signals(similarity=0.5, stated=0.5)
    disputed = replace(alone, disputed=True)
    assert states_the_answer(disputed)
    assert confidence(replace(disputed, agreed=True)) == confidence(replace(alone, agreed=True))


def test_what_is_clear_is_not_asked_about_and_what_is_hopeless_neither() -> None:
    assert clearly_states(signals(similarity=0.7, stated=0.8))
    assert not clearly_states(signals(similarity=0.6, stated=0.7))
    assert not clearly_states(signals(similarity=0.7, stated=0.8, right_kind=False))
    assert may_state(signals(similarity=0.5, stated=0.5))
    assert not may_state(signals(similarity=0.4, stated=0.5))


def test_a_question_for_a_name_alone_comes_near_to_little() -> None:
    for faint in (signals(similarity=0.4, interaction=0.6), signals(similarity=0.4, stated=0.5)):
        assert not states_the_answer(faint)
        assert states_the_answer(replace(faint, name_asked=True))
        assert confidence(replace(faint, name_asked=True)) > confidence(faint)


def test_confidence_is_the_logistic_function_that_was_fitted() -> None:
    assert confidence(signals()) == pytest.approx(0.782, abs=0.001)  # 4.28 * (.24 + .7 + .7) - 5.74 = 1.279
    assert confidence(signals(stated=0.8)) == pytest.approx(0.814, abs=0.001)  # 1.98 * (1.6 + .7) - 3.08 = 1.474
    assert confidence(signals(0, 0, interaction=0)) == pytest.approx(0.003, abs=0.001)


@pytest.mark.parametrize("stated", [None, 0.99])
def test_a_sentence_of_another_kind_has_no_confidence(stated: float | None) -> None:
    assert confidence(signals(1.0, 1.0, stated, right_kind=False)) == 0


@given(SHARE, SHARE, SHARE, st.none() | SHARE)
def test_what_is_answered_is_surer_than_what_is_not(
    coverage: float, similarity: float, interaction: float, stated: float | None
) -> None:
    one = signals(coverage, similarity, stated, interaction=interaction)
    at_the_threshold = (
        signals(0, MIN_CASE, interaction=0) if stated is None else signals(0, MIN_STATED, 0.0, interaction=0)
    )
    sure, enough = confidence(one), confidence(at_the_threshold)
    assert 0 <= sure <= 1
    assert sure >= enough if states_the_answer(one) else sure <= enough
    assert confidence(replace(one, similarity=similarity + 0.1)) >= sure
