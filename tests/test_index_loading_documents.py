"""PDF, Word and HTML files: their text and metadata, and what protected, damaged and empty ones answer."""

from __future__ import annotations

import socket
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

import docx
import pypdf
import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st

from index.articles import Added, Article
from index.loading import Limits, load_bytes
from index.loading.pdf import join_lines

SENTENCE = "Nissan will cut its stake in Renault to 15 percent by the middle of the year, two people said on Monday."


def one(name: str, data: bytes) -> Article:
    (found,) = load_bytes(name, data)
    assert isinstance(found, Article), found
    return found


def failure(name: str, data: bytes, limits: Limits | None = None) -> str:
    (found,) = load_bytes(name, data, limits=limits)
    assert isinstance(found, Added), found
    assert found.error
    assert "\n" not in found.error
    return found.error


def make_pdf(pages: Sequence[Sequence[str]], *, properties: str = "") -> bytes:
    """A PDF by hand: one text line after another, in Helvetica."""
    kids = " ".join(f"{5 + 2 * number} 0 R" for number in range(len(pages)))
    bodies = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< {properties} >>",
    ]
    for number, lines in enumerate(pages):
        shown = " T* ".join(f"({line}) Tj" for line in lines)
        stream = f"BT /F1 12 Tf 14 TL 72 720 Td {shown} ET"
        content = 6 + 2 * number
        bodies.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >>"
            f" /Contents {content} 0 R >>"
        )
        bodies.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    out = b"%PDF-1.4\n"
    offsets = []
    for number, body in enumerate(bodies, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size, start = len(bodies) + 1, len(out)
    trailer = f"trailer\n<< /Size {size} /Root 1 0 R /Info 4 0 R >>\nstartxref\n{start}\n%%EOF"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


def encrypted(data: bytes, *, user: str) -> bytes:
    writer = pypdf.PdfWriter(clone_from=BytesIO(data))
    writer.encrypt(user_password=user, owner_password="owner", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


WRAPPED = [
    "Nissan cuts its stake",
    "Nissan will cut its stake in Renault to 15 percent, two people close to the Nissan-",
    "Renault alliance said on Monday, after long months of patient talks and many nego-",
    "tiations in Tokyo.",
    "A new paragraph begins here.",
]


def test_a_pdf_gives_its_pages_with_broken_lines_joined() -> None:
    article = one("a.pdf", make_pdf([WRAPPED, ["The second page says more."]]))
    assert article.text == (
        "Nissan cuts its stake\n"
        "Nissan will cut its stake in Renault to 15 percent, two people close to the Nissan-Renault alliance said on"
        " Monday, after long months of patient talks and many negotiations in Tokyo.\n"
        "A new paragraph begins here.\n\n"
        "The second page says more."
    )
    assert article.title == "Nissan cuts its stake"


def test_a_pdf_brings_title_and_author_but_no_date() -> None:
    properties = "/Title (A plan for Nissan) /Author (Jane Doe) /CreationDate (D:20150101000000Z)"
    article = one("a.pdf", make_pdf([[SENTENCE]], properties=properties))
    assert (article.title, article.author, article.published_at) == ("A plan for Nissan", "Jane Doe", None)


@pytest.mark.parametrize("title", ["Microsoft Word - plan.docx", "plan_final2.pdf", "untitled", "Document1", "  "])
def test_a_pdf_title_that_is_a_file_name_is_not_one(title: str) -> None:
    article = one("a.pdf", make_pdf([[SENTENCE]], properties=f"/Title ({title})"))
    assert article.title.startswith("Nissan will cut")


def test_a_pdf_with_a_password_is_refused_and_one_only_against_printing_is_read() -> None:
    data = make_pdf([[SENTENCE]])
    assert failure("a.pdf", encrypted(data, user="secret")).startswith("a.pdf is protected by a password: save")
    assert one("a.pdf", encrypted(data, user="")).text == SENTENCE


@pytest.mark.parametrize("data", [b"%PDF-1.4 and then nothing", b"no pdf", make_pdf([[SENTENCE]])[:300]])
def test_a_damaged_pdf_is_refused(data: bytes) -> None:
    assert "a.pdf is damaged, or not a PDF" in failure("a.pdf", data)


def test_a_pdf_without_text_names_the_way_out() -> None:
    assert "text recognition" in failure("a.pdf", make_pdf([[]]))


def test_a_pdf_of_too_many_pages_or_too_much_text_is_refused() -> None:
    data = make_pdf([[SENTENCE], [SENTENCE], [SENTENCE]])
    assert "has 3 pages, more than 2" in failure("a.pdf", data, Limits(pdf_pages=2))
    squeezed = BytesIO()
    writer = pypdf.PdfWriter(clone_from=BytesIO(make_pdf([[SENTENCE] * 2000])))
    writer.compress_identical_objects()
    for page in writer.pages:
        page.compress_content_streams()
    writer.write(squeezed)
    assert "unfolds to more than" in failure("a.pdf", squeezed.getvalue(), Limits(file_bytes=20_000))


def test_short_lines_are_not_joined() -> None:
    assert join_lines("A list\none\ntwo\n\nthree") == "A list\none\ntwo\n\nthree"
    assert join_lines("") == ""


def make_docx(*, title: str = "", author: str = "") -> bytes:
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.author = author
    document.add_heading("Nissan cuts its stake", 1)
    document.add_paragraph(SENTENCE)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(table._cells, ["Company", "Stake", "Nissan", "15 %"], strict=True):
        cell.text = text
    document.add_paragraph("After the table.")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


PDF, DOCX = make_pdf([WRAPPED]), make_docx()


def test_a_word_file_gives_paragraphs_and_tables_in_order() -> None:
    article = one("a.docx", make_docx(title="A plan", author="Jane Doe"))
    expected = f"Nissan cuts its stake\n{SENTENCE}\nCompany | Stake\nNissan | 15 %\nAfter the table."
    assert article.text == expected
    assert (article.title, article.author, article.published_at) == ("A plan", "Jane Doe", None)


def test_what_word_fills_in_itself_is_no_metadata() -> None:
    article = one("a.docx", make_docx(author="python-docx"))
    assert (article.title, article.author) == ("Nissan cuts its stake", None)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", "protected by a password, or is an old .doc"),
        (b"no zip", "damaged, or not a .docx"),
        (make_docx()[:2000], "damaged, or not a .docx"),
    ],
)
def test_a_word_file_that_cannot_be_opened_is_refused(data: bytes, words: str) -> None:
    assert words in failure("a.docx", data)


