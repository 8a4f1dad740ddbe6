"""The cases of a grid: systems, settings and the asking day, every combination. Leaves out: running them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from pydantic import ValidationError

from app.config import Settings
from app.errors import ConfigError, QuestionError
from app.evaluation.runs.provenance import VARIED

AS_OF = "as_of"
AS_OF_FIELD = "date"
"""The field of the day where --as-of-field names none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One run of several: who is asked, with which settings, and from which field the day is read."""

    label: str
    system: str
    settings: Settings
    as_of_field: str | None

    @property
    def file_name(self) -> str:
        """The label as the end of a file's name."""
        return "".join(char if char.isalnum() or char in "-_.=" else "-" for char in self.label)


def cases(
    systems: Sequence[str], varied: Sequence[str], *, settings: Settings, as_of_field: str | None
) -> tuple[Case, ...]:
    """Every system under every combination of what is varied, in the order given; the last varies fastest.

    Raises QuestionError for a name that cannot be varied, ConfigError for a value that a setting cannot have.
    """
    axes = [_axis(one) for one in varied]
    found = []
    for system in systems:
        for values in product(*(axis[1] for axis in axes)):
            chosen = dict(zip((name for name, _ in axes), values, strict=True))
            parts = [f"{name}={value}" for name, value in chosen.items()]
            field = _field(chosen.pop(AS_OF, None), as_of_field)
            label = " ".join([system, *parts] if len(systems) > 1 or not parts else parts)
            found.append(Case(label=label, system=system, settings=_changed(settings, chosen), as_of_field=field))
    return tuple(found)


def _axis(text: str) -> tuple[str, list[str]]:
    name, equals, values = text.partition("=")
    name = name.strip().lower().removeprefix("onrecord_")
    listed = [value.strip() for value in values.split(",") if value.strip()]
    if not equals or not listed or (name != AS_OF and name not in VARIED):
        raise QuestionError(f"--vary {text}: write NAME=V1,V2, NAME one of {', '.join((AS_OF, *VARIED))}")
    if name == AS_OF and not set(listed) <= {"on", "off"}:
        raise QuestionError(f"--vary {text}: the asking day can be on or off")
    return name, list(dict.fromkeys(listed))


def _field(state: str | None, as_of_field: str | None) -> str | None:
    if state is None:
        return as_of_field
    return (as_of_field or AS_OF_FIELD) if state == "on" else None


def _changed(settings: Settings, values: dict[str, Any]) -> Settings:
    """The settings with these values, checked as from the environment."""
    try:
        return Settings.model_validate({**settings.model_dump(), **values})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise ConfigError(f"--vary {name}={first['input']}: {first['msg'].lower()}") from error
