"""One recording judged by every protocol, within what the command line allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.common import Progress as Said, interrupts, progress
from checker.cli.inputs import Chosen, bounds
from checker.report.text import plural

if TYPE_CHECKING:
    from checker.language.protocol import Protocol
    from checker.trace.event import Trace
    from checker.trace.options import Options, Progress
    from checker.trace.verdict import Part, Verdict

STOPPED = "stopped by Ctrl-C before it was settled; run it again and let it finish"


class Judging:
    """Judges recordings, one after the other. `stopped` is set once Ctrl-C was pressed: what is left is not known."""

    def __init__(self, choices: Sequence[Chosen], scope: str | None, limit: int | None, seconds: float | None) -> None:
        self._asked = [
            (choice.protocol, _options(choice, sizes, faults, limit, seconds))
            for choice, sizes, faults in bounds(choices, scope)
        ]
        self.stopped = False

    @property
    def protocols(self) -> dict[str, Protocol]:
        return {protocol.name: protocol for protocol, _ in self._asked}

    def verdict(self, name: str, files: tuple[Path, ...]) -> Verdict:
        """What becomes of one recording. At Ctrl-C: what is known so far."""
        from checker.trace.event import Trace
        from checker.trace.judge_trace import spared
        from checker.trace.readers import read
        from checker.trace.strangers import pointed_out

        trace = Trace(name, ())
        parts: list[Part] = []
        with progress(f"reading {name}") as said, interrupts() as interrupt:
            try:
                if not self.stopped:
                    trace = pointed_out(self.protocols.values(), read(files, name))
                for protocol, options in self._asked:
                    if not (self.stopped or interrupt.seen):
                        parts += _judged(protocol, trace, spared(options, tuple(parts)), said)
            except KeyboardInterrupt:
                pass  # what is not judged is not known, as said below
            self.stopped = self.stopped or interrupt.seen
        judged = {part.protocol for part in parts}
        parts += [_unknown(protocol) for protocol, _ in self._asked if protocol.name not in judged]
        return _whole(trace, tuple(parts))


def _options(
    choice: Chosen, sizes: tuple[tuple[str, int], ...], faults: int, limit: int | None, seconds: float | None
) -> Options:
    from checker.trace.options import Options

    made = Options(faults=faults, settings=choice.settings, without=choice.without, sizes=sizes)
    return replace(made, nodes=limit or made.nodes, seconds=seconds or made.seconds)


def _judged(protocol: Protocol, trace: Trace, options: Options, said: Said) -> tuple[Part, ...]:
    from checker.trace.judge_trace import judge

    def tell(at: Progress) -> None:
        said(f"{trace.name} by {protocol.name}: {at.explained:,} of {plural(at.events, 'event')}, {at.nodes:,} nodes")

    return judge(protocol, trace, replace(options, progress=tell))


def _unknown(protocol: Protocol) -> Part:
    from checker.language.lower import lower
    from checker.trace.account import unknown_roster
    from checker.trace.verdict import Part, VerdictKind

    roster = unknown_roster(protocol, lower(protocol), STOPPED)
    return Part(protocol.name, None, VerdictKind.UNKNOWN, (), (), (), None, (), roster, (), STOPPED)


def _whole(trace: Trace, parts: tuple[Part, ...]) -> Verdict:
    """The trace's verdict. A protocol that knows none of its logs says nothing, if another one does."""
    from checker.trace.judge_trace import verdict
    from checker.trace.verdict import VerdictKind

    spoken = tuple(part for part in parts if part.kind is not VerdictKind.UNREADABLE)
    return verdict(trace, spoken or parts)
