"""An amount is told in what was asked for: money, a share, a duration, an age, a count."""

from __future__ import annotations

import pytest

from app.amounts import gives_measure, measure_asked


@pytest.mark.parametrize(
    ("question", "measure"),
    [
        ("How much will Nissan invest in Ampere?", "money"),
        ("How much money was saved?", "money"),
        ("What was the price of a ticket?", "money"),
        ("What stake will Renault hold?", "share"),
        ("How large was Renault’s stake in Nissan?", "share"),
        ("What percentage voted?", "share"),
        ("At what share price was it sold?", "any"),
        ("How old is the alliance?", "age"),
        ("How long will the strike last?", "duration"),
        ("How long is the bridge?", "any"),
        ("How many years has it existed?", "duration"),
        ("How many sources were there?", "count"),
        ("How much do costs matter?", "any"),
        ("How much has it grown?", "any"),
    ],
)
def test_what_an_amount_is_told_in(question: str, measure: str) -> None:
    assert measure_asked(question) == measure


@pytest.mark.parametrize(
    ("question", "text", "gives"),
    [
        ("How much will Nissan invest in Ampere?", "The two automakers cut the stake from 43% to 15%.", False),
        ("How much will Nissan invest in Ampere?", "It will invest up to €600 million.", True),
        ("How much did it pay?", "It paid US$5 for it.", True),
        ("How much did it pay?", "It paid 1.8 billion for it.", True),
        ("How much did it pay?", "It has 1.8 billion users.", False),
        ("How long was he held?", "He was arrested in 2018.", False),
        ("How long was he held?", "It led to much soul searching for the two companies.", False),
        ("How long was he held?", "He was held for 130 days.", True),
        ("How long is the bridge?", "The bridge is 300 metres long.", True),
        ("How long is the report?", "It is a 40-page report, in 2018.", True),
        ("How much did it pay?", "The price was not disclosed.", True),
        ("What share does it own?", "It owns 15 percent.", True),
        ("What share does it own?", "It owns a third.", True),
        ("What share does it own?", "It paid $3 million.", False),
        ("How many people died?", "At least 39 were killed.", True),
        ("How many people died?", "Dozens were killed.", True),
        ("How many people died?", "It cost $39.", False),
        ("How many people died?", "Some 39% were hurt.", False),
        ("How many people died?", "It happened on March 3, 2019, at 5 pm.", False),
        ("How many people died?", "It happened on 3 March.", False),
        ("How many children does she have?", "She has one child.", True),
        ("How many children does she have?", "She has no plan.", False),
        ("How long will it last?", "It will last 3 weeks.", True),
        ("How long will it last?", "It has been so in recent years.", False),
        ("How long is the bridge?", "It is 300 metres long.", True),
        ("How long is the bridge?", "It was built by two brothers in a decade.", True),
        ("How often does it run?", "It runs daily.", True),
        ("How often does it run?", "It runs well.", False),
        ("What is the population of Avon?", "The population density was 5.0 people per square mile.", False),
        ("What is the population of Avon?", "It was 139.8 inhabitants per square mile (54.0/km²).", False),
        ("What is the population of Avon?", "Its 681 people live 30 miles from the sea.", True),
        ("What is the population density of Avon?", "It was 5.0 people per square mile.", True),
        ("How old is he?", "The 45-year-old was held.", True),
        ("How old is he?", "He paid $45.", False),
        ("How much has it grown?", "It has grown by 3%.", True),
        ("How much has it grown from 3%?", "It has grown from 3%.", False),
    ],
)
def test_amount_in_another_measure_is_no_answer(question: str, text: str, gives: bool) -> None:
    assert gives_measure(question, text) is gives
