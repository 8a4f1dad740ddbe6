"""Web addresses: answers, redirects, refusals and time-outs, against a server on loopback."""

from __future__ import annotations

import contextlib
import gzip
import json
import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.articles import Added, Article
from index.loading import Limits, guarding, load, load_address

SENTENCE = "Nissan will cut its stake in Renault to 15 percent by the middle of the year, two people said on Monday."
PAGE = f"<html><head><title>A plan</title></head><body><article><p>{SENTENCE}</p></article></body></html>".encode()
HTML = {"Content-Type": "text/html; charset=utf-8"}
ANSWERS: dict[str, tuple[int, dict[str, str], bytes]] = {
    "/article": (200, HTML, PAGE),
    "/moved": (301, {"Location": "/article"}, b""),
    "/loop": (302, {"Location": "/loop"}, b""),
    "/ping": (302, {"Location": "/pong"}, b""),
    "/pong": (302, {"Location": "/ping"}, b""),
    "/to-file": (302, {"Location": "file:///etc/hosts"}, b""),
    "/to-bad": (302, {"Location": "http://[::1"}, b""),
    "/gone": (404, HTML, PAGE),
    "/broken": (500, HTML, b""),
    "/nothing": (204, {}, b""),
    "/cyrillic": (200, {"Content-Type": "text/plain; charset=windows-1251"}, "Новость дня".encode("cp1251")),
    "/a.json": (200, {"Content-Type": "application/json"}, json.dumps([{"text": SENTENCE, "id": "n1"}]).encode()),
    "/notes.md": (200, {"Content-Type": "text/plain"}, b"---\ntitle: A note\n---\nThe note."),
    "/untyped": (200, {}, PAGE),
    "/picture": (200, {"Content-Type": "image/png"}, b"\x89PNG"),
    "/no-pdf": (200, {"Content-Type": "application/pdf"}, b"x"),
    "/large": (200, HTML, PAGE + b" " * 100_000),
    "/packed-bomb": (200, {**HTML, "Content-Encoding": "gzip"}, gzip.compress(b" " * 20_000_000)),
    "/packed-badly": (200, {**HTML, "Content-Encoding": "gzip"}, b"no gzip"),
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Host"]))  # type: ignore[attr-defined]
        path = self.path.partition("?")[0]
        if path == "/silent":
            time.sleep(1)
            return
        if path.startswith("/deep"):
            self.answer(302, {"Location": f"/deep{int(path[5:] or 0) + 1}"}, b"")
        elif path == "/slow":
            self.answer(200, {**HTML, "Content-Length": "100000"}, b"", own_length=True)
            for _ in range(40):
                try:
                    self.wfile.write(b"x" * 10)
                except OSError:
                    return
                time.sleep(0.05)
        else:
            self.answer(*ANSWERS[path])

    def answer(self, status: int, headers: dict[str, str], body: bytes, *, own_length: bool = False) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if not own_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the reader had enough
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def handle_error(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def one(found: Iterator[Article | Added]) -> Article:
    (article,) = found
    assert isinstance(article, Article), article
    return article


def failure(found: Iterator[Article | Added]) -> str:
    (added,) = found
    assert isinstance(added, Added), added
    assert added.status == "failed"
    assert added.error
    assert "\n" not in added.error
    return added.error


def at(server: Server, path: str) -> str:
    return f"http://127.0.0.1:{server.port}{path}"


def test_an_address_gives_its_article(server: Server) -> None:
    article = one(load(at(server, "/article#part")))
    assert (article.text, article.title) == (SENTENCE, "A plan")
    assert article.origin == article.url == at(server, "/article")
    assert article.published_at is None


def test_a_redirect_is_followed_and_the_origin_is_what_was_named(server: Server) -> None:
    article = one(load(at(server, "/moved")))
    assert article.origin == at(server, "/moved")
    assert article.url == at(server, "/article")


def test_other_kinds_than_html_are_read(server: Server) -> None:
    assert one(load(at(server, "/cyrillic"))).text == "Новость дня"
    assert one(load(at(server, "/a.json"))).origin == at(server, "/a.json#n1")
    assert one(load(at(server, "/notes.md"))).title == "A note"
    assert one(load(at(server, "/untyped"))).text == SENTENCE


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/gone", "answers with an error (404 Not Found)"),
        ("/broken", "answers with an error (500"),
        ("/nothing", "answers with an error (204"),
        ("/loop", "redirects for ever"),
        ("/ping", "redirects for ever"),
        ("/deep", "redirects for ever"),
        ("/to-file", "scheme 'file'"),
        ("/to-bad", "cannot be reached (Invalid URL"),
        ("/picture", "answers with image/png, which is not read"),
        ("/no-pdf", "damaged, or not a PDF"),
        ("/packed-badly", "cannot be reached"),
    ],
)
def test_a_bad_answer_gives_one_clear_line(server: Server, path: str, words: str) -> None:
    error = failure(load(at(server, path)))
    assert at(server, path) in error
    assert words in error


def test_a_redirect_loop_ends_after_a_few_requests(server: Server) -> None:
    failure(load(at(server, "/deep"), limits=Limits(redirects=3)))
    assert len(server.asked) <= 4


