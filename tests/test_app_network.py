"""No look-up and no connection to any other host while importing, indexing and answering."""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path

import guard
import pytest

PROBE = Path(__file__).with_name("network_probe.py")
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
SIOCSIFFLAGS = 0x8914
INTERFACE_UP = 0x1


@pytest.fixture
def probe_environment(cache_dir: Path, tmp_path: Path) -> dict[str, str]:
    """The user's model cache and nothing else of the user's: no settings, no home."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("ONRECORD_", "COV_", "COVERAGE_"))
    }
    return {**kept, "HOME": str(tmp_path), "ONRECORD_CACHE_DIR": str(cache_dir), "PYTHONWARNINGS": "default"}


@pytest.fixture(params=["quotes", "embedded"])
def writer(request: pytest.FixtureRequest, embedding_files: Path, writer_file: Path) -> str:
    """Both ways to answer; the models are fetched before anything is watched."""
    assert embedding_files.exists()
    assert writer_file.exists()
    return str(request.param)


def is_quiet(finished: subprocess.CompletedProcess[str]) -> None:
    assert finished.returncode == 0, finished.stderr
    told = json.loads(finished.stdout.splitlines()[-1])
    assert told["attempts"] == []
    assert told["answer"]["answered"], told["answer"]
    assert "15" in told["answer"]["text"]


def run_probe(
    library: Path, writer: str, environment: dict[str, str], **options: object
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(PROBE), str(library), writer]
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        command,
        cwd=library.parent,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **options,
    )


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        (b"localhost", True),
        ("0.0.0.0", True),
        (None, True),
        ("192.0.2.1", False),
        ("10.0.0.1", False),
        ("2001:db8::1", False),
        ("example.invalid", False),
        ("localhost.example.invalid", False),
    ],
)
def test_guard_tells_this_machine_from_others(host: object, here: bool) -> None:
    assert guard.is_here(host) is here


@pytest.mark.leaves_this_machine
def test_guard_refuses_and_records_what_would_leave() -> None:
    guard.start()
    with pytest.raises(guard.OutsideConnectionError):
        socket.getaddrinfo("example.invalid", 80)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as outgoing, pytest.raises(guard.OutsideConnectionError):
        outgoing.connect(("192.0.2.1", 53))
    assert guard.stop() == ["socket.getaddrinfo 'example.invalid'", "socket.connect '192.0.2.1'"]


def test_importing_indexing_and_answering_stay_on_this_machine(
    writer: str, probe_environment: dict[str, str], tmp_path: Path
) -> None:
    is_quiet(run_probe(tmp_path / "library", writer, probe_environment))


def enter_empty_network() -> None:
    """Give this process a network of its own with nothing but loopback (Linux)."""
    libc = ctypes.CDLL(None, use_errno=True)
    flags = CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWNET | CLONE_NEWUSER
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", INTERFACE_UP))


COUNTERS = """
import json, re, subprocess, sys
finished = subprocess.run(sys.argv[1:])
def counter(file, *names):
    text = open(file).read()
    return sum(int(value) for name in names for value in re.findall(rf"^{name}\\s+(\\d+)$", text, re.M))
rows = [line.split() for line in open("/proc/net/snmp")]
pairs = [(head[0], name, value) for head, row in zip(rows[::2], rows[1::2]) for name, value in zip(head[1:], row[1:])]
named = {(head, name): int(value) for head, name, value in pairs}
print(json.dumps({
    "without_route": named[("Ip:", "OutNoRoutes")] + counter("/proc/net/snmp6", "Ip6OutNoRoutes"),
    "unanswered": named[("Udp:", "NoPorts")] + counter("/proc/net/snmp6", "Udp6NoPorts"),
}))
sys.exit(finished.returncode)
"""


def run_counted(command: list[str], environment: dict[str, str], folder: Path) -> tuple[dict[str, int], str]:
    """What the kernel counted as leaving, native code included, while the command ran without a way out."""
    finished = subprocess.run(
        [sys.executable, "-c", COUNTERS, *command],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False,
        preexec_fn=enter_empty_network,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout.splitlines()[-1]), finished.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="counts with Linux's network namespaces")
class TestKernelCounts:
    def test_an_attempt_of_native_code_is_counted(self, tmp_path: Path) -> None:
        dial = "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect_ex(('192.0.2.1', 53))"
        counted, _ = run_counted([sys.executable, "-c", dial], dict(os.environ), tmp_path)
        assert counted["without_route"] == 1

    def test_native_code_stays_on_this_machine_too(
        self, writer: str, probe_environment: dict[str, str], tmp_path: Path
    ) -> None:
        command = [sys.executable, str(PROBE), str(tmp_path / "library"), writer]
        counted, output = run_counted(command, probe_environment, tmp_path)
        assert counted == {"without_route": 0, "unanswered": 0}, output
