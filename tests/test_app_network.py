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
    """The user's model cache and nothing else: no settings, no home, and no CI, where some libraries keep quiet."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "HOME": str(tmp_path), "ONRECORD_CACHE_DIR": str(cache_dir)}


@pytest.fixture
def probe(embedding_files: Path, writer_file: Path, tmp_path: Path) -> list[str]:
    """The command to watch. The models are fetched before anything is watched."""
    assert embedding_files.exists()
    assert writer_file.exists()
    return [sys.executable, str(PROBE), str(tmp_path / "library")]


def is_quiet_and_right(output: str) -> None:
    told = json.loads(next(line for line in output.splitlines() if line.startswith('{"attempts"')))
    assert told["attempts"] == []
    assert ["15" in answer["text"] for answer in told["answers"]] == [True, True], told["answers"]
    assert [answer["writer"] == "quotes" for answer in told["answers"]] == [True, False], told["answers"]


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
    probe: list[str], probe_environment: dict[str, str], tmp_path: Path
) -> None:
    finished = subprocess.run(
        probe, cwd=tmp_path, env=probe_environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert finished.returncode == 0, finished.stderr
    is_quiet_and_right(finished.stdout)


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
        self, probe: list[str], probe_environment: dict[str, str], tmp_path: Path
    ) -> None:
        counted, output = run_counted(probe, probe_environment, tmp_path)
        assert counted == {"without_route": 0, "unanswered": 0}, output
        is_quiet_and_right(output)
