"""An OpenAI-compatible endpoint on loopback that writes what it is told: the only fake of the writer's tests.

Leaves out: everything about chat completions that the writer does not use.
"""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Self

from app.prompting import FEW_WORDS, ONE_SENTENCE, YES_OR_NO
from prompts import render

MODEL = "scripted"


@dataclass
class ScriptedEndpoint:
    """What the endpoint says, how, and what it was asked. Use as a context manager; `reset` between tests.

    Asked whether the excerpts state the answer, it says yes with `stated_probability` (None: it gives no
    probabilities), and asked about a passage by itself with what `confirms` gives for the prompt; asked for a few
    words, `short`; asked for one line, `reply` without markers and line ends; asked for anything else, `reply`.
    `rejects` names request fields that are answered with 400; `status` answers everything with that status. The reply
    is sent in pieces of some characters,
    as many as `max_tokens` allows, `pause_seconds` before each, `first_pause_seconds` before the first; `breaks_after`
    pieces the connection is cut (with `cleanly`, the stream just ends there). `sent` counts the pieces. With
    `tells_timings` each piece tells the tokens so far, as llama.cpp does.
    """

    reply: str = "[0]"
    stated_probability: float | None = 0.95
    confirms: Callable[[str], float] | None = None
    short: str = ""
    rejects: tuple[str, ...] = ()
    status: int = 200
    piece_characters: int = 4
    first_pause_seconds: float = 0.0
    pause_seconds: float = 0.0
    breaks_after: int | None = None
    cleanly: bool = False
    tells_timings: bool = False
    raw_event: str | None = None
    sent: int = 0
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    began: Event = field(default_factory=Event)
    disconnected: Event = field(default_factory=Event)
    ended: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                endpoint._serve(self)

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    @property
    def prompt(self) -> str:
        """The user's message of the latest request."""
        return str(self.asked[-1]["messages"][-1]["content"])

    def reset(self) -> None:
        """As new, at the same address."""
        fresh = {name: one.default for name, one in self.__dataclass_fields__.items() if name not in _FRESH}
        for name, value in fresh.items():
            setattr(self, name, value)
        self.asked, self.keys = [], []
        self.began, self.disconnected, self.ended = Event(), Event(), Event()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _serve(self, request: BaseHTTPRequestHandler) -> None:
        ended, disconnected = self.ended, self.disconnected
        asked = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        self.asked.append(asked)
        self.keys.append(request.headers["Authorization"])
        self.began.set()
        refused = next((name for name in self.rejects if name in asked), None)
        try:
            if refused or self.status != 200:
                self._refuse(request, 400 if refused else self.status, f"Unrecognized request argument: {refused}")
                return
            request.send_response(200)
            request.send_header("Content-Type", "text/event-stream")
            request.send_header("Transfer-Encoding", "chunked")
            request.end_headers()
            for number, event in enumerate(self._events(asked)):
                if number == self.breaks_after:
                    if self.cleanly:
                        break
                    request.close_connection = True
                    return
                ended.wait(self.pause_seconds if number else self.first_pause_seconds)
                _send(request, event)
                self.sent += 1
            request.wfile.write(b"0\r\n\r\n")
        except OSError:
            disconnected.set()

    def _refuse(self, request: BaseHTTPRequestHandler, status: int, message: str) -> None:
        body = json.dumps({"error": {"message": message, "type": "invalid_request_error", "code": status}}).encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def _events(self, asked: dict[str, Any]) -> Iterator[str]:
        if self.raw_event is not None:
            yield self.raw_event
            return
        said = self._said(asked.get("grammar"))
        pieces = list(_pieces(said, self.piece_characters))
        ending = "length" if len(pieces) > asked.get("max_tokens", len(pieces)) else "stop"
        pieces = pieces[: asked.get("max_tokens")]
        for number, piece in enumerate(pieces):
            choice: dict[str, Any] = {"index": 0, "delta": {"role": "assistant", "content": piece}}
            if asked.get("logprobs") and self.stated_probability is not None:
                yes = self._yes(asked) if number == 0 and asked.get("grammar") == YES_OR_NO else None
                choice["logprobs"] = {"content": [_token(piece, yes)]}
            timings = {"timings": {"prompt_n": 121, "cache_n": 200, "predicted_n": number + 1}}
            yield _event({"choices": [choice], **(timings if self.tells_timings else {})})
        yield _event({"choices": [{"index": 0, "delta": {}, "finish_reason": ending}]})
        if asked.get("stream_options", {}).get("include_usage"):
            usage = {"prompt_tokens": 321, "completion_tokens": len(pieces), "total_tokens": 321 + len(pieces)}
            yield _event({"choices": [], "usage": {**usage, "prompt_tokens_details": {"cached_tokens": 200}}})
        yield "data: [DONE]\n\n"

    def _yes(self, asked: dict[str, Any]) -> float | None:
        system, user = (message["content"] for message in asked["messages"])
        if self.confirms is None or system != render("passage_system"):
            return self.stated_probability
        return self.confirms(user)

    def _said(self, grammar: str | None) -> str:
        if grammar == YES_OR_NO:
            return "yes" if (self.stated_probability or 0.0) >= 0.5 else "no"
        if grammar == FEW_WORDS:
            return self.short
        if grammar == ONE_SENTENCE:
            return " ".join(re.sub(r"\[[\d\s,]*\]", " ", self.reply).split())
        return self.reply


_FRESH = frozenset({"asked", "keys", "began", "disconnected", "ended"})


def _pieces(reply: str, size: int) -> Iterator[str]:
    """The reply cut up; an opening "[" and the digit after it are pieces of their own, as tokens are."""
    at = 0
    if reply.startswith("["):
        yield from (reply[:1], reply[1:2])
        at = 2
    while at < len(reply):
        yield reply[at : at + size]
        at += size


def _token(text: str, yes: float | None) -> dict[str, Any]:
    alternatives = [{"token": text, "logprob": -0.01, "bytes": None}]
    if yes is not None:
        # the rest is words: only the two are compared
        odds = {"yes": yes * 0.5, "no": (1 - yes) * 0.3, " No": (1 - yes) * 0.2, " The": 0.3}
        alternatives = [
            {"token": token, "logprob": math.log(share), "bytes": None} for token, share in odds.items() if share > 0
        ]
    return {**alternatives[0], "top_logprobs": alternatives}


def _event(fields: dict[str, Any]) -> str:
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": int(time.time()), "model": MODEL, **fields}
    return f"data: {json.dumps(chunk)}\n\n"


def _send(request: BaseHTTPRequestHandler, event: str) -> None:
    data = event.encode()
    request.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
    request.wfile.flush()
