"""An action that a person asks about, such as `take(ann)` or `take`: which steps are meant."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from checker.language.nearest import nearest
from checker.language.protocol import BEGIN, SUCCESS, Action, Bool, Of, Protocol, Type
from checker.model.ground import Ground, Machine
from checker.trace.binding import Binding
from checker.trace.readers.common import sanitise
from checker.trace.relevance import Moment
from checker.trace.words import Words

ANY = ("_", "*", "?")
_WRITTEN = re.compile(r"\s*([A-Za-z_]\w*)\s*(?:\((.*)\))?\s*(?:\.\s*([A-Za-z_]\w*))?\s*", re.DOTALL)


class NotAsked(Exception):
    """What was asked for is no step of the protocol. `help` says what there is."""

    def __init__(self, message: str, help_: str) -> None:
        super().__init__(message)
        self.help = help_


@dataclass(frozen=True, slots=True)
class Asked:
    """An action with some of its arguments: text, or None where any will do. `moment` None: any that is no failure."""

    action: Action
    moment: str | None
    args: tuple[str | None, ...]

    @property
    def moments(self) -> tuple[str, ...]:
        """The moments that are meant."""
        if self.moment is not None:
            return (self.moment,)
        good = tuple(outcome.name for outcome in self.action.outcomes if not outcome.failure)
        return good or tuple(outcome.name for outcome in self.action.outcomes)

    @property
    def touched(self) -> tuple[Moment, ...]:
        """The moments, and the begin before them."""
        begin = () if self.action.begin is None else (BEGIN,)
        return tuple((self.action.name, moment) for moment in (*begin, *self.moments))


def asked(protocol: Protocol, text: str) -> Asked:
    """The action that the text names. Raises NotAsked."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise NotAsked(f"{sanitise(text)} is no action", "write ACTION, ACTION(a, b) or ACTION(a, b).OUTCOME")
    name, written, moment = match[1], match[2], match[3]
    action = next((action for action in protocol.actions if action.name == name), None)
    if action is None:
        raise NotAsked(f"no action is called {name}", _near(name, [action.name for action in protocol.actions]))
    known = [*([BEGIN] if action.begin is not None else []), *(outcome.name for outcome in action.outcomes)]
    if moment is not None and moment not in known:
        raise NotAsked(f"{name} has no outcome {moment}", _near(moment, known))
    names = [variable.name for variable in action.params]
    parts = [part.strip().strip("\"'") for part in written.split(",")] if written and written.strip() else []
    if parts and len(parts) != len(names):
        raise NotAsked(f"{name} has {len(names)} arguments, not {len(parts)}", f"write {name}({', '.join(names)})")
    wanted = [None if part in ANY or part == own else part for part, own in zip(parts, names, strict=False)]
    return Asked(action, moment, tuple(wanted) if parts else (None,) * len(names))


def steps(wanted: Asked, machine: Machine, words: Words, binding: Binding) -> Iterator[Ground]:
    """The steps that are meant where ids are bound so. Raises NotAsked where an argument names nobody there."""
    allowed: list[frozenset[int] | None] = []
    for variable, text in zip(wanted.action.params, wanted.args, strict=True):
        allowed.append(None if text is None else _values(variable.type, text, machine, words, binding))
    moments = wanted.moments or (SUCCESS,)
    for ground in machine.grounds:
        if ground.moment.action == wanted.action.name and ground.moment.moment in moments:
            if all(values is None or arg in values for values, arg in zip(allowed, ground.args, strict=True)):
                yield ground


def _values(type_: Type, text: str, machine: Machine, words: Words, binding: Binding) -> frozenset[int]:
    known: dict[str, set[int]] = {}
    for value in _range(type_, machine):
        called = words.value(type_, value, binding)
        for name in (called, called.rpartition(" ")[2]):
            known.setdefault(name, set()).add(value)
    exact = known.get(text) or next((known[name] for name in known if name.casefold() == text.casefold()), None)
    if exact is None:
        what = type_.sort if isinstance(type_, Of) else "value"
        raise NotAsked(f"the recording knows no {what} {sanitise(text)} here", _near(text, list(known)))
    return frozenset(exact)


def _range(type_: Type, machine: Machine) -> range:
    match type_:
        case Of(sort):
            return range(machine.sizes[sort])
        case Bool():
            return range(2)
        case _:
            return range(type_.low, type_.high + 1)


def _near(word: str, known: Collection[str]) -> str:
    near = nearest(word, known)
    if near is not None:
        return f"nearest: {sanitise(near)}"
    return f"there is: {', '.join(map(sanitise, known))}" if known else "there is none"
