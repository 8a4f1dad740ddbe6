"""One open page: its conversation on the desk, and what it shows of it. Leaves out: Gradio, and asking (asking)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.schema import Answer
from app.web import render
from app.web.arriving import Arrival
from app.web.listing import View
from index.articles import Version

if TYPE_CHECKING:
    from app.desk import Desk


@dataclass(frozen=True, slots=True)
class Shown:
    """A turn as the page shows it; `answer` is None for one that was stopped, has failed, or is still on its way.

    `suggestions` are for going on, made once.
    """

    html: str
    answer: Answer | None = None
    suggestions: tuple[str, ...] = ()


@dataclass(slots=True, weakref_slot=True)
class Session:
    """What one page shows. `stop` is set while a question is being answered, and ends it.

    `removed` is the article that was taken out last, and can be put back; `view` is how the library is looked at,
    `sought` the words that its conversations are searched for, and `arrivals` are what was given last to be added to
    it. `owner` is the user's id whose page it is, None before the first event.
    """

    conversation_id: str | None = None
    past: list[Shown] = field(default_factory=list)
    current: Shown | None = None
    stop: asyncio.Event | None = None
    removed: Version | None = None
    view: View = field(default_factory=View)
    sought: str = ""
    arrivals: list[Arrival] = field(default_factory=list)
    owner: str | None = None

    @property
    def past_html(self) -> str:
        """All turns but the last."""
        return "".join(shown.html for shown in self.past)

    @property
    def current_html(self) -> str:
        """The last turn; empty before the first question."""
        return self.current.html if self.current else ""

    @property
    def empty(self) -> bool:
        """Whether no turn is shown."""
        return not self.past and self.current is None

    def begin(self) -> asyncio.Event:
        """Move the turn that is shown to the past, so that a new one can begin; what is returned stops it."""
        if self.current:
            self.past.append(self.current)
        self.current = None
        self.stop = asyncio.Event()
        return self.stop

    def clear(self) -> None:
        """Show nothing, and leave the conversation; an answer on its way is stopped and no longer shown."""
        if self.stop is not None:
            self.stop.set()
        self.conversation_id, self.past, self.current, self.stop = None, [], None, None

    def load(self, desk: Desk, conversation_id: str) -> bool:
        """Show a conversation as it was shown, what changed since noted; False, and nothing shown, if it is gone."""
        answers = desk.conversation(conversation_id)
        self.clear()
        if not answers:
            return False
        *before, last = answers
        self.past = [_shown(desk, answer) for answer in before]
        self.current = finished(desk, last)
        self.conversation_id = conversation_id
        return True

    def refresh(self, desk: Desk) -> None:
        """Note anew what has changed since the answers that are shown."""
        self.past = [_shown(desk, shown.answer) if shown.answer else shown for shown in self.past]
        if self.current and self.current.answer:
            self.current = _shown(desk, self.current.answer, self.current.suggestions)


def finished(desk: Desk, answer: Answer) -> Shown:
    """The last turn, to go on from."""
    return _shown(desk, answer, tuple(desk.follow_ups(answer)))


def _shown(desk: Desk, answer: Answer, suggestions: tuple[str, ...] = ()) -> Shown:
    said = desk.feedback(answer.turn_id)
    html = render.answer_html(answer, desk.changes(answer), feedback=said, suggestions=suggestions)
    return Shown(html, answer, suggestions)
