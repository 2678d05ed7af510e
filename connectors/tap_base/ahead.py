"""Fetching ahead: pages are asked in threads while earlier ones are being written out."""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")
Source = Callable[[], Iterator[T]]

_END = object()


class Ahead(Generic[T]):
    """Runs an iterator in its own thread, at most `depth` items ahead of its reader."""

    def __init__(self, source: Source[T], depth: int = 4) -> None:
        """Start at once.

        Args:
            source: Makes the iterator; called in the thread.
            depth: How many items may wait: what bounds the memory.
        """
        self._items: queue.Queue[object] = queue.Queue(depth)
        self._stopped = threading.Event()
        threading.Thread(target=self._run, args=(source,), daemon=True).start()

    def _run(self, source: Source[T]) -> None:
        try:
            for item in source():
                if not self._put(item):
                    return
            self._put(_END)
        except BaseException as error:  # raised again where the items are read
            self._put(_Failure(error))

    def _put(self, item: object) -> bool:
        while not self._stopped.is_set():
            try:
                self._items.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def stop(self) -> None:
        """Let the thread end; what it fetched is dropped."""
        self._stopped.set()

    def __iter__(self) -> Iterator[T]:
        """Yield the items in order and raise what the source raised, in its place."""
        try:
            while (item := self._items.get()) is not _END:
                if isinstance(item, _Failure):
                    raise item.error
                yield item  # type: ignore[misc]
        finally:
            self.stop()


class _Failure:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def in_order(sources: Iterable[Source[T]], width: int) -> Iterator[T]:
    """Run sources `width` at a time and yield their items as if they ran one after another.

    Args:
        sources: May be lazy and endless: only `width` of them are started ahead.
        width: How many run at once.
    """
    waiting = iter(sources)
    running: deque[Ahead[T]] = deque()
    try:
        while True:
            while len(running) < width and (source := next(waiting, None)) is not None:
                running.append(Ahead(source))
            if not running:
                return
            yield from running[0]
            running.popleft()
    finally:
        for ahead in running:
            ahead.stop()
