"""How much a server takes at a time: questions, of all and of each user, and how large and slow a request may be.

Leaves out: how large an article may be (index.loading.limits).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from app.config import Settings

_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """Upper bounds; `each` and `per_minute` are for users told apart, not for whoever nobody is asked to be.

    `running` questions are answered at a time: two cores are busy with as many. `waiting` stand in
    line: the last of 32 waits for eight others, some seconds with quotes, minutes with a small model.
    """

    running: int = 4
    waiting: int = 32
    each: int = 8
    per_minute: int = 60
    answer_seconds: float = 300.0
    body_bytes: int = _MEGABYTE
    upload_bytes: int = 100 * _MEGABYTE
    body_seconds: float = 300.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the settings say."""
        return cls(
            running=settings.questions_at_once,
            waiting=settings.questions_waiting,
            each=settings.questions_each,
            per_minute=settings.questions_per_minute,
            answer_seconds=settings.answer_seconds,
            body_bytes=int(settings.body_megabytes * _MEGABYTE),
            upload_bytes=int(settings.upload_megabytes * _MEGABYTE),
            body_seconds=settings.body_seconds,
        )
