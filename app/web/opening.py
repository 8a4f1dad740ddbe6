"""The desk while it is still being opened: the page is there first. Leaves out: what a desk does."""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Self

from app.people import ANONYMOUS, Person
from index.errors import OnRecordError

if TYPE_CHECKING:
    from app.desk import Desk

FAILED_INSIDE = "Something went wrong inside OnRecord; the terminal it runs in shows what."
LOGGER = logging.getLogger(__name__)


class DeskOpeningError(OnRecordError):
    """The desk could not be opened, or is not open yet."""


class OpeningDesk:
    """A desk opened in a thread of its own. Every method may be called from any thread."""

    def __init__(self, factory: Callable[[], Desk]) -> None:
        self._factory = factory
        self._future: Future[Desk] = Future()
        self._thread = threading.Thread(target=self._open, name="opening-desk", daemon=True)
        self._person = ANONYMOUS

    def of(self, person: Person) -> Self:
        """The same desk, as that person may use it."""
        view = copy.copy(self)
        view._person = person
        return view

    def start(self) -> None:
        """Begin to open; at once returns."""
        self._thread.start()

    def _open(self) -> None:
        try:
            self._future.set_result(self._factory())
        except OnRecordError as error:
            LOGGER.warning("the library could not be opened: %s", error)
            self._future.set_exception(error)
        except BaseException as error:  # a border: whatever stops the opening must reach the page
            LOGGER.exception("the library could not be opened")
            self._future.set_exception(error)

    @property
    def settled(self) -> bool:
        """Whether opening has ended, well or not."""
        return self._future.done()

    @property
    def opened(self) -> bool:
        """Whether the desk is open."""
        return self._future.done() and self._future.exception() is None

    def ready(self) -> Desk | None:
        """The desk, or None while it is being opened; raises DeskOpeningError when that failed."""
        return self.wait(timeout_seconds=0) if self.settled else None

    def wait(self, *, timeout_seconds: float | None = None) -> Desk:
        """The desk as soon as it is open; raises DeskOpeningError when that failed or took too long."""
        try:
            return self._future.result(timeout=timeout_seconds).of(self._person)
        except FutureTimeoutError:
            raise DeskOpeningError("the library is still being opened: try again in a moment") from None
        except OnRecordError as error:
            raise DeskOpeningError(str(error)) from error
        except Exception as error:
            message = f"the library could not be opened ({type(error).__name__}): 'onrecord doctor' tells more"
            raise DeskOpeningError(message) from error

    def close(self) -> None:
        """Close the desk if it is open. A desk still opening is left to end with the process."""
        if self.opened:
            self._future.result().__exit__(None, None, None)
