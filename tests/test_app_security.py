"""Attacks on the whole server, each tried for real, and what comes of it. One table: `docs/operations.md` tells it.

Elsewhere: addresses that lead inside (test_index_loading_addresses), bombs (test_index_loading_bombs), who sees whose
(test_app_people), odd requests of every operation (test_app_web_hostile).
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from served_office import serving

from app import Desk, seeds
from app.config import load_settings
from index.loading import guarding

EVIL = "https://evil.example"
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@dataclass
class Attacked:
    url: str
    desk: Desk
    token: str

    def as_editor(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {self.token}"}, timeout=60, **options)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Iterator[Attacked]:
    chosen = load_settings(library=tmp_path_factory.mktemp("attacked"), cache_dir=cache_dir, writer="quotes")
    with Desk.open(settings=chosen) as desk:
        desk.add(seeds.folder())
        token = desk.members.new_token("eve", role="editor")
        with serving(desk, "0.0.0.0") as url:
            yield Attacked(url, desk, token)


PATHS = (
    "/onrecord/..%2f..%2f..%2fetc%2fpasswd", "/onrecord/%2e%2e/pyproject.toml",
    "/onrecord/page.py", "/gradio_api/file=/etc/passwd",
    "/gradio_api/file=../../../../etc/passwd", "/file=/etc/passwd", "/gradio_api/file=//etc/passwd",
    "/gradio_api/file=file:///etc/passwd", "/static/../../../../etc/passwd", "/assets/..%2f..%2f..%2fetc%2fpasswd",
    "/custom_component/a/b/..%2f..%2fetc%2fpasswd", "/gradio_api/proxy=http://127.0.0.1:1/", "/proxy=http://127.0.0.1:1/",
    "/read?article=../../../etc/passwd", "/answer?turn=../../../etc/passwd", "/export?form=json&turn=../../etc/passwd",
    "/api/v1/articles/..%2f..%2fetc%2fpasswd/text", "/gradio_api/stream/a/b/c/../../etc/passwd",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_to_a_file(server: Attacked, path: str) -> None:
    place = urlsplit(server.url)
    with socket.create_connection((place.hostname, place.port or 80), timeout=60) as sender:  # a client would tidy it
        head = f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {server.token}\r\n"
        sender.sendall(f"{head}Connection: close\r\n\r\n".encode())
        answered = b""
        while piece := sender.recv(65536):
            answered += piece
    assert b"root:" not in answered
    assert b"[project]" not in answered
    assert answered.split()[1] in (b"400", b"403", b"404", b"422"), answered[:200]


@pytest.mark.parametrize("name", ["../../../tmp/evil.txt", "..\\..\\evil.txt", "/etc/cron.d/evil.txt", "a/\0/evil.txt"])
def test_the_name_of_an_upload_leads_nowhere(server: Attacked, name: str) -> None:
    with server.as_editor() as editor:
        sent = editor.post(
            "/api/v1/articles", files={"files": (name, b"The mill of Evilton closed in May.", "text/plain")}
        )
        assert sent.status_code == 200
        (outcome,) = sent.json()["outcomes"]
        assert outcome["origin"].endswith("evil.txt")
        assert "/" not in outcome["origin"]
        assert "\\" not in outcome["origin"]
        editor.delete(f"/api/v1/articles/{outcome['article_id']}")
    assert not Path("/tmp/evil.txt").exists()
    assert not Path("/etc/cron.d/evil.txt").exists()


INSIDE = (
    "http://127.0.0.1:1/", "http://localhost:1/", "http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/",
    "http://127.1/", "http://0/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/",
    "http://192.168.0.1/", "http://100.64.0.1/", "http://[fe80::1%25eth0]/", "http://[fd00::1]/", "http://0.0.0.0:1/",
    "http://user@127.0.0.1/", "file:///etc/passwd", "gopher://127.0.0.1/", "http://①②⑦.0.0.1/",
)  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_leads_inside(server: Attacked, address: str) -> None:
    with server.as_editor() as editor:
        refused = editor.post("/api/v1/articles/address", json={"url": address})
        assert refused.status_code == 422
        assert "root:" not in refused.text
        assert not any(one["article_id"] for one in refused.json()["outcomes"])


def test_a_name_that_turns_inside_after_it_was_looked_at_is_not_followed(
    server: Attacked, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up: list[str] = []
    plain = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if host != "rebind.example":
            return plain(host, port, *rest, **options)
        looked_up.append(host)
        number = "127.0.0.9" if len(looked_up) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port))]

    def first_is_inside(host: Any, port: Any, *rest: Any, **options: Any) -> Any:
        if host != "inside.example":
            return plain(host, port, *rest, **options)
        outside, inside = (socket.AF_INET, 1, 6, "", ("8.8.8.8", port)), (socket.AF_INET, 1, 6, "", ("127.0.0.1", port))
        return [outside, inside]

    with server.as_editor() as editor:
        monkeypatch.setattr(socket, "getaddrinfo", first_is_inside)
        refused = editor.post("/api/v1/articles/address", json={"url": "http://inside.example/"})
        assert "private address (127.0.0.1)" in refused.json()["detail"]
        monkeypatch.setattr(socket, "getaddrinfo", rebinding)
        monkeypatch.setattr(guarding, "is_public", lambda address: address == "127.0.0.9")  # nobody listens there
        refused = editor.post("/api/v1/articles/address", json={"url": "http://rebind.example/"})
        assert refused.status_code == 422
        assert looked_up == ["rebind.example"], "it is looked up once, and connected to by number"


def test_what_an_article_says_is_text_wherever_it_is_shown(server: Attacked) -> None:
    article = f"{SCRIPT}\n\nThe bridge of Scriptville {SCRIPT} closed on 4 May 2024 after a storm."
    front = f"---\ntitle: 'A {SCRIPT} title'\nsource: '{SCRIPT}'\nurl: 'javascript:alert(3)'\n---\n"
    with server.as_editor() as editor:
        sent = editor.post("/api/v1/articles", files={"files": ("script.md", (front + article).encode(), "text/plain")})
        made = sent.json()["outcomes"][0]
        asked = editor.post(
            "/api/v1/ask", json={"question": f"When did the bridge of Scriptville close? {SCRIPT}"}
        ).json()
        for path in (f"/read?article={made['article_id']}", f"/answer?turn={asked['turn_id']}"):
            shown = editor.get(path)
            assert shown.status_code == 200
            assert "<script>alert" not in shown.text
            assert "<img src=x" not in shown.text
            assert "javascript:" not in shown.text
            policy = shown.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe-inline" not in policy
        for path, kind in (
            (f"/api/v1/articles/{made['article_id']}/text", "text/plain"),
            (f"/api/v1/turns/{asked['turn_id']}/export", "text/markdown"),
            (f"/export?form=markdown&turn={asked['turn_id']}", "text/markdown"),
        ):
            given = editor.get(path)
            assert given.headers["content-type"].startswith(kind)
            assert given.headers["x-content-type-options"] == "nosniff"
        editor.delete(f"/api/v1/articles/{made['article_id']}")


CHANGING = (
    ("POST", "/api/v1/ask"), ("POST", "/api/v1/articles"), ("POST", "/api/v1/articles/address"),
    ("DELETE", "/api/v1/articles/a"), ("PUT", "/api/v1/turns/t/feedback"), ("POST", "/api/v1/tokens"),
    ("POST", "/v1/chat/completions"), ("POST", "/mcp"), ("POST", "/gradio_api/queue/join"),
    ("POST", "/gradio_api/upload"),
    ("POST", "/gradio_api/run/predict"), ("POST", "/api/v1/beside/add"),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_what_another_site_sends_is_refused_though_the_browser_knows_the_password(
    server: Attacked, method: str, path: str
) -> None:
    auth = ("eve", server.token)
    for told in (
        {"origin": EVIL},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"origin": f"{server.url}.evil.example"},
    ):
        kind = {"content-type": "text/plain"}
        refused = httpx.request(method, server.url + path, headers=told | kind, content=b"{}", auth=auth, timeout=60)
        assert refused.status_code == 403, (told, refused.text)


def test_no_page_of_another_site_may_read_or_frame_what_is_answered(server: Attacked) -> None:
    with server.as_editor() as editor:
        for path in ("/", "/api/v1/articles", "/api/v1/docs", "/read?article=x"):
            answered = editor.get(path, headers={"origin": EVIL})
            assert "access-control-allow-origin" not in answered.headers
            assert answered.headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in answered.headers["content-security-policy"]
        asked = editor.options("/api/v1/ask", headers={"origin": EVIL, "access-control-request-method": "POST"})
        assert "access-control-allow-origin" not in asked.headers


def test_a_token_works_in_its_header_alone_and_not_once_it_is_revoked(server: Attacked) -> None:
    for path in (f"/api/v1/me?token={server.token}", f"/api/v1/me?access_token={server.token}"):
        assert httpx.get(server.url + path, timeout=60).status_code == 401
    assert httpx.get(server.url + "/api/v1/me", cookies={"token": server.token}, timeout=60).status_code == 401
    for odd in (server.token[:-1], server.token + "a", server.token.upper(), "onrecord_", "'; DROP TABLE users; --"):
        assert (
            httpx.get(server.url + "/api/v1/me", headers={"authorization": f"Bearer {odd}"}, timeout=60).status_code
            == 401
        )
    stolen = server.desk.members.new_token("laptop", user="eve")
    held = {"authorization": f"Bearer {stolen}"}
    assert httpx.get(server.url + "/api/v1/me", headers=held, timeout=60).status_code == 200
    server.desk.members.revoke_token("laptop")
    assert httpx.get(server.url + "/api/v1/me", headers=held, timeout=60).status_code == 401


LARGE = b" " * 2_000_000


@pytest.mark.parametrize(
    ("path", "body", "statuses"),
    [
        ("/api/v1/ask", LARGE, (413,)),
        ("/v1/chat/completions", LARGE, (413,)),
        ("/mcp", LARGE, (413,)),
        ("/gradio_api/queue/join", LARGE, (413,)),
        ("/api/v1/ask", b'{"question": "' + b"a" * 5_000 + b'"}', (422,)),
        ("/api/v1/ask", b'{"question": "' + b"a " * 500 + b'"}', (422,)),
        ("/api/v1/ask", b'{"question": "a", "sources": [' + b'"a",' * 2_000 + b'"a"]}', (422,)),
        ("/api/v1/ask", b"[" * 500_000, (400, 422)),
    ],
)
def test_what_is_too_large_is_refused(server: Attacked, path: str, body: bytes, statuses: tuple[int, ...]) -> None:
    with server.as_editor() as editor:
        for content in (body, iter([body])):  # announced, and in pieces that announce nothing
            refused = editor.post(path, content=content, headers={"content-type": "application/json"})
            assert refused.status_code in statuses, refused.text[:300]


def test_a_header_too_large_and_too_many_files_are_refused(server: Attacked) -> None:
    with server.as_editor() as editor:
        assert editor.get("/api/v1/me", headers={"x-large": "a" * 200_000}).status_code == 431
        files = [("files", (f"{number}.txt", b"x", "text/plain")) for number in range(1_001)]
        assert editor.post("/api/v1/articles", files=files).status_code in (400, 422)
