"""Where sentences begin and end, as exact spans, for English news first. Leaves out: tokens and chunks.

Rules, not a model: a mark that could end a sentence is judged by the word before it and the word after it.
"""

from __future__ import annotations

import re

Span = tuple[int, int]

_LINE_BREAK = r"(?>\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029])"
_BLANK_LINE = re.compile(rf"{_LINE_BREAK}[^\S\n\r\v\f\x1c-\x1e\x85\u2028\u2029]*(?={_LINE_BREAK})")
_ONE_BREAK = re.compile(rf"(?<!\s)\s*{_LINE_BREAK}\s*")
_BULLET = re.compile(r"(?:[•▪◦‣●■►▶✓·*–—-]|\(?\d{1,3}[.)]|\(?[a-z]\))\s")
_INLINE_BULLET = re.compile(r"\s(?=[•▪◦‣●■►]\s)")

_MARK = ".!?…‽"
_CLOSERS = r"[\"'”’»›)\]}]*+"
_CANDIDATE = re.compile(
    rf"(?<![{_MARK}])[{_MARK}]++{_CLOSERS}(?=\s)"  # the usual end: a mark, what closes, white space
    r"|[。！？｡؟۔।॥]+[」』”’）)\]]*"  # scripts that put no space after it
    r"|(?<=[a-z]{2})[.!?][”\"](?=[“\"]?[A-Z])"  # a lost space after a quote
    r"|(?<=[a-z]{3})[.!?](?=(?:The|This|That|He|She|It|They|We|But|And|In|A|An|I|On|At|For)\s)"
)
_LAST_WORD = re.compile(r"[^\s(\[{“\"‘'—–/]*$")
_NEXT_WORD = re.compile(r"[\s\"'“‘«‹(\[{¿¡—–-]*([^\W_][\w'’.&-]*)?")
_CAMEL = re.compile(r"[ie][A-Z]")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]?$|[^\W\d_]$")
_ATTRIBUTION = re.compile(
    r"\s*(?:[A-Z][\w.'’-]*\s+){1,3}"
    r"(?:said|says|asked|asks|added|adds|wrote|writes|told|replied|tweeted|recalled|joked|shouted|read|reads)\b"
)


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_NEVER_LAST = _words(
    "mr mrs ms mx messrs mme mlle dr prof sen sens gov govs rep reps gen lt col sgt cpl pvt capt cmdr maj brig adm rev"
    " hon pres supt det insp msgr fr sr. sra dra amb atty vs v ft mt e.g i.e cf viz al ca approx gt"
)
_BEFORE_NUMBER = _words("no nos p pp vol fig sec art ch jan feb mar apr jun jul aug sep sept oct nov dec est c para")
_MAY_BE_LAST = _words(
    "inc corp co cos ltd llc plc bros jr sr st ave blvd rd hwy u.s u.k u.n u.s.a e.u d.c l.a n.y n.j n.c s.c n.h n.m"
    " s.d n.d w.va r.i b.c a.d p.r ph.d m.d b.a m.a m.b.a j.d esq etc dept univ assn gov't ala ariz ark calif colo conn"
    " del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa penn tenn tex va vt wash wis wyo"
    " s.p.a s.a n.v b.v a.g w l"
) | (_BEFORE_NUMBER - {"no", "p", "c", "art", "mar"})
_CLOCK = frozenset({"a.m", "p.m", "am", "pm"})
_AFTER_CLOCK = re.compile(
    r"(?:E|C|M|P|AK|HA?)[SD]?T\b|GMT|UTC|BST|CET|Eastern|Central|Mountain|Pacific|London|Local"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\b"
)
_STARTERS = _words(
    "The A An This That These Those There Here He She It They We You I His Her Its Their Our My Your In On At By For"
    " From With Without After Before During Since Until Under Over As If When While Where What Who Why How Which But"
    " And Or So Yet Nor Also However Meanwhile Still Then Now Once Although Though Because Both Some Many Most Several"
    " Each Every All Another Other One Two Not No Yes Even Only Just Instead Despite According Among Between To Of Is"
    " Are Was Were Has Have Had Will Would Could Should Do Does Did Later Earlier Last Next Today Yesterday More Police"
    " Critics Officials Experts It's That's There's He's She's They're We're I'm Such Perhaps Maybe"
)


