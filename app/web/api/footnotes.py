"""An answer as plain text with footnotes, and its citations as annotations of that text. Pure."""

from __future__ import annotations

import re
from typing import Any

from app.describing import ALTERNATIVES, RELATIONS, plain_day, told_disagreement, web_address
from app.schema import Answer, Citation

RULE = "\n\n---\n"
"""Stands above the footnotes, so that they can be told from an answer when a client sends it back."""
_MARKER = re.compile(r" ?\[\d+\]")


def cited_text(answer: Answer) -> str:
    """The answer's text with its `[n]`, what other articles say instead, its notes, and a footnote a citation."""
    otherwise = [f"{told_disagreement(one)} {one.sentence.with_markers()}" for one in answer.disagreements]
    if answer.alternatives:
        otherwise.append(f"{ALTERNATIVES}: {' '.join(one.with_markers() for one in answer.alternatives)}")
    told = "\n\n".join(filter(None, (answer.text, *otherwise, *answer.notes)))
    return told + (footnotes(answer) if answer.citations else "")


def footnotes(answer: Answer) -> str:
    """One line a citation: whence, the quote word for word, and the address where there is one."""
    return RULE + "\n".join(_footnote(one) for one in answer.citations)


def without_footnotes(text: str) -> str:
    """A text of ours as it was before: no footnotes, no markers, and nothing of what other articles say instead.

    >>> without_footnotes("It will hold 15%. [1] It closes by mid-year. [2]" + RULE + "[1] Morning Wire")
    'It will hold 15%. It closes by mid-year.'
    """
    told = text.partition(RULE)[0].split("\n\n")
    beside = tuple(f"{begin}: " for begin in (*RELATIONS.values(), ALTERNATIVES))
    kept = [one for one in told if not one.startswith(beside)]
    return _MARKER.sub("", "\n\n".join(kept)).strip()


def url_citations(answer: Answer, text: str) -> list[dict[str, Any]]:
    """A `url_citation` for every marker in the text, with where it stands in it; offsets as Python counts.

    The address is the article's own, or else the one at which this server shows the passage. `onrecord` holds what
    proves the citation: the version of the article, the span in it, and the quote.
    """
    by_marker = {one.marker: one for one in answer.citations}
    body_end = text.rfind(RULE) if answer.citations else len(text)
    found = []
    for match in re.finditer(r"\[(\d+)\]", text[:body_end]):
        cited = by_marker.get(int(match[1]))
        if cited is not None:
            found.append({"type": "url_citation", "url_citation": _citation(cited, match.start(), match.end())})
    return found


def _citation(cited: Citation, start: int, end: int) -> dict[str, Any]:
    proof = {
        "marker": cited.marker, "article_id": cited.article_id, "version": cited.version, "start": cited.start,
        "end": cited.end, "quote": cited.quote,
    }  # fmt: skip
    address = web_address(cited.url) or f"/api/v1/articles/{cited.article_id}?version={cited.version}"
    return {"start_index": start, "end_index": end, "title": cited.title, "url": address, "onrecord": proof}


def _footnote(cited: Citation) -> str:
    told = ", ".join(part for part in (cited.title, cited.source, plain_day(cited.published_at)) if part)
    address = web_address(cited.url)
    line = f"[{cited.marker}] {told}: “{cited.quote}”" + (f" {address}" if address else "")
    return " ".join(line.split())
