"""The pictures of the page: all there, small, those the README shows among them, and what they are taken with works."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

from PIL import Image
from screenshots import SCHEMES, VIEWS, WIDTHS, made_desk, take
from served_page import chromium, served_page

ROOT = Path(__file__).parent.parent
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 200_000


def test_there_is_a_small_picture_of_every_view_width_and_scheme() -> None:
    wanted = {f"{view}-{width}-{scheme}.png" for view, width, scheme in product(VIEWS, WIDTHS, SCHEMES)}
    assert {path.name for path in PICTURES.iterdir()} == wanted
    for path in PICTURES.iterdir():
        assert path.stat().st_size < MOST_BYTES, path.name
        with Image.open(path) as picture:
            assert f"-{picture.width}-" in path.name


def test_the_readme_opens_with_one() -> None:
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8").split("\n## ")[0])
    assert len(shown) == 1
    assert (ROOT / shown[0]).parent == PICTURES
    assert (ROOT / shown[0]).is_file()


def test_pictures_can_be_taken(tmp_path: Path) -> None:
    with served_page(made_desk) as served, chromium() as browser:
        take(browser, served.url, tmp_path, width=390, scheme="dark")
    assert {path.name for path in tmp_path.iterdir()} == {f"{view}-390-dark.png" for view in VIEWS}
