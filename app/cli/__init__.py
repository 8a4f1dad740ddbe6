"""The command line, `onrecord VERB`. Leaves out: everything a verb does beyond reading options and printing.

Whatever `--help` imports stays light: verbs import what they need when they run.
"""

from app.cli.entry import main

__all__ = ["main"]
