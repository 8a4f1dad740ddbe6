"""The wheel, installed outside the checkout, answers a question about the seeds that it carries."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
QUESTION = "What stake will Renault hold in Nissan after the deal?"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("onrecord-*.whl")
    return built


@pytest.fixture(scope="module")
def elsewhere(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts folder of an environment that holds the wheel, and sees our third-party packages only.

    Named in a .pth file, a folder is searched but its own .pth files are not read: the checkout stays out of sight.
    """
    home = tmp_path_factory.mktemp("elsewhere") / "an environment"
    venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt").create(home)
    scripts = home / ("Scripts" if os.name == "nt" else "bin")
    python = scripts / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"]
    packages = Path(subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip())
    (packages / "third_party.pth").write_text(
        "\n".join(sorted({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})), encoding="utf-8"
    )
    return scripts


@pytest.fixture
def environment(cache_dir: Path, tmp_path: Path) -> dict[str, str]:
    """No settings, no home, no checkout; the models that are there already."""
    dropped = ("ONRECORD_", "COV_", "COVERAGE_", "PYTHONPATH", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**kept, "HOME": str(tmp_path / "home"), "ONRECORD_CACHE_DIR": str(cache_dir), "ONRECORD_WRITER": "quotes"}


def test_wheel_holds_the_packages_the_seeds_and_the_licences(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names if ".dist-info/" not in name}
    assert tops == {"app", "index", "prompts"}
    assert {Path(name).name for name in names if name.startswith("app/_seeds/")} == {
        path.name for path in (ROOT / "seeds").iterdir()
    }
    assert {Path(name).name for name in names if name.startswith("prompts/") and name.endswith(".md")} == {
        path.name for path in (ROOT / "prompts").glob("*.md")
    }
    assert {Path(name).name for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_wheel_answers_outside_the_checkout(
    elsewhere: Path, environment: dict[str, str], embedding_files: Path, tmp_path: Path
) -> None:
    assert embedding_files.exists()
    where = "import app, index, prompts; print(app.__file__, index.__file__, prompts.__file__, sep='\\n')"
    found = subprocess.run(
        [str(elsewhere / "python"), "-c", where],
        cwd=tmp_path, env=environment, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    assert [line for line in found if str(elsewhere.parent) not in line] == []

    finished = subprocess.run(
        [str(elsewhere / "onrecord"), "ask", "--json", "--library", str(tmp_path / "library"), QUESTION],
        cwd=tmp_path, env=environment, check=False, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    assert answer["answered"], answer
    assert "15%" in answer["text"]
    assert answer["citations"]
    for citation in answer["citations"]:
        command = ["show", citation["article_id"], "--version", str(citation["version"]), "--text"]
        text = subprocess.run(
            [str(elsewhere / "onrecord"), *command, "--library", str(tmp_path / "library")],
            cwd=tmp_path, env=environment, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        assert text[citation["start"] : citation["end"]] == citation["quote"]
