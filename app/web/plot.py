"""An answer's cited passages on a line of time -> SVG in HTML. Leaves out: reading the times (app.timeline). Pure.

Above the line stands what happened, below it when it was published. Each mark is a link that opens its passage.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from app.describing import plain_day
from app.schema import Citation
from app.timeline import Happening, happenings, published_day, told_time
from app.web.escaping import escape
from app.web.passages import clipped
from app.web.reader import reader_address

WIDTH = 420
MARGIN = 18
RADIUS = 8
LANE = 20
LEGEND_WIDTH = 70
LEAST_EVENTS = 2
"""One event alone is no line of time."""
MOST_TICKS = 5
_YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100)
_MONTH_STEPS = (1, 2, 3, 6)
_DAY_STEPS = (1, 2, 7, 14)


def timeline_html(citations: Sequence[Citation]) -> str:
    """The plot; empty where the cited passages tell fewer than LEAST_EVENTS different times."""
    found = happenings(citations)
    if len({(one.first, one.last) for one in found}) < LEAST_EVENTS:
        return ""
    published = {day for one in citations if (day := published_day(one.published_at)) is not None}
    days = [*(one.first for one in found), *(one.last for one in found), *published]
    scale = _Scale(min(days), max(days))
    lanes = _lanes([(scale.x(one.first), scale.x(one.last)) for one in found])
    base = 14 + LANE * (max(lanes) + 1)
    marks = "".join(
        _mark_svg(one, citations[one.passage], citations, scale, base - 14 - LANE * lane)
        for one, lane in zip(found, lanes, strict=True)
    )
    below = "".join(_published_svg(day, scale.x(day), base) for day in sorted(published))
    if published and scale.x(min(published)) > MARGIN + LEGEND_WIDTH:
        below += f'<text class="tick" x="{MARGIN}" y="{base + 34}">published</text>'
    height = base + (40 if published else 26)
    line = f'<line class="axis" x1="{MARGIN}" x2="{WIDTH - MARGIN}" y1="{base}" y2="{base}"/>'
    told = f"{len(found)} times told, {told_time(found[0].first, found[0].last)} to " + told_time(
        found[-1].first, found[-1].last
    )
    return (
        f'<figure class="timeline" aria-label="Timeline of the cited passages"><svg viewBox="0 0 {WIDTH} {height}" '
        f'role="group" aria-label="{escape(told)}">{line}{_ticks_svg(scale, base)}{below}{marks}</svg>'
        f'<figcaption data-told="{escape(told)}">{escape(told)}</figcaption></figure>'
    )


class _Scale:
    """Days -> places on the line, in the SVG's units."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.days = max(1, (last - first).days)

    def x(self, day: date) -> float:
        return round(MARGIN + RADIUS + (WIDTH - 2 * (MARGIN + RADIUS)) * (day - self.first).days / self.days, 1)


def _lanes(spans: Sequence[tuple[float, float]]) -> list[int]:
    """For each span, in the order of their beginnings, the lowest lane in which it touches no other."""
    ends: list[float] = []
    lanes = []
    for start, end in spans:
        lane = next((number for number, taken in enumerate(ends) if taken < start - RADIUS), len(ends))
        right = max(end, start) + RADIUS + 1
        ends[lane : lane + 1] = [right]
        lanes.append(lane)
    return lanes


def _mark_svg(one: Happening, cited: Citation, others: Sequence[Citation], scale: _Scale, y: float) -> str:
    start, end = scale.x(one.first), scale.x(one.last)
    middle = round((start + end) / 2, 1)
    source = f" ({one.source})" if one.source else ""
    told = f"{told_time(one.first, one.last)}: “{clipped(one.sentence, 240)}”{source}"
    return (
        f'<a class="event opens" href="{escape(reader_address(cited, others))}" aria-label="{escape(told)}">'
        f'<rect x="{start - RADIUS:.1f}" y="{y - RADIUS:.1f}" width="{end - start + 2 * RADIUS:.1f}" '
        f'height="{2 * RADIUS}" rx="{RADIUS}"/>'
        f'<text x="{middle}" y="{y + 4:.1f}" text-anchor="middle">{cited.marker}</text></a>'
    )


def _published_svg(day: date, x: float, base: float) -> str:
    told = escape(f"published {plain_day(day.isoformat())}")
    y = base + 30
    return f'<path class="published" d="M{x} {y - 4}l4 4l-4 4l-4 -4z"><title>{told}</title></path>'


def _ticks_svg(scale: _Scale, base: float) -> str:
    return "".join(
        f'<line class="axis" x1="{x}" x2="{x}" y1="{base}" y2="{base + 4}"/>'
        f'<text class="tick" x="{x}" y="{base + 17}" text-anchor="middle">{escape(label)}</text>'
        for x, label in ((scale.x(day), label) for day, label in _ticks(scale.first, scale.last))
    )


def _ticks(first: date, last: date) -> list[tuple[date, str]]:
    """At most MOST_TICKS round days between the two, and what to write at them; the first alone where none is."""
    for step in _DAY_STEPS if (last - first).days < 45 else ():
        days = [first + timedelta(days=n) for n in range(0, (last - first).days + 1, step)]
        if len(days) <= MOST_TICKS:
            return [(day, f"{day.day} {day:%b}") for day in days]
    for step in _MONTH_STEPS if (last - first).days < 730 else ():
        months = [date(n // 12, n % 12 + 1, 1) for n in range(_month(first), _month(last) + 1) if n % step == 0]
        months = [month for month in months if first <= month <= last]
        if 0 < len(months) <= MOST_TICKS:
            return [(month, f"{month:%b} {month.year}") for month in months]
    for step in _YEAR_STEPS:
        years = [date(year, 1, 1) for year in range(first.year, last.year + 1) if year % step == 0]
        years = [year for year in years if first <= year <= last]
        if 0 < len(years) <= MOST_TICKS:
            return [(year, str(year.year)) for year in years]
    return [(first, str(first.year))]


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1
