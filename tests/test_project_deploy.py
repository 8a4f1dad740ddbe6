"""The files that put OnRecord on a machine, and the page about running it: they name what there is."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.cli.parser import parse
from app.config import Settings

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "docs" / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
COMPOSED = ("compose.yaml", "compose.scaled.yaml")
ANY_SETTING = "ONRECORD_NAME"
PARSER = (ROOT / "app" / "cli" / "parser.py").read_text(encoding="utf-8")
VERBS = re.findall(r'^    \("([a-z]+)", "', PARSER, re.MULTILINE)


def composed(name: str) -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load((DEPLOY / name).read_text(encoding="utf-8"))
    return read


def test_every_setting_that_is_named_is_one() -> None:
    known = {f"ONRECORD_{name.upper()}" for name in Settings.model_fields} | {ANY_SETTING}
    for path in (*DEPLOY.iterdir(), ROOT / "docs" / "operations.md"):
        named = set(re.findall(r"ONRECORD_[A-Z_]+", path.read_text(encoding="utf-8")))
        assert named <= known, path.name


def test_the_image_is_made_from_files_that_are_there_and_sent() -> None:
    ignoring = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    sent = [line.removeprefix("!") for line in ignoring if line.startswith("!")]
    copied = [
        word
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
        for word in line.split()[:-1]
    ]  # fmt: skip
    assert sorted(copied) == sorted(sent)
    assert all((ROOT / one).exists() for one in copied)
    assert {"app", "index", "prompts", "seeds"} <= set(copied)


def test_the_image_does_not_run_as_root_and_tells_how_it_is() -> None:
    last = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last, re.MULTILINE)
    assert "/healthz" in last.partition("HEALTHCHECK")[2]
    assert "--require-hashes" in DOCKERFILE
    assert re.search(r'^CMD \["serve"\]$', last, re.MULTILINE)


def test_images_have_plain_names_with_a_version() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    for name in COMPOSED:
        images += [one["image"] for one in composed(name)["services"].values() if "build" not in one]
    for image in images:
        name, _, version = image.partition(":")
        assert version, image
        assert "." not in name.split("/")[0], f"{image} names a registry"


@pytest.mark.parametrize("name", COMPOSED)
def test_what_is_composed_holds_as_little_as_it_needs(name: str) -> None:
    file = composed(name)
    ours = file["services"]["onrecord"]
    assert ours["read_only"]
    assert ours["cap_drop"] == ["ALL"]
    assert (DEPLOY / ours["build"]["context"]).resolve() == ROOT
    assert (ROOT / ours["build"]["dockerfile"]).is_file()
    for service in file["services"].values():
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", [])), "open to others by default"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in file["volumes"] or (DEPLOY / source).is_file(), volume


def test_the_unit_starts_a_command_there_is() -> None:
    unit = configparser.RawConfigParser(strict=False, interpolation=None)
    unit.read(DEPLOY / "onrecord.service", encoding="utf-8")
    program, *words = unit["Service"]["ExecStart"].split()
    assert program.endswith("/.venv/bin/onrecord")
    assert parse(words).run
    assert unit["Service"]["DynamicUser"] == "yes"
    assert unit["Service"]["ProtectSystem"] == "strict"


def test_the_page_about_operations_names_metrics_and_commands_that_there_are() -> None:
    told = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "app" / "web" / "api").glob("*.py"))
    for name in re.findall(r"`(\w+_\w+_(?:total|seconds|bytes|waiting)|onrecord_ready)`", OPERATIONS):
        assert f'"{name}"' in told or name in told, name
    for command in re.findall(r"`onrecord ([a-z]+)(?= |`)", OPERATIONS):
        assert command in VERBS, command
    for path in re.findall(r"`(docs/[\w./]+)`", OPERATIONS):
        assert (ROOT / path).exists(), path
