"""One recording judged by every protocol, within what the command line allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.common import Progress as Said, interrupts, progress
from checker.cli.inputs import Chosen, bounds
from checker.report.text import plural

if TYPE_CHECKING:
    from checker.cli.beside import Beside
    from checker.language.protocol import Protocol
    from checker.trace.event import Trace
    from checker.trace.judge_trace import Judge
    from checker.trace.open_questions import Readings
    from checker.trace.options import Options, Progress
    from checker.trace.verdict import Part, Verdict

LONG = 1_000  # events from which on it pays to judge by several protocols at once
STOPPED = "stopped by Ctrl-C before it was settled; run it again and let it finish"


class Judging:
    """Judges recordings, one after the other. `stopped` is set once Ctrl-C was pressed: what is left is not known."""

    def __init__(self, choices: Sequence[Chosen], scope: str | None, limit: int | None, seconds: float | None) -> None:
        from checker.trace.judge_trace import Judge

        self._judges = [
            Judge(choice.protocol, _options(choice, sizes, faults, limit, seconds))
            for choice, sizes, faults in bounds(choices, scope)
        ]
        self.stopped = False

    @property
    def judges(self) -> tuple[Judge, ...]:
        return tuple(self._judges)

    @property
    def protocols(self) -> dict[str, Protocol]:
        return {judge.protocol.name: judge.protocol for judge in self._judges}

    def verdict(self, name: str, files: tuple[Path, ...]) -> Verdict:
        """What becomes of one recording. At Ctrl-C: what is known so far."""
        from checker.trace.event import Trace
        from checker.trace.judge_trace import spared, verdict
        from checker.trace.readers import read
        from checker.trace.strangers import pointed_out

        trace = Trace(name, ())
        parts: list[Part] = []
        with progress(f"reading {name}") as said, interrupts() as interrupt:
            try:
                if not self.stopped:
                    trace = pointed_out(self.protocols.values(), read(files, name))
                with self._beside(trace) as others:
                    for judge, other in zip(self._judges, others, strict=True):
                        if self.stopped or interrupt.seen:
                            break
                        options = spared(judge.options, tuple(parts))
                        told = None
                        if other is not None:
                            told = other.answer(None if options is judge.options else options.seconds)
                        parts += told or _judged(judge, trace, options, said)
            except KeyboardInterrupt:
                pass  # what is not judged is not known, as said below
            self.stopped = self.stopped or interrupt.seen
        judged = {part.protocol for part in parts}
        parts += [_unknown(protocol) for protocol in self.protocols.values() if protocol.name not in judged]
        return verdict(trace, tuple(parts))

    @contextmanager
    def _beside(self, trace: Trace) -> Iterator[list[Beside[tuple[Part, ...]] | None]]:
        """For each judge the process in which it judges a long trace already, while the first one does so here."""
        from checker.cli.beside import Beside, can

        long = sum(len(log.events) for log in trace.logs) >= LONG and len(self._judges) > 1 and not self.stopped
        later = self._judges[1:] if long and can() else []
        others = [Beside(partial(judge.parts, trace, judge.options)) for judge in later]
        try:
            yield [*[None] * (len(self._judges) - len(others)), *others]
        finally:
            for other in others:
                other.stop()

    def readings(self, name: str, files: tuple[Path, ...], seconds: float | None) -> tuple[Readings, ...]:
        """For which answers to the open questions the recording conforms. At Ctrl-C: what is known so far."""
        from checker.trace.readers import read
        from checker.trace.readings import SECONDS, readings

        found: list[Readings] = []
        with progress(f"trying the readings of {name}"), interrupts() as interrupt:
            try:
                trace = read(files, name)
                for judge in self._judges:
                    if not (self.stopped or interrupt.seen):
                        found.append(readings(judge.protocol, trace, judge.options, seconds or SECONDS))
            except KeyboardInterrupt:
                pass  # a protocol that is not among the answers was not asked
            self.stopped = self.stopped or interrupt.seen
        return tuple(found)


def _options(
    choice: Chosen, sizes: tuple[tuple[str, int], ...], faults: int, limit: int | None, seconds: float | None
) -> Options:
    from checker.trace.options import Options

    made = Options(faults=faults, settings=choice.settings, without=choice.without, sizes=sizes)
    return replace(made, nodes=limit or made.nodes, seconds=seconds or made.seconds)


def _judged(judge: Judge, trace: Trace, options: Options, said: Said) -> tuple[Part, ...]:
    def tell(at: Progress) -> None:
        by = judge.protocol.name
        said(f"{trace.name} by {by}: {at.explained:,} of {plural(at.events, 'event')}, {at.nodes:,} nodes")

    return judge.parts(trace, replace(options, progress=tell))


def _unknown(protocol: Protocol) -> Part:
    from checker.language.lower import lower
    from checker.trace.account import unknown_roster
    from checker.trace.verdict import Part, VerdictKind

    roster = unknown_roster(protocol, lower(protocol), STOPPED)
    return Part(protocol.name, None, VerdictKind.UNKNOWN, (), (), (), None, (), roster, (), STOPPED)
