"""Work that a second process does while this one goes on with its own: what one protocol says rests on no other's."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Final, Generic, TypeVar

T = TypeVar("T")
FORK: Final = "fork"  # a process that starts anew would first read all protocols again, which takes as long as it saves


def can() -> bool:
    """Whether a second process is of use: the system can fork one, and has a second processor for it."""
    return FORK in multiprocessing.get_all_start_methods() and len(os.sched_getaffinity(0)) > 1


class Beside(Generic[T]):
    """`work` is done in another process from now on. Its answer must survive pickling."""

    def __init__(self, work: Callable[[], T]) -> None:
        context = multiprocessing.get_context(FORK)
        self._here, there = context.Pipe(duplex=False)
        self._process = context.Process(target=_send, args=(work, there), daemon=True)
        self._process.start()
        there.close()

    def answer(self, seconds: float | None) -> T | None:
        """The work's answer; None where it is not there after so many seconds, or the work came to nothing."""
        try:
            return self._here.recv() if self._here.poll(seconds) else None
        except EOFError:
            return None
        finally:
            self.stop()

    def stop(self) -> None:
        """End the process, whatever it is at."""
        if self._process.is_alive():
            self._process.kill()
        self._process.join()
        self._here.close()


def _send(work: Callable[[], T], there: Connection) -> None:
    try:
        there.send(work())
    except Exception:  # noqa: BLE001  # whoever asked does the work again, and is told there what is wrong
        there.close()
