"""Which individuals the ids in the logs name at one place of a run, and which recorded requests are still open.

An id names the same individuals from its first mention to the end of its life, and on one host no two live ids of one
field name the same individuals. The life of an id begins with a recorded step that starts it; where such a step may
have gone unrecorded, with its first mention. A fault may end lives unseen: afterwards an id may start anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Names = tuple[int, ...]
Key = tuple[str, str, str]  # field, host ("" where the bind is for every host), value
Mark = tuple[int, int]  # log, and the begin's ground number

OVER: Names = (-1,)  # what an id names whose life is over, where only a recorded step can start another
BEFORE = "\0before"  # the request of a mark whose begin came before the log began


@dataclass(frozen=True, slots=True)
class Mention:
    """An event's id says that it names these individuals. `keep`: for longer than the event; `start`: anew."""

    key: Key
    names: Names
    keep: bool
    start: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """The life of the id that names these is over, on one host or (None) on all. `seen`: its next start is recorded."""

    field: str
    host: str | None
    names: Names
    seen: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What a step does to a binding: which mentions must fit, which lives end, what is open afterwards."""

    mentions: tuple[Mention, ...] = ()
    ends: tuple[Ending, ...] = ()
    opens: tuple[tuple[Mark, str], ...] = ()  # request ids, "" where there is none
    closes: tuple[tuple[Mark, str], ...] = ()
    whole: tuple[Mark, ...] = ()  # must not have been opened by a record: the event is the whole request
    loosens: bool = False  # a fault: lives may have ended


IDLE = 0  # the number of the change that does nothing


@dataclass(frozen=True, slots=True)
class Binding:
    """The live ids with what they name and whether they may start anew, and the open requests."""

    named: Mapping[Key, tuple[Names, bool]]
    open: Mapping[Mark, str]
    holder: Mapping[tuple[str, str, Names], Key]  # the id of these individuals, by field and host

    @staticmethod
    def of(named: Mapping[Key, tuple[Names, bool]], open_: Mapping[Mark, str]) -> Binding:
        return Binding(named, open_, {(key[0], key[1], names): key for key, (names, _) in named.items()})


@dataclass(slots=True)
class Bindings:
    """The bindings met so far, by number, so that equal ones are one and each change is worked out once."""

    met: list[Binding] = field(default_factory=list)
    changes: list[Change] = field(default_factory=lambda: [Change()])
    _numbers: dict[tuple[frozenset[object], frozenset[object]], int] = field(default_factory=dict)
    _change_numbers: dict[Change, int] = field(default_factory=lambda: {Change(): IDLE})
    _after: dict[tuple[int, int], int | None] = field(default_factory=dict)

    def intern(self, binding: Binding) -> int:
        """The binding's number."""
        key = frozenset[object](binding.named.items()), frozenset[object](binding.open.items())
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.met)
            self.met.append(binding)
        return number

    def change(self, change: Change) -> int:
        """The change's number; IDLE where it does nothing."""
        number = self._change_numbers.get(change)
        if number is None:
            number = self._change_numbers[change] = len(self.changes)
            self.changes.append(change)
        return number

    def after(self, number: int, change: int) -> int | None:
        """The binding after the change; None where it does not fit."""
        if change == IDLE:
            return number
        asked = number, change
        if asked in self._after:
            return self._after[asked]
        made = changed(self.met[number], self.changes[change])
        answer = None if made is None else self.intern(made)
        self._after[asked] = answer
        return answer


def misfit(binding: Binding, mention: Mention) -> Key | None:
    """The live id that a mention contradicts: itself, or another of the same individuals. None where it fits."""
    holder = binding.holder.get((mention.key[0], mention.key[1], mention.names))
    bound = binding.named.get(mention.key)
    if bound is not None:
        names, loose = bound
        fits = names == mention.names or (mention.start and (loose or names == OVER))
        return None if fits else mention.key
    return None if holder is None or mention.start else holder


def changed(binding: Binding, change: Change) -> Binding | None:
    """The binding after the change; None where it does not fit."""
    if any(binding.open.get(mark, BEFORE) != BEFORE for mark in change.whole):
        return None
    for mark, request in change.closes:
        opened = binding.open.get(mark)
        if opened is None or (request and opened not in ("", BEFORE, request)):
            return None
    if any(misfit(binding, mention) is not None for mention in change.mentions):
        return None
    named = dict(binding.named)
    for mention in change.mentions:
        if mention.start:
            _forget(named, Ending(mention.key[0], mention.key[1], mention.names, seen=False))
        if mention.keep:
            known = named.get(mention.key)
            loose = False if known is None or mention.start else known[1]
            named[mention.key] = mention.names, loose
    for ending in change.ends:
        _forget(named, ending)
    if change.loosens:
        named = {key: (names, True) for key, (names, _) in named.items()}
    open_ = {**binding.open, **dict(change.opens)}
    for mark in (*(mark for mark, _ in change.closes), *change.whole):
        open_.pop(mark, None)
    return Binding.of(named, open_)


def _forget(named: dict[Key, tuple[Names, bool]], ending: Ending) -> None:
    for key, (names, _) in list(named.items()):
        here = ending.host is None or key[1] in (ending.host, "")
        if key[0] == ending.field and here and names == ending.names:
            if ending.seen:
                named[key] = OVER, False
            else:
                del named[key]
