"""The server that has a library open, as commands use it in place of a desk of their own. Leaves out: the other end.

So one process writes, asks one model, and owns Chroma; and a command need not load the embedding model.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.config import Settings
from app.errors import QuestionError
from app.note import ADDRESS, Note, answers, read
from app.schema import Answer
from index.errors import OnRecordError

if TYPE_CHECKING:
    import httpx

    from app.timeline import Happening
    from index.articles import Added, Retrieved

SECONDS_OF_SILENCE = 60.0
"""A server at work gives a sign of life every fifteen."""
_GONE = "the server that has this library open went away before it was done: run the command again"


class Beside:
    """A server of this library, which was found there; its verbs are those of a desk."""

    def __init__(self, note: Note, client: httpx.Client) -> None:
        self._note = note
        self._client = client

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def add(self, *targets: str | Path, progress: Callable[[int, int | None, str], None] | None = None) -> list[Added]:
        """As `Desk.add`: the server reads the files, which are on the same machine."""
        from index.articles import Added
        from index.loading import load

        outcomes: list[Added] = []
        together: list[str] = []
        for target in map(str, targets):
            place = _place(target)
            if place is not None:
                together.append(place)
            else:  # not there: it is told by the name that was typed, which means nothing to the server
                outcomes += self._add(together, progress)
                outcomes += [one for one in load(target) if isinstance(one, Added)]
                together = []
        return outcomes + self._add(together, progress)

    def _add(self, targets: list[str], progress: Callable[[int, int | None, str], None] | None) -> list[Added]:
        from pydantic import TypeAdapter

        from index.articles import Added

        if not targets:
            return []
        for kind, told in self._told("add", {"targets": targets}):
            if kind == "result":
                return TypeAdapter(list[Added]).validate_python(told)
            if progress is not None:
                progress(*told)
        raise OnRecordError(_GONE)

    def remove(self, article_id: str, *, purge: bool = False) -> None:
        """As `Desk.remove`."""
        self._result("remove", {"article_id": article_id, "purge": purge})

    def search(self, question: str, **options: Any) -> Retrieved:
        """As `Desk.search`."""
        from pydantic import TypeAdapter

        from index.articles import Retrieved

        return TypeAdapter(Retrieved).validate_python(self._result("search", {"question": question, **_plain(options)}))

    def timeline(self, question: str, *, k: int = 30, **options: Any) -> list[Happening]:
        """As `Desk.timeline`."""
        from app.timeline import happenings

        return happenings(self.search(question, k=k, **options).evidence, question)

    def ask(self, question: str, told: Callable[[str], None], **options: Any) -> Answer:
        """As `Desk.ask`; `told` is called with a line each time that there is something to tell."""
        from app.stored import answer_from_json

        sentences = 0
        for kind, data in self._told("ask", {"question": question, **_plain(options)}):
            if kind == "result":
                return answer_from_json(data)
            if "ahead" in data:
                told(f"{data['ahead']} questions come first")
            elif "evidence" in data:
                told(f"{len(data['evidence']['evidence'])} passages found, writing")
            else:
                sentences += 1
                told(f"{sentences} {'sentence' if sentences == 1 else 'sentences'} written and checked")
        raise OnRecordError(_GONE)

    def ask_again(self, turn_id: str) -> Answer:
        """As `Desk.ask_again`."""
        from app.stored import answer_from_json

        return answer_from_json(self._result("again", {"turn_id": turn_id}))

    def wait_for_writer(self) -> None:
        """As `Desk.wait_for_writer`: the server waits for its own."""

    def _result(self, verb: str, given: dict[str, Any]) -> Any:
        for kind, told in self._told(verb, given):
            if kind == "result":
                return told
        raise OnRecordError(_GONE)

    def _told(self, verb: str, given: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        """Every event; raises what failed."""
        import httpx

        headers = {"authorization": f"Bearer {self._note.secret}"}
        try:
            with self._client.stream("POST", f"{ADDRESS}/{verb}", json=given, headers=headers) as answered:
                if answered.status_code != httpx.codes.OK:
                    answered.read()
                    raise OnRecordError(f"the server answered {answered.status_code}; {_GONE}")
                kind = ""
                for line in answered.iter_lines():
                    name, _, data = line.partition(": ")
                    if name == "event":
                        kind = data
                    elif name == "data":
                        told = json.loads(data)
                        if kind == "error":
                            raise (QuestionError if told["misused"] else OnRecordError)(told["detail"])
                        yield kind, told
        except httpx.HTTPError:
            raise OnRecordError(_GONE) from None


def find(settings: Settings) -> Beside | None:
    """The server that has this library open; None where there is none, or it does not prove to be the note's."""
    note = read(settings.library.expanduser())
    if note is None or not answers(note):
        return None
    import httpx

    return Beside(note, httpx.Client(base_url=note.url, timeout=SECONDS_OF_SILENCE, trust_env=False))


def _place(target: str) -> str | None:
    """The address or the whole path; None for what is not there."""
    if "://" in target:
        return target
    try:
        return str(Path(target).expanduser().resolve(strict=True)) if target.strip() else None
    except (OSError, ValueError, RuntimeError):
        return None


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, date) else value for name, value in options.items()}
