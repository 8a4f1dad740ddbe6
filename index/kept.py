"""What was made last, kept for whoever asks for it again. Leaves out: what it is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class Kept(Generic[_Key, _Value]):
    """At most so many values, those asked for last. Safe between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[_Key, _Value] = OrderedDict()
        self._lock = Lock()

    def get(self, keys: Sequence[_Key], make: Callable[[list[_Key]], Sequence[_Value]]) -> list[_Value]:
        """The values of the keys, those that are not there made together."""
        with self._lock:
            found = {key: self._values[key] for key in keys if key in self._values}
        unknown = [key for key in dict.fromkeys(keys) if key not in found]
        made = dict(zip(unknown, make(unknown), strict=True)) if unknown else {}
        with self._lock:
            for key in [*found, *made]:
                self._values.pop(key, None)
            self._values.update(found | made)
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return [found[key] if key in found else made[key] for key in keys]
