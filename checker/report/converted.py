"""What became of a recording that was written in another format: as plain data, and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checker import __version__
from checker.report.page import BAD, DOUBT, GOOD, QUIET, STRONG, Line, labelled, line
from checker.report.text import clean, plural
from checker.trace.event import Complaint

MANY = 5  # of each kind, on a terminal


@dataclass(frozen=True, slots=True)
class ConvertDocument:
    """What `switchover convert --json` answers.

    `lost` is what the format has no place for, a sentence each; `left_out` counts the records that could not be read,
    which are not in the file.
    """

    output: str
    to: str
    logs: int
    events: int
    complaints: tuple[Complaint, ...]
    left_out: int
    lost: tuple[str, ...]
    exit: int
    switchover: Literal["convert"] = "convert"
    format: Literal[1] = 1
    version: str = __version__


def converted_lines(document: ConvertDocument) -> Iterator[Line]:
    """The answer for people: what was written, what could not be read, what is lost."""
    whole = not document.exit
    what = f"{plural(document.events, 'event')} of {plural(document.logs, 'log')}, as {document.to}"
    said = "written" if whole else "in part"
    yield line((said.ljust(10), GOOD if whole else BAD), "  ", (clean(document.output), STRONG), f": {what}")
    if document.left_out:
        records = plural(document.left_out, "record")
        yield labelled("left out", f"{records} that could not be read; every log ends open", style=BAD)
    # What is damaged before what is only worth knowing.
    for complaint in sorted(document.complaints, key=lambda each: not each.fatal)[:MANY]:
        label = "unreadable" if complaint.fatal else "note"
        text = f"{clean(complaint.place)}: {clean(complaint.message)}"
        yield labelled(label, text, style=BAD if complaint.fatal else QUIET)
    yield from _more(len(document.complaints))
    for sentence in document.lost[:MANY]:
        yield labelled("lost", clean(sentence), style=DOUBT)
    yield from _more(len(document.lost))


def _more(number: int) -> Iterator[Line]:
    if number > MANY:
        yield labelled("", (f"and {number - MANY} more (--json has them all)", QUIET))
