"""Answers as files to take along: Markdown with footnotes, and JSON. Leaves out: HTML (render). Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from app.describing import ALTERNATIVES, plain_day, told_disagreement, web_address
from app.schema import SCHEMA_VERSION, Answer, Citation, Sentence

Form = Literal["markdown", "json"]
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~$&^:@])")
_ADDRESS_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_])")
"""Many readers of Markdown make a link of whatever looks like an address, with or without its "http:"."""
_LINE_START = re.compile(r"^(\s*)([-+=]|\d+[.)])")


def markdown_text(text: str) -> str:
    r"""The text on one line, in which nothing is Markdown or HTML.

    >>> markdown_text("1. *See* [this](https://a.example)")
    '1\\. \\*See\\* \\[this\\](https\\://a\\.example)'
    """
    line = _ADDRESS_DOT.sub(r"\\.", _SPECIAL.sub(r"\\\1", " ".join(text.split())))
    return _LINE_START.sub(lambda found: found[1] + _escaped_end(found[2]), line)


def _escaped_end(text: str) -> str:
    return f"{text[:-1]}\\{text[-1]}"


def answer_markdown(answer: Answer, number: int = 1) -> str:
    """One question and its answer with footnotes; `number` keeps those of several answers apart."""
    lines = [f"## {markdown_text(answer.question)}", ""]
    if answer.as_of:
        lines += [f"As of {plain_day(answer.as_of.isoformat())}.", ""]
    if not answer.answered:
        why = [line for note in answer.notes for line in (markdown_text(note), "")]
        return "\n".join([*lines, f"*{markdown_text(answer.text)}*", "", *why])
    for sentence in answer.sentences:
        notes = "".join(f"[^{number}-{marker}]" for marker in sentence.citations)
        begin = "> " if sentence.status == "quoted" else ""
        text = markdown_text(sentence.text)
        lines += [f"{begin}{f'**{text}**' if sentence.status == 'words' else text}{notes}", ""]
    for one in answer.disagreements:
        lines += [f"*{markdown_text(told_disagreement(one))}*", "", f"> {_noted(one.sentence, number)}", ""]
    if answer.alternatives:
        lines += [f"*{ALTERNATIVES}:*", ""]
        lines += [line for one in answer.alternatives for line in (f"> {_noted(one, number)}", "")]
    lines += [f"[^{number}-{citation.marker}]: {_footnote(citation)}" for citation in answer.citations]
    return "\n".join([*lines, ""])


def _noted(quoted: Sentence, number: int) -> str:
    return markdown_text(quoted.text) + "".join(f"[^{number}-{marker}]" for marker in quoted.citations)


def _footnote(citation: Citation) -> str:
    facts = [markdown_text(citation.title)]
    if citation.source:
        facts.append(markdown_text(citation.source))
    facts.append(markdown_text(plain_day(citation.published_at)))
    address = web_address(citation.url)
    where = f" <{address}>" if address and not set(address) & set('<>"`') else ""
    return f"{', '.join(facts)}: “{markdown_text(citation.quote)}”{where}"


def answer_json(answer: Answer, texts: Sequence[Mapping[str, Any]] = ()) -> str:
    """One answer as `Answer.to_json` gives it, and the hashes of the whole texts it was given from, where known."""
    return json.dumps(answer.to_json() | {"texts": list(texts)}, ensure_ascii=False, indent=2) + "\n"


def conversation_markdown(title: str, answers: Sequence[Answer]) -> str:
    """A whole conversation, oldest first, under its name."""
    parts = [answer_markdown(answer, number) for number, answer in enumerate(answers, start=1)]
    return "\n".join([f"# {markdown_text(title)}", "", *parts])


def conversation_json(conversation_id: str, title: str, answers: Sequence[Answer]) -> str:
    """The same as JSON, each answer as `Answer.to_json` gives it."""
    record = {
        "schema_version": SCHEMA_VERSION,
        "conversation_id": conversation_id,
        "title": title,
        "answers": [answer.to_json() for answer in answers],
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"
