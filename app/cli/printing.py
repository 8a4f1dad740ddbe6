"""Answers, passages and articles as text for people and as records for JSON. Leaves out: writing them anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.cli.terminal import shown, wrapped
from app.describing import ALTERNATIVES, facts, told_disagreement
from app.entries import ArticleSummary
from app.schema import Answer, Disagreement, published_text
from app.timeline import Happening, told_time

if TYPE_CHECKING:
    from index.articles import Added, Retrieved, Version

WHY = {
    "not_stated": "The articles do not say.",
    "no_articles": "There are no articles to answer from: add some with 'onrecord add PATH'.",
    "filtered_out": "No article passes the filters: widen --since, --until, --source or --as-of.",
}

STATUSES = ("added", "updated", "unchanged", "failed")


def answer_text(answer: Answer) -> str:
    """The answer with its markers, then what they cite; an abstention with its reason and the nearest passages."""
    blocks = [wrapped(answer.text)] if answer.text.strip() else []
    notes = ["\n".join(wrapped(note) for note in answer.notes)] if answer.notes else []
    if answer.answered:
        blocks += [wrapped(_disagreement(one)) for one in answer.disagreements]
        if answer.alternatives:
            blocks.append(
                "\n".join([f"{ALTERNATIVES}:", *(wrapped(shown(one.with_markers())) for one in answer.alternatives)])
            )
        blocks += [_passage(f"[{cited.marker}]", cited.quote, _whence(cited)) for cited in answer.citations]
        blocks += notes
    else:
        reason = answer.reason or "not_stated"
        if not blocks:
            blocks.append(wrapped(WHY[reason]))
        blocks[0] += f" ({reason})"
        blocks += notes
        if answer.nearest:
            blocks.append("The nearest passages:")
        blocks += [_passage("-", near.quote, _whence(near)) for near in answer.nearest]
    blocks.append(f"Turn {answer.turn_id}, by {shown(answer.writer)}, {answer.timings.total_seconds:.1f} s")
    return "\n\n".join(blocks)


def _disagreement(one: Disagreement) -> str:
    return f"{shown(told_disagreement(one))} {shown(one.sentence.with_markers())}"


def retrieved_text(retrieved: Retrieved) -> str:
    """Passages, best first, with their scores, and what the filters kept out."""
    blocks = [
        _passage(f"{place}.", one.quote, f"{_whence(one)}, score {one.score:.3f}")
        for place, one in enumerate(retrieved.evidence, start=1)
    ]
    if not blocks:
        reason = "filtered_out" if retrieved.library_articles else "no_articles"
        blocks = ["Nothing found." if retrieved.allowed_articles else WHY[reason]]
    if retrieved.undated_left_out:
        left_out = f"{retrieved.undated_left_out:,}"
        blocks.append(f"Left out for having no date: {left_out}; --undated lets them pass.")
    return "\n\n".join(blocks)


def retrieved_record(question: str, retrieved: Retrieved) -> dict[str, Any]:
    """Ranked evidence for JSON."""
    evidence = [
        {
            "rank": rank,
            **asdict(one),
            "published_at": published_text(one.published_at),
            "also_reported_by": [facts(copy) for copy in one.also_reported_by],
        }
        for rank, one in enumerate(retrieved.evidence, start=1)
    ]
    return {
        "question": question,
        "as_of": retrieved.as_of.isoformat() if retrieved.as_of else None,
        "evidence": evidence,
        "articles": [{"article_id": article_id, "score": score} for article_id, score in retrieved.articles],
        "library_articles": retrieved.library_articles,
        "allowed_articles": retrieved.allowed_articles,
        "undated_left_out": retrieved.undated_left_out,
    }


def timeline_text(found: Sequence[Happening]) -> str:
    """One paragraph a time, each with the sentence that names it, word for word, and where it stands."""
    if not found:
        return "No passage about this names a time."
    return "\n\n".join(_happening_text(one) for one in found)


def _happening_text(one: Happening) -> str:
    told = ", ".join(shown(part) for part in (one.title, one.source) if part)
    published = f", published {one.published}" if one.published else ""
    whence = f"{told}{published} ({one.article_id} v{one.version}, {one.start}-{one.end})"
    quote = wrapped(f"“{shown(one.sentence)}”", first="  ", rest="  ")
    return f"{told_time(one.first, one.last)}\n{quote}\n{wrapped(whence, first='  ', rest='  ')}"


def timeline_record(question: str, found: Sequence[Happening]) -> dict[str, Any]:
    """The same for JSON: times as their first and last day."""
    rows = [
        {
            "first": one.first.isoformat(), "last": one.last.isoformat(), "sentence": one.sentence,
            "article_id": one.article_id, "version": one.version, "start": one.start, "end": one.end,
            "title": one.title, "source": one.source,
            "published": one.published.isoformat() if one.published else None,
        }
        for one in found
    ]  # fmt: skip
    return {"question": question, "timeline": rows}


def articles_table(articles: Sequence[ArticleSummary]) -> str:
    """One line an article: id, day, words, source, title."""
    rows = [("ARTICLE", "DATE", "WORDS", "SOURCE", "TITLE")]
    rows += [
        (
            one.article_id,
            (one.published_at or "-")[:10],
            f"{one.words:,}",
            shown(one.source or "-"),
            shown(one.title),
        )
        for one in articles
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]:>{widths[2]}}  {row[3]:<{widths[3]}}  {row[4]}"
        for row in rows
    )


def version_text(version: Version) -> str:
    """An article for reading: what it is, then its text."""
    published = published_text(version.published_at)
    told = {
        "article": f"{version.article_id}, version {version.number}",
        "source": version.source,
        "author": version.author,
        "date": published,
        "address": version.url,
        "origin": version.origin,
    }
    head = [shown(version.title), *(f"{name}: {shown(value)}" for name, value in told.items() if value)]
    paragraphs = (wrapped(line) for line in version.text.splitlines())
    return "\n".join([*head, "", *paragraphs])


def version_record(version: Version) -> dict[str, Any]:
    """An article version for JSON, its text included."""
    record = asdict(version)
    record["version"] = record.pop("number")
    record["published_at"] = published_text(version.published_at)
    record["added_at"] = version.added_at.isoformat()
    return record


def added_record(outcome: Added) -> dict[str, Any]:
    """What became of one input, for JSON."""
    return asdict(outcome)


def added_summary(outcomes: Sequence[Added]) -> str:
    """How many inputs came to what, such as "added 3, updated 1, unchanged 10, failed 2"."""
    counts = Counter(str(outcome.status) for outcome in outcomes)
    return ", ".join(f"{status} {counts[status]:,}" for status in STATUSES)


def _passage(mark: str, quote: str, whence: str) -> str:
    indent = " " * (len(mark) + 1)
    return (
        f"{wrapped(f'“{shown(quote)}”', first=f'{mark} ', rest=indent)}\n{wrapped(whence, first=indent, rest=indent)}"
    )


def _whence(passage: Any) -> str:
    """Title, source and date, and the article's id with the version and span to look it up."""
    published = passage.published_at
    day = published if isinstance(published, str) else published_text(published)
    told = ", ".join(shown(part) for part in (passage.title, passage.source, day) if part)
    return f"{told} ({passage.article_id} v{passage.version}, {passage.start}-{passage.end})"
