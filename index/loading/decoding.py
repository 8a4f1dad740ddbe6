"""Bytes to text: which encoding, and whether they are text at all. Leaves out: what the text means."""

from __future__ import annotations

import codecs
import re

from index.errors import EmptyArticleError, UnreadableError

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

_SAMPLE_BYTES = 100_000

_WESTERN_SHARE = 0.15
"""At most this share of a Western European sentence is not ASCII (Swedish and Portuguese have the most): too little
for a detector to go by, so that Windows-1252 is tried before it, unless ..."""

_NOT_WESTERN = re.compile("[ðþýŠšŽžÐÞÝ]|(?<=[a-z])[¡-¿×÷À-Þ](?=[a-z])|(?<=[a-z])[¥³¿]|[¹³][a-z]{2}")
"""... it shows what Polish, Czech or Turkish looks like in it: their letters become these signs."""

_MOJIBAKE = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u0152-\u0178\u02c6-\u2122]|\u00e2\u20ac[\u0080-\u00bf\u0152-\u2122]?|\ufffd"
)
_MOJIBAKE_AT_LEAST = 3
_MOJIBAKE_CHARACTERS_PER = 400
"""UTF-8 that was once read as Windows-1252: 'fÃ¼r', 'Nissanâ€™s'. One such sequence in fewer than this many
characters (French so spoilt has one in 30, English with curly quotes about one in 250) is refused; a few
stray ones in a long article are not. None of 1,613 news articles has any."""

_CONTROLS = re.compile("[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def decode(data: bytes, name: str, *, declared: str | None = None) -> str:
    """The text of `data`, with every line end a single line feed and nothing else changed.

    Tried in turn: the byte order mark, UTF-8, `declared` (what a server or page says), detection. Raises
    UnreadableError for binary data and for text spoilt by a wrong encoding, EmptyArticleError for no bytes.
    """
    if not data.strip():
        raise EmptyArticleError(f"{name} is empty: add a file with text in it")
    text = normalise(_decode(data, name, declared))
    refuse_spoilt(text, name)
    return text


def normalise(text: str) -> str:
    """`text` with every line end a line feed, and without what no store can hold (lone surrogates, NUL)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def refuse_spoilt(text: str, name: str) -> None:
    """Raise UnreadableError for a text that is full of control characters or was decoded wrongly before."""
    if len(_CONTROLS.findall(text)) > len(text) * 0.01:
        raise UnreadableError(f"{name} is binary, not text: add it as .txt, .md, .html, .pdf, .docx or .json")
    spoilt = len(_MOJIBAKE.findall(text))
    if spoilt >= _MOJIBAKE_AT_LEAST and spoilt * _MOJIBAKE_CHARACTERS_PER > len(text):
        raise _mis_encoded(name)


def _decode(data: bytes, name: str, declared: str | None) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                raise _mis_encoded(name) from None
    if b"\x00" in data:
        raise UnreadableError(f"{name} is binary, not text: add it as .txt, .md, .html, .pdf, .docx or .json")
    for encoding in _candidates(data, declared):
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError, ValueError):
            continue
    raise _mis_encoded(name)


def _candidates(data: bytes, declared: str | None) -> list[str]:
    candidates = ["utf-8"]
    if declared and _is_text_encoding(declared):
        # ISO-2022 is spelt in ASCII bytes, so it always passes as UTF-8.
        escapes = b"\x1b" in data and "2022" in declared
        candidates.insert(0 if escapes else 1, declared)
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        sample = data[:_SAMPLE_BYTES]
        if _looks_western(sample):
            candidates.append("cp1252")
        from charset_normalizer import from_bytes

        best = from_bytes(sample).best()
        if best is not None:
            candidates.append(best.encoding)
    return candidates


def _looks_western(sample: bytes) -> bool:
    few = sum(byte >= 0x80 for byte in sample) <= _WESTERN_SHARE * len(sample)
    return few and not _NOT_WESTERN.search(sample.decode("cp1252", "replace"))


def _is_text_encoding(name: str) -> bool:
    try:
        return bool(getattr(codecs.lookup(name), "_is_text_encoding", True))
    except (LookupError, ValueError):
        return False


def _mis_encoded(name: str) -> UnreadableError:
    return UnreadableError(f"{name} is text in a wrong or unknown encoding: save it as UTF-8 and add it again")