@pytest.mark.parametrize("path", ["/large", "/packed-bomb"])
def test_an_answer_past_the_limit_is_not_read_on(server: Server, path: str) -> None:
    assert "answers with more than 0.1 MB" in failure(load(at(server, path), limits=Limits(page_bytes=60_000)))


def test_a_silent_server_is_not_waited_for(server: Server) -> None:
    limits = Limits(connect_timeout_seconds=0.2)
    assert "did not answer within 0.2 s" in failure(load(at(server, "/silent"), limits=limits))


def test_a_server_that_drips_is_not_waited_for(server: Server) -> None:
    began = time.monotonic()
    assert "did not answer within 0.3 s" in failure(load(at(server, "/slow"), limits=Limits(total_timeout_seconds=0.3)))
    assert time.monotonic() - began < 1.5


def test_a_host_that_does_not_answer_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        assert "cannot be reached" in failure(load(f"http://127.0.0.1:{port}/"))


@pytest.mark.parametrize(
    "address",
    [
        "ftp://x.org/a",
        "file:///etc/hosts",
        "http://",
        "http:///a",
        "http://[::1",
        "http://x.org:99999999/",
        "https://user:secret@x.org/a",
        "http://x\x00.org/",
        "http://0177.0.0.1/",
    ],
)
def test_what_is_no_web_address_is_refused(address: str) -> None:
    (added,) = load(address)
    assert isinstance(added, Added)
    assert added.error
    assert "secret" not in added.error + added.origin


def test_only_addresses_are_taken_from_someone_who_may_not_name_files(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(SENTENCE)
    for named in (str(tmp_path / "a.txt"), "", "a.txt"):
        assert failure(load_address(named))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "169.254.169.254",
        "10.1.2.3",
        "192.168.0.1",
        "[fe80::1]",
        "[fd00::1]",
    ],
)
def test_a_private_host_is_refused_in_every_spelling(server: Server, host: str) -> None:
    error = failure(load(f"http://{host}:{server.port}/article", allow_private=False))
    assert "private address" in error
    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::5db8:d822", True),
        ("127.0.0.1", False),
        ("100.64.0.1", False),
        ("172.16.0.1", False),
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::7f00:1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert guarding.is_public(address) is public


class Names:
    """A resolver for a few names, each answering its list in turn; numbers are resolved as ever."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[list[str]]]) -> None:
        self.asked: list[str] = []
        self._answers = answers
        self._real = socket.getaddrinfo
        monkeypatch.setattr(socket, "getaddrinfo", self)
        # 127.0.0.1 plays the public internet, 127.0.0.2 the private network.
        monkeypatch.setattr(guarding, "is_public", lambda address: address == "127.0.0.1")

    def __call__(self, host: str, port: int, *args: int, **options: int) -> list[object]:
        if host not in self._answers:
            return list(self._real(host, port, *args, **options))
        self.asked.append(host)
        answers = self._answers[host]
        numbers = answers.pop(0) if len(answers) > 1 else answers[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, port)) for number in numbers]


def test_a_name_is_resolved_once_and_connected_to_by_number(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(monkeypatch, {"news.example": [["127.0.0.1"], ["127.0.0.2"]]})
    article = one(load(f"http://news.example:{server.port}/article", allow_private=False))
    assert article.url == f"http://news.example:{server.port}/article"
    assert names.asked == ["news.example"]
    assert server.asked == [("/article", f"news.example:{server.port}")]


def test_a_name_that_nobody_knows_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: object, **_options: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert "there is no host 'news.example'" in failure(load("http://news.example/a", allow_private=False))
    assert "cannot be reached" in failure(load("http://news.example/a"))


def test_every_redirect_is_checked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, {"news.example": [["127.0.0.1"]], "inside.example": [["127.0.0.2"]]})
    inside = f"http://inside.example:{server.port}/article"
    monkeypatch.setitem(ANSWERS, "/inside", (302, {"Location": inside}, b""))
    error = failure(load(f"http://news.example:{server.port}/inside", allow_private=False))
    assert "leads to a private address (127.0.0.2)" in error
    assert [path for path, _host in server.asked] == ["/inside"]


def test_a_redirect_inside_a_public_host_keeps_its_name(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, {"news.example": [["127.0.0.1"]]})
    article = one(load(f"http://news.example:{server.port}/moved", allow_private=False))
    assert article.url == f"http://news.example:{server.port}/article"


def test_a_name_with_one_private_address_is_refused_whole(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, {"news.example": [["127.0.0.1", "127.0.0.2"]]})
    assert "private" in failure(load(f"http://news.example:{server.port}/article", allow_private=False))
    assert server.asked == []


def test_the_next_number_of_a_name_is_tried(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    Names(monkeypatch, {"news.example": [["127.0.0.3", "127.0.0.1"]]})
    monkeypatch.setattr(guarding, "is_public", lambda address: True)
    assert one(load(f"http://news.example:{server.port}/article", allow_private=False)).text == SENTENCE


def test_a_proxy_does_not_get_round_the_check(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.port}")
    assert "private" in failure(load("http://10.1.2.3/article", allow_private=False))
    assert server.asked == []
