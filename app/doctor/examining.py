"""The whole examination, in the order in which one thing stands on another. Leaves out: each part of it."""

from __future__ import annotations

from app.config import Settings
from app.doctor.environment import environment_findings
from app.doctor.findings import Finding
from app.doctor.library import library_findings
from app.doctor.models import embedding_findings, writer_findings


def examine(settings: Settings, *, verify: bool = False) -> list[Finding]:
    """What is found. With `verify`, every byte of texts and models is read again, and the writer is started once."""
    return [
        *environment_findings(settings),
        *embedding_findings(settings, verify=verify),
        *writer_findings(settings, verify=verify),
        *library_findings(settings, verify=verify),
    ]
