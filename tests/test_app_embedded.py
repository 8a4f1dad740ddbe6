"""The embedded writer: a real llama.cpp server, how it starts, dies, comes back, and never outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from app.embedded import EmbeddedWriter
from app.entries import WriterStatus
from app.errors import WriterUnavailableError
from app.supply import WriterSupply
from index import modelfiles
from index.errors import ModelFileError
from index.modelfiles import WRITER

ROOT = Path(__file__).parent.parent
DEADLINE_SECONDS = 30


@pytest.fixture(scope="module")
def writer(writer_file: Path) -> Iterator[EmbeddedWriter]:
    with EmbeddedWriter(writer_file, model="the-writer", context_tokens=1024, threads=2) as started:
        yield started


def ask(writer: EmbeddedWriter, key: str | None = None, **options: object) -> httpx.Response:
    with httpx.Client(trust_env=False, timeout=60) as client:
        return client.post(
            f"{writer.base_url}/chat/completions",
            headers={"Authorization": f"Bearer {key or writer.api_key}"},
            json={"messages": [{"role": "user", "content": "What is 2 + 2?"}], "max_tokens": 8, **options},
        )


def is_running(process_id: int) -> bool:
    """A process that has ended but was not collected yet does not run."""
    try:
        state = subprocess.run(
            ["ps", "-o", "state=", "-p", str(process_id)], capture_output=True, text=True, check=True
        ).stdout
    except subprocess.CalledProcessError:
        return False
    return not state.startswith("Z")


def within(condition: Callable[[], object], seconds: float = DEADLINE_SECONDS) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_it_writes_with_grammar_and_probabilities(writer: EmbeddedWriter) -> None:
    reply = ask(writer, grammar='root ::= "[" [0-9] "]"', logprobs=True, top_logprobs=5, temperature=0).json()
    assert len(reply["choices"][0]["message"]["content"]) == 3
    assert len(reply["choices"][0]["logprobs"]["content"][0]["top_logprobs"]) == 5


def test_it_listens_on_loopback_only_under_its_model_name(writer: EmbeddedWriter) -> None:
    assert writer.base_url.startswith("http://127.0.0.1:")
    assert ask(writer).json()["model"] == "the-writer"


def test_another_key_is_refused(writer: EmbeddedWriter) -> None:
    assert ask(writer, key="wrong").status_code == httpx.codes.UNAUTHORIZED


def test_key_is_in_no_list_of_processes(writer: EmbeddedWriter) -> None:
    listed = subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
    assert "embedded_server" in listed
    assert writer.api_key not in listed


def test_prompts_of_others_and_pages_are_not_served(writer: EmbeddedWriter) -> None:
    root = writer.base_url.removesuffix("/v1")
    with httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {writer.api_key}"}) as client:
        assert client.get(f"{root}/slots").status_code != httpx.codes.OK
        assert client.get(f"{root}/").status_code != httpx.codes.OK


def test_starting_twice_keeps_the_server(writer: EmbeddedWriter) -> None:
    before = writer.process_id
    threads = [threading.Thread(target=writer.start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert writer.process_id == before


def test_killed_server_starts_again_when_asked(writer: EmbeddedWriter) -> None:
    before = writer.process_id
    assert before
    os.kill(before, signal.SIGKILL)
    assert within(lambda: not writer.alive())
    with pytest.raises(WriterUnavailableError, match="not running"):
        _ = writer.base_url
    writer.start()
    assert writer.process_id != before
    assert ask(writer).status_code == httpx.codes.OK


def test_stopped_server_is_gone(writer_file: Path) -> None:
    writer = EmbeddedWriter(writer_file, context_tokens=512, threads=2)
    writer.start()
    process_id = writer.process_id
    assert process_id
    writer.stop()
    writer.stop()
    assert not writer.alive()
    assert not is_running(process_id)


PARENT = """
import sys, time
from pathlib import Path
from app.embedded import EmbeddedWriter
writer = EmbeddedWriter(Path(sys.argv[1]), context_tokens=512, threads=2)
if sys.argv[2] == "loading":
    import threading
    threading.Thread(target=writer.start, daemon=True).start()
    while not writer.process_id:
        time.sleep(0.01)
else:
    writer.start()
