"""Plots as inline SVG in the colours of the page that holds them. Leaves out: what is plotted (selective, metrics)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape

from app.evaluation.metrics.selective import Beyond, Bin, Covered

_WIDTH, _HEIGHT = 380, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 12, 12, 40
_TICKS = 4
_BARS = 24

Place = Callable[[float], float]


def risk_coverage_chart(points: Sequence[Covered], beyond: Sequence[Beyond] = ()) -> str:
    """The risk as a stepless line over the coverage, and dashed between what it could be beyond that."""
    frame, x, y = _frame(1.0, 1.0, "share of the questions answered", "share of these wrong")
    line = " ".join(f"{x(point.coverage):.1f},{y(point.risk):.1f}" for point in points)
    last = points[-1]
    end = f'<circle class="dot" cx="{x(last.coverage):.1f}" cy="{y(last.risk):.1f}" r="3.5"/>'
    told = f"At {last.coverage:.0%} answered, {last.risk:.0%} of the answers are wrong."
    bounds = ""
    if beyond:
        for risks in ([one.least for one in beyond], [one.most for one in beyond]):
            bound = " ".join(f"{x(one.coverage):.1f},{y(risk):.1f}" for one, risk in zip(beyond, risks, strict=True))
            bounds += f'<polyline class="line bound" points="{bound}"/>'
        told += f" At {beyond[-1].coverage:.0%} it would be {beyond[-1].least:.0%} to {beyond[-1].most:.0%}."
    return _svg(f'{frame}{bounds}<polyline class="line" points="{line}"/>{end}', told)


def calibration_chart(bins: Sequence[Bin]) -> str:
    """How often answers of a confidence are right, with intervals; the diagonal is where both are the same."""
    frame, x, y = _frame(1.0, 1.0, "confidence", "share right")
    diagonal = f'<line class="guide" x1="{x(0):.1f}" y1="{y(0):.1f}" x2="{x(1):.1f}" y2="{y(1):.1f}"/>'
    marks = "".join(
        f'<line class="whisker" x1="{x(one.confidence):.1f}" x2="{x(one.confidence):.1f}" '
        f'y1="{y(one.interval[0]):.1f}" y2="{y(one.interval[1]):.1f}"/>'
        f'<circle class="dot" cx="{x(one.confidence):.1f}" cy="{y(one.right):.1f}" r="4"/>'
        for one in bins
    )
    told = "; ".join(f"confidence {one.confidence:.2f}: {one.right:.0%} right of {one.answers}" for one in bins)
    return _svg(frame + diagonal + marks, told)


def latency_chart(seconds: Sequence[float], marks: Sequence[tuple[str, float]]) -> str:
    """How many questions took how long, with named marks such as the median."""
    longest = max(seconds) or 1.0
    counts = [0] * _BARS
    for one in seconds:
        counts[min(int(one / longest * _BARS), _BARS - 1)] += 1
    most = _TICKS * math.ceil(max(counts) / _TICKS)  # whole questions at every tick
    frame, x, y = _frame(longest, float(most), "seconds to the whole answer", "questions")
    bars = "".join(
        f'<rect class="bar" x="{x(at * longest / _BARS) + 0.5:.1f}" y="{y(number):.1f}" '
        f'width="{x(longest / _BARS) - x(0) - 1:.1f}" height="{y(0) - y(number):.1f}"/>'
        for at, number in enumerate(counts)
        if number
    )
    lines = "".join(_mark(x(at), y(0), row, f"{name} {at:.2f} s") for row, (name, at) in enumerate(marks))
    told = "; ".join(f"{name} {at:.2f} s" for name, at in marks)
    return _svg(frame + bars + lines, told)


def _mark(at: float, bottom: float, row: int, told: str) -> str:
    """An upright line, its words on the side where there is room, each in a row of its own."""
    beside, anchor = (at + 4, "start") if at < _WIDTH / 2 else (at - 4, "end")
    return (
        f'<line class="guide" x1="{at:.1f}" x2="{at:.1f}" y1="{bottom:.1f}" y2="{_TOP}"/>'
        f'<text x="{beside:.1f}" y="{_TOP + 9 + 13 * row}" text-anchor="{anchor}">{escape(told)}</text>'
    )


def interval_bar(value: float, low: float, high: float, least: float, most: float) -> str:
    """A figure and its interval on the range that it can have, one line high."""
    width, height = 200, 14

    def x(at: float) -> float:
        return 4 + (at - least) / (most - least) * (width - 8)

    middle = height / 2
    return (
        f'<svg class="interval" viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<line class="axis" x1="{x(least):.1f}" x2="{x(most):.1f}" y1="{middle}" y2="{middle}"/>'
        f'<line class="whisker" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="{middle}" y2="{middle}"/>'
        f'<circle class="dot" cx="{x(value):.1f}" cy="{middle}" r="4"/></svg>'
    )


def _frame(most_x: float, most_y: float, x_label: str, y_label: str) -> tuple[str, Place, Place]:
    """Axes with ticks and labels, and where a value lies on each."""

    def x(value: float) -> float:
        return _LEFT + value / most_x * (_WIDTH - _LEFT - _RIGHT)

    def y(value: float) -> float:
        return _HEIGHT - _BOTTOM - value / most_y * (_HEIGHT - _TOP - _BOTTOM)

    parts = []
    for tick in range(_TICKS + 1):
        across, up = most_x * tick / _TICKS, most_y * tick / _TICKS
        parts.append(f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(up):.1f}" y2="{y(up):.1f}"/>')
        parts.append(f'<text x="{x(across):.1f}" y="{_HEIGHT - 24}" text-anchor="middle">{across:.3g}</text>')
        parts.append(f'<text x="{_LEFT - 6}" y="{y(up) + 4:.1f}" text-anchor="end">{up:.3g}</text>')
    parts.append(f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y(0):.1f}" y2="{y(0):.1f}"/>')
    middle_x, middle_y = (_LEFT + _WIDTH - _RIGHT) / 2, (_TOP + _HEIGHT - _BOTTOM) / 2
    parts.append(f'<text x="{middle_x:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{escape(x_label)}</text>')
    parts.append(
        f'<text transform="translate(11 {middle_y:.1f}) rotate(-90)" text-anchor="middle">{escape(y_label)}</text>'
    )
    return "".join(parts), x, y


def _svg(inside: str, told: str) -> str:
    """The plot; `told` says in words what it shows, for those who cannot see it."""
    return f'<svg class="chart" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img"><title>{escape(told)}</title>{inside}</svg>'
