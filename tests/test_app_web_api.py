"""The API as another program meets it: over a real port, a scripted desk behind it."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from scripted_desk import STAKE, TEXT, ScriptedDesk
from served_api import served_api, until

from app.entries import Feedback
from app.stored import answer_from_json
from app.web.admitting import Unasked
from app.web.api import streaming
from app.web.api.building import build_api
from app.web.bounds import Bounds
from app.web.opening import OpeningDesk
from index.articles import Added, Evidence, Retrieved
from index.errors import LibraryLockedError

BODY_BYTES = Bounds().body_bytes
QUESTION = "What stake will Renault hold?"
PROBLEM = "application/problem+json"


class Desk(ScriptedDesk):
    """The scripted desk, which can also be searched, and says that it is locked."""

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

    def remove(self, article_id: str, *, purge: bool = False) -> None:
        if purge:
            raise LibraryLockedError("another process is writing to this library: wait for it or stop it")
        super().remove(article_id)

    def restore(self, article_id: str) -> Any:
        super().restore(article_id)
        return Added(origin="alliance.txt", status="updated", article_id=article_id, version=1, title="Alliance")


@dataclass
class Api:
    url: str
    desk: Desk

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=60, **options)

    def post(self, path: str, **options: Any) -> httpx.Response:
        return httpx.post(self.url + path, timeout=60, **options)

    def metric(self, name: str) -> float:
        lines = self.get("/metrics").text.splitlines()
        return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith(name))


@pytest.fixture(scope="module")
def shared() -> Iterator[Api]:
    desk = Desk(pause_seconds=0.0)
    with served_api(lambda: desk, running=2, waiting=1) as url:
        yield Api(url, desk)


@pytest.fixture
def api(shared: Api) -> Api:
    """The shared server, nobody in line."""
    until(lambda: shared.metric("onrecord_questions_running") == 0)
    return shared


def is_problem(response: httpx.Response, status: int, kind: str) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == PROBLEM
    document = response.json()
    assert document["status"] == status
    assert document["type"] == kind
    return str(document["detail"])


def events(text: str) -> list[tuple[str, Any]]:
    blocks = [block.split("\n") for block in text.split("\n\n") if block and not block.startswith(":")]
    return [(block[0].removeprefix("event: "), json.loads(block[1].removeprefix("data: "))) for block in blocks]


def test_a_question_is_answered_as_the_command_line_prints_it(api: Api) -> None:
    body = {"question": QUESTION, "since": "2023-01-01", "sources": ["Morning Wire"], "quotes_only": True}
    response = api.post("/api/v1/ask", json=body)
    assert response.status_code == 200
    given = answer_from_json(response.json())
    assert json.loads(json.dumps(given.to_json())) == response.json()
    assert given.citations[0].quote == STAKE
    asked = api.desk.asked[-1]
    assert str(asked["since"]) == "2023-01-01"
    assert asked["sources"] == ["Morning Wire"]
    assert asked["quotes_only"] is True


def test_an_abstention_is_an_answer(api: Api) -> None:
    given = api.post("/api/v1/ask", json={"question": "What is the capital?"})
    assert given.status_code == 200
    assert (given.json()["answered"], given.json()["reason"]) == (False, "not_stated")


@pytest.mark.parametrize("by", ["body", "header"])
def test_events_come_in_order_and_the_answer_is_the_last(api: Api, by: str) -> None:
    headers = {"accept": "text/event-stream"} if by == "header" else {}
    response = api.post("/api/v1/ask", json={"question": QUESTION, "stream": by == "body"}, headers=headers)
    assert response.headers["content-type"].startswith("text/event-stream")
    got = events(response.text)
    assert [name for name, _ in got] == ["evidence", "sentence", "sentence", "answer"]
    assert got[0][1]["evidence"][0]["quote"] == STAKE
    assert got[1][1]["citations"][0]["quote"] == STAKE
    assert answer_from_json(got[-1][1]).answered


def test_curl_reads_the_events(api: Api) -> None:
    body = json.dumps({"question": QUESTION, "stream": True})
    command = ["curl", "-sSN", f"{api.url}/api/v1/ask", "-H", "Content-Type: application/json", "-d", body]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert [name for name, _ in events(said.stdout)][-1] == "answer"


def test_a_failure_while_streaming_is_an_event_and_tells_nothing_of_the_inside(api: Api) -> None:
    response = api.post("/api/v1/ask", json={"question": "break", "stream": True})
    name, document = events(response.text)[-1]
    assert (name, document["status"]) == ("error", 500)
    assert "scripted" not in response.text
    assert "scripted" not in is_problem(api.post("/api/v1/ask", json={"question": "break"}), 500, "about:blank")


@pytest.mark.parametrize(
    ("body", "kind", "told"),
    [
        ({"question": "  "}, "urn:onrecord:question", "the question is empty"),
        ({"question": QUESTION, "since": "2023-02-01", "until": "2023-01-01"}, "urn:onrecord:question", "exchange"),
        ({"question": QUESTION, "sinse": "2023-02-01"}, "urn:onrecord:request", "body.sinse"),
        ({"question": QUESTION, "since": "2023-02-30"}, "urn:onrecord:request", "body.since"),
        ({}, "urn:onrecord:request", "body.question"),
    ],
)
def test_what_cannot_be_asked_is_named(api: Api, body: dict[str, Any], kind: str, told: str) -> None:
    for stream in ({}, {"stream": True}):
        assert told in is_problem(api.post("/api/v1/ask", json=body | stream), 422, kind)


def test_what_is_not_there_is_named(api: Api) -> None:
    told = is_problem(api.get("/api/v1/articles/none"), 404, "urn:onrecord:article-not-found")
    assert "there is no article 'none'" in told
    follow = api.post("/api/v1/ask", json={"question": QUESTION, "follow": "none"})
    is_problem(follow, 404, "urn:onrecord:conversation-not-found")
    is_problem(api.get("/api/v1/turns/none/feedback"), 404, "urn:onrecord:conversation-not-found")
    is_problem(api.get("/api/v1/conversations/none"), 404, "urn:onrecord:conversation-not-found")
    assert "openapi.json" in is_problem(api.get("/api/v1/nothing"), 404, "about:blank")
    assert "DELETE cannot" in is_problem(httpx.delete(api.url + "/api/v1/ask"), 405, "about:blank")


def test_an_asker_who_leaves_stops_the_writer(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    before, left = api.desk.closed_streams, api.metric("onrecord_questions_abandoned_total")
    monkeypatch.setattr(streaming, "SECONDS_BETWEEN_SIGNS", 0.05)
    with pytest.raises(httpx.ReadTimeout):
        httpx.post(api.url + "/api/v1/ask", json={"question": "slowly"}, timeout=1)
    until(lambda: api.desk.closed_streams == before + 1)
    with httpx.stream("POST", api.url + "/api/v1/ask", json={"question": "slowly", "stream": True}) as response:
        lines = response.iter_lines()
        while next(lines) != "event: sentence":
            pass
        while not next(lines).startswith(": "):
            pass
    until(lambda: api.desk.closed_streams == before + 2)
    until(lambda: api.metric("onrecord_questions_running") == 0)
    assert api.metric("onrecord_questions_abandoned_total") == left + 2


def test_who_waits_is_told_and_who_finds_the_line_full_is_refused(api: Api) -> None:
    slow = {"question": "slowly", "stream": True}
    with ExitStack() as streams:
        for _ in range(2):
            streams.enter_context(httpx.stream("POST", api.url + "/api/v1/ask", json=slow, timeout=60))
        until(lambda: api.metric("onrecord_questions_running") == 2)
        waiting = streams.enter_context(httpx.stream("POST", api.url + "/api/v1/ask", json=slow, timeout=60))
        lines = waiting.iter_lines()
        assert next(lines) == "event: queued"
        assert next(lines) == 'data: {"ahead": 0}'
        refused = api.post("/api/v1/ask", json={"question": QUESTION})
        assert "2 questions are being answered and 1 wait" in is_problem(refused, 429, "urn:onrecord:busy")
        assert int(refused.headers["retry-after"]) > 0
    until(lambda: api.metric("onrecord_questions_waiting") == 0)
    until(lambda: api.metric("onrecord_questions_running") == 0)
    assert api.post("/api/v1/ask", json={"question": QUESTION}).status_code == 200


def test_passages_are_found(api: Api) -> None:
    found = api.get("/api/v1/search", params={"question": "stake", "k": 3, "source": ["A", "B"], "since": "2023-01-01"})
    passage = found.json()["evidence"][0]
    assert TEXT[passage["start"] : passage["end"]] == passage["quote"] == STAKE
    assert passage["published_at"] == "2023-02-05"
    assert api.desk.asked[-1]["sources"] == ("A", "B")
    is_problem(api.get("/api/v1/search", params={"question": "stake", "k": 0}), 422, "urn:onrecord:request")


def test_articles_are_listed_read_added_and_removed(api: Api) -> None:
    files = [("files", ("one.txt", b"The bridge opened on Monday.")), ("files", ("two.bin", b"\0"))]
    outcomes = api.post("/api/v1/articles", files=files).json()["outcomes"]
    assert [one["status"] for one in outcomes] == ["added", "failed"]
    added = outcomes[0]["article_id"]
    listed = api.get("/api/v1/articles", params={"words": "one.txt"}).json()
    assert [one["article_id"] for one in listed["articles"]] == [added]
    read = api.get(f"/api/v1/articles/{added}").json()
    assert read["text"] == "The bridge opened on Monday."
    assert api.get(f"/api/v1/articles/{added}/text").text == read["text"]
    assert [one["version"] for one in api.get(f"/api/v1/articles/{added}/versions").json()] == [1]
    assert httpx.delete(f"{api.url}/api/v1/articles/{added}").status_code == 204
    assert api.get("/api/v1/articles", params={"words": "one.txt"}).json()["found"] == 0
    assert api.post(f"/api/v1/articles/{added}/restore").json()["status"] == "updated"
    assert api.get("/api/v1/sources").json() == ["Morning Wire"]
    locked = httpx.delete(f"{api.url}/api/v1/articles/{added}", params={"purge": True})
    assert "another process" in is_problem(locked, 503, "urn:onrecord:library-locked")
    assert locked.headers["retry-after"]


def test_an_address_is_added_and_what_cannot_be_read_is_a_problem(api: Api) -> None:
    address = "https://news.example/alliance"
    assert api.post("/api/v1/articles/address", json={"url": address}).json()["outcomes"][0]["status"] == "added"
    assert api.desk.added_addresses[-1] == address
    refused = api.post("/api/v1/articles", files={"files": ("two.bin", b"\0")})
    assert "two.bin: this is a binary file" in is_problem(refused, 422, "urn:onrecord:loading")


def test_conversations_and_what_readers_said_of_them(api: Api) -> None:
    given = api.post("/api/v1/ask", json={"question": QUESTION}).json()
    turn, conversation = given["turn_id"], f"/api/v1/conversations/{given['conversation_id']}"
    assert httpx.patch(api.url + conversation, json={"title": "The alliance"}).status_code == 204
    whole = api.get(conversation).json()
    assert (whole["title"], [one["turn_id"] for one in whole["answers"]]) == ("The alliance", [turn])
    assert api.get("/api/v1/conversations", params={"words": "alliance"}).json()[0]["title"] == "The alliance"
    assert api.get(f"/api/v1/turns/{turn}").json() == given
    feedback = f"/api/v1/turns/{turn}/feedback"
    assert api.get(feedback).json() is None
    said = httpx.put(api.url + feedback, json={"verdict": "wrong", "note": "15, not 43"}).json()
    assert said == {"turn_id": turn, "verdict": "wrong", "note": "15, not 43", "given_at": "2026-11-22"}
    assert api.desk.feedback(turn) == Feedback(**said)
    assert httpx.delete(api.url + feedback).status_code == 204
    assert api.get(feedback).json() is None
    is_problem(httpx.put(api.url + feedback, json={"verdict": "so-so"}), 422, "urn:onrecord:request")
    assert httpx.delete(api.url + conversation).status_code == 204
    is_problem(api.get(conversation), 404, "urn:onrecord:conversation-not-found")


def test_a_body_that_is_too_large_is_refused_by_what_it_says_and_by_what_it_is(api: Api) -> None:
    large = api.post("/api/v1/ask", content=b" " * (BODY_BYTES + 1), headers={"content-type": "application/json"})
    assert f"{BODY_BYTES:,} bytes" in is_problem(large, 413, "urn:onrecord:too-large")
    pieces = (b" " * 65_536 for _ in range(BODY_BYTES // 65_536 + 2))
    unsaid = api.post("/api/v1/ask", content=pieces, headers={"content-type": "application/json"})
    is_problem(unsaid, 413, "urn:onrecord:too-large")


def test_nothing_is_taken_that_another_site_sends(api: Api) -> None:
    body = {"question": QUESTION}
    for headers in ({"origin": "https://evil.example"}, {"origin": "null"}, {"sec-fetch-site": "cross-site"}):
        assert api.post("/api/v1/ask", json=body, headers=headers).status_code == 403
    assert api.post("/api/v1/ask", json=body, headers={"origin": api.url}).status_code == 200
    plain = api.post("/api/v1/ask", content=json.dumps(body), headers={"content-type": "text/plain"})
    is_problem(plain, 422, "urn:onrecord:request")
    assert api.get("/api/v1/articles", headers={"host": "rebound.example"}).status_code == 421


def test_health_and_metrics(api: Api) -> None:
    assert api.get("/healthz").text == "ok\n"
    assert api.get("/readyz").json() == {
        "status": "ready",
        "writer": {"state": "ready", "model": "qwen", "detail": "qwen writes"},
    }
    before = api.metric('onrecord_answers_total{outcome="not_stated"}')
    api.post("/api/v1/ask", json={"question": "What is the capital?"})
    assert api.metric('onrecord_answers_total{outcome="not_stated"}') == before + 1
    assert api.metric("onrecord_ready") == 1
    assert api.metric('onrecord_http_requests_total{method="POST",route="/api/v1/ask",status="200"}') > 0
    for line in api.get("/metrics").text.splitlines():
        assert line.startswith("# ") or float(line.rpartition(" ")[2]) >= 0, line


def test_before_the_library_is_open_the_server_lives_and_is_not_ready() -> None:
    from starlette.testclient import TestClient

    client = TestClient(Unasked(build_api(OpeningDesk(ScriptedDesk))), base_url="http://127.0.0.1")
    assert client.get("/healthz").status_code == 200
    waiting = client.get("/readyz")
    assert waiting.status_code == 503
    assert waiting.headers["retry-after"]
    assert waiting.json()["detail"] == "the library is still being opened: try again in a moment"
    assert "onrecord_ready 0" in client.get("/metrics").text


def test_every_operation_is_documented(api: Api) -> None:
    document = api.get("/api/v1/openapi.json").json()
    page = api.get("/api/v1/docs")
    assert "script" not in page.headers["content-security-policy"]
    assert "<script" not in page.text
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            assert f"{method.upper()} {path}" in page.text
    assert "text/event-stream" in document["paths"]["/api/v1/ask"]["post"]["responses"]["200"]["content"]


def test_a_connection_that_ends_in_its_body_harms_nobody(api: Api) -> None:
    host, port = api.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"POST /api/v1/ask HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n")
        half.sendall(b'content-length: 100\r\n\r\n{"question": ')
    assert api.post("/api/v1/ask", json={"question": QUESTION}).status_code == 200
