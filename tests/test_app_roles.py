"""Who did what to whom: an exchange is seen through active and passive, and nothing is called one that may be true."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.roles import exchanged

DEAL = (
    "The deal, expected to be finalized by mid-year, will see Renault cut its stake in Nissan to 15% from 43%, "
    "matching the size of Nissan’s stake in Renault, while Nissan gains reciprocal voting rights."
)


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Nissan will cut its stake in Renault to 15% from 43%.", DEAL),
        ("Renault will cut Nissan's stake to 15% from 43%.", DEAL),
        ("Nissan's stake in Renault will be cut to 15%.", DEAL),
        ("Nissan's stake will be cut to 15% by Renault.", DEAL),
        ("Nissan was sued by Toyota.", "Nissan sued Toyota on Monday."),
        ("Nissan sued Toyota.", "Nissan was sued by Toyota on Monday."),
        ("Toyota sued Nissan.", "Nissan sued Toyota on Monday."),
        ("Activision bought Microsoft.", "Microsoft acquired Activision for $69 billion."),
    ],
)
def test_an_exchange_is_seen(claim: str, passage: str) -> None:
    assert exchanged(claim, passage)


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("Renault will cut its stake in Nissan.", DEAL),
        ("Renault's stake in Nissan will be reduced to 15%.", DEAL),
        ("Nissan will see Renault cut its stake to 15%.", DEAL),
        ("Renault will be left with 15% of Nissan's stake.", DEAL),
        ("Toyota was sued by Nissan.", "Nissan sued Toyota on Monday."),
        ("Nissan sued Toyota.", "Toyota was sued by Nissan on Monday."),
        ("Nissan and Renault agreed.", "Renault and Nissan agreed on Monday."),
        ("Nissan sued Toyota.", "Toyota sued Nissan on Monday, and Nissan sued Toyota in return."),
        ("Nissan sued Toyota.", "It sued on Monday."),
    ],
)
def test_what_may_be_true_is_none(claim: str, passage: str) -> None:
    assert exchanged(claim, passage) is None


NAMES = st.sampled_from(["Nissan", "Renault", "Toyota Motor", "Carlos Ghosn", "Microsoft"])
VERBS = st.sampled_from(["sued", "praised", "acquired", "attacked", "accused"])


@given(NAMES, NAMES, VERBS)
def test_active_and_passive_say_the_same_and_their_exchange_does_not(one: str, other: str, verb: str) -> None:
    active, passive = f"{one} {verb} {other}.", f"{other} was {verb} by {one}."
    swapped, swapped_passive = f"{other} {verb} {one}.", f"{one} was {verb} by {other}."
    for said in (active, passive):
        assert exchanged(active, said) is None
        assert exchanged(passive, said) is None
        assert bool(exchanged(swapped, said)) is (one != other)
        assert bool(exchanged(swapped_passive, said)) is (one != other)


@given(st.text(max_size=80), st.text(max_size=80))
def test_whatever_is_given_has_an_answer(claim: str, passage: str) -> None:
    assert exchanged(claim, claim) is None
    assert exchanged(claim, passage) != ""
