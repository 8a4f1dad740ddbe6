"""What holds for the project's files as a whole: names, seeds, locks, and what they must not mention."""

from __future__ import annotations

import ast
import hashlib
import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("app", "index", "prompts")
SEEDS = {
    "000_babb44b1f2ced63b.txt": "b0bd0075518f51fb2830cc26c81a44b16d74671c93df3f6a5bc2f9a598d4b33a",
    "001_1f774302215cf3ba.txt": "3db32ea48e8ea5b50f6cb54947ada41f21bca42055797231cc9d2dfd42071a4a",
}
LOCKS = ("requirements.lock", "requirements-test.lock")

# Written in parts, so that this file does not hold what it looks for.
REGISTRY_HOSTS = tuple(
    "".join(parts)
    for parts in (
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("py", "pi.python.org"),
        ("registry.", "npmjs"),
        ("deb.", "debian.org"),
        ("index.", "crates.io"),
        ("conda.", "anaconda.org"),
    )
)
MACHINE_PATHS = re.compile(
    "/(?:" + "|".join(("ro" + "ot", "wo" + "rk", r"ho" + r"me/\w+", r"Us" + r"ers/\w+", r"opt/\w+")) + ")/"
)


def tracked_files() -> list[Path]:
    """Every file under version control; in an unpacked archive every file that is not a tool's."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
        return sorted(path for name in names if name and (path := ROOT / name).is_file())
    return sorted(
        path
        for top in (*OURS, "tests", "seeds", "docs", ".ci")
        for path in (ROOT / top).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def test_seeds_are_byte_for_byte_what_they_were() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (ROOT / "seeds").iterdir()}
    assert found == SEEDS


def test_no_other_distribution_provides_our_package_names() -> None:
    providers = importlib.metadata.packages_distributions()
    others = {name: set(providers.get(name, ())) - {"onrecord"} for name in OURS}
    assert others == {name: set() for name in OURS}


def test_no_module_shadows_types() -> None:
    assert [path for name in OURS for path in (ROOT / name).rglob("types.py")] == []


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine() -> None:
    told = []
    for path in tracked_files():
        for number, line in enumerate(text_of(path).splitlines(), start=1):
            if any(host in line for host in REGISTRY_HOSTS) or MACHINE_PATHS.search(line):
                told.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert told == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    text = text_of(ROOT / name)
    entries = re.split(r"\n(?=[A-Za-z0-9])", text[re.search(r"^[A-Za-z0-9]", text, re.MULTILINE).start() :])  # type: ignore[union-attr]
    assert len(entries) > 100
    assert [entry.splitlines()[0] for entry in entries if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)] == []
    assert [
        entry.splitlines()[0] for entry in entries if not re.match(r"[\w.-]+==[\w.+!]+( ;.*)? \\$", entry, re.MULTILINE)
    ] == []
    assert "://" not in text
    assert "--index-url" not in text
    assert "--find-links" not in text


def test_locks_hold_no_pytorch() -> None:
    assert not re.search(r"^(torch|tensorflow|jax|nvidia-\w+)==", text_of(ROOT / LOCKS[0]), re.MULTILINE)


def test_both_locks_agree_where_they_overlap() -> None:
    run, test = (dict(re.findall(r"^([\w.-]+)==(.+?) \\$", text_of(ROOT / name), re.MULTILINE)) for name in LOCKS)
    assert {name: test.get(name) for name in run} == run


def test_every_dependency_is_locked_within_its_bounds() -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    locked: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.+!]+)", text_of(ROOT / LOCKS[0]), re.MULTILINE):
        locked.setdefault(canonicalize_name(name), []).append(version)
    for line in project["project"]["dependencies"]:
        requirement = Requirement(line)
        versions = locked.get(canonicalize_name(requirement.name), [])
        assert versions, f"{line}: not in {LOCKS[0]}; run make lock"
        assert all(requirement.specifier.contains(version) for version in versions), f"{line}: locked at {versions}"


def imported_packages() -> set[str]:
    """The top-level names that our modules import, inside functions too."""
    names: set[str] = set()
    for path in (path for name in OURS for path in (ROOT / name).rglob("*.py")):
        for node in ast.walk(ast.parse(text_of(path))):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.split(".")[0])
    return names - sys.stdlib_module_names - set(OURS)


def test_every_imported_package_is_a_declared_dependency() -> None:
    from packaging.requirements import Requirement
    from packaging.utils import canonicalize_name

    lines = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]["dependencies"]
    declared = {canonicalize_name(Requirement(line).name) for line in lines}
    providers = importlib.metadata.packages_distributions()
    undeclared = {
        name: providers.get(name, [])
        for name in imported_packages()
        if not declared & {canonicalize_name(provider) for provider in providers.get(name, [])}
    }
    assert undeclared == {}


def test_makefile_is_tabbed_and_the_ci_script_executable() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    assert "\n\t" in text_of(ROOT / "Makefile")


def test_licence_and_notice_travel_with_the_distribution() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    assert project["license"] == "Apache-2.0"
    assert project["license-files"] == ["LICENSE", "NOTICE"]
    assert "Version 2.0, January 2004" in text_of(ROOT / "LICENSE")
    notice = text_of(ROOT / "NOTICE")
    assert [name for name in SEEDS if f"seeds/{name}" not in notice] == []
