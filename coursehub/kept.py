"""What never changes, kept in memory: read or made once per process, the longest unused dropped first.

Only for things whose key says all that they depend on, such as the content of a frozen
release: nothing here is ever told that something changed.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """At most so many values by their keys; safe among threads."""

    def __init__(self, most: int) -> None:
        """most: how many values a process keeps."""
        self._most = most
        self._values: OrderedDict[Hashable, Value] = OrderedDict()
        self._guard = Lock()

    def get(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """The value of this key, made now if it is not there. Two threads may both make it; they make the same."""
        with self._guard:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
        made = make()
        with self._guard:
            self._values[key] = made
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return made
