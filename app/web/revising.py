"""What changed between two versions of an article -> HTML. Leaves out: where versions come from. Pure.

Lines are compared first and words within the lines that differ, so that a long article is compared at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from app.describing import plain_day
from app.schema import published_text
from app.web.escaping import escape, isolated
from index.articles import Version

_WORD = re.compile(r"\S+|\s+")
MOST_WORDS = 4000
"""Above this many words in one changed stretch it is shown as replaced whole: comparing it would take seconds."""


def revised_html(old: Version, new: Version) -> str:
    """The new version's text with what was added, and what was taken out of the old one, each marked as such."""
    facts = "".join(f"<li>{one}</li>" for one in _facts(old, new))
    text = "".join(_revised(old.text, new.text))
    same = '<p class="note">The text is the same, word for word.</p>' if old.text == new.text else ""
    listed = f'<ul class="revised">{facts}</ul>' if facts else ""
    return f'{listed}{same}<div class="text" dir="auto">{text}</div>'


def _facts(old: Version, new: Version) -> Iterator[str]:
    """What else is told of the article and has changed."""
    told = (
        ("Title", old.title, new.title),
        ("Source", old.source, new.source),
        ("Author", old.author, new.author),
        ("Date", plain_day(published_text(old.published_at)), plain_day(published_text(new.published_at))),
        ("Address", old.url, new.url),
    )
    for name, before, after in told:
        if before != after:
            yield f"{name}: <del>{isolated(before or 'none')}</del> <ins>{isolated(after or 'none')}</ins>"


def _revised(old: str, new: str) -> Iterator[str]:
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield escape("".join(after[c:d]))
        else:
            yield from _words(_WORD.findall("".join(before[a:b])), _WORD.findall("".join(after[c:d])))


def _words(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    if max(len(before), len(after)) > 2 * MOST_WORDS:
        yield _marked("del", before) + _marked("ins", after)
        return
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield escape("".join(after[c:d]))
        else:
            yield _marked("del", before[a:b]) + _marked("ins", after[c:d])


def _marked(tag: str, words: Sequence[str]) -> str:
    return f"<{tag}>{escape(''.join(words))}</{tag}>" if words else ""
