"""What `onrecord doctor` does: fetch, mend, examine, and say it. Leaves out: the examination itself (app.doctor)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from app import doctor
from app.cli import terminal
from app.cli.opening import fetch, load
from app.cli.progress import counting_bar
from app.config import Settings
from app.doctor import Finding
from index import modelfiles
from index.errors import OnRecordError

MARKS = {"ok": "ok", "note": "note", "problem": "PROBLEM"}


def run(args: argparse.Namespace) -> int:
    """Prints what is found; 1 when it includes a problem."""
    settings = load(args)
    findings = [*_fetched(settings, writer=args.fetch)]
    if args.rebuild:
        findings += _rebuilt(settings)
    findings += doctor.examine(settings, verify=args.verify)
    healthy = not any(finding.state == "problem" for finding in findings)
    if args.json:
        terminal.write_json({"healthy": healthy, "findings": [asdict(finding) for finding in findings]})
    else:
        terminal.write(findings_text(findings))
    return 0 if healthy else 1


def findings_text(findings: Sequence[Finding]) -> str:
    """One line a finding."""
    width = max(len(finding.about) for finding in findings)
    return "\n".join(
        f"{MARKS[finding.state]:<7}  {finding.about:<{width}}  {terminal.shown(finding.detail)}" for finding in findings
    )


def _fetched(settings: Settings, *, writer: bool) -> Iterator[Finding]:
    """Fetches what is missing; a model that cannot be fetched is a finding, since the rest can still be examined."""
    wanted = [(modelfiles.EMBEDDING, settings.embedding_file)] if not settings.embedding_base_url else []
    if writer:
        wanted.append((modelfiles.WRITER, settings.writer_file))
    for model, named in wanted:
        try:
            fetch(model, settings, named=named)
        except OnRecordError as error:
            yield Finding(about="fetching", state="problem", detail=str(error))


def _rebuilt(settings: Settings) -> list[Finding]:
    try:
        with counting_bar("embedding") as progress:
            return doctor.rebuild(settings, progress)
    except OnRecordError as error:
        return [Finding(about="rebuild", state="problem", detail=str(error))]
