"""What all commands share: their common options, and how they write, complain and show progress."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import get_close_matches
from enum import Enum
from operator import is_
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, TypeVar, cast

import typer

from checker.cli.shipped import folder
from checker.report.text import clean
from checker.trace.event import Event

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from rich.console import Console

    from checker.report.page import Line

# ------------------------------------------------------------------------------------------------------------ options

Json = Annotated[bool, typer.Option("--json", help="Answer in JSON (`switchover schema` has the schemas).")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 for a yes that has a condition, or for warnings.")]
Spec = Annotated[
    list[Path] | None,
    typer.Option("--spec", metavar="FILE", help="Entry file of a protocol; may be repeated. Default: those shipped."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="PARAM=VALUE", help="Answer an open question of the documents; may be repeated."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="RULE", help="Leave out what only this rule asks for; may be repeated."),
]
ScopeText = Annotated[
    str | None,
    typer.Option("--scope", metavar="SCOPE", help="A scope by name, or sizes: Host=2,faults=1. Default: the first."),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, metavar="STATES", help="Give up after so many states.")]
Seconds = Annotated[float | None, typer.Option("--seconds", min=0.01, metavar="N", help="Give up after N seconds.")]

T = TypeVar("T")

# ------------------------------------------------------------------------------------------------------------ writing


class UserError(Exception):
    """The command line or an input is not usable: what is wrong, and what to do about it. Ends in exit code 2."""

    def __init__(self, message: str, help_: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help_


def nearest(word: str, known: Collection[str]) -> str:
    """What to do about an unknown name: the nearest one, else all there are."""
    near = [name for name in known if name.casefold() == word.casefold()] or get_close_matches(word, known, n=3)
    if near:
        return f"did you mean {' or '.join(near)}?"
    return f"there is: {', '.join(sorted(known))}" if known else "there is none"


def write(text: str) -> None:
    """Writes to standard output. When nobody reads it any more (`| head`), the rest is dropped without a word."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at its end; it must not find the broken pipe there again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def show(lines: Iterable[Line]) -> None:
    """Writes lines of a report, with colour where standard output is a terminal that wants it.

    They are wrapped on a terminal, and wherever the variable COLUMNS asks for it.
    """
    from checker.report.page import show as show_on

    terminal = console()
    with terminal.capture() as captured:
        show_on(terminal, lines, wrap=terminal.is_terminal or "COLUMNS" in os.environ)
    write(captured.get())


def console() -> Console:
    """Standard output as rich sees it: colour and width only on a terminal; `NO_COLOR` and `TERM=dumb` are heeded."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


def complain(message: str, help_: str = "") -> None:
    """One line on standard error, and one more that says what to do."""
    from rich.console import Console

    try:
        terminal = Console(stderr=True, highlight=False, markup=False, emoji=False)
        terminal.print("error", style="bold red", end="")
        terminal.print(f": {message}", soft_wrap=True)
        if help_:
            terminal.print("  help", style="cyan", end="")
            terminal.print(f": {help_}", soft_wrap=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def relative(answer: T) -> T:
    """The answer with no path of this machine in it: what ships is called `spec/...` and `traces/...`."""
    prefixes = tuple(f"{folder(name).parent}{os.sep}" for name in ("spec", "traces"))
    return cast(T, _Renaming(tuple(dict.fromkeys(prefixes)), {}, {}).renamed(answer))


@dataclass(frozen=True, slots=True)
class _Renaming:
    """Takes prefixes off all texts in an answer. What has none in it stays the very same object.

    An answer speaks of one record in many places: `known` has what became of each dataclass, by its identity, with the
    object itself, so that no other one gets its identity meanwhile.
    """

    prefixes: tuple[str, ...]
    known: dict[int, tuple[object, object]]
    names: dict[type, tuple[str, ...]]

    def renamed(self, value: object) -> object:
        match value:
            case Enum() | None | int():
                return value
            case str():
                made = value
                for prefix in self.prefixes:
                    made = made.replace(prefix, "")
                return value if made == value else made
            case tuple():
                items = tuple(map(self.renamed, value))
                return value if all(map(is_, items, value)) else items
            case Event() if not value.origin.file.startswith(self.prefixes):
                return value  # most of what an answer holds; a record says where it was read, and has no other paths
            case _ if is_dataclass(value) and not isinstance(value, type):
                if id(value) not in self.known:
                    self.known[id(value)] = (value, self._parts(value))
                return self.known[id(value)][1]
            case _:
                return value

    def _parts(self, value: DataclassInstance) -> object:
        kind = type(value)
        if kind not in self.names:
            self.names[kind] = tuple(part.name for part in fields(value) if part.init)
        parts = {name: getattr(value, name) for name in self.names[kind]}
        changed = {name: made for name, part in parts.items() if (made := self.renamed(part)) is not part}
        return replace(value, **changed) if changed else value


def read_text(path: Path) -> str:
    """The text of a file a user named. Raises UserError."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UserError(f"cannot read {clean(path)}: {reason(error)}") from error
    except UnicodeDecodeError as error:
        raise UserError(
            f"cannot read {clean(path)}: byte {error.start} is not UTF-8", "protocol texts are UTF-8 files"
        ) from error


def reason(error: OSError) -> str:
    """Why the system refused, in its own words."""
    return (error.strerror or str(error)).lower()


# ------------------------------------------------------------------------------------------------ progress and Ctrl-C


@dataclass(slots=True)
class Interrupt:
    """Whether Ctrl-C was pressed."""

    seen: bool = False


@contextmanager
def interrupts() -> Iterator[Interrupt]:
    """Remembers a Ctrl-C that happens inside, whoever catches it: an engine makes it an unknown and goes on."""
    noted = Interrupt()
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: FrameType | None) -> None:
        noted.seen = True
        signal.default_int_handler(number, frame)

    if threading.current_thread() is not threading.main_thread() or before is not signal.default_int_handler:
        yield noted
        return
    signal.signal(signal.SIGINT, note)
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)


PATIENCE = 1.0  # seconds before a progress line is worth the flicker


class Progress:
    """What the progress line says. Engines may call it as often as they like: it only remembers the words."""

    def __init__(self, doing: str) -> None:
        self.doing = doing

    def __call__(self, doing: str) -> None:
        self.doing = doing


@contextmanager
def progress(doing: str) -> Iterator[Progress]:
    """A line on standard error while what is inside takes more than a second. Only on a terminal."""
    said = Progress(doing)
    if not sys.stderr.isatty():
        yield said
        return
    finished = threading.Event()
    painter = threading.Thread(target=_paint, args=(said, finished), daemon=True)
    painter.start()
    try:
        yield said
    finally:
        finished.set()
        painter.join()


def _paint(said: Progress, finished: threading.Event) -> None:
    started = time.monotonic()
    if finished.wait(PATIENCE):
        return
    while True:
        words = f"{time.monotonic() - started:.0f} s, Ctrl-C stops: {clean(said.doing)}"
        sys.stderr.write(f"\r\x1b[2K{words[: line_width()]}")
        sys.stderr.flush()
        if finished.wait(0.2):
            break
    sys.stderr.write("\r\x1b[2K")
    sys.stderr.flush()


def line_width() -> int:
    """How much fits on one line of standard error without wrapping."""
    try:
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
        return max(columns - 1, 20) if columns else 79
    except OSError:
        return 79
