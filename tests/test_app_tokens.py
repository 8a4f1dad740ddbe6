"""Tokens: kept hashed, revoked at once, and asked for wherever other machines can reach the server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
import scripted_cli
from scripted_cli import CommandDesk
from scripted_desk import ScriptedDesk
from served_api import served_api
from store_parts import Store

from app.cli import main
from app.entries import Token
from app.errors import ConfigError, TokenNotFoundError
from app.members import anybody_admitted
from app.people import Person
from app.tokens import PREFIX, TokenRecord
from app.web.admitting import Proxies, brought_by, read_networks
from app.web.command import Door, page_server, refuse_open_house
from index.tables import FILE_NAME

EVERYWHERE = "0.0.0.0"
ANNA = Person("1a", "anna", "admin")


def test_a_token_admits_until_it_is_revoked_in_every_process(tmp_path: Path) -> None:
    assert not anybody_admitted(tmp_path)
    with Store(tmp_path) as store, Store(tmp_path) as other:
        assert not anybody_admitted(tmp_path)
        here, there = TokenRecord(store.library), TokenRecord(other.library)
        office, home = here.new("office", user="anna"), here.new("home", user="anna")
        assert office.startswith(PREFIX)
        holder = there.holder(office)
        assert holder is not None
        assert (holder.name, holder.role) == ("anna", "reader")
        assert there.holder(office + "x") is None
        assert there.holder("") is None
        assert there.revoke("office") == 1
        assert here.holder(office) is None
        assert here.holder(home) == holder
        assert [(one.name, one.revoked_at is None) for one in here.all()] == [("office", False), ("home", True)]
        assert anybody_admitted(tmp_path)
        here.revoke(here.all()[1].token_id)
        assert not anybody_admitted(tmp_path)
        with pytest.raises(TokenNotFoundError, match="'office'"):
            here.revoke("office")


def test_the_library_does_not_hold_what_admits(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        token = TokenRecord(store.library).new("office", user="office")
    for path in tmp_path.glob(f"{FILE_NAME}*"):
        assert token.removeprefix(PREFIX).encode() not in path.read_bytes()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "office.example"])
def test_nobody_listens_to_other_machines_without_a_token(host: str) -> None:
    with pytest.raises(ConfigError, match=r"other machines can reach .* 'onrecord token new NAME'"):
        refuse_open_house(host, Door(), anybody_admitted=lambda: False)
    refuse_open_house(host, Door(), anybody_admitted=lambda: True)
    door = Door(proxies=Proxies("x-user", read_networks("10.0.0.7")))
    refuse_open_house(host, door, anybody_admitted=lambda: False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.1.1", "localhost", "::1"])
def test_this_machine_needs_no_token(host: str) -> None:
    refuse_open_house(host, Door(), anybody_admitted=lambda: False)


def test_serve_refuses_before_it_opens_anything(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", EVERYWHERE, "--port", "0", "--library", str(tmp_path / "new")]) == 2
    assert "onrecord token new NAME" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


@pytest.fixture(scope="module")
def everywhere() -> Iterator[str]:
    with served_api(
        ScriptedDesk, host=EVERYWHERE, admits=lambda one: ANNA if "right" in (one.token, one.password) else None
    ) as url:
        yield url


@pytest.mark.parametrize("path", ["/", "/readyz", "/metrics", "/api/v1/articles", "/api/v1/openapi.json", "/mcp"])
def test_whoever_brings_no_token_gets_nothing(everywhere: str, path: str) -> None:
    for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "Basic !"}, {"authorization": "Bearer"}):
        refused = httpx.get(everywhere + path, headers=headers)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic ")
        assert "onrecord token new" in refused.text
        assert refused.headers["x-frame-options"] == "DENY"


def test_a_program_brings_it_as_bearer_and_a_browser_as_password(everywhere: str) -> None:
    for one in ({"headers": {"authorization": "Bearer right"}}, {"auth": ("anybody", "right")}):
        assert httpx.get(everywhere + "/api/v1/articles/a1", **one).status_code == 200  # type: ignore[arg-type]
    with openai.OpenAI(base_url=f"{everywhere}/v1", api_key="right") as client:
        assert [one.id for one in client.models.list()] == ["onrecord"]
    with (
        openai.OpenAI(base_url=f"{everywhere}/v1", api_key="wrong") as client,
        pytest.raises(openai.AuthenticationError),
    ):
        client.models.list()


def test_that_it_lives_is_told_to_anybody_and_no_other_site_may_use_a_password(everywhere: str) -> None:
    assert httpx.get(everywhere + "/healthz").text == "ok\n"
    sent = httpx.post(
        everywhere + "/api/v1/ask", json={"question": "Why?"}, auth=("me", "right"),
        headers={"origin": "https://evil.example"},
    )  # fmt: skip
    assert sent.status_code == 403


def test_while_the_library_opens_nobody_is_let_in_or_told_to_go() -> None:
    server, _ = page_server(ScriptedDesk, host=EVERYWHERE, port=0)  # type: ignore[arg-type]
    gate = server._server.config.app._app  # type: ignore[union-attr]
    from starlette.testclient import TestClient

    waiting = TestClient(gate).get("/api/v1/articles", headers={"authorization": "Bearer right"})
    assert waiting.status_code == 503
    assert waiting.headers["retry-after"] == "1"
    server._socket.close()


def test_headers_that_bring_no_token() -> None:
    assert not any(brought_by(one) for one in ("", "Basic", "Basic /w==", "Negotiate x", "Basic Zm9v"))


@dataclass
class TokenDesk(CommandDesk):
    made: list[Token] = field(default_factory=list)

    @property
    def members(self) -> TokenDesk:
        return self

    def new_token(self, name: str, *, user: str | None, role: str) -> str:
        self.made.append(
            Token(token_id="1f", name=name, user=user or name, made_at="2026-11-23T10:00:00+00:00", revoked_at=None)
        )
        return "onrecord_secret"

    def tokens(self) -> list[Token]:
        return self.made

    def revoke_token(self, which: str) -> int:
        return sum(one.name == which for one in self.made)


def test_the_command_makes_lists_and_revokes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        code = main(["token", *words])
        said: Any = capsys.readouterr()
        return code, said.out, said.err

    scripted_cli.use(monkeypatch, TokenDesk())
    assert run("list")[2] == "onrecord: there are no tokens: 'onrecord token new NAME' makes one\n"
    assert run("new", "office") == (0, "onrecord_secret\n", "onrecord: keep it: it is not shown again\n")
    assert json.loads(run("new", "home", "--json")[1]) == {"name": "home", "token": "onrecord_secret"}
    assert run("list")[1].splitlines()[0] == "1f  office, of office, made 2026-11-23T10:00:00+00:00"
    assert [one["name"] for one in json.loads(run("list", "--json")[1])] == ["office", "home"]
    assert run("revoke", "office")[1] == "revoked 1 of office\n"
    code, _, told = run("new")
    assert code == 2
    assert "onrecord token new NAME" in told
