"""`switchover watch`: recordings that grow, judged as their records come."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from checker.cli.common import (
    Json,
    ScopeText,
    Settings,
    Spec,
    Strict,
    UserError,
    Without,
    interrupts,
    reason,
    show,
    write,
)
from checker.cli.exits import ExitCode
from checker.report.text import clean

if TYPE_CHECKING:
    from checker.trace.event import Event, Log
    from checker.trace.watch.growing import Growing
    from checker.trace.watch.told import Told
    from checker.trace.watch.watcher import Watcher

BLOCK = 1 << 16  # bytes of one file that are read before the next one's turn
PAUSE = 0.2  # seconds between two looks at files that do not grow

Files = Annotated[list[str] | None, typer.Argument(metavar="[FILE...|-]", show_default=False)]
Follow = Annotated[
    bool, typer.Option("--follow/--no-follow", help="Wait for files to grow, until Ctrl-C. Default: they do.")
]
Aborts = Annotated[bool, typer.Option("--aborts", help="Tell the shortest clean abort each time it changes.")]


def watch(
    files: Files = None,
    follow: Follow = True,
    spec: Spec = None,
    scope: ScopeText = None,
    settings: Settings = None,
    without: Without = None,
    aborts: Aborts = False,
    strict: Strict = False,
    json: Json = False,
) -> int:
    """Judge recordings as their records come, in the native format (JSON lines).

    Files are read together, as the logs of one recording, one for each host say; `-`, or nothing, is standard input.
    Told at once: a case that violates a rule; the record after which no continuation ends cleanly any more; the record
    after which it cannot be given up cleanly any more; and how it could be, before. Ctrl-C ends it with a summary.
    """
    watching = _Watching(_watcher(spec, scope, settings, without, aborts=aborts), json)
    sources = [_opened(name) for name in dict.fromkeys(files or ["-"])]
    with interrupts() as interrupt:
        try:
            _read(watching, sources, follow=follow)
        except KeyboardInterrupt:
            pass  # what was read until now is what the summary is about
        finally:
            for source in sources:
                source.close()
    return watching.end(cut_off=interrupt.seen, strict=strict)


@dataclass(slots=True)
class _Source:
    """A file that is read while it grows."""

    growing: Growing
    file: BinaryIO
    over: bool = False
    waits: bool = True  # at its end more may come

    def block(self) -> bytes:
        return self.file.read1(BLOCK) if hasattr(self.file, "read1") else self.file.read(BLOCK)

    def close(self) -> None:
        if self.file is not sys.stdin.buffer:
            self.file.close()


@dataclass(slots=True)
class _Watching:
    """What is watched, and how it is told."""

    watcher: Watcher
    json: bool
    logs: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)
    left_out: int = 0
    said: list[str] = field(default_factory=list)

    def accept(self, growing: Growing, logs: Iterable[Log], events: Iterable[Event]) -> None:
        """The logs that begin and the records that came."""
        for log in logs:
            if log.name in self.logs:
                self.twice.add(f"{growing.shown}\0{log.name}")
                self.said.append(f"{clean(log.origin)}: log `{clean(log.name, 80)}` has its header already; left out")
                self.left_out += 1
            else:
                self.logs.add(log.name)
                self.watcher.add(log)
        accept = self.watcher.accept
        for event in events:
            if self.twice and f"{growing.shown}\0{event.log}" in self.twice:
                self.left_out += 1
                continue
            for told in accept(event):
                self.tell(told)

    def tell(self, told: Told) -> None:
        """One piece of news, at once."""
        from checker.report.watch import WatchLine, told_lines, watch_json

        if self.json:
            write(watch_json(WatchLine(told, None)))
        else:
            show(told_lines(told))

    def end(self, *, cut_off: bool, strict: bool) -> int:
        """The last word on every case, and the summary."""
        from checker.report.watch import WatchLine, summary_lines, watch_json
        from checker.trace.verdict import EXIT, STRICT_EXIT

        for told in self.watcher.finish(self.left_out + cut_off):
            self.tell(told)
        summary = self.watcher.summary(self.left_out, tuple(self.said))
        code = (STRICT_EXIT if strict else EXIT)[summary.verdict]
        if self.json:
            write(watch_json(WatchLine(None, summary, code)))
        else:
            show(summary_lines(summary))
        return ExitCode(code)


def _watcher(spec: Spec, scope: ScopeText, settings: Settings, without: Without, *, aborts: bool) -> Watcher:
    from checker.cli.inputs import bounds, chosen
    from checker.trace.options import Options
    from checker.trace.watch.watcher import Watcher

    choices = bounds(chosen(spec, settings, without), scope)
    asked = [
        (choice.protocol, Options(faults=faults, settings=choice.settings, without=choice.without))
        for choice, _, faults in choices
    ]
    return Watcher(asked, aborts=aborts)


def _opened(name: str) -> _Source:
    """A file, from its beginning. Raises UserError."""
    from checker.trace.watch.growing import Growing

    if name == "-":
        return _Source(Growing("stdin", "<standard input>"), sys.stdin.buffer, waits=False)
    path = Path(name)
    try:
        if path.is_dir():
            raise UserError(f"{clean(path)} is a folder", "name the files that grow")
        return _Source(Growing(path.stem, clean(path, 4096)), path.open("rb"))
    except (OSError, ValueError) as error:
        said = reason(error) if isinstance(error, OSError) else "there is no such file"
        raise UserError(f"cannot read {clean(path)}: {said}", "make it first, or name one that is there") from error


def _read(watching: _Watching, sources: list[_Source], *, follow: bool) -> None:
    """Reads all sources in turn, to their ends; files that may grow, for ever."""
    while not all(source.over for source in sources):
        grew = False
        for source in sources:
            if source.over:
                continue
            block = source.block()
            if block:
                grew = True
                watching.accept(source.growing, *source.growing.feed(block))
            elif not (follow and source.waits):
                source.over = True
                watching.accept(source.growing, *source.growing.end())
                complaints, left_out = source.growing.complaints()
                watching.left_out += left_out
                watching.said += [clean(f"{each.place}: {each.message}") for each in complaints if each.fatal]
            elif _cut(source):
                source.over = True
                watching.left_out += 1
                watching.said.append(f"{source.growing.shown}: the file became shorter; what follows was not read")
        if not grew and not all(source.over for source in sources):
            time.sleep(PAUSE)


def _cut(source: _Source) -> bool:
    """Whether the file is shorter now than what was read of it."""
    try:
        return source.file.seekable() and os.fstat(source.file.fileno()).st_size < source.file.tell()
    except OSError:
        return False
