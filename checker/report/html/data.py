"""What a page shows, as plain data: every text is fit to be shown, every link leads into the page or is safe."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """A piece of text. `href` is an address that a page may link to, or a place in this page; it may be empty."""

    text: str
    style: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class RecordView:
    """A record that is spoken of: what it says, and where it was read."""

    said: Said
    place: str


@dataclass(frozen=True, slots=True)
class RuleView:
    id: str
    sentence: str
    duty: str
    pages: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class GuardView:
    """What is in the way: `false` if it is a condition that does not hold; since which record, if one made it so."""

    condition: str
    false: bool
    place: str
    since: RecordView | None
    rules: tuple[RuleView, ...]


@dataclass(frozen=True, slots=True)
class StoryView:
    kind: str
    price: int
    told: str
    evidence: tuple[str, ...]
    steps: tuple[Said, ...]
    before: int  # steps of the run before those
    after: int


@dataclass(frozen=True, slots=True)
class FindingView:
    message: str
    record: RecordView | None
    action: str
    guards: tuple[GuardView, ...]
    rules: tuple[RuleView, ...]  # those that no guard cites
    legal: tuple[str, ...]
    conflict: tuple[RecordView, ...]
    conditions: tuple[GuardView, ...]  # those that cannot all be met where the records of the conflict are true
    minimal: bool
    untried: int  # suppositions for which there was no time
    stories: tuple[StoryView, ...]


@dataclass(frozen=True, slots=True)
class MarkView:
    """What is pointed out about a record."""

    style: str
    text: str


@dataclass(frozen=True, slots=True)
class RowView:
    """One row of the picture. `kind` is box, ghost, arrow or divider; what a kind has no use for is empty."""

    kind: str
    lane: int = 0  # from 1; 0 = all of them
    end: int = 0  # the lane an arrow leads to
    style: str = ""
    id: str = ""
    host: str = ""
    title: str = ""
    status: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    place: str = ""
    time: str = ""
    texts: tuple[str, ...] = ()
    marks: tuple[MarkView, ...] = ()
    earlier: Said | None = None  # what an arrow comes from


@dataclass(frozen=True, slots=True)
class CountView:
    """How many stand so; `before` is how many stand as what is told earlier."""

    style: str
    standing: str
    count: int
    before: int


@dataclass(frozen=True, slots=True)
class RosterLineView:
    style: str
    name: str
    sentence: str
    kind: str
    standing: str
    how: str


@dataclass(frozen=True, slots=True)
class RosterView:
    title: str
    counts: tuple[CountView, ...]
    total: int
    lines: tuple[RosterLineView, ...]


@dataclass(frozen=True, slots=True)
class LogView:
    name: str
    host: str
    source: str
    records: int
    extent: str  # whether it tells of everything from first to last
    clock: str


@dataclass(frozen=True, slots=True)
class ForcedView:
    """What came about if the records are true. `chosen`: in an order that the logs do not settle."""

    told: str
    record: RecordView
    rules: tuple[RuleView, ...]
    chosen: bool


@dataclass(frozen=True, slots=True)
class OrderView:
    """An order that the verdict hangs on. `by_all`: no explanation does without it."""

    earlier: RecordView
    later: RecordView
    rules: tuple[RuleView, ...]
    by_all: bool


@dataclass(frozen=True, slots=True)
class PartView:
    """A judgement by one protocol, told beside the one that is drawn."""

    title: str
    kind: str
    told: tuple[tuple[Said, ...], ...]
    findings: tuple[FindingView, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """All there is to say of one recording."""

    id: str
    name: str
    kind: str
    title: str  # of the judgement that is drawn
    opening: tuple[tuple[Said, ...], ...]
    expected: tuple[str, ...]
    logs: tuple[LogView, ...]
    hosts: tuple[str, ...]
    rows: tuple[RowView, ...]
    ghosts: int
    target: str  # the place of the first unexplained record
    findings: tuple[FindingView, ...]
    forced: tuple[ForcedView, ...]
    assumed: tuple[OrderView, ...]
    obligations: tuple[str, ...]
    others: tuple[PartView, ...]
    cases: tuple[tuple[str, str, int], ...]  # name, verdict, records: where it was judged case by case
    readings: tuple[str, ...]  # lines on what the documents' open questions mean for it
    not_judged: tuple[str, ...]
    rosters: tuple[RosterView, ...]


@dataclass(frozen=True, slots=True)
class IndexLine:
    name: str
    kind: str
    why: str
    href: str  # empty: it is not told in full on this page
    expected: str
