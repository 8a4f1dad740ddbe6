"""Kill -9 while the program adds, updates, removes, asks and rebuilds: nothing is lost, doubled or half written."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HARNESS = Path(__file__).with_name("crash_harness.py")
KILLS = 6


def test_a_process_killed_at_any_instant_harms_nothing() -> None:
    done = subprocess.run(
        [sys.executable, str(HARNESS), "--kills", str(KILLS)],
        env={**os.environ, "PYTHONPATH": str(HARNESS.parent.parent)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["kills"] == sum(told["hit"].values()) == KILLS
