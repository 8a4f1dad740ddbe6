"""A benchmark's figures as JSON and as a table for people. Leaves out: measuring."""

from __future__ import annotations

import dataclasses
import json
import os
import platform
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1


def machine() -> dict[str, Any]:
    """What the figures were taken on: they mean nothing without."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "load_average": [round(one, 2) for one in os.getloadavg()] if hasattr(os, "getloadavg") else None,
    }


def plain(value: Any) -> Any:
    """The value with dataclasses as objects, ready for JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {key: plain(one) for key, one in dataclasses.asdict(value).items()}
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return round(value, 4) if isinstance(value, float) else value


def table(figures: Mapping[str, Any]) -> str:
    """Every section as a heading and one line a figure, as plain text without a final newline."""
    lines: list[str] = []
    for section, values in plain(figures).items():
        lines += ["", section] if lines else [section]
        if isinstance(values, dict):
            width = max((len(name) for name in values), default=0)
            lines += [f"  {name:<{width}}  {_cells(value)}" for name, value in values.items()]
        else:
            lines.append(f"  {_cells(values)}")
    return "\n".join(lines)


def _cells(value: Any) -> str:
    if isinstance(value, dict):
        return "  ".join(f"{name} {_cells(one)}" for name, one in value.items())
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3f}"
    return str(value)


def write(figures: Mapping[str, Any], folder: Path) -> tuple[Path, Path]:
    """Writes bench.json and bench.txt into the folder and gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    as_json, as_table = folder / "bench.json", folder / "bench.txt"
    as_json.write_text(
        json.dumps({"schema_version": SCHEMA_VERSION, **plain(figures)}, indent=2, ensure_ascii=False) + "\n",
        encoding="utf-8",
    )
    as_table.write_text(table(figures) + "\n", encoding="utf-8")
    return as_json, as_table
