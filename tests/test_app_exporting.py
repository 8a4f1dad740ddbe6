"""Answers taken along as Markdown: footnotes where the chips were, and nothing that an article wrote is markup."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_desk import STAKE, abstention, answer, citation, version

from app.exporting import answer_markdown, conversation_markdown, markdown_text
from app.schema import Sentence


def test_each_sentence_has_its_footnotes_and_each_footnote_its_quote() -> None:
    text = answer_markdown(answer())
    assert "Renault will hold 15% of Nissan.[^1-1]" in text
    assert "As of 5 February 2023." in text
    (note,) = re.findall(r"^\[\^1-1\]: (.*)$", text, re.MULTILINE)
    assert note == (
        f"Nissan and Renault reshape their alliance, Morning Wire, 5 February 2023: “{STAKE}” "
        "<https://news.example/alliance>"
    )


def test_quotes_are_block_quotes_and_an_abstention_has_no_footnote() -> None:
    quoted = Sentence(text=STAKE, status="quoted", citations=(1,))
    assert f"> {STAKE}[^1-1]" in answer_markdown(answer(sentences=(quoted,)))
    words = Sentence(text="15%", status="words", citations=(1,))
    assert f"**15%**[^1-1]\n\n> {STAKE}[^1-1]" in answer_markdown(answer(sentences=(words, quoted)))
    silent = answer_markdown(abstention(text="The articles do not say."))
    assert "*The articles do not say.*" in silent
    explained = answer_markdown(replace(abstention(text="The articles do not say."), notes=("None names “Honda”.",)))
    assert "*The articles do not say.*\n\nNone names “Honda”.\n" in explained
    assert "[^" not in silent


def test_answers_of_a_conversation_keep_their_footnotes_apart() -> None:
    text = conversation_markdown("On *alliances*", [answer(), answer()])
    assert text.startswith("# On \\*alliances\\*\n")
    for marker in ("1-1", "1-2", "2-1", "2-2"):
        assert text.count(f"\n[^{marker}]: ") == 1


@pytest.mark.parametrize(
    "evil",
    ["<script>alert(1)</script>", "![x](https://elsewhere.example/x)", "[^1-1]: mine", "# heading", "- item", "1. one",
     "> quote", "`code`", "https://elsewhere.example", "a | b", "***", "===", "&lt;b&gt;", "line\n\n# heading"],
)  # fmt: skip
def test_what_an_article_wrote_is_no_markup(evil: str) -> None:
    article = version(evil + STAKE, title=evil, source=evil, url="javascript:alert(1)")
    said = Sentence(text=evil, status="supported", citations=(1,))
    text = answer_markdown(answer(question=evil, sentences=(said,), citations=(citation(1, evil, article),)))
    for line in text.splitlines():
        bare = re.sub(r"\\.", "x", line.removeprefix("## ").removeprefix("[^1-1]: ").removesuffix("[^1-1]"))
        assert not re.search(r"[<>`*_#|\[\]!&]", bare), line
        assert not re.match(r"\s*([-+=>]|\d+[.)])", bare), line
        assert "://" not in bare


@given(st.text(max_size=60))
def test_markdown_text_is_one_line_and_loses_no_word(text: str) -> None:
    line = markdown_text(text)
    assert len(line.splitlines()) <= 1
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", line) == " ".join(text.split())