def sentences(text: str) -> list[Span]:
    """The spans of the sentences of `text`, in order; together they cover everything but white space.

    A line break ends a sentence unless the lines look wrapped in its middle. A closing quote or bracket belongs
    to the sentence it closes.

    >>> sentences('He said “No.” Mr. Lee left.')
    [(0, 13), (14, 27)]
    """
    spans: list[Span] = []
    for block_start, block_end in _blocks(text):
        start = block_start
        paragraph = text[block_start:block_end]
        for match in _CANDIDATE.finditer(paragraph):
            if _is_end(paragraph, start - block_start, match.start(), match.end()):
                _append_trimmed(spans, text, start, block_start + match.end())
                start = block_start + match.end()
        _append_trimmed(spans, text, start, block_end)
    return spans


def _append_trimmed(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        start += len(piece) - len(piece.lstrip())
        spans.append((start, start + len(stripped)))


def _blocks(text: str) -> list[Span]:
    """Paragraphs, headings, lines and bullets: what a sentence never runs across."""
    breaks = list(_ONE_BREAK.finditer(text))
    singles = [found for found in breaks if not _BLANK_LINE.search(found.group())]
    lowercase = sum(text[found.end() : found.end() + 1].islower() for found in singles)
    wrapped = len(singles) >= 3 and lowercase * 2 >= len(singles)
    blocks: list[Span] = []
    start = line_start = 0
    single_starts = {found.start() for found in singles}
    for found in breaks:
        if found.start() not in single_starts or not _is_wrap(text, line_start, found.start(), found.end(), wrapped):
            _append_inline(blocks, text, start, found.start())
            start = found.end()
        line_start = found.end()
    _append_inline(blocks, text, start, len(text))
    return blocks


def _append_inline(blocks: list[Span], text: str, start: int, end: int) -> None:
    for found in _INLINE_BULLET.finditer(text, start, end):
        blocks.append((start, found.start()))
        start = found.end()
    blocks.append((start, end))


def _is_wrap(text: str, line_start: int, line_end: int, next_start: int, wrapped: bool) -> bool:
    """Whether a single line break falls inside a sentence; `wrapped`: the whole text is cut into lines."""
    if line_end - line_start < 30 or text[line_end - 1 : line_end] in {":", ";"}:
        return False
    if _BULLET.match(text, next_start):
        return False
    return wrapped or text[next_start : next_start + 1].islower()


def _is_end(text: str, start: int, mark_start: int, end: int) -> bool:
    """Whether the mark at `[mark_start, end)` ends the sentence that began at `start`."""
    if text[mark_start] not in _MARK:
        return True
    rest = _NEXT_WORD.match(text, end)
    word = rest.group(1) if rest else None
    if word is None:
        return True
    if word[0].islower() and not _CAMEL.match(word):
        return False
    marks = text[mark_start:end].rstrip("\"'”’»›)]}")
    if marks != ".":
        quoted = end > mark_start + len(marks)
        return not (quoted and marks[-1] in "!?" and _ATTRIBUTION.match(text, end))
    if end > mark_start + 1:
        return True  # something closes after the full stop
    return _full_stop_ends(text, start, mark_start, word)


def _full_stop_ends(text: str, start: int, stop: int, word: str) -> bool:
    found = _LAST_WORD.search(text, max(start, stop - 24), stop)
    last = found.group() if found else ""
    key = last.lower()
    starter = word in _STARTERS
    if key in _NEVER_LAST:
        return False
    if key in _CLOCK:
        return not _AFTER_CLOCK.match(word) and not word[0].isdigit()
    if key in _BEFORE_NUMBER and word[0].isdigit():
        return False
    if key in _MAY_BE_LAST:
        return starter
    if last and _INITIALS.match(last) and not last[0].isdigit():
        return starter or last == "I"
    return not (last.isdigit() and len(last) <= 3 and stop - len(last) == start)  # "1. First"
