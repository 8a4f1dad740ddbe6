"""The page at an answer's permanent address -> HTML. Leaves out: the answer itself (render). Pure."""

from __future__ import annotations

from collections.abc import Sequence

from app.entries import ArticleChange
from app.schema import Answer
from app.web.escaping import escape
from app.web.reader import BESIDE
from app.web.render import answer_html
from app.web.sidebar import conversation_address


def answer_body(answer: Answer, changes: Sequence[ArticleChange]) -> str:
    """The answer as it was shown, the reader beside it, and the way to its conversation."""
    address = escape("./" + conversation_address(answer.conversation_id))
    return (
        '<header class="above"><p class="brand">OnRecord</p>'
        f'<a class="action" href="{address}">Go on with this conversation</a></header>'
        f'<div class="beside"><div class="kept">{answer_html(answer, changes)}</div>{BESIDE}</div>'
    )
