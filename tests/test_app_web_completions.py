"""OpenAI's own client, pointed at OnRecord: a scripted desk for the forms, the real one for the seeds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from scripted_desk import STAKE, TIME, ScriptedDesk, abstention, answer
from served_api import served_api, until

from app import Desk, seeds
from app.config import load_settings
from app.schema import Disagreement, Sentence
from app.web.api.footnotes import RULE, cited_text, url_citations, without_footnotes
from app.web.api.messages import Message, question_and_history

QUESTION = "What stake will Renault hold?"
TEXT = "Renault will hold 15% of Nissan. [1] The deal closes by mid-year. [2]"


@pytest.fixture(scope="module")
def desk() -> ScriptedDesk:
    return ScriptedDesk(pause_seconds=0.0)


@pytest.fixture(scope="module")
def client(desk: ScriptedDesk) -> Iterator[openai.OpenAI]:
    with served_api(lambda: desk) as url, openai.OpenAI(base_url=f"{url}/v1", api_key="none", max_retries=0) as one:
        yield one


def user(text: str) -> openai.types.chat.ChatCompletionUserMessageParam:
    return {"role": "user", "content": text}


def test_the_answer_comes_with_footnotes_and_annotations(client: openai.OpenAI) -> None:
    given = client.chat.completions.create(model="onrecord", messages=[user(QUESTION)])
    message = given.choices[0].message
    assert message.content is not None
    text, _, notes = message.content.partition(RULE)
    assert text == TEXT
    assert notes.splitlines()[0] == (
        f"[1] Nissan and Renault reshape their alliance, Morning Wire, 5 February 2023: “{STAKE}” "
        "https://news.example/alliance"
    )
    assert message.annotations is not None
    for number, annotation in enumerate(message.annotations, start=1):
        cited = annotation.url_citation
        assert message.content[cited.start_index : cited.end_index] == f"[{number}]"
        assert cited.url == "https://news.example/alliance"
    assert given.usage is not None
    assert given.usage.total_tokens == 740
    assert given.choices[0].finish_reason == "stop"


def test_a_stream_gives_each_sentence_and_the_same_text_in_the_end(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="onrecord", messages=[user(QUESTION)]).choices[0].message.content
    chunks = list(
        client.chat.completions.create(
            model="onrecord", messages=[user(QUESTION)], stream=True, stream_options={"include_usage": True}
        )
    )
    pieces = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert pieces[0] == "Renault will hold 15% of Nissan. [1]"
    assert "".join(pieces) == whole
    last = [chunk.choices[0] for chunk in chunks if chunk.choices][-1]
    assert last.finish_reason == "stop"
    annotations = last.delta.annotations  # type: ignore[attr-defined]
    assert next(one["url_citation"]["onrecord"]["quote"] for one in annotations) == STAKE
    assert chunks[-1].usage is not None


def test_earlier_messages_are_the_history_of_the_question(client: openai.OpenAI, desk: ScriptedDesk) -> None:
    first = client.chat.completions.create(model="onrecord", messages=[user(QUESTION)]).choices[0].message.content
    assert first is not None
    client.chat.completions.create(
        model="gpt-5",
        messages=[
            {"role": "system", "content": "Answer in rhyme."},
            user(QUESTION),
            {"role": "assistant", "content": first},
            user("When does it close?"),
        ],
    )
    asked = desk.asked[-1]
    assert asked["question"] == "When does it close?"
    assert asked["history"] == [(QUESTION, "Renault will hold 15% of Nissan. The deal closes by mid-year.")]


def test_messages_of_one_side_in_a_row_are_one_and_an_unanswered_question_is_no_history() -> None:
    said = [("user", "Who?"), ("assistant", "He."), ("assistant", "Or she."), ("user", "When?"), ("user", "And why?")]
    messages = [Message(role=role, content=text) for role, text in said]  # type: ignore[arg-type]
    assert question_and_history(messages) == ("When? And why?", [("Who?", "He. Or she.")])
    assert without_footnotes("No citation here.") == "No citation here."


def test_what_another_article_says_instead_is_told_and_no_part_of_the_history() -> None:
    quote = Sentence(text=TIME, status="quoted", citations=(2,))
    differing = Disagreement(value="43%", against="15%", relation="conflict", articles=1, agreeing=2, sentence=quote)
    told = answer(disagreements=(differing,), alternatives=(quote,), notes=("One article has no date.",))
    text = cited_text(told)
    said, otherwise, perhaps, note = text.partition(RULE)[0].split("\n\n")
    assert perhaps == f"Other articles, perhaps about something else: {TIME} [2]"
    assert said == TEXT
    assert otherwise.startswith("Another article says otherwise: “43%”, not “15%”")
    assert otherwise.endswith(f"{TIME} [2]")
    assert note == "One article has no date."
    assert [text[one["url_citation"]["start_index"] :][:3] for one in url_citations(told, text)] == [
        "[1]",
        "[2]",
        "[2]",
        "[2]",
    ]
    assert "43%" not in without_footnotes(text)
    silent = abstention(text="The articles do not say.", notes=("None of the passages found names “Honda”.",))
    assert cited_text(silent) == "The articles do not say.\n\nNone of the passages found names “Honda”."


def test_an_abstention_says_so_and_cites_nothing(client: openai.OpenAI, desk: ScriptedDesk) -> None:
    given = client.chat.completions.create(model="onrecord", messages=[user("What is the capital?")])
    assert given.choices[0].message.annotations == []
    assert RULE not in (given.choices[0].message.content or "")


def test_what_cannot_be_asked_is_an_error_of_the_client(client: openai.OpenAI) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="the last message is not the user's"):
        client.chat.completions.create(model="onrecord", messages=[{"role": "assistant", "content": "It is."}])
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,"}}
    with pytest.raises(openai.UnprocessableEntityError, match="only text can be read"):
        client.chat.completions.create(model="onrecord", messages=[{"role": "user", "content": [picture]}])  # type: ignore[list-item, misc]
    with pytest.raises(openai.UnprocessableEntityError, match=r"body\.n"):
        client.chat.completions.create(model="onrecord", messages=[user(QUESTION)], n=2)
    with pytest.raises(openai.APIError, match="Something went wrong inside OnRecord"):
        list(client.chat.completions.create(model="onrecord", messages=[user("break")], stream=True))


def test_leaving_a_stream_stops_the_writer(client: openai.OpenAI, desk: ScriptedDesk) -> None:
    until(lambda: desk.closed_streams == len(desk.asked))
    stream = client.chat.completions.create(model="onrecord", messages=[user("slowly")], stream=True)
    next(iter(stream))
    stream.close()
    until(lambda: desk.closed_streams == len(desk.asked))


def test_the_models_are_one(client: openai.OpenAI) -> None:
    assert [one.id for one in client.models.list()] == ["onrecord"]
    assert client.models.retrieve("onrecord").owned_by == "onrecord"
    with pytest.raises(openai.NotFoundError, match="there is one model"):
        client.models.retrieve("gpt-5")


def test_the_real_desk_streams_an_answer_whose_citations_hold(
    tmp_path: Path, cache_dir: Path, embedding_files: Path
) -> None:
    settings = load_settings(library=tmp_path / "library", cache_dir=cache_dir, writer="quotes")
    with Desk.open(settings=settings) as real:
        real.add(seeds.folder())
        with served_api(lambda: real) as url, openai.OpenAI(base_url=f"{url}/v1", api_key="none") as client:
            stream = client.chat.completions.create(
                model="onrecord", messages=[user("What stake will Renault hold in Nissan after the deal?")], stream=True
            )
            chunks = [chunk.choices[0] for chunk in stream]
            text = "".join(chunk.delta.content or "" for chunk in chunks)
            assert "15%" in text.partition(RULE)[0]
            annotations = chunks[-1].delta.annotations  # type: ignore[attr-defined]
            assert annotations
            for one in annotations:
                proof = one["url_citation"]["onrecord"]
                article = real.article(proof["article_id"], proof["version"])
                assert article.text[proof["start"] : proof["end"]] == proof["quote"]
                assert text[one["url_citation"]["start_index"] : one["url_citation"]["end_index"]].startswith("[")
