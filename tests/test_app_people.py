"""People: who is let in, what each may do, and that what one asked is no one else's. Real desk, library, server."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from served_office import serving
from store_parts import Store

from app import Desk, seeds
from app.cli import main
from app.config import load_settings
from app.errors import ConfigError, ConversationNotFoundError, NotAllowedError, TooManyAttemptsError, UserError
from app.members import Members
from app.people import ANONYMOUS, LEAST, ROLES, Operation, Person
from app.signing_in import FAILURES, SignIn
from app.users import UserRecord
from app.web.admitting import Proxies, Unasked, person_of, read_networks
from app.web.api.allowing import NEEDS, Allowing, entry_of
from app.web.api.building import PARTS, build_api
from app.web.command import Door
from app.web.opening import OpeningDesk
from index.tables import FILE_NAME

EVERYWHERE = "0.0.0.0"
QUESTION = "What stake will Renault hold in Nissan after the deal?"
WORD = "correct horse battery"


@dataclass
class Office:
    """A server that other machines can reach, and a token of each of its people."""

    url: str
    desk: Desk
    tokens: dict[str, str]

    def as_(self, name: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"authorization": f"Bearer {self.tokens[name]}"}, timeout=60)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path, embedding_files: Path) -> Iterator[Desk]:
    chosen = load_settings(library=tmp_path_factory.mktemp("office"), cache_dir=cache_dir, writer="quotes")
    with Desk.open(settings=chosen) as opened:
        opened.add(seeds.folder())
        yield opened


@pytest.fixture(scope="module")
def office(desk: Desk) -> Iterator[Office]:
    for name, role in (("ada", "admin"), ("eve", "editor"), ("rob", "reader"), ("sue", "reader")):
        desk.members.new_user(name, role, password=WORD if name == "rob" else None)  # type: ignore[arg-type]
    tokens = {one.name: desk.members.new_token(f"{one.name}'s", user=one.name) for one in desk.members.users()}
    with serving(desk, EVERYWHERE) as url:
        yield Office(url, desk, tokens)


def test_who_is_let_in_is_told_who_they_are(office: Office) -> None:
    for name, role in (("ada", "admin"), ("eve", "editor"), ("rob", "reader")):
        with office.as_(name) as client:
            assert client.get("/api/v1/me").json() == {"name": name, "role": role}
    for auth in (("rob", WORD), ("ROB", WORD), ("anybody", office.tokens["rob"])):
        assert httpx.get(office.url + "/api/v1/me", auth=auth, timeout=60).json()["name"] == "rob"
    for auth in (("rob", WORD + "x"), ("sue", ""), ("sue", WORD), ("nobody", WORD)):
        assert httpx.get(office.url + "/", auth=auth, timeout=60).status_code == 401


def test_what_one_asked_is_no_one_elses_on_any_way(office: Office) -> None:
    with office.as_("rob") as rob:
        asked = rob.post("/api/v1/ask", json={"question": QUESTION}).json()
        turn, conversation = asked["turn_id"], asked["conversation_id"]
        assert rob.put(f"/api/v1/turns/{turn}/feedback", json={"verdict": "right", "note": ""}).status_code == 200
    ways: list[tuple[str, str, Any]] = [
        ("GET", f"/api/v1/conversations/{conversation}", None),
        ("PATCH", f"/api/v1/conversations/{conversation}", {"title": "mine"}),
        ("DELETE", f"/api/v1/conversations/{conversation}", None),
        ("GET", f"/api/v1/turns/{turn}", None),
        ("GET", f"/api/v1/turns/{turn}/changes", None),
        ("GET", f"/api/v1/turns/{turn}/verification", None),
        ("GET", f"/api/v1/turns/{turn}/export", None),
        ("GET", f"/api/v1/turns/{turn}/feedback", None),
        ("PUT", f"/api/v1/turns/{turn}/feedback", {"verdict": "wrong", "note": ""}),
        ("DELETE", f"/api/v1/turns/{turn}/feedback", None),
        ("POST", "/api/v1/ask", {"question": "Why?", "follow": turn}),
        ("POST", "/api/v1/ask", {"question": "Why?", "conversation_id": conversation}),
        ("POST", "/api/v1/ask", {"question": "Why?", "conversation_id": conversation, "stream": True}),
        ("GET", f"/answer?turn={turn}", None),
        ("GET", f"/export?form=json&turn={turn}", None),
        ("GET", f"/export?form=markdown&conversation={conversation}", None),
    ]
    for name in ("sue", "eve", "ada"):  # whatever the role
        with office.as_(name) as other:
            for method, path, body in ways:
                assert other.request(method, path, json=body).status_code == 404, (name, method, path)
            assert conversation not in other.get("/api/v1/conversations").text
            assert other.get("/api/v1/conversations", params={"words": "Renault"}).json() == []
    with pytest.raises(ConversationNotFoundError):
        office.desk.turn(turn)  # nor is it the library's own, where nobody is asked
    assert office.desk.conversations() == []
    assert office.desk.all_feedback() == []
    with office.as_("rob") as rob:
        kept = rob.get(f"/api/v1/conversations/{conversation}").json()
        assert [one["turn_id"] for one in kept["answers"]] == [turn]
        assert rob.get(f"/api/v1/turns/{turn}/feedback").json()["verdict"] == "right"
        assert rob.get(f"/answer?turn={turn}").status_code == 200
        followed = rob.post("/api/v1/ask", json={"question": "Why?", "follow": turn})
        assert followed.json()["conversation_id"] == conversation


def test_an_anonymous_conversation_is_no_users(office: Office) -> None:
    answer = office.desk.ask(QUESTION)
    with office.as_("ada") as ada:
        assert ada.get(f"/api/v1/turns/{answer.turn_id}").status_code == 404
        asked = {"question": "Why?", "conversation_id": answer.conversation_id}
        assert ada.post("/api/v1/ask", json=asked).status_code == 404
    office.desk.delete_conversation(answer.conversation_id)


def test_every_operation_has_a_role_and_every_route_an_operation() -> None:
    assert set(LEAST) == set(get_args(Operation))
    app = build_api(OpeningDesk(lambda: None))  # type: ignore[arg-type, return-value]
    documented = {(m.upper(), path) for path, methods in app.openapi()["paths"].items() for m in methods}
    assert documented <= set(NEEDS)
    routes = [
        *(one for one in app.routes if getattr(one, "path", None)),
        *(r for part in PARTS for r in part.router.routes),
    ]
    listed = {entry_of(one, method) for one in routes for method in getattr(one, "methods", None) or ("*",)}
    assert listed == set(NEEDS)


def test_an_address_that_is_not_listed_is_refused_to_everybody() -> None:
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route
    from starlette.testclient import TestClient

    route = Route("/api/v1/forgotten", lambda _: PlainTextResponse("secret"))
    app = Unasked(Allowing(Starlette(routes=[route]), routes=[route]))
    refused = TestClient(app).get("/api/v1/forgotten")
    assert refused.status_code == 403
    assert "secret" not in refused.text


@pytest.mark.parametrize("role", ROLES)
def test_the_api_lets_each_role_do_what_the_table_says(office: Office, role: str) -> None:
    name = {"reader": "rob", "editor": "eve", "admin": "ada"}[role]
    person = Person("x", name, role)  # type: ignore[arg-type]
    with office.as_(name) as client:
        for (method, path), operation in NEEDS.items():
            if operation is None or path == "/mcp":
                continue
            address = path.replace("{", "no-such-").replace("}", "")
            answered = client.request(method, address, json={} if method in ("POST", "PUT", "PATCH") else None)
            assert (answered.status_code == 403) == (not person.may(operation)), (method, path, answered.text)


def test_the_desk_itself_lets_each_role_do_what_the_table_says(desk: Desk) -> None:
    reader, editor = desk.of(Person("r", "rob", "reader")), desk.of(Person("e", "eve", "editor"))
    for refused in (
        lambda: reader.add("x"), lambda: reader.add_address("https://a.example"), lambda: reader.add_bytes("x", b"x"),
        lambda: reader.remove("x"), lambda: reader.restore("x"), lambda: editor.remove("x", purge=True),
        reader.rebuild, editor.members.users, editor.members.tokens, lambda: editor.members.new_user("x"),
        lambda: editor.members.set_role("x", "admin"), lambda: editor.members.set_password("x", WORD),
        lambda: editor.members.remove_user("x"), lambda: editor.members.new_token("x"),
        lambda: editor.members.revoke_token("x"),
    ):  # fmt: skip
        with pytest.raises(NotAllowedError, match="takes the role of"):
            refused()  # type: ignore[no-untyped-call]
    added = editor.add_bytes("of-eve.txt", b"Eve wrote that the harbour of Sampleton froze over in March.")
    assert added[0].article_id is not None
    editor.remove(added[0].article_id)
    editor.restore(added[0].article_id)
    desk.remove(added[0].article_id, purge=True)


def test_an_admin_looks_after_users_and_tokens_and_it_counts_at_once(office: Office) -> None:
    with office.as_("ada") as ada:
        made = ada.post("/api/v1/users", json={"name": "tom", "role": "reader", "password": WORD})
        assert made.status_code == 204
        assert ada.post("/api/v1/users", json={"name": "TOM"}).status_code == 422
        token = ada.post("/api/v1/tokens", json={"name": "tom's", "user": "tom"}).json()["token"]
        tom = httpx.Client(base_url=office.url, headers={"authorization": f"Bearer {token}"}, timeout=60)
        assert tom.post("/api/v1/articles/address", json={"url": "ftp://x"}).status_code == 403
        assert ada.patch("/api/v1/users/tom", json={"role": "editor"}).status_code == 204
        assert tom.post("/api/v1/articles/address", json={"url": "ftp://x"}).status_code == 422
        assert httpx.get(office.url + "/api/v1/me", auth=("tom", WORD), timeout=60).status_code == 200
        assert ada.patch("/api/v1/users/tom", json={"password": "another one of his"}).status_code == 204
        assert httpx.get(office.url + "/api/v1/me", auth=("tom", WORD), timeout=60).status_code == 401
        asked = tom.post("/api/v1/ask", json={"question": QUESTION}).json()
        assert ada.delete("/api/v1/users/tom").status_code == 204
        assert tom.get("/api/v1/me").status_code == 401
        assert ada.post("/api/v1/users", json={"name": "tom", "password": WORD}).status_code == 204
        again = httpx.get(f"{office.url}/api/v1/turns/{asked['turn_id']}", auth=("tom", WORD), timeout=60)
        assert again.status_code == 404, "what a user had asked went with the user"
        listed = ada.get("/api/v1/tokens")
        assert token not in listed.text
        assert [one["revoked_at"] is None for one in listed.json() if one["name"] == "tom's"] == [False]
        assert ada.delete("/api/v1/users/nobody").status_code == 404
        tom.close()


def test_an_assistant_sees_with_the_eyes_of_its_token(office: Office) -> None:
    from mcp.client.session import ClientSession
    from mcp.client.streamable_http import streamable_http_client

    async def tool_names(token: str) -> list[str]:
        headers = {"authorization": f"Bearer {token}"}
        async with (
            httpx.AsyncClient(headers=headers) as http,
            streamable_http_client(f"{office.url}/mcp", http_client=http) as (received, sent, *_),
            ClientSession(received, sent) as session,
        ):
            await session.initialize()
            asked = await session.call_tool("ask", {"question": QUESTION})
            assert not asked.is_error
            return [one.name for one in (await session.list_tools()).tools]

    assert asyncio.run(tool_names(office.tokens["sue"])) == ["ask", "search", "read_article"]
    with office.as_("sue") as sue, office.as_("ada") as ada:
        assert len(sue.get("/api/v1/conversations").json()) == 1
        assert ada.get("/api/v1/conversations").json() == []


def test_an_uploaded_file_is_given_back_to_nobody(office: Office) -> None:
    with office.as_("rob") as rob, office.as_("sue") as sue:
        (path,) = rob.post("/gradio_api/upload", files={"files": ("secret.txt", b"Rob's own words.")}).json()
        assert Path(path).name == "secret.txt"
        for who in (rob, sue):
            for address in (f"/gradio_api/file={path}", f"/gradio_api/file/{path}", f"/gradio_api/file%3D{path}"):
                told = who.get(address)
                assert told.status_code == 404
                assert b"own words" not in told.content


def test_the_page_of_one_is_not_another_ones(office: Office) -> None:
    join = "/gradio_api/queue/join"
    with office.as_("rob") as rob, office.as_("sue") as sue:
        config = rob.get("/config").json()
        opened = next(one for one in config["dependencies"] if any(t[1] == "load" for t in one["targets"]))
        body = {"data": [None], "fn_index": opened["id"], "session_hash": "robs-page", "event_data": None}
        assert rob.post(join, json=body).status_code == 200
        with rob.stream("GET", "/gradio_api/queue/data", params={"session_hash": "robs-page"}) as told:
            assert any("process_completed" in line for line in told.iter_lines())
        stolen = sue.get("/gradio_api/queue/data", params={"session_hash": "robs-page"})
        assert stolen.status_code == 403
        assert sue.post(join, json=body).status_code == 200
        with rob.stream("GET", "/gradio_api/queue/data", params={"session_hash": "robs-page"}) as told:
            failed = next(line for line in told.iter_lines() if "process_completed" in line)
        assert '"success":false' in failed.replace(" ", "")


def test_on_this_machine_nobody_is_asked(desk: Desk) -> None:
    with serving(desk, "127.0.0.1") as url:
        assert httpx.get(url + "/api/v1/me", timeout=60).json() == {"name": "", "role": "admin"}


def test_a_proxy_names_who_it_has_let_in_and_nobody_else_may(desk: Desk) -> None:
    door = Door(Proxies("X-Forwarded-User", read_networks("127.0.0.1, ::1")), ("news.example",))
    with serving(desk, "127.0.0.1", door) as url:

        def me(headers: Any) -> httpx.Response:
            return httpx.get(url + "/api/v1/me", headers=headers, timeout=60)

        named = me({"X-Forwarded-User": "Zoë".encode(), "host": "news.example"})
        assert named.json() == {"name": "Zoë", "role": "reader"}
        desk.members.set_role("zoë", "editor")
        assert me({"X-Forwarded-User": "zoë".encode()}).json()["role"] == "editor"
        assert me({}).status_code == 401
        assert me({"X-Forwarded-User": ""}).status_code == 401
        assert me({"X-Forwarded-User": "a:b"}).status_code == 403
        assert me([("X-Forwarded-User", "zoë".encode()), ("X-Forwarded-User", b"ada")]).status_code == 400
        assert me({"X-Forwarded-User": "eve", "host": "evil.example"}).status_code == 421
    elsewhere = Door(Proxies("X-Forwarded-User", read_networks("192.0.2.0/24")))
    with serving(desk, "127.0.0.1", elsewhere) as url:
        forged = {"X-Forwarded-User": "ada", "X-Forwarded-For": "192.0.2.7", "Forwarded": "for=192.0.2.7"}
        assert httpx.get(url + "/api/v1/me", headers=forged, timeout=60).status_code == 403
    desk.members.remove_user("zoë")


def test_a_trusted_address_is_one_however_it_is_written() -> None:
    proxies = Proxies("x-user", read_networks("10.0.0.7,fd00::/8"))
    assert [proxies.trusts(one) for one in ("10.0.0.7", "::ffff:10.0.0.7", "fd00::1", "10.0.0.8", "", "x")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    with pytest.raises(ConfigError, match="ONRECORD_TRUSTED_PROXIES"):
        read_networks("10.0.0.300")
    with pytest.raises(ConfigError, match="ONRECORD_TRUSTED_PROXIES"):
        load_settings(user_header="x-user")


def test_who_was_not_looked_at_at_the_door_gets_nowhere() -> None:
    with pytest.raises(KeyError):
        person_of({"type": "http"})


def test_passwords_are_kept_hashed_and_guessing_is_held_back(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        users = UserRecord(store.library)
        anna = users.new("Anna", "editor", WORD)
        door = SignIn(users)
        assert door.person("anna", WORD) == anna
        begun = time.monotonic()
        for _ in range(100):
            assert door.person("anna", WORD) == anna
        assert time.monotonic() - begun < 1, "what fitted is remembered"
        users.set_role("anna", "reader")
        assert door.person("anna", WORD) == Person(anna.user_id, "Anna", "reader")
        users.set_password("anna", "something else")
        assert door.person("anna", WORD) is None
        for _ in range(FAILURES - 1):
            assert door.person("anna", "guessed wrong") is None
        with pytest.raises(TooManyAttemptsError, match="try again in") as held:
            door.person("anna", "something else")
        assert 0 < held.value.seconds <= 60
        for odd in ("", "a:b", " a", "a\n", "x" * 201):
            with pytest.raises(UserError):
                users.new(odd, "reader")
        with pytest.raises(UserError, match="8 to 200"):
            users.new("short", "reader", "1234567")
        with pytest.raises(UserError, match="already"):
            users.new("ANNA", "reader")
    for path in tmp_path.glob(f"{FILE_NAME}*"):
        assert WORD.encode() not in path.read_bytes()


def test_a_library_from_before_there_were_users_is_nobodys_in_particular(
    tmp_path: Path, cache_dir: Path, embedding_files: Path
) -> None:
    chosen = load_settings(library=tmp_path, cache_dir=cache_dir, writer="quotes")
    with Desk.open(settings=chosen) as desk:
        desk.add(seeds.folder())
        asked = desk.ask(QUESTION)
        desk.give_feedback(asked.turn_id, "right")
        token = desk.members.new_token("office")
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection, connection:
        for table in ("conversation_owners", "token_holders", "users"):
            connection.execute(f"DROP TABLE {table}")
    with Desk.open(settings=chosen) as desk:
        assert desk.members.with_token(token) == ANONYMOUS  # as it did
        assert [one.user for one in desk.members.tokens()] == [None]
        assert [one.conversation_id for one in desk.conversations()] == [asked.conversation_id]
        assert [one.turn_id for one in desk.all_feedback()] == [asked.turn_id]
        assert desk.ask("Why?", follow=asked.turn_id).conversation_id == asked.conversation_id


def test_the_command_looks_after_users(
    tmp_path: Path, cache_dir: Path, embedding_files: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    import io

    monkeypatch.setenv("ONRECORD_CACHE_DIR", str(cache_dir))

    def run(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        code = main(["user", *words, "--library", str(tmp_path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    assert "no users" in run("list")[2]
    assert run("new", "anna", "--role", "editor", typed=WORD + "\n")[:2] == (0, "anna is editor now\n")
    assert run("new", "bert", typed="short\n")[0] == 1
    assert run("new", "bert", "--no-password")[0] == 0
    assert run("role", "bert", "--role", "admin")[1] == "bert is admin now\n"
    assert run("role", "bert")[0] == 2
    assert run("new")[0] == 2
    listed = run("list")[1].splitlines()
    assert [line.partition(", made")[0] for line in listed] == ["anna  editor, password", "bert  admin, no password"]
    assert run("password", "anna", typed="another good one\n")[0] == 0
    assert run("remove", "anna")[1] == "anna is gone, with every token and conversation\n"
    assert run("remove", "anna")[0] == 1
    assert '"name": "bert"' in run("list", "--json")[1]
    with Store(tmp_path / "other") as store:
        assert Members(store.library).users() == []
