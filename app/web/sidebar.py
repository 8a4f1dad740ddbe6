"""The list of conversations -> HTML. Leaves out: what its links and buttons do (recalling). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from app.entries import ConversationSummary
from app.web.escaping import day, escape, isolated
from app.web.framing import export_address
from app.web.passages import clipped

CONVERSATIONS_SHOWN = 100
TITLE_CHARACTERS = 90


def conversation_address(conversation_id: str) -> str:
    """The relative address of the page with that conversation open."""
    return "?" + urlencode({"conversation": conversation_id})


def conversations_html(
    conversations: Sequence[ConversationSummary], *, opened: str | None = None, words: str = "", problem: str = ""
) -> str:
    """The conversations in the order given, the one that is open marked; past CONVERSATIONS_SHOWN only counted."""
    told = f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
    if not conversations:
        empty = "No conversation has these words." if words.strip() else "Conversations are kept here."
        return told + f'<p class="note" role="status">{empty}</p>'
    shown = conversations[:CONVERSATIONS_SHOWN]
    items = "".join(_item_html(one, current=one.conversation_id == opened) for one in shown)
    more = len(conversations) - len(shown)
    rest = f'<p class="note">and {more:,} older: search to find them</p>' if more else ""
    return told + f'<ul class="conversations">{items}</ul>{rest}'


def _item_html(one: ConversationSummary, *, current: bool) -> str:
    which = escape(one.conversation_id)
    mark = ' aria-current="page"' if current else ""
    questions = "1 question" if one.turns == 1 else f"{one.turns:,} questions"
    return (
        f'<li><a class="recalls" href="{escape(conversation_address(one.conversation_id))}" data-act="open" '
        f'data-id="{which}"{mark}><span class="name">{isolated(clipped(one.title, TITLE_CHARACTERS))}</span>'
        f'<span class="byline">{questions} · {day(one.updated_at)}</span></a>{_menu_html(one)}</li>'
    )


def _menu_html(one: ConversationSummary) -> str:
    which = escape(one.conversation_id)
    files = "".join(
        f'<a href="{escape(export_address(form, conversation=one.conversation_id))}" download="">{label}</a>'
        for form, label in (("markdown", "Save as Markdown"), ("json", "Save as JSON"))
    )
    return (
        f'<details class="more"><summary aria-label="More for {escape(clipped(one.title, TITLE_CHARACTERS))}">'
        '<span aria-hidden="true">⋯</span></summary><div class="menu">'
        f'<button type="button" data-rename="{escape(one.title)}" data-id="{which}">Rename</button>{files}'
        f'<button type="button" data-act="delete" data-id="{which}" data-sure="Delete for good">Delete</button>'
        "</div></details>"
    )
