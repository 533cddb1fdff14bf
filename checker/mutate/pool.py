"""Mutants tried by several processes at once. Each has all it needs in its plan, so it may be started anywhere."""

from __future__ import annotations

import multiprocessing
import signal
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from queue import Empty

from checker.language.mutants import Mutant, mutants
from checker.model.judge import InternalError
from checker.mutate.fate import Shown
from checker.mutate.plan import Plan
from checker.mutate.recordings import Recording
from checker.mutate.trial import Laboratory

LOOK = 0.5  # seconds between two looks whether every process still lives


def tried(plan: Plan, wanted: tuple[Mutant, ...], jobs: int, recordings: tuple[Recording, ...]) -> Iterator[Shown]:
    """The fates of these mutants, each as soon as it is known. Ctrl-C goes through. Raises InternalError."""
    if jobs <= 1 or len(wanted) <= jobs:
        laboratory = Laboratory(plan, recordings)
        yield from map(laboratory.try_on, wanted)
        return
    context = multiprocessing.get_context("spawn")
    numbers: Queue[int] = context.Queue()
    answers: Queue[Shown | str] = context.Queue()
    processes = [
        context.Process(target=_work, args=(plan, recordings, numbers, answers), daemon=True) for _ in range(jobs)
    ]
    try:
        for mutant in wanted:
            numbers.put(mutant.number)
        for process in processes:
            process.start()
        for _ in wanted:
            answer = _next(answers, processes)
            if isinstance(answer, str):
                raise InternalError(answer)
            yield answer
    finally:
        for process in processes:
            if process.pid is not None:
                process.terminate()
                process.join()
        for queue in (numbers, answers):
            queue.cancel_join_thread()


def _next(answers: Queue[Shown | str], processes: Sequence[BaseProcess]) -> Shown | str:
    ended = None
    while True:
        with suppress(Empty):
            return answers.get(timeout=LOOK)
        if ended is not None:  # what it may have said at its end would have come by now
            raise InternalError(f"a process that tried mutants ended with {ended}")
        ended = next((process.exitcode for process in processes if process.exitcode is not None), None)


def _work(plan: Plan, recordings: tuple[Recording, ...], numbers: Queue[int], answers: Queue[Shown | str]) -> None:
    """What each process does until it is ended from outside, so that it never ends while answers are on their way."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes of a terminal; one of them decides
    try:
        laboratory = Laboratory(plan, recordings)
        known = {mutant.number: mutant for mutant in mutants(plan.protocol)}
        while True:
            answers.put(laboratory.try_on(known[numbers.get()]))
    except Exception:  # noqa: BLE001  # told where somebody hears it
        answers.put(traceback.format_exc())
