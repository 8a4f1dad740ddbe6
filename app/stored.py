"""A stored answer back to its value. Leaves out: storing (record)."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.schema import Answer, Citation, Nearest, Sentence, Timings, Tokens


def answer_from_json(record: dict[str, Any]) -> Answer:
    """The answer that `Answer.to_json` gave. Raises KeyError or TypeError for anything else."""
    return Answer(
        **{
            **record,
            "as_of": date.fromisoformat(record["as_of"]) if record["as_of"] else None,
            "sentences": tuple(
                Sentence(**{**item, "citations": tuple(item["citations"])}) for item in record["sentences"]
            ),
            "citations": tuple(Citation(**item) for item in record["citations"]),
            "nearest": tuple(Nearest(**item) for item in record["nearest"]),
            "timings": Timings(**record["timings"]),
            "tokens": Tokens(**record["tokens"]),
            "notes": tuple(record["notes"]),
        }
    )
