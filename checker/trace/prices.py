"""What a story costs: what must have gone wrong, in one table with the reasons. Only the order of the sums counts.

The scale: 1 is what the text itself says may happen, or what nobody has forbidden in writing; 3 is a fault that
recordings and switches are known for; 5 and more is what has to be invented for the occasion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from checker.language.protocol import Duty


class Cause(StrEnum):
    """What must have gone wrong."""

    LOSS_ALLOWED = "a record is missing that its log may lose"
    LOSS = "a record is missing that its log always holds"
    LOSS_BESIDE = "one more record is missing in the same place"
    TWICE_ALLOWED = "a record is there twice in a log that may repeat it"
    TWICE = "a record is there twice"
    LATE_ALLOWED = "a record is late in a log that may delay it"
    LATE_SAME_TIME = "records with the same time are in the wrong order"
    LATE = "records are in the wrong order"
    LATE_AGAINST_TIMES = "records are in the wrong order, and so are their times"
    CLOCKS_LITTLE = "clocks differ by up to twice what is stated"
    CLOCKS = "clocks differ by more than that"
    REUSED = "an id means another than the records before say"
    MISTAKEN = "a status or a field is wrong"
    INVENTED = "a record tells of what did not happen"
    UNWRITTEN = "a rule was broken that nobody wrote down"
    EXTENSION = "a rule was broken that is an extension's duty"
    SWITCH = "a rule was broken that is the switch's duty"
    CONDITION = "one more condition was not met at the same event"
    MORE = "and the trace is not explained to its end even so"


@dataclass(frozen=True, slots=True)
class Price:
    """A price and its reason."""

    amount: int
    reason: str


PRICES: Mapping[Cause, Price] = {
    Cause.LOSS_ALLOWED: Price(1, "the log source, or the log's own header, says that it happens"),
    Cause.LOSS: Price(4, "a log that says it holds every such record rarely lacks one in its midst"),
    Cause.LOSS_BESIDE: Price(2, "buffers overflow for a while, not for one record"),
    Cause.TWICE_ALLOWED: Price(1, "the log source says that it happens"),
    Cause.TWICE: Price(3, "collectors that are merged or restarted write records again, word for word"),
    Cause.LATE_ALLOWED: Price(1, "the log source says that it happens"),
    Cause.LATE_SAME_TIME: Price(2, "a log sorted by time settles nothing between equal times"),
    Cause.LATE: Price(4, "buffers of several processors are merged, but a log's own order is mostly right"),
    Cause.LATE_AGAINST_TIMES: Price(5, "the order and the times would both have to be wrong"),
    Cause.CLOCKS_LITTLE: Price(2, "a stated skew is an estimate, and clocks drift"),
    Cause.CLOCKS: Price(4, "an estimate that is off by more than its own size was not made with care"),
    Cause.REUSED: Price(5, "ids are given by one program that keeps count of them"),
    Cause.MISTAKEN: Price(5, "what writes a record reads the field from what it tells of"),
    Cause.INVENTED: Price(6, "programs forget to write; they hardly ever write of what did not happen"),
    Cause.UNWRITTEN: Price(1, "no page forbids it: another reading of the documents' silence allows it"),
    Cause.EXTENSION: Price(2, "extensions come from many hands, and most known defects are theirs"),
    Cause.SWITCH: Price(3, "the switch is one program that everybody uses, but it has had defects"),
    Cause.CONDITION: Price(1, "one cause often breaks several conditions, but each makes it less likely"),
    Cause.MORE: Price(3, "something else must have gone wrong later"),
}

_BROKEN: Mapping[Duty, Cause] = {
    Duty.UNWRITTEN: Cause.UNWRITTEN,
    Duty.EXTENSION: Cause.EXTENSION,
    Duty.SWITCH: Cause.SWITCH,
}


def price(*causes: Cause) -> int:
    """What these cost together."""
    return sum(PRICES[cause].amount for cause in causes)


def violation(duties: Iterable[Duty]) -> Cause:
    """The cause that a broken condition is: the dearest of its rules' duties; the switch's where none is cited."""
    found = [_BROKEN[duty] for duty in duties]
    return max(found, key=price, default=Cause.SWITCH)
