"""The note that a server leaves in the folder of its library, so that commands there go through it.

It names the address and a secret, and only who owns it may read it (mode 0600): whoever has the secret may do what the
owner of the folder may, which is everything. A server proves that it is the one of the note before it is told anything:
another program may have its port by now. Leaves out: what is said (app.web.api.beside, app.cli.beside).
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "server.json"
ADDRESS = "/api/v1/beside"
"""Where a server is asked for its proof; below it are the verbs."""
SECONDS_TO_ANSWER = 5.0
"""A server that is there proves it at once, unless both cores are busy; past this the command opens the library."""
_MODE = 0o600


@dataclass(frozen=True, slots=True)
class Note:
    """Where a server is, and the secret that it shares with commands."""

    url: str
    secret: str
    pid: int

    def proof(self, challenge: str) -> str:
        """What only who knows the secret can answer."""
        return hmac.new(self.secret.encode(), challenge.encode("utf-8", "replace"), "sha256").hexdigest()


def new_note(url: str) -> Note:
    """A note with a secret of its own."""
    return Note(url=url, secret=secrets.token_urlsafe(32), pid=os.getpid())


def leave(note: Note, folder: Path) -> None:
    """Puts the note into the folder, in place of what is there; raises OSError."""
    path = folder / f"{FILE_NAME}.{note.pid}"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE), "w", encoding="utf-8") as file:
        json.dump(asdict(note), file)
    path.replace(folder / FILE_NAME)


def take_away(note: Note, folder: Path) -> None:
    """Ends the note, if it is still this one that lies there."""
    if read(folder) == note:
        (folder / FILE_NAME).unlink(missing_ok=True)


def answers(note: Note) -> bool:
    """Whether its server is there and proves to be the one."""
    import httpx

    challenge = secrets.token_urlsafe(16)
    try:
        # No proxy of the environment: what is said is for this machine alone.
        with httpx.Client(timeout=SECONDS_TO_ANSWER, trust_env=False) as client:
            answered = client.get(note.url + ADDRESS, params={"challenge": challenge})
    except (httpx.HTTPError, httpx.InvalidURL):  # it is gone, or something else answers there
        return False
    told = answered.text.encode("utf-8", "replace")
    return answered.status_code == httpx.codes.OK and hmac.compare_digest(told, note.proof(challenge).encode())


def read(folder: Path) -> Note | None:
    """The note in the folder; None where there is none, or one that somebody else could have written or read."""
    try:
        with (folder / FILE_NAME).open(encoding="utf-8") as file:
            found = os.fstat(file.fileno())
            if os.name == "posix" and (found.st_uid != os.getuid() or found.st_mode & 0o077):
                return None
            told = json.load(file)
        return Note(url=str(told["url"]), secret=str(told["secret"]), pid=int(told["pid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
