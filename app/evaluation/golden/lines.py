"""What a line of a golden file may hold, in either of two forms, and its JSON schema. Leaves out: reading files.

Ours has `question, history, accept, gold, kind`; RealTimeQA's, as in our news data, `question, answer,
gold_doc_ids`. Both have `id, date, answerable`. Each line tells its form by the fields that it has.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, WithJsonSchema, model_validator

from app.evaluation.golden.matching import normalise

SCHEMA_ID = "https://json-schema.org/draft/2020-12/schema"
_Filled = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Day = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})]


class _Line(BaseModel):
    """What both forms share. Fields that we do not know are for others, and pass."""

    model_config = ConfigDict(strict=True, extra="ignore")

    id: Annotated[_Filled, Field(description="its own in the file")]
    question: Annotated[_Filled, Field(description="as a reader would type it")]
    answerable: Annotated[bool, Field(description="whether the articles state the answer")]
    date: Annotated[_Day, Field(description="the day to ask from, read with --as-of-field date")] = None


class PriorTurn(BaseModel):
    """An earlier question of the conversation and what was answered."""

    model_config = ConfigDict(strict=True)

    question: _Filled
    answer: str


class GoldPassage(BaseModel):
    """A passage that states the answer."""

    model_config = ConfigDict(strict=True)

    article: Annotated[_Filled, Field(description="the article's file name, title, address or id")]
    quote: Annotated[_Filled, Field(description="an exact part of its text")]


class OurLine(_Line):
    """Our own form: what a right reply must state, and where the articles state it."""

    kind: Annotated[_Filled, Field(description="figures are told by kind")]
    accept: Annotated[
        list[Annotated[list[_Filled], Field(min_length=1)]],
        Field(
            description="requirements that must all be met, each a list of alternatives any of which meets it; one "
            "that begins with ^ must open the reply. Empty where answerable is false"
        ),
    ]
    gold: list[GoldPassage] = []
    history: Annotated[list[PriorTurn], Field(description="earlier turns, oldest first")] = []

    @model_validator(mode="after")
    def _accept_fits(self) -> OurLine:
        if self.answerable != bool(self.accept):
            raise ValueError("accept must be filled where answerable is true, and empty where it is false")
        for alternative in (one for alternatives in self.accept for one in alternatives):
            if not normalise(alternative):
                raise ValueError(f"accept holds {alternative!r}, which has no word to look for")
        return self


class NewsLine(_Line):
    """The form of RealTimeQA: one short answer, and the articles that state it."""

    answer: Annotated[str | None, Field(description="the short answer; null where answerable is false")]
    gold_doc_ids: Annotated[list[_Filled], Field(description="articles as in gold.article")]

    @model_validator(mode="after")
    def _answer_fits(self) -> NewsLine:
        if self.answerable and not normalise(self.answer or ""):
            raise ValueError("answer must be filled where answerable is true")
        return self


def golden_schema() -> dict[str, Any]:
    """The JSON schema of one line of a golden file."""
    schema = TypeAdapter(OurLine | NewsLine).json_schema()
    return {"$schema": SCHEMA_ID, "title": "One line of a golden file for 'onrecord eval'", **schema}
