"""One recording that a command asks about, and the protocols that it asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.common import Progress as Said, UserError, nearest
from checker.cli.inputs import bounds, chosen
from checker.report.text import clean, plural

if TYPE_CHECKING:
    from checker.language.protocol import Protocol
    from checker.trace.event import Trace
    from checker.trace.judge_trace import Judged
    from checker.trace.options import Options, Progress


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the command line says about protocols and limits, as its options give it."""

    spec: Sequence[Path] | None = None
    settings: Sequence[str] | None = None
    without: Sequence[str] | None = None
    scope: str | None = None
    limit: int | None = None
    seconds: float | None = None
    protocol: str | None = None


def protocols(wanted: Wanted) -> list[tuple[Protocol, Options]]:
    """The protocols with the options to judge by. Raises UserError."""
    from checker.trace.options import Options

    found = []
    for choice, sizes, faults in bounds(chosen(wanted.spec, wanted.settings, wanted.without), wanted.scope):
        made = Options(faults=faults, settings=choice.settings, without=choice.without, sizes=sizes)
        made = replace(made, nodes=wanted.limit or made.nodes, seconds=wanted.seconds or made.seconds)
        found.append((choice.protocol, made))
    names = [protocol.name for protocol, _ in found]
    if wanted.protocol is not None and wanted.protocol not in names:
        raise UserError(f"--protocol {clean(wanted.protocol)}: no such protocol", nearest(wanted.protocol, names))
    return [(protocol, options) for protocol, options in found if wanted.protocol in (None, protocol.name)]


def recording(paths: Sequence[Path], asked: Sequence[tuple[Protocol, Options]]) -> Trace:
    """The one recording that the paths hold: files given together, or a folder. Raises UserError."""
    from checker.cli.inputs import recordings_of
    from checker.trace.readers import read
    from checker.trace.strangers import pointed_out

    if not paths:
        raise UserError("which recording?", "name its file, or its files, or a folder that holds one")
    found = recordings_of(paths)
    if len(found) > 1:
        help_ = f"name one of them, such as {clean(found[0][1][0])}; files given together are one"
        raise UserError(f"that is {plural(len(found), 'recording')}, and one is asked about", help_)
    ((name, files),) = found
    trace = read(files, name)
    if not any(log.events for log in trace.logs):
        first = next((complaint for complaint in trace.complaints), None)
        why = f": {clean(first.place)}: {clean(first.message)}" if first is not None else ""
        raise UserError(f"no event could be read{why}", "`switchover check` says more")
    return pointed_out([protocol for protocol, _ in asked], trace)


def judgements(asked: Sequence[tuple[Protocol, Options]], trace: Trace, said: Said) -> Iterator[Judged]:
    """Every part of the judgement of the recording, with its search."""
    from checker.trace.judge_trace import judged

    for protocol, options in asked:

        def tell(at: Progress, name: str = protocol.name) -> None:
            explained = f"{at.explained:,} of {plural(at.events, 'event')}"
            said(f"{trace.name} by {name}: {explained}, {at.nodes:,} nodes")

        yield from judged(protocol, trace, replace(options, progress=tell))