def test_a_zip_that_is_no_word_file_is_refused() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("hello.txt", "x")
    assert "not a .docx" in failure("a.docx", out.getvalue())


def test_a_word_file_without_text_is_empty() -> None:
    out = BytesIO()
    docx.Document().save(out)
    assert "has no text" in failure("a.docx", out.getvalue())


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 60_000_000)
    assert len(out.getvalue()) < 100_000
    assert "unfolds to 57 MB" in failure("a.docx", out.getvalue())


def make_page(*, head: str = "", before: str = "", after: str = "") -> bytes:
    menu = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport</a></li></ul></nav>"
    return (
        f"<html><head><title>Nissan cuts stake | The Paper</title>{head}</head><body>{menu}<article>"
        f"<h1>Nissan cuts stake</h1>{before}<p>{SENTENCE}</p><p>A second paragraph of the article follows, and it says"
        f" a little more about the deal between the two carmakers.</p>{after}</article>"
        "<footer><p>Copyright 2019 The Paper. All rights reserved.</p></footer></body></html>"
    ).encode()


def test_a_page_gives_its_article_without_menu_and_footer() -> None:
    head = '<meta property="og:site_name" content="The Paper"><meta name="author" content="Jane Doe">'
    article = one("a.html", make_page(head=head + '<link rel="canonical" href="https://x.org/story">'))
    assert SENTENCE in article.text
    assert "Sport" not in article.text
    assert "Copyright" not in article.text
    assert (article.title, article.source, article.author) == ("Nissan cuts stake", "The Paper", "Jane Doe")
    assert article.url == "https://x.org/story"


DAY = datetime(2023, 2, 6, tzinfo=UTC)
GRAPH = (
    '<script type="application/ld+json">[{"@type": "WebPage", "datePublished": "2020-01-01"}]</script>'
    '<script type="application/ld+json">{"@graph": [{"@type": ["NewsArticle"], "datePublished": "2023-02-06"}]}'
    "</script>"
)


@pytest.mark.parametrize(
    ("head", "before", "published_at"),
    [
        ('<meta property="article:published_time" content="2023-02-06T08:30:00Z">', "", DAY.replace(hour=8, minute=30)),
        ('<meta name="DC.date.issued" content="2023-02-06">', "", DAY),
        ('<meta name="date" content="2023-02-09"><meta itemprop="datePublished" content="2023-02-06">', "", DAY),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2023-02-06"}</script>',
            "",
            DAY,
        ),
        (
            GRAPH,
            "",
            DAY,
        ),
        ("", '<time datetime="2023-02-06">6 February</time>', DAY),
        ("", '<time itemprop="datePublished">February 6, 2023</time><time datetime="2023-03-01">later</time>', DAY),
        ("", '<time class="published" datetime="2023-02-06"></time><time datetime="2023-03-01">later</time>', DAY),
    ],
)
def test_a_date_that_the_page_tells_is_taken(head: str, before: str, published_at: datetime) -> None:
    assert one("a.html", make_page(head=head, before=before)).published_at == published_at


