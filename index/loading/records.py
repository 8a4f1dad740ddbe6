"""Articles as JSON: an object, a list of them, or one a line. Leaves out: fields that no article has."""

from __future__ import annotations

import codecs
import gzip
import json
import lzma
import zlib
from collections.abc import Iterator, Mapping
from typing import BinaryIO, cast

from index.articles import Added, Article
from index.errors import EmptyArticleError, LoadingError, TooLargeError, UnreadableError
from index.loading.dates import parse_published
from index.loading.decoding import decode, normalise, refuse_spoilt
from index.loading.inputs import Input, failed
from index.loading.limits import Limits, megabytes
from index.loading.plain import require_text
from index.loading.titles import one_field, title_of, web_url

_TEXT_FIELDS = ("text", "body", "content", "articlebody")
_DATE_FIELDS = ("publishedat", "published", "datepublished", "date", "pubdate")
_LIST_FIELDS = ("articles", "items", "records", "data")


def unpacked(stream: BinaryIO, name: str) -> BinaryIO:
    """`stream`, unpacked while it is read when `name` ends in .gz or .xz."""
    if name.lower().endswith(".gz"):
        return cast("BinaryIO", gzip.GzipFile(fileobj=stream))
    if name.lower().endswith(".xz"):
        return cast("BinaryIO", lzma.LZMAFile(stream))
    return stream


def read_json(stream: BinaryIO, given: Input, limits: Limits) -> Iterator[Article | Added]:
    """The articles of a .json file: of one object, a list of them, or such a list under 'articles' or 'items'.

    Raises a LoadingError when the file as a whole gives none; a record that gives none is a failed Added.
    """
    try:
        data = stream.read(limits.file_bytes + 1)
    except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
        raise _damaged(given, error) from error
    if len(data) > limits.file_bytes:
        most = megabytes(limits.file_bytes)
        raise TooLargeError(f"{given.name} holds more than {most} of JSON: save it as .jsonl, one article a line")
    try:
        loaded: object = json.loads(decode(data, given.name, declared=given.charset), strict=False)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{given.name} is not JSON ({error}): correct it and add it again") from None
    if isinstance(loaded, dict):
        keys = {_key(key): value for key, value in loaded.items()}
        listed = next((keys[key] for key in _LIST_FIELDS if isinstance(keys.get(key), list)), None)
        if listed is None or any(isinstance(keys.get(key), str) for key in _TEXT_FIELDS):
            yield _article(loaded, given, given.name)
            return
        loaded = listed
    if not isinstance(loaded, list):
        raise UnreadableError(f"{given.name} holds no article: make it an object with a 'text', or a list of them")
    if not loaded:
        raise EmptyArticleError(f"{given.name} is an empty list: add a file with articles in it")
    yield from _records(((number, record) for number, record in enumerate(loaded, start=1)), given)


def read_json_lines(stream: BinaryIO, given: Input, limits: Limits) -> Iterator[Article | Added]:
    """The articles of a .jsonl file, read line by line; a line that gives none is a failed Added.

    Raises a LoadingError when the file as a whole cannot be read (further): damaged packing, past the limits.
    """
    yield from _records(_lines(stream, given, limits), given)


def _lines(stream: BinaryIO, given: Input, limits: Limits) -> Iterator[tuple[int, object]]:
    """(line number, what stands there): a JSON value, or the LoadingError that reading it met."""
    read_bytes, number, found = 0, 0, False
    while True:
        try:
            line = stream.readline(limits.file_bytes + 1)
        except (OSError, EOFError, lzma.LZMAError, zlib.error) as error:
            raise _damaged(given, error) from error
        if not line:
            break
        if number == 0 and line.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise UnreadableError(f"{given.name} is in UTF-16: save it as UTF-8 and add it again")
        number += 1
        read_bytes += len(line)
        if len(line) > limits.file_bytes or read_bytes > limits.records_bytes:
            most = megabytes(limits.file_bytes if len(line) > limits.file_bytes else limits.records_bytes)
            raise TooLargeError(f"{given.name} goes past {most} at record {number}: split it and add the parts")
        if number > limits.records:
            raise TooLargeError(f"{given.name} has more than {limits.records:,} lines: split it and add the parts")
        if line.strip(b" \t\r\n\xef\xbb\xbf"):
            found = True
            yield number, _parsed(line, f"{given.name}, record {number}")
    if not found:
        raise EmptyArticleError(f"{given.name} is empty: add a file with one JSON object a line")


def _parsed(line: bytes, place: str) -> object:
    try:
        return json.loads(decode(line, place), strict=False)
    except LoadingError as error:
        return error
    except (ValueError, RecursionError) as error:
        return UnreadableError(f"{place} is not JSON ({error}): correct this line and add the file again")


def _records(records: Iterator[tuple[int, object]], given: Input) -> Iterator[Article | Added]:
    numbers: dict[str, int] = {}
    for number, record in records:
        place = f"{given.name}, record {number}"
        key: str | int = number
        try:
            if isinstance(record, LoadingError):
                raise record
            if isinstance(record, Mapping) and (own := one_field(_fields(record).get("id"))):
                if own in numbers:
                    raise UnreadableError(
                        f"{place} has the id '{own}' of record {numbers[own]}: give every record an id of its own"
                    )
                numbers[own] = number
                key = own
            yield _article(record, given.record(key), place)
        except LoadingError as error:
            yield failed(f"{given.origin}#{number}", error)


def _article(record: object, given: Input, place: str) -> Article:
    if not isinstance(record, Mapping):
        raise UnreadableError(f'{place} is not an object: write it as {{"title": ..., "text": ...}}')
    fields = _fields(record)
    text = next((value for key in _TEXT_FIELDS if isinstance(value := fields.get(key), str) and value.strip()), None)
    if text is None:
        raise EmptyArticleError(f"{place} has no text: give it a 'text', 'body' or 'content'")
    text = normalise(text)
    refuse_spoilt(text, place)
    require_text(text, Input(origin=given.origin, name=place))
    dates = (parse_published(fields.get(key)) for key in _DATE_FIELDS)
    return Article(
        text=text,
        title=one_field(fields.get("title") or fields.get("headline")) or title_of(text),
        origin=given.origin,
        given_id=one_field(fields.get("id")),
        source=one_field(fields.get("source") or fields.get("publication")),
        author=one_field(fields.get("author") or fields.get("authors")),
        published_at=next((moment for moment in dates if moment), None),
        url=web_url(fields.get("url") or fields.get("link")),
    )


def _fields(record: Mapping[str, object]) -> dict[str, object]:
    """The fields by their plain names: 'publishedAt', 'published_at' and 'Published-At' are one."""
    fields: dict[str, object] = {}
    for key, value in record.items():
        fields.setdefault(_key(key), value)
    return fields


def _key(key: str) -> str:
    return key.lower().replace("_", "").replace("-", "")


def _damaged(given: Input, error: Exception) -> UnreadableError:
    return UnreadableError(f"{given.name} is damaged or cut short ({error}): make or fetch it again and add it")
