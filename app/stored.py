"""A stored answer back to its value, and its question to be asked again. Leaves out: storing (record)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from app.schema import AlsoReported, Answer, Citation, Disagreement, Nearest, Sentence, Timings, Tokens
from app.turn import Exchange, Turn
from index.articles import Filters


def answer_from_json(record: dict[str, Any]) -> Answer:
    """The answer that `Answer.to_json` gave. Raises KeyError or TypeError for anything else."""
    return Answer(
        **{
            **record,
            "as_of": date.fromisoformat(record["as_of"]) if record["as_of"] else None,
            "sentences": tuple(_sentence(item) for item in record["sentences"]),
            "citations": tuple(Citation(**_with_copies(item)) for item in record["citations"]),
            "nearest": tuple(Nearest(**_with_copies(item)) for item in record["nearest"]),
            "timings": Timings(**record["timings"]),
            "tokens": Tokens(**record["tokens"]),
            "notes": tuple(record["notes"]),
            "disagreements": tuple(
                Disagreement(**{**item, "sentence": _sentence(item["sentence"])})
                for item in record.get("disagreements", ())
            ),
            "alternatives": tuple(_sentence(item) for item in record.get("alternatives", ())),
        }
    )


def _with_copies(item: dict[str, Any]) -> dict[str, Any]:
    """Answers kept before there were near-copies tell none."""
    return {**item, "also_reported_by": tuple(AlsoReported(**one) for one in item.get("also_reported_by", ()))}


def _sentence(record: dict[str, Any]) -> Sentence:
    return Sentence(**{**record, "citations": tuple(record["citations"])})


def asked_again(record: dict[str, Any], history: Sequence[Exchange]) -> Turn:
    """A stored turn's question as a new turn of its conversation, with the same day, filters and `history`."""
    filters, as_of = record["filters"], record["asked_as_of"]
    since, until = filters["since"], filters["until"]
    return Turn(
        question=record["question"],
        conversation_id=record["answer"]["conversation_id"],
        asked_as_of=date.fromisoformat(as_of) if as_of else None,
        filters=Filters(
            since=date.fromisoformat(since) if since else None,
            until=date.fromisoformat(until) if until else None,
            sources=tuple(filters["sources"]),
            undated=filters["undated"],
        ),
        quotes_only=record.get("quotes_only", False),
        again_of=record["turn_id"],
        history=history,
    )
