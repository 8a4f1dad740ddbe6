"""The protocol's own client, over HTTP and over standard streams; the real desk behind the latter."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest
from mcp import Client, StdioServerParameters, types
from scripted_desk import STAKE, TEXT, ScriptedDesk
from served_api import served_api, until

from app.web.api import tools
from index.articles import Evidence, Retrieved

QUESTION = "What stake will Renault hold?"
T = TypeVar("T")


class Desk(ScriptedDesk):
    """The scripted desk, which can also be searched."""

    def search(self, question: str, **options: Any) -> Retrieved:
        self.asked.append({"question": question, **options})
        held = self.article("a1")
        start = held.text.index(STAKE)
        found = Evidence(
            article_id="a1", version=1, start=start, end=start + len(STAKE), quote=STAKE, score=0.7, title=held.title,
            source=held.source, published_at=held.published_at, url=held.url,
        )  # fmt: skip
        return Retrieved(
            evidence=(found,), articles=(("a1", 0.7),), as_of=None, library_articles=1, allowed_articles=1,
            undated_left_out=0,
        )  # fmt: skip


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk(pause_seconds=0.0)


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served_api(lambda: desk, running=2, waiting=0) as url:
        yield f"{url}/mcp"


def speak(server: Any, said: Callable[[Client], Awaitable[T]], **options: Any) -> T:
    async def speaking() -> T:
        async with Client(server, **options) as client:
            return await said(client)

    return asyncio.run(speaking())


def call(address: str, name: str, **arguments: Any) -> types.CallToolResult:
    return speak(address, lambda client: client.call_tool(name, arguments))


def text_of(result: types.CallToolResult) -> str:
    part = result.content[0]
    assert isinstance(part, types.TextContent)
    return part.text


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_three_tools_are_listed_that_change_nothing(address: str, mode: str) -> None:
    listed = speak(address, lambda client: client.list_tools(), mode=mode).tools
    assert [one.name for one in listed] == ["ask", "search", "read_article"]
    for one in listed:
        assert one.annotations is not None
        assert one.annotations.read_only_hint
        assert "additionalProperties" in one.input_schema


def test_an_answer_brings_its_quotes(address: str, desk: Desk) -> None:
    given = call(address, "ask", question=QUESTION, since="2023-01-01")
    assert not given.is_error
    assert f"“{STAKE}”" in text_of(given)
    assert given.structured_content is not None
    assert given.structured_content["citations"][0]["quote"] == STAKE
    assert str(desk.asked[-1]["since"]) == "2023-01-01"


def test_an_abstention_brings_the_nearest_passages(address: str) -> None:
    given = call(address, "ask", question="What is the capital?")
    assert not given.is_error
    assert "The nearest passages:" in text_of(given)


def test_passages_name_the_article_to_read(address: str) -> None:
    found = call(address, "search", question="stake", k=2)
    assert "article a1, version 1" in text_of(found)
    assert found.structured_content is not None
    passage = found.structured_content["evidence"][0]
    whole = call(address, "read_article", article_id=passage["article_id"], version=passage["version"])
    assert whole.structured_content is not None
    assert whole.structured_content["text"][passage["start"] : passage["end"]] == STAKE


def test_a_long_article_is_read_in_parts(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tools, "MAX_CHARACTERS", 1000)
    read, told = "", ""
    while len(read) < len(TEXT):
        part = call(address, "read_article", article_id="a1", start=len(read))
        told = text_of(part)
        assert part.structured_content is not None
        read += part.structured_content["text"]
        assert (f"go on with start={len(read)}]" in told) == (len(read) < len(TEXT))
    assert read == TEXT


@pytest.mark.parametrize(
    ("name", "arguments", "told"),
    [
        ("ask", {"question": "  "}, "the question is empty"),
        ("ask", {}, "question: Field required"),
        ("ask", {"question": QUESTION, "quick": True}, "quick: Extra inputs"),
        ("ask", {"question": "break"}, "Something went wrong inside OnRecord"),
        ("read_article", {"article_id": "none"}, "there is no article 'none'"),
        ("write_article", {}, "there are ask, search, read_article"),
    ],
)
def test_a_failure_is_told_to_the_model(address: str, name: str, arguments: dict[str, Any], told: str) -> None:
    result = call(address, name, **arguments)
    assert result.is_error
    assert told in text_of(result)


def test_who_gives_up_a_question_stops_the_writer(address: str, desk: Desk) -> None:
    async def give_up(client: Client) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.call_tool("ask", {"question": "slowly"}), 1)

    speak(address, give_up)
    until(lambda: desk.closed_streams == sum("k" not in one for one in desk.asked))


SERVE = "import sys; from app.cli import main; sys.exit(main(['mcp']))"


def test_an_assistant_asks_the_real_desk_over_standard_streams(
    tmp_path: Path, cache_dir: Path, embedding_files: Path
) -> None:
    environment = {
        **os.environ, "ONRECORD_LIBRARY": str(tmp_path / "library"), "ONRECORD_CACHE_DIR": str(cache_dir),
        "ONRECORD_WRITER": "quotes", "PYTHONPATH": str(Path(__file__).parents[1]),
    }  # fmt: skip
    server = StdioServerParameters(command=sys.executable, args=["-c", SERVE], env=environment)
    question = "What stake will Renault hold in Nissan after the deal?"
    given = speak(server, lambda client: client.call_tool("ask", {"question": question}))
    assert not given.is_error, text_of(given)
    assert "15%" in text_of(given)
    assert given.structured_content is not None
    assert given.structured_content["answered"]
