"""Sentence ends in news: abbreviations, initials, decimals, quotes, headings, lists, wrapped lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentences

SPLIT = [  # | stands for a space, || for nothing, and both for an end
    "Renault cut its stake.|Nissan agreed.",
    "Mr. Ghosn met Dr. Smith.|They spoke.",
    "The U.S. Senate voted.|It passed.",
    "He left the U.S.|The deal stood.",
    "Nissan Motor Co. and Renault SA met.|No. 1 was Toyota.",
    "Nissan Motor Co.|The maker of cars said so.",
    "It rose to 3.5 million.|Sales were $1.25 billion on Jan. 5, 2023.",
    "J. K. Rowling wrote it.|George W. Bush read it.",
    "He said “No.”|Mr. Lee left.",
    '"We agree," he said.|"It is done."|They left.',
    "“Really?” Smith said.|“Yes!” she told him.",
    "(He declined.)|She did not.",
    "He paused ... and went on.|Then...|He stopped.",
    "It began at 9 a.m. Monday and ended at 5 p.m. ET.|Nobody came.",
    "It began at 9 a.m.|Nobody came.",
    "Yahoo! said so.|Is it?|It is.",
    "St. Louis and Ft. Worth, Gov. Newsom and Sen. Cruz.|All there.",
    "He spoke of e.g. Ampere, i.e. the unit, vs. Nissan.|Then he left.",
    "In 2023.|The year ended.",
    "1. First of all it works.\n|2. Then it stops.",
    "A Heading\n|The text begins.\n\n|Another paragraph",
    "• one thing\n|• another thing",
    "Menu:|• one thing|• another thing",
    "彼は言った。||日産だ。||終わり",
    "Here is the end!?|“Start,” he said.",
    "Apple launched it.|iPhone sales rose.",
    "D-Wash., who chairs the panel, spoke.|R-Ariz. agreed.",
    "first line\r\n|Second line",
    "“We lost a quote.”||“Then another began.”",
]


@pytest.mark.parametrize("marked", SPLIT)
def test_news_is_split_where_a_reader_would(marked: str) -> None:
    text = marked.replace("\n|", "\n").replace("||", "").replace("|", " ")
    expected = [part.strip() for part in marked.replace("||", "|").split("|")]
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_wrapped_lines_run_on() -> None:
    text = (
        "The Nissan and Renault alliance, which was once a byword for synergy,\n"
        "is no longer gunning for greater integration, people close to Nissan\n"
        "Motor Co. said on Monday. The two companies have long sought to exploit\n"
        "the advantages of their alliance.\n\n"
        "A new paragraph."
    )
    assert [text[start:end].split(maxsplit=1)[0] for start, end in sentences(text)] == ["The", "The", "A"]


def test_short_lines_stay_apart() -> None:
    text = "Which country?\nNigeria\nGhana\nkenya\n"
    assert [text[start:end] for start, end in sentences(text)] == ["Which country?", "Nigeria", "Ghana", "kenya"]


@given(st.text(alphabet=st.characters() | st.sampled_from(".?!\"'”“ \n\r…aAIé。•"), max_size=200))
def test_sentences_are_exact_disjoint_and_cover_everything_but_white_space(text: str) -> None:
    position = 0
    for start, end in sentences(text):
        assert text[position:start].strip() == ""
        assert text[start:end] == text[start:end].strip() != ""
        position = end
    assert text[position:].strip() == ""
