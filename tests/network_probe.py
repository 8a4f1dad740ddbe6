"""A program that imports, indexes and answers while guard.py watches; what it tried goes to standard output as JSON.

Run by test_app_network.py in a process of its own: imports happen once in a process, so they must be watched first.
Argument: the folder of the library to make. It answers twice, with quotes and with the embedded writer.
"""

from __future__ import annotations

import guard

guard.start()

import importlib  # noqa: E402
import importlib.metadata  # noqa: E402
import json  # noqa: E402
import pkgutil  # noqa: E402
import re  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

QUESTION = "What stake will Renault hold in Nissan after the deal?"


def import_dependencies() -> None:
    """Import every top-level package of every direct dependency."""
    required = {
        re.split(r"[^A-Za-z0-9._-]", line)[0].lower().replace("_", "-")
        for line in importlib.metadata.requires("onrecord") or ()
    }
    for package, distributions in importlib.metadata.packages_distributions().items():
        names = {name.lower().replace("_", "-") for name in distributions}
        if names & required and package.isidentifier() and not package.startswith("_"):
            importlib.import_module(package)


def import_our_modules() -> None:
    """Import every module of ours."""
    for name in ("index", "prompts", "app"):
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def answers(library: Path) -> list[dict[str, object]]:
    """Index the seeds and ask, with quotes and with the writer."""
    from app import Desk, seeds

    with Desk.open(library=library) as desk:
        assert [added.error for added in desk.add(seeds.folder()) if added.error] == []
        assert desk.wait_for_writer(120).state == "ready"
        return [desk.ask(QUESTION, quotes_only=quotes_only).to_json() for quotes_only in (True, False)]


if __name__ == "__main__":
    import_our_modules()  # ours first: they set the switches that keep dependencies quiet
    import_dependencies()
    shown = answers(Path(sys.argv[1]))
    print(json.dumps({"attempts": guard.stop(), "answers": shown}))
