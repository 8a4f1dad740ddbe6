"""What is on its way into the library, and what became of it -> HTML. Leaves out: adding it (adding). Pure."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

from app.web.escaping import escape, isolated
from index.articles import Added

if TYPE_CHECKING:
    from app.desk import Desk
    from app.holdings import Progress

LINES_SHOWN = 50
_OUTCOMES: dict[Literal["added", "updated", "unchanged", "failed"], str] = {
    "added": "added",
    "updated": "updated",
    "unchanged": "already there",
    "failed": "not added",
}


@dataclass(slots=True)
class Arrival:
    """One file or address that was given, and how far it is: kept, so that it can be tried again where it failed.

    `add` adds it to a desk. Of its articles `done` are in and `title` is at work; `problem` is why it was given up.
    """

    name: str
    add: Callable[[Desk, Progress], list[Added]]
    key: str = field(default_factory=lambda: uuid4().hex[:8])
    state: Literal["waiting", "working", "ended"] = "waiting"
    done: int = 0
    title: str = ""
    outcomes: tuple[Added, ...] = ()
    problem: str = ""

    @property
    def failed(self) -> bool:
        """Whether something of it was not added."""
        return bool(self.problem) or any(one.status == "failed" for one in self.outcomes)

    def begin(self, state: Literal["waiting", "working"]) -> None:
        """It is to be added, or is now, perhaps once more."""
        self.state, self.done, self.title, self.outcomes, self.problem = state, 0, "", (), ""

    def end(self, outcomes: Sequence[Added] = (), problem: str = "") -> None:
        """This became of it."""
        self.state, self.outcomes, self.problem = "ended", tuple(outcomes), problem


def arrivals_html(arrivals: Sequence[Arrival]) -> str:
    """A line for each article in the order given, one that failed with its reason and a button to try it again.

    Past LINES_SHOWN what failed and what is at work comes first, and the rest is only counted. Empty without arrivals.
    """
    if not arrivals:
        return ""
    lines = [line for one in arrivals for line in _lines(one)]
    if len(lines) > LINES_SHOWN:
        lines.sort(key=lambda line: line[0])
    more = len(lines) - LINES_SHOWN
    rest = f'<li class="rest">and {more:,} more</li>' if more > 0 else ""
    listed = "".join(markup for _, markup in lines[:LINES_SHOWN]) + rest
    return f'<div class="added">{_heading_html(arrivals)}<ul>{listed}</ul>{_again_html(arrivals)}</div>'


def _heading_html(arrivals: Sequence[Arrival]) -> str:
    """How many are done, and what became of them; this alone is read out."""
    counts = Counter(outcome.status for one in arrivals for outcome in one.outcomes)
    counts["failed"] += sum(1 for one in arrivals if one.problem)
    summary = ", ".join(f"{counts[status]:,} {words}" for status, words in _OUTCOMES.items() if counts[status])
    ended = sum(1 for one in arrivals if one.state == "ended")
    if ended == len(arrivals):
        return f'<p class="heading" role="status">{summary or "Nothing to add"}</p>'
    share = f' value="{ended}" max="{len(arrivals)}"' if len(arrivals) > 1 else ""
    bar = f'<progress{share} aria-label="Adding articles"></progress>'
    return f'{bar}<p class="heading" role="status">{ended:,} of {len(arrivals):,}{summary and ": " + summary}</p>'


def _lines(arrival: Arrival) -> Iterator[tuple[int, str]]:
    """What to show of it, each line with its rank where not all are shown: the lowest first."""
    name = isolated(shown_origin(arrival.name))
    if arrival.state == "waiting":
        yield 3, f'<li class="waiting">{name} is waiting</li>'
    elif arrival.state == "working":
        within = f", {arrival.done:,} done" if arrival.done else ""
        now = f": {isolated(arrival.title)}" if arrival.title else ""
        pulse = '<span class="pulse" aria-hidden="true"></span>'
        yield 1, f'<li class="working">{pulse}{name} is being added{within}{now}</li>'
    elif arrival.problem:
        yield 0, _failed_html(name, arrival.problem, arrival)
    else:
        yield from (_outcome(one, arrival) for one in arrival.outcomes)


def _outcome(one: Added, arrival: Arrival) -> tuple[int, str]:
    name = isolated(shown_origin(one.origin))
    if one.status == "failed":
        return 0, _failed_html(name, one.error or "could not be read", arrival)
    title = f": {isolated(one.title)}" if one.title else ""
    return 2, f"<li>{name} {_OUTCOMES[one.status]}{title}</li>"


def _failed_html(name: str, problem: str, arrival: Arrival) -> str:
    again = (
        f'<button type="button" class="again" data-act="retry" data-id="{escape(arrival.key)}" '
        f'aria-label="Try {escape(shown_origin(arrival.name))} again">Try again</button>'
    )
    return f'<li class="failed"><span>{name}: {escape(problem)}</span>{again}</li>'


def _again_html(arrivals: Sequence[Arrival]) -> str:
    """Below the lines: everything that failed tried again at once, and how a feed is read again by itself."""
    shown = ""
    failed = sum(1 for one in arrivals if one.failed)
    if failed > 1 and all(one.state == "ended" for one in arrivals):
        shown += f'<button type="button" class="again" data-act="retry" data-id="">Try all {failed:,} again</button>'
    for one in arrivals:
        if any(outcome.origin != one.name for outcome in one.outcomes) and one.name.startswith("http"):
            command = escape(f"onrecord add --every 30m {shlex.quote(one.name)}")
            shown += f'<p class="note">A command reads this feed again every half hour: <code>{command}</code></p>'
    return shown


def shown_origin(origin: str) -> str:
    """An uploaded file by its name alone (its folder is ours, not the reader's); an address as it is.

    >>> shown_origin("/somewhere/upload/report.jsonl#3")
    'report.jsonl#3'
    """
    if origin.startswith(("http://", "https://")):
        return origin
    return origin.replace("\\", "/").rsplit("/", 1)[-1]
