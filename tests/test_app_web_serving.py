"""The page's server: the port, the first second, who may speak to it, the reader's route, the end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from scripted_desk import STAKE, TEXT, ScriptedDesk
from served_page import Served, served_page

from app.errors import ConfigError
from app.web.command import page_server
from app.web.guarding import host_name
from app.web.opening import OpeningDesk
from app.web.reader import reader_address
from app.web.serving import PageServer, bind


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with served_page(ScriptedDesk) as one:
        yield one


def test_a_taken_port_is_named_with_how_to_choose_another() -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            ConfigError, match=rf"port {port} .* taken .* --port {port + 1} or ONRECORD_PORT={port + 1}"
        ):
            bind("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolved(host: str, port: int, **options: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("192.0.2.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    with pytest.raises(ConfigError, match=r"other.example port 7860 cannot be used"):
        bind("other.example", 7860)


def test_a_name_that_does_not_resolve_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*arguments: object, **options: object) -> list[Any]:
        raise socket.gaierror("unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(ConfigError, match=r"'nowhere' port 7860 is no address .* --host 127.0.0.1"):
        bind("nowhere", 7860)


def test_the_port_is_free_again_at_once(served: Served) -> None:
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            first.accept()[0].close()
    bind("127.0.0.1", port).close()


def test_a_waiting_page_answers_until_the_page_is_built() -> None:
    gate = threading.Event()

    def build() -> Any:
        gate.wait(10)
        raise ConfigError("scripted")

    server = PageServer(build, bind("127.0.0.1", 0))
    outcome: list[Exception] = []

    def run() -> None:
        try:
            server.run()
        except ConfigError as error:
            outcome.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    page = httpx.get(server.url, timeout=5)
    assert page.status_code == 200
    assert "OnRecord is starting" in page.text
    assert httpx.get(server.url + "/config").status_code == 503
    gate.set()
    thread.join(10)
    assert [str(error) for error in outcome] == ["scripted"]


def test_the_page_is_there_before_the_library_is_open() -> None:
    gate = threading.Event()

    def slow() -> Any:
        gate.wait(30)
        return ScriptedDesk()

    with served_page(slow, wait=False) as one:
        one.wait_for_page()
        assert one.desk.ready() is None
        gate.set()
        one.desk.wait(timeout_seconds=10)


def test_the_desk_is_closed_at_the_end() -> None:
    desk = ScriptedDesk()
    with served_page(lambda: desk):
        pass
    assert desk.closed


def test_only_names_of_this_machine_are_served(served: Served) -> None:
    refused = httpx.get(served.url, headers={"host": "elsewhere.example"})
    assert refused.status_code == 421
    port = httpx.URL(served.url).port
    assert httpx.get(served.url, headers={"host": f"localhost:{port}"}).status_code == 200
    assert host_name("[::1]:7860") == "::1"


def test_every_response_forbids_other_origins(served: Served) -> None:
    for path in ("/", "/config", "/onrecord/page.css", "/nowhere"):
        policy = httpx.get(served.url + path).headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http:" not in policy
        assert "https:" not in policy


def test_nothing_of_the_page_is_an_api(served: Served) -> None:
    info = httpx.get(served.url + "/gradio_api/info").json()
    assert info == {"named_endpoints": {}, "unnamed_endpoints": {}}
    config = httpx.get(served.url + "/config").json()
    assert [one["api_name"] for one in config["dependencies"] if one["api_visibility"] == "public"] == []
    assert httpx.get(served.url + "/docs").status_code == 404


def test_gradios_own_client_finds_a_page_and_nothing_to_call(served: Served) -> None:
    """Programs have an API of their own; a page that could be called would be a second one, without its limits."""
    from gradio_client import Client
    from gradio_client.exceptions import AppError

    client = Client(served.url, verbose=False, analytics_enabled=False)
    try:
        assert client.view_api(return_format="dict") == {"named_endpoints": {}, "unnamed_endpoints": {}}
        for name in ("/ask", "/predict", "/chat"):
            with pytest.raises((ValueError, AppError)):
                client.predict("What is Ampere?", api_name=name)
    finally:
        client.close()


def test_our_own_files_are_served_and_nothing_beside_them(served: Served) -> None:
    assert "text/css" in httpx.get(served.url + "/onrecord/page.css").headers["content-type"]
    assert "text/javascript" in httpx.get(served.url + "/onrecord/page.js").headers["content-type"]
    assert httpx.get(served.url + "/onrecord/page.py").status_code == 404
    assert httpx.get(served.url + "/onrecord/..%2fpage.py").status_code == 404


def test_the_reader_opens_a_citation_without_any_script(served: Served) -> None:
    from scripted_desk import citation

    page = httpx.get(f"{served.url}/{reader_address(citation(1, STAKE))}")
    assert page.status_code == 200
    assert '<mark id="cited" class="cited">Renault will cut' in page.text
    assert "script" not in page.headers["content-security-policy"]
    assert TEXT[:30] in page.text


def test_a_missing_article_is_told_plainly(served: Served) -> None:
    page = httpx.get(served.url + "/read", params={"article": "<b>none"})
    assert page.status_code == 404
    assert "there is no article" in page.text
    assert "<b>" not in page.text


SERVE = """
import sys
from scripted_desk import ScriptedDesk
from app.web.command import serve
serve(ScriptedDesk, host="127.0.0.1", port=int(sys.argv[1]))
"""


def test_an_interrupt_ends_the_command_without_a_word() -> None:
    with bind("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    here = Path(__file__).parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here.parent), str(here)])}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, str(port)], env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        Served(f"http://127.0.0.1:{port}", OpeningDesk(ScriptedDesk)).wait_for_page()  # type: ignore[arg-type]
        process.send_signal(signal.SIGINT)
        said, told = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 0
    assert said == b""
    assert told.decode().splitlines() == [f"OnRecord: http://127.0.0.1:{port} (Ctrl-C stops it)"]


def test_stopping_is_quick_and_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    server, desk = page_server(ScriptedDesk, host="127.0.0.1", port=0)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run)
    thread.start()
    desk.wait(timeout_seconds=30)
    began = time.monotonic()
    with httpx.stream("GET", server.url + "/gradio_api/heartbeat/abc") as open_stream:
        assert open_stream.status_code == 200
        server.stop()
        thread.join(10)
    assert not thread.is_alive()
    assert time.monotonic() - began < 5
    assert capfd.readouterr().err == ""