print(writer.process_id, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("moment", ["loading", "ready"])
def test_server_dies_with_a_killed_parent(writer_file: Path, moment: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, str(writer_file), moment], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout
        server = int(parent.stdout.readline())
        assert is_running(server)
        parent.kill()
    assert within(lambda: not is_running(server))


def test_server_outlives_the_thread_that_started_it(writer_file: Path) -> None:
    writer = EmbeddedWriter(writer_file, context_tokens=512, threads=2)
    thread = threading.Thread(target=writer.start)
    thread.start()
    thread.join()
    time.sleep(1.5)
    assert writer.alive()
    writer.stop()


@pytest.mark.parametrize("content", [b"", b"GGUF and nothing more"])
def test_damaged_weights_are_named(tmp_path: Path, content: bytes) -> None:
    weights = tmp_path / "damaged.gguf"
    weights.write_bytes(content)
    with pytest.raises(WriterUnavailableError, match=r"damaged\.gguf.*doctor"):
        EmbeddedWriter(weights).start()


def test_missing_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(WriterUnavailableError, match=r"none\.gguf does not exist"):
        EmbeddedWriter(tmp_path / "none.gguf").start()


def test_server_that_never_answers_is_given_up(
    tmp_path: Path, writer_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = tmp_path / "server.py"
    stuck.write_text("import time; time.sleep(600)")
    monkeypatch.setattr("app.embedded.SERVER", stuck)
    monkeypatch.setattr("app.embedded.START_SECONDS", 0.5)
    monkeypatch.setattr("app.embedded.STOP_SECONDS", 0.1)
    writer = EmbeddedWriter(writer_file)
    with pytest.raises(WriterUnavailableError, match="not ready within"):
        writer.start()
    assert writer.process_id is None


# -- the supply ------------------------------------------------------------------------------------


@pytest.fixture
def supply(cache_dir: Path, writer_file: Path) -> Iterator[WriterSupply]:
    supplied = WriterSupply(cache_dir=cache_dir, threads=2)
    yield supplied
    supplied.stop()


def test_nothing_happens_before_it_is_asked_for(tmp_path: Path) -> None:
    supply = WriterSupply(cache_dir=tmp_path / "cache")
    assert supply.status().state == "waiting"
    with pytest.raises(WriterUnavailableError, match="has not been started"):
        supply.writer()
    assert not (tmp_path / "cache").exists()
    supply.stop()


def test_supply_ends_in_a_writer_that_comes_back_after_a_crash(supply: WriterSupply) -> None:
    supply.begin(fetch=False)
    supply.begin(fetch=False)
    assert supply.wait(60).state == "ready"
    assert ask(supply.writer()).json()["model"] == WRITER.name
    process_id = supply.writer().process_id
    assert process_id
    os.kill(process_id, signal.SIGKILL)
    assert within(lambda: supply.status().state == "starting")
    assert ask(supply.writer()).status_code == httpx.codes.OK
    assert supply.status().state == "ready"
    supply.stop()
    assert supply.status().state == "waiting"


def test_absent_weights_are_not_fetched_unless_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modelfiles, "fetch", lambda *arguments, **options: pytest.fail("it fetched"))
    supply = WriterSupply(cache_dir=tmp_path)
    supply.begin(fetch=False)
    status = supply.wait(10)
    assert status.state == "unavailable"
    assert "1.1 GB" in status.detail
    supply.stop()


def scripted_fetch(
    steps: list[tuple[int, int]], result: Path | Exception, gate: threading.Event | None = None
) -> Callable[..., Path]:
    def fetch(model: object, *, progress: Callable[[int, int], None], **options: object) -> Path:
        for done, total in steps:
            progress(done, total)
        while gate and not gate.wait(0.05):
            progress(*steps[-1])
        if isinstance(result, Exception):
            raise result
        return result

    return fetch


def test_supply_tells_how_far_fetching_is(tmp_path: Path, writer_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gate = threading.Event()
    monkeypatch.setattr(modelfiles, "fetch", scripted_fetch([(250_000_000, 1_000_000_000)], writer_file, gate))
    supply = WriterSupply(cache_dir=tmp_path, threads=2)
    supply.begin(fetch=True)
    assert within(lambda: supply.status().state == "fetching")
    status = supply.status()
    assert status == WriterStatus(
        state="fetching",
        model=WRITER.name,
        detail="fetching the writer's model: 250 of 1,000 MB",
        progress=0.25,
    )
    with pytest.raises(WriterUnavailableError, match="250 of 1,000 MB"):
        supply.writer()
    gate.set()
    assert supply.wait(60).state == "ready"
    supply.stop()


def test_stopping_ends_the_fetching(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modelfiles, "fetch", scripted_fetch([(1, 10)], tmp_path, threading.Event()))
    supply = WriterSupply(cache_dir=tmp_path)
    supply.begin(fetch=True)
    assert within(lambda: supply.status().state == "fetching")
    supply.stop()
    assert supply.status().state == "waiting"
    assert not any(thread.name == "writer-supply" for thread in threading.enumerate())


def test_failed_fetching_says_why_and_can_be_tried_again(
    tmp_path: Path, writer_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modelfiles, "fetch", scripted_fetch([], ModelFileError("the disk is full: free some space")))
    supply = WriterSupply(cache_dir=tmp_path, threads=2)
    supply.begin(fetch=True)
    assert supply.wait(10) == WriterStatus(
        state="unavailable", model=WRITER.name, detail="the disk is full: free some space"
    )
    monkeypatch.setattr(modelfiles, "fetch", scripted_fetch([], writer_file))
    supply.begin(fetch=True)
    assert supply.wait(60).state == "ready"
    supply.stop()


def test_unforeseen_failure_is_not_waiting_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modelfiles, "fetch", scripted_fetch([], RuntimeError("a bug")))
    supply = WriterSupply(cache_dir=tmp_path)
    supply.begin(fetch=True)
    assert supply.wait(10).state == "unavailable"
    supply.stop()
