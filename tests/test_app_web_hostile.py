"""Requests that nobody means well with, to the real desk: each is refused or answered, none breaks anything."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app import Desk, seeds
from app.config import load_settings
from app.web.admitting import Unasked
from app.web.api.building import build_api
from app.web.opening import OpeningDesk

JSON = {"content-type": "application/json"}
SURROGATE = "\ud800"
ODD = ("%00", "%ff", "..%2f..%2fetc%2fpasswd", "a" * 5000, "%F0%9F%97%9E", "'%20OR%201=1--", "%ed%a0%80", "?", "%25")


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Iterator[TestClient]:
    chosen = load_settings(library=tmp_path_factory.mktemp("hostile"), cache_dir=cache_dir, writer="quotes")
    with Desk.open(settings=chosen) as desk:
        desk.add(seeds.folder())
        opening = OpeningDesk(lambda: desk)
        opening.start()
        opening.wait(timeout_seconds=60)
        with TestClient(
            Unasked(build_api(opening)), base_url="http://127.0.0.1", raise_server_exceptions=False
        ) as client:
            yield client


def operations(client: TestClient) -> list[tuple[str, str]]:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods]


@pytest.mark.parametrize("odd", ODD)
def test_no_odd_name_in_an_address_breaks_an_operation(client: TestClient, odd: str) -> None:
    for method, path in operations(client):
        if "{" not in path:
            continue
        address = path.replace("{", "").replace("}", "")
        for name in ("article_id", "conversation_id", "turn_id", "token_id", "model", "name"):
            address = address.replace(name, odd)
        answered = client.request(method, address, json={"title": odd, "verdict": "right"})
        assert answered.status_code in (404, 405, 422, 200), (method, path, answered.text)
        assert "/etc" not in answered.text or answered.status_code != 200


BODIES: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b"{",
    b"[" * 200_000,
    b'{"question": ' + b"[" * 900 + b"]" * 900 + b"}",
    b'{"question": 1e999}',
    b"\xff\xfe",
    json.dumps({"question": SURROGATE, "note": SURROGATE, "title": SURROGATE}).encode(),
    json.dumps({"question": "a", SURROGATE: SURROGATE}).encode(),
    json.dumps({"question": "a", "conversation_id": SURROGATE, "sources": [SURROGATE]}).encode(),
    json.dumps({"question": "a", "conversation_id": "\0" * 9, "sources": ["\0", "'; DROP TABLE turns"]}).encode(),
    json.dumps({"question": "\0\x1b[2J\u202e", "as_of": "9999-12-31", "since": "0001-01-01"}).encode(),
    json.dumps({"messages": [{"role": "user", "content": SURROGATE}]}).encode(),
    json.dumps({"messages": [{"role": "user", "content": []}]}).encode(),
    json.dumps({"messages": [{"role": "user", "content": "a"}] * 999, "model": "\0"}).encode(),
    json.dumps({"url": "file:///etc/passwd"}).encode(),
    json.dumps({"url": "http://127.0.0.1:1/\0"}).encode(),
    json.dumps({"url": "http://2130706433/"}).encode(),
    json.dumps({"url": "http://[::ffff:169.254.169.254]/latest"}).encode(),
)


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_no_body_breaks_an_operation(client: TestClient, body: bytes) -> None:
    for method, path in operations(client):
        if method not in ("post", "put", "patch"):
            continue
        address = path.replace("{", "").replace("}", "")
        answered = client.request(method, address, content=body, headers=JSON)
        assert answered.status_code < 500, (method, path, answered.text)
        if answered.status_code != 200:
            assert answered.json()["status"] == answered.status_code


@given(question=st.text(max_size=60), k=st.integers(-3, 200), words=st.text(max_size=30))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_to_look_for_breaks_search_or_the_list(client: TestClient, question: str, k: int, words: str) -> None:
    asked: dict[str, Any] = {"question": question.encode("utf-8", "replace").decode(), "k": k}
    assert client.get("/api/v1/search", params=asked).status_code in (200, 422)
    looked = client.get("/api/v1/articles", params={"words": words.encode("utf-8", "replace").decode()})
    assert looked.status_code == 200


def test_what_is_uploaded_is_read_as_text_or_refused(client: TestClient) -> None:
    for name, data in (
        ("../../x.txt", b"The bridge opened."),
        ("\0.txt", b""),
        ("a.pdf", b"%PDF-1.7"),
        ("a.docx", b"PK"),
    ):
        answered = client.post("/api/v1/articles", files={"files": (name, data)})
        assert answered.status_code in (200, 422), answered.text
    assert (
        client.post("/api/v1/articles", content=b"--x", headers={"content-type": "multipart/form-data"}).status_code
        < 500
    )
