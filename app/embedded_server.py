"""The embedded writer's own process: llama.cpp behind HTTP on loopback. Leaves out: who starts it (embedded).

Run as a file, never imported: it needs nothing but xllamacpp, so it starts quickly and a crash of native
code stays in here. It reads one line of JSON on stdin (so the key is in no list of processes), writes one
line with its address, and ends when stdin does or its parent is gone, even by kill -9.
"""

from __future__ import annotations

import json
import os
import select
import sys
from typing import Any

import xllamacpp  # type: ignore[import-untyped]

POLL_SECONDS = 1.0
# Prompts kept besides the one in use; a prompt of 4,096 tokens takes 117 MB. The library's default is 8 GB.
CACHE_MEBIBYTES = 512


def parameters(options: dict[str, Any]) -> Any:
    """The settings of llama.cpp. What is not set here was measured to make no difference to reading speed.

    Tried on 2 cores: flash attention on and off, n_ubatch 128, 256 and 512, repacked weights on and off
    all read 63-72 tokens a second.
    """
    settings = xllamacpp.CommonParams()
    settings.model.path = options["model_path"]
    settings.model_alias = {options["model"]}
    settings.api_keys = [options["api_key"]]
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0  # any free one
    settings.n_ctx = options["context_tokens"]
    settings.n_parallel = 1
    settings.cpuparams.n_threads = settings.cpuparams_batch.n_threads = options["threads"]
    settings.cache_ram_mib = CACHE_MEBIBYTES
    settings.offline = True
    settings.ui = False
    settings.endpoint_slots = False  # it shows prompts
    settings.verbosity = 1  # errors
    return settings


def main() -> None:
    """Serve until the parent goes."""
    parent = os.getppid()
    options = json.loads(sys.stdin.readline())
    # What native code prints must not be taken for the address.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = xllamacpp.Server(parameters(options))
    answers.write(json.dumps({"address": server.listening_address}) + "\n")
    answers.flush()
    while os.getppid() == parent:
        readable, _, _ = select.select([0], [], [], POLL_SECONDS)
        if readable and not os.read(0, 1024):
            break
    os._exit(0)  # the server's threads would take their time


if __name__ == "__main__":
    main()
