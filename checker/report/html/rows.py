"""The rows of a picture as a page shows them: boxes for records, ghosts for hidden steps, arrows for orders."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import assert_never

from checker.report.html.data import MarkView, RowView, Said
from checker.report.html.lanes import Arrow, Box, Divider, Ghost, Picture, Place, Row, unexplained
from checker.report.html.links import Links
from checker.report.recordings import place
from checker.report.text import clean
from checker.report.told import LONGEST
from checker.trace.event import Event
from checker.trace.verdict import Part

FIELDS = 6  # fields of a record that are shown at once
VALUE = 300  # letters of a field's value
DAY = 86_400
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def row_views(drawn: Picture, part: Part, links: Links) -> tuple[RowView, ...]:
    """The rows in order, from lane 1 on. Lane 0 is all of them."""
    marks = _marks(part)
    ignored = {name for name, _ in part.ignored}
    return tuple(_row(row, drawn.hosts, marks, ignored, links) for row in drawn.rows)


def _row(
    row: Row, hosts: tuple[str, ...], marks: Mapping[Event, tuple[MarkView, ...]], ignored: set[str], links: Links
) -> RowView:
    match row:
        case Box():
            return _box(row, hosts, marks.get(row.event, ()), ignored, links)
        case Ghost(steps, lane):
            host = "no host, or not known which" if lane is None else clean(hosts[lane])
            return RowView("ghost", 0 if lane is None else lane + 1, host=host, texts=tuple(map(_words, steps)))
        case Arrow(earlier, _, start, end, assumed, said):
            return RowView(
                "arrow",
                start + 1,
                end + 1,
                style="assumed" if assumed else "stated",
                host=clean(hosts[start]),
                texts=(said,) if said else (),
                earlier=Said(f"{clean(earlier.name, VALUE)} (record {earlier.seq} of {clean(earlier.log)})", "code",
                          links.href(earlier)),
            )  # fmt: skip
        case Divider(text):
            return RowView("divider", texts=(_words(text),))
        case _:
            assert_never(row)


def _box(box: Box, hosts: tuple[str, ...], marks: tuple[MarkView, ...], ignored: set[str], links: Links) -> RowView:
    event = box.event
    fields = tuple((clean(key, VALUE), clean(value, VALUE)) for key, value in event.fields.items())
    texts = [f"read as {_words(box.step)}"] if box.step else []
    if box.place is Place.ASIDE:
        texts.append("not of this protocol" if event.name in ignored else "no step of this run")
    at = "" if event.at == "edge" else f" at {clean(event.at)}"
    phase = "" if event.phase is None else f" {clean(event.phase)}"
    return RowView(
        kind="box",
        lane=box.lane + 1,
        style=box.place.value,
        id=links.id(event),
        host=clean(hosts[box.lane]),
        title=f"{clean(event.name, VALUE)}{at}{phase}",
        status="" if event.status == "SUCCESS" else clean(event.status, VALUE),
        fields=fields[:FIELDS],
        more=fields[FIELDS:],
        place=f"{clean(event.log)} {event.seq}, {place(event.origin)}",
        time=clock(event.time),
        texts=tuple(texts),
        marks=marks,
    )


def _words(text: str) -> str:
    return clean(text, LONGEST)


def _marks(part: Part) -> dict[Event, tuple[MarkView, ...]]:
    """What is to be pointed out about single records."""
    found: dict[Event, dict[MarkView, None]] = {}

    def mark(event: Event | None, style: str, text: str) -> None:
        if event is not None:
            found.setdefault(event, {})[MarkView(style, text)] = None

    first = unexplained(part)
    if first is not None:
        mark(first, "first", "Nothing explains this record: it is the first such one")
    for at, finding in enumerate(part.findings):
        if finding.event != first:
            mark(finding.event, "first", f"Wrong here: {_words(finding.message)}")
        elif at > 0 and not part.forced:
            mark(finding.event, "first", f"Also: {_words(finding.message)}")
        for blocked in finding.blocked:
            rules = f" ({', '.join(blocked.rules)})" if blocked.rules else ""
            if blocked.made_false_by is not None and blocked.made_false_by != finding.event:
                mark(blocked.made_false_by, "since", f"Since then it is not so that {_words(blocked.condition)}{rules}")
        for event in finding.conflict if len(finding.conflict) > 1 else ():
            mark(event, "conflict", "Conflict: these marked records cannot all be")
    for forced in part.forced:
        said = _words(forced.doc or forced.property)
        mark(forced.event, "forced", f"If the records are true, from here on this does not hold: {said}")
    return {event: tuple(marks) for event, marks in found.items()}


def clock(nanoseconds: int | None) -> str:
    """The time of day, UTC, as fine as it was recorded; empty if none was."""
    if nanoseconds is None:
        return ""
    seconds, part = divmod(nanoseconds, 10**9)
    minutes, second = divmod(seconds % DAY, 60)
    fine = f"{part:09d}".rstrip("0")
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}" + (f".{fine}" if fine else "")


def day(nanoseconds: int | None) -> str:
    """The date, UTC; empty if none was recorded, or it is in no calendar."""
    if nanoseconds is None:
        return ""
    try:
        return (EPOCH + timedelta(days=nanoseconds // (DAY * 10**9))).date().isoformat()
    except OverflowError:
        return ""