@pytest.mark.parametrize(
    ("head", "before"),
    [
        ("", ""),
        ('<meta property="article:modified_time" content="2023-02-06">', ""),
        ('<meta http-equiv="date" content="2023-02-06">', ""),
        ('<link rel="canonical" href="https://x.org/2015/10/28/story">', ""),
        ("", "<p>On 6 February 2023 the talks began, and on 7 February 2023 they went on.</p>"),
        ("", '<time datetime="2023-02-06">x</time><time datetime="2023-02-09">y</time>'),
        ('<script type="application/ld+json">{"@type": "NewsArticle", </script>', ""),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "dateModified": "2023-02-06"}</script>', ""),
    ],
)
def test_a_date_that_the_page_does_not_tell_is_unknown(head: str, before: str) -> None:
    assert one("a.html", make_page(head=head, before=before)).published_at is None


@pytest.mark.parametrize(
    "page",
    [
        "<html></html>",
        "<html><body><div id=root></div><noscript>You need to enable JavaScript to run this app.</noscript></body>",
        "<html><body><nav><a href=/>Home</a></nav><form><input name=q></form></body></html>",
        "<html><body>" + "<ul><li><a href=/1>A section of news</a></li></ul>" * 40 + "</body></html>",
        "<html><body><div>We use cookies. Accept?</div><button>OK</button></body></html>",
        "<!doctype html>",
        "<",
    ],
)
def test_a_page_with_no_article_in_it_says_so(page: str) -> None:
    assert failure("a.html", page.encode()) == (
        "a.html is a page with no article in it: save the article's text and add that"
    )


def test_a_short_report_that_calls_itself_an_article_is_one() -> None:
    page = '<html><head><meta property="og:type" content="article"></head><body><p>Nissan rose 3 %.</p></body></html>'
    assert one("a.html", page.encode()).text == "Nissan rose 3 %."


def test_the_pages_own_encoding_holds() -> None:
    page = make_page(head='<meta charset="windows-1251">', before="<p>Компания сообщила о сделке в понедельник.</p>")
    article = one("a.html", page.decode().encode("cp1251"))
    assert "Компания сообщила" in article.text


def test_a_page_that_the_parser_trips_over_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(*_args: object, **_options: object) -> None:
        raise AttributeError("'NoneType' object has no attribute 'text'")

    monkeypatch.setattr(trafilatura, "bare_extraction", trip)
    assert "a.html cannot be read as a page (AttributeError)" in failure("a.html", make_page())


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.html", "a.json", "a.jsonl", "a.txt"])
@given(st.binary(max_size=400), st.integers(min_value=0), st.sampled_from(["cut", "overwrite", "alone"]))
@settings(max_examples=25, deadline=None)
def test_no_bytes_raise_anything(name: str, noise: bytes, place: int, how: str) -> None:
    whole = {"a.pdf": PDF, "a.docx": DOCX, "a.html": make_page()}.get(name, b'{"text": "x"}')
    place %= len(whole)
    damaged = {"cut": whole[:place], "overwrite": whole[:place] + noise + whole[place + len(noise) :], "alone": noise}
    for found in load_bytes(name, damaged[how]):
        assert isinstance(found, Article) or found.status == "failed"


def test_a_damaged_file_prints_nothing_of_its_own(capfd: pytest.CaptureFixture[str]) -> None:
    for name, data in (("a.pdf", PDF[:300]), ("b.pdf", b"no pdf"), ("a.html", b"<"), ("a.docx", DOCX[:300])):
        failure(name, data)
    assert capfd.readouterr().err == ""


def test_a_page_too_large_for_a_tree_is_refused() -> None:
    assert "MB of HTML" in failure("a.html", make_page(), Limits(page_bytes=100))


def test_reading_a_page_looks_up_no_other_host(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> None:
        raise AssertionError(f"network used: {args}")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    head = '<link rel="canonical" href="https://x.org/a"><meta property="og:image" content="https://x.org/i.png">'
    assert one("a.html", make_page(head=head)).url == "https://x.org/a"
