"""The text of a PDF. Leaves out: text in pictures, and dates, which tell of the file only."""

from __future__ import annotations

import logging
import re
from io import BytesIO
from typing import TYPE_CHECKING

from index.articles import Article
from index.errors import TooLargeError, UnreadableError
from index.loading.decoding import normalise
from index.loading.inputs import Input
from index.loading.limits import Limits, Patience, megabytes
from index.loading.plain import require_text
from index.loading.titles import one_field, title_of

if TYPE_CHECKING:
    from pypdf import PdfReader

logger = logging.getLogger(__name__)
# Without a handler, Python prints a library's warnings to stderr, beside our one line.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_FULL_LINE_SHARE = 0.7
"""A line at least this long, measured by the longest of its page, was broken by the page's width."""

_FULL_LINE_LEAST = 25
"""A page of nothing but shorter lines is a list, or a headline; columns of a newspaper are wider."""

_FILE_NAME_TITLE = re.compile(r"\.\w{2,5}$|^(?:microsoft word|untitled|document\d*$)", re.IGNORECASE)


def read_pdf(data: bytes, given: Input, limits: Limits) -> Article:
    """The article of a PDF: its pages in order, lines joined that only the page's width broke.

    Raises UnreadableError for one that is protected or damaged, TooLargeError past `limits.pdf_pages`.
    """
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    protected = UnreadableError(f"{given.name} is protected by a password: save a copy without one and add that")
    try:
        reader = pypdf.PdfReader(BytesIO(data))
        # Many PDFs are encrypted only against printing; they open with an empty password.
        if reader.is_encrypted and not reader.decrypt(""):
            raise protected
        pages = len(reader.pages)
        if pages > limits.pdf_pages:
            most = f"{limits.pdf_pages:,}"
            raise TooLargeError(f"{given.name} has {pages:,} pages, more than {most}: split it and add the parts")
        text = normalise(_text(reader, given, limits))
        properties = reader.metadata
        title, author = (properties.title, properties.author) if properties else (None, None)
    except (DependencyError, FileNotDecryptedError):
        raise protected from None
    except (UnreadableError, TooLargeError):
        raise
    except Exception as error:
        # Border: pypdf answers a damaged file with whatever its parser trips over.
        logger.info("cannot read %s as PDF", given.name, exc_info=True)
        raise UnreadableError(
            f"{given.name} is damaged, or not a PDF ({type(error).__name__}): save it again, or as .txt, and add that"
        ) from error
    require_text(text, given, remedy="if it is a scan, run text recognition (OCR) on it first")
    title = one_field(title)
    return Article(
        text=text,
        title=title if title and not _FILE_NAME_TITLE.search(title) else title_of(text),
        origin=given.origin,
        author=one_field(author),
        url=given.url,
    )


def _text(reader: PdfReader, given: Input, limits: Limits) -> str:
    pages: list[str] = []
    characters = 0
    patience = Patience(limits, given.name)

    def before_each(*_: object) -> None:
        patience.check()

    for page in reader.pages:
        patience.check()
        pages.append(join_lines(page.extract_text(visitor_operand_before=before_each)))
        characters += len(pages[-1])
        if characters > limits.file_bytes:
            most = megabytes(limits.file_bytes)
            raise TooLargeError(f"{given.name} unfolds to more than {most} of text: split it and add the parts")
    return "\n\n".join(page for page in pages if page.strip())


def join_lines(page: str) -> str:
    """The text of a page with the lines joined that its width broke, so that a sentence is one passage.

    A hyphen at the break stays before a capital (Nissan-Renault) and goes before a small letter (nego-tiated).
    """
    lines = [line.strip() for line in page.splitlines()]
    full = max(_FULL_LINE_LEAST, _FULL_LINE_SHARE * max(map(len, lines), default=0))
    joined = ""
    for before, line in zip(["", *lines], lines, strict=False):
        if not before or not line or len(before) < full:
            joined += "\n" + line
        elif before.endswith("-") and before[-2:-1].isalpha():
            joined = (joined[:-1] if line[0].islower() else joined) + line
        else:
            joined += " " + line
    return joined.strip("\n")
