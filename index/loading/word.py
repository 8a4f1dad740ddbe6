"""The text of a .docx file. Leaves out: headers, footnotes, comments, and dates, which tell of the file only."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZipFile

from index.articles import Article
from index.errors import TooLargeError, UnreadableError
from index.loading.decoding import normalise
from index.loading.inputs import Input
from index.loading.limits import Limits, Patience, megabytes
from index.loading.plain import require_text
from index.loading.titles import one_field, title_of

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import Table

logger = logging.getLogger(__name__)

_OLD_OR_PROTECTED = b"\xd0\xcf\x11\xe0"
"""Begins both a .doc of before 2007 and a .docx that a password protects."""

_MOST_PARTS = 10_000
_MOST_COLUMNS = 1_000
"""Word itself makes 63."""
_UNFOLDS_TO = 10
"""All parts together, pictures included, which are unpacked but not parsed, in multiples of `file_bytes`."""

_NOT_A_PERSON = {"python-docx", "unknown", "user", "admin", "microsoft office user", "windows user"}


def read_word(data: bytes, given: Input, limits: Limits) -> Article:
    """The article of a .docx file: its paragraphs and tables in order, one line each.

    Raises UnreadableError for one that is protected or damaged, TooLargeError for one that unfolds too far.
    """
    if data.startswith(_OLD_OR_PROTECTED):
        raise UnreadableError(
            f"{given.name} is protected by a password, or is an old .doc: save it as .docx without one and add that"
        )
    import docx

    try:
        _refuse_bomb(data, given, limits)
        document = docx.Document(BytesIO(data))
        text = normalise("\n".join(_lines(document, Patience(limits, given.name))))
        properties = document.core_properties
        title, author = one_field(properties.title), one_field(properties.author)
    except TooLargeError:
        raise
    except Exception as error:
        # Border: python-docx answers a damaged file with whatever its parser trips over.
        logger.info("cannot read %s as .docx", given.name, exc_info=True)
        raise UnreadableError(
            f"{given.name} is damaged, or not a .docx ({type(error).__name__}): save it again, or as .txt, and add that"
        ) from error
    require_text(text, given)
    return Article(
        text=text,
        title=title if title and title != "Word Document" else title_of(text),
        origin=given.origin,
        author=author if author and author.lower() not in _NOT_A_PERSON else None,
        url=given.url,
    )


def _refuse_bomb(data: bytes, given: Input, limits: Limits) -> None:
    """Refuse by the declared sizes: zipfile never unpacks more of a part than its directory declares."""
    with ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
    xml = sum(part.file_size for part in parts if part.filename.lower().endswith((".xml", ".rels")))
    everything = sum(part.file_size for part in parts)
    if xml > limits.file_bytes or everything > _UNFOLDS_TO * limits.file_bytes or len(parts) > _MOST_PARTS:
        raise TooLargeError(
            f"{given.name} unfolds to {megabytes(everything)} in {len(parts):,} parts, more than is safe to open:"
            " save its text as .txt and add that"
        )


def _lines(document: Document, patience: Patience) -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        patience.check()
        if isinstance(block, Table):
            yield from _rows(block, patience)
        else:
            yield block.text


def _rows(table: Table, patience: Patience) -> Iterator[str]:
    for row in table.rows:
        patience.check()
        if len(row._tr.tc_lst) > _MOST_COLUMNS:  # its cells are found in the square of their number
            raise TooLargeError(f"a row of a table has more than {_MOST_COLUMNS:,} cells: save it as .txt and add that")
        # A merged cell comes up once for each column that it covers.
        cells = {id(cell._tc): cell.text for cell in row.cells}
        yield " | ".join(" ".join(text.split()) for text in cells.values())
