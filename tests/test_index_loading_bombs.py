"""Small inputs that unfold, or take for ever: each is refused in time, and in memory. Real packers, real readers."""

from __future__ import annotations

import gzip
import json
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest

from index.articles import Added
from index.loading import load_address, load_bytes
from index.loading.limits import Limits

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def document(body: bytes) -> bytes:
    """A .docx with that body."""
    import docx

    plain, out = BytesIO(), BytesIO()
    docx.Document().save(plain)
    xml = f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>'.encode() + body + b"</w:body></w:document>"
    with zipfile.ZipFile(plain) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in parts.namelist():
            packed.writestr(name, xml if name == "word/document.xml" else parts.read(name))
    return out.getvalue()


def pdf(content: bytes, pages: int) -> bytes:
    """A PDF whose pages all show that content."""
    squeezed = zlib.compress(content, 9)
    kids = b" ".join(b"%d 0 R" % (5 + page) for page in range(pages))
    page = b"<</Type/Page/Parent 2 0 R/Contents 3 0 R/Resources<</Font<</F1 4 0 R>>>>/MediaBox[0 0 600 800]>>"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(squeezed), squeezed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        *[page] * pages,
    ]
    out, places = BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, 2)
    for number, one in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, one))
    start = out.tell()
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    out.write(b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(places) + 1, table))
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(places) + 1, start))
    return out.getvalue()


CELL = b"<w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc>"
BOMBS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a part of half a gigabyte": ("a.docx", lambda: document(b" " * 500_000_000), "unfolds to 478 MB"),
    "a row of twenty thousand cells": (
        "a.docx", lambda: document(b"<w:tbl><w:tr>" + CELL * 20_000 + b"</w:tr></w:tbl>"), "more than 1,000 cells",
    ),
    "a hundred thousand paragraphs in one another": (
        "a.docx", lambda: document(b"<w:p>" * 100_000 + b"</w:p>" * 100_000), "damaged",
    ),
    "a stream of half a gigabyte": ("a.pdf", lambda: pdf(b" " * 500_000_000, 1), "LimitReachedError"),
    "pages that take for ever": (
        "a.pdf", lambda: pdf(b"BT /F1 12 Tf " + b"(hello) Tj " * 20_000 + b"ET", 500), "takes more than 2 s to read",
    ),
    "a text of half a gigabyte": ("a.txt", lambda: b"word " * 100_000_000, "477 MB, more than 50 MB"),
    "a line with a list of a hundred thousand": (
        "a.jsonl", lambda: json.dumps([{"text": "x y z"}] * 100_000).encode(), "record 1 is not an object",
    ),
    "brackets without end": ("a.jsonl", lambda: b'{"text":' + b"[" * 1_000_000, "record 1 is not JSON"),
    "a number of ten million digits": ("a.json", lambda: b'{"date": ' + b"9" * 10_000_000 + b"}", "is not JSON"),
    "empty lines without end": ("a.jsonl.gz", lambda: gzip.compress(b"\n" * 20_000_000), "more than 1,000,000 lines"),
    "a page of tags": ("a.html", lambda: b"<p>a b c</p>" * 200_000, "more than 200,000 tags"),
}  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_time(bomb: str) -> None:
    name, made, told = BOMBS[bomb]
    data = made()
    since = time.monotonic()
    (refused,) = load_bytes(name, data, limits=Limits(document_seconds=2.0, records=1_000_000))
    assert time.monotonic() - since < 40  # a second or two where nobody else is at work
    assert isinstance(refused, Added)
    assert told in (refused.error or "")


def test_a_line_with_a_hundred_thousand_entries_is_one_article() -> None:
    line = {"text": "The harbour froze over.", **{f"key {number}": number for number in range(100_000)}}
    (article,) = load_bytes("a.jsonl", json.dumps(line).encode())
    assert not isinstance(article, Added)
    assert article.text == "The harbour froze over."


TWICE = gzip.compress(gzip.compress(b" " * 200_000_000))


class Packed(BaseHTTPRequestHandler):
    """Answers what unfolds, in the packing that the path names."""

    def do_GET(self) -> None:
        packings = {"/twice": "gzip, gzip", "/tightly": "br", "/odd": "zstd", "/once": "gzip"}
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Encoding", packings[self.path])
        self.send_header("Content-Length", str(len(TWICE)))
        self.end_headers()
        self.wfile.write(TWICE)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture(scope="module")
def packer() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Packed)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", ["/twice", "/tightly", "/odd"])
def test_an_answer_in_a_packing_that_was_not_asked_for_is_not_unpacked(packer: str, path: str) -> None:
    (refused,) = load_address(packer + path, allow_private=True)
    assert isinstance(refused, Added)
    assert "which is not asked for" in (refused.error or "")
