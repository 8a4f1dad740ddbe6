"""Bars that a run must clear, such as `score>=0.6,wrong<=0.08`. Leaves out: the figures."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from app.evaluation.metrics.summary import Summary, summarise
from app.evaluation.outcomes import Outcome

_OPERATORS: Mapping[str, Callable[[float, float], bool]] = MappingProxyType(
    {">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt}
)
_BAR = re.compile(r"(?:(?P<kind>[^\s<>=]+)\.)?(?P<figure>\w+)\s*(?P<sign>>=|<=|>|<)\s*(?P<bar>-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One condition on a figure of the whole run, or of one kind of question."""

    figure: str
    sign: str
    bar: float
    kind: str | None = None

    def __str__(self) -> str:
        return f"{f'{self.kind}.' if self.kind else ''}{self.figure}{self.sign}{self.bar:g}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A bar and the figure that it was held against; None, which clears no bar, where there is no such figure."""

    bar: Bar
    value: float | None

    @property
    def holds(self) -> bool:
        """Whether the figure clears the bar."""
        return self.value is not None and _OPERATORS[self.bar.sign](self.value, self.bar.bar)

    def __str__(self) -> str:
        told = "there is none" if self.value is None else f"it is {self.value:.3f}"
        return f"gate {self.bar}: {'holds' if self.holds else 'DOES NOT HOLD'}, {told}"


def read_gate(text: str) -> tuple[Bar, ...]:
    """The bars of a gate, separated by commas. Raises ValueError, one line for people, for what is no gate.

    >>> [str(bar) for bar in read_gate("score >= .6, near.abstention_recall>=0.9".replace(" .6", " 0.6"))]
    ['score>=0.6', 'near.abstention_recall>=0.9']
    """
    bars = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        found = _BAR.fullmatch(part)
        if not found:
            raise ValueError(f"{part!r} is no bar: write figure>=number, such as score>=0.6,wrong<=0.08")
        if found["figure"] not in Summary.__slots__:
            raise ValueError(f"{found['figure']!r} is no figure: there are {', '.join(Summary.__slots__)}")
        bars.append(Bar(figure=found["figure"], sign=found["sign"], bar=float(found["bar"]), kind=found["kind"]))
    if not bars:
        raise ValueError("the gate is empty: write figure>=number, such as score>=0.6")
    return tuple(bars)


def check(bars: Sequence[Bar], outcomes: Sequence[Outcome]) -> tuple[Checked, ...]:
    """Each bar with its figure."""
    return tuple(Checked(bar=bar, value=_value(bar, outcomes)) for bar in bars)


def _value(bar: Bar, outcomes: Sequence[Outcome]) -> float | None:
    about = [one for one in outcomes if bar.kind in (None, one.kind)]
    value: float | None = getattr(summarise(about), bar.figure) if about else None
    return value
