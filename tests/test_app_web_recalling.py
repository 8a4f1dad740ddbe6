"""The list of conversations, and what is typed in its search while it is being made. Leaves out: the browser."""

from __future__ import annotations

from scripted_desk import ScriptedDesk, answer

from app.entries import ConversationSummary
from app.web.opening import OpeningDesk
from app.web.recalling import listed
from app.web.session import Session


def test_what_is_sought_while_the_list_is_made_is_what_the_list_shows() -> None:
    session = Session()

    class Sought(ScriptedDesk):
        """While all of them are listed, somebody types."""

        def conversations(self, words: str = "") -> list[ConversationSummary]:
            found = super().conversations(words)
            session.sought = "stake"
            return found

    desk = Sought(kept={"c1": [answer(question="What stake?")], "c2": [answer(question="Who signed?")]})
    opening = OpeningDesk(lambda: desk)  # type: ignore[arg-type, return-value]
    opening.start()
    opening.wait()
    text = listed(opening, session)
    assert "What stake?" in text
    assert "Who signed?" not in text
