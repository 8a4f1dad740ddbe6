"""Which browser the page is tested in. Leaves out: driving it.

Run as a program it makes sure that there is one: exit 0 and its path, or exit 1 and how to get one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)

# What playwright's launch(args=...) gets, so that the browser looks nothing up and runs as root too.
LAUNCH_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_browser() -> str | None:
    """The path of a Chromium-like browser: ONRECORD_TEST_BROWSER, one on PATH, or playwright's own; None without."""
    named = os.environ.get("ONRECORD_TEST_BROWSER")
    if named:
        return named
    for name in NAMES:
        if found := shutil.which(name):
            return found
    return next((place for place in (*PLACES, _playwright_browser()) if place and Path(place).exists()), None)


def _playwright_browser() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def main() -> int:
    """Find a browser, or let playwright fetch its own."""
    if find_browser() is None:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    browser = find_browser()
    if browser is None:
        print(
            "onrecord: no browser to test the page in. Install chromium (Debian: apt-get install chromium) or Chrome, "
            "or name one: ONRECORD_TEST_BROWSER=/path/to/browser make test",
            file=sys.stderr,
        )
        return 1
    print(f"browser: {browser}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
