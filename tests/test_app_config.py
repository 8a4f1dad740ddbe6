"""Settings from the environment and from code, and what is said of those that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import pydantic
import pytest

from app.config import Settings, load_settings
from app.errors import ConfigError


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("ONRECORD_"):
            monkeypatch.delenv(name)


def test_nothing_has_to_be_set() -> None:
    settings = load_settings()
    assert settings.writer == "auto"
    assert settings.port == 7860
    assert settings.host == "127.0.0.1"
    assert settings.library.name == "library"
    assert settings.llm_base_url is None
    assert not settings.offline


@pytest.mark.parametrize(
    ("variable", "value", "name", "expected"),
    [
        ("ONRECORD_LIBRARY", "/some/where", "library", Path("/some/where")),
        ("ONRECORD_PORT", "8000", "port", 8000),
        ("ONRECORD_OFFLINE", "1", "offline", True),
        ("ONRECORD_WRITER", "quotes", "writer", "quotes"),
        ("ONRECORD_LLM_TIMEOUT_SECONDS", "2.5", "llm_timeout_seconds", 2.5),
        ("ONRECORD_LLM_MODEL", "", "llm_model", None),
    ],
)
def test_environment_sets(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str, name: str, expected: object
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(load_settings(), name) == expected


def test_code_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_PORT", "8000")
    assert load_settings(port=9000).port == 9000
    assert load_settings(port=None).port == 8000


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ONRECORD_PORT", "many"),
        ("ONRECORD_PORT", "70000"),
        ("ONRECORD_LLM_TIMEOUT_SECONDS", "0"),
        ("ONRECORD_LLM_TIMEOUT_SECONDS", "soon"),
        ("ONRECORD_WRITER", "shakespeare"),
        ("ONRECORD_OFFLINE", "perhaps"),
        ("ONRECORD_LLM_EVIDENCE_TOKENS", "-5"),
    ],
)
def test_setting_that_cannot_be_used_is_named_with_its_value(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigError, match=rf"^{variable}='{value}': ") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["llm", "embedding"])
def test_endpoint_without_a_model_says_which_variable_is_missing(kind: str) -> None:
    with pytest.raises(ConfigError, match=rf"ONRECORD_{kind.upper()}_MODEL is not: name the model to use"):
        load_settings(**{f"{kind}_base_url": "http://127.0.0.1:1/v1"})


def test_keys_are_not_shown() -> None:
    shown = repr(load_settings(llm_api_key="sk-secret", embedding_api_key="sk-other"))
    assert "sk-secret" not in shown
    assert "sk-other" not in shown


def test_settings_do_not_change() -> None:
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        load_settings().port = 1


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, one in Settings.model_fields.items() if not one.description] == []
