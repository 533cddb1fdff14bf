"""Promela, for SPIN (Holzmann, "The SPIN Model Checker", 2003): one process, one `d_step` a step.

Not the text in the language but what is left of it when the scope is filled in: Promela has no quantifiers. What SPIN
counts besides the states and steps of a search is written at the top of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import assert_never

from checker.export import keywords
from checker.export.names import Names
from checker.export.target import Exported, scope_words, spelled, step_words
from checker.export.terms import TRUE, All, Choose, Equal, Known, Not, Order, Read, Some, Sum, Term
from checker.export.unfold import FAULTS, Family, Location, Step, Unfolded, known, pending
from checker.language import protocol as p
from checker.model.scope import Scope


def promela(protocol: p.Protocol, scope: Scope) -> Exported:
    """The protocol in the scope as one Promela text."""
    return _Promela(Unfolded(protocol, scope)).exported()


class _Promela:
    def __init__(self, unfolded: Unfolded) -> None:
        self.unfolded = unfolded
        self.protocol, self.scope = unfolded.protocol, unfolded.scope
        self.names = Names(keywords.PROMELA.split())
        self.families = [f for f in unfolded.families.values() if _size(unfolded, f)]
        for family in self.families:
            self.family(family.name)
        self.used: dict[str, str] = {}  # names of values that occur, with their numbers
        self.left_out = tuple(
            f"{', '.join(names)}: {why}"
            for kind, why in _WITHOUT.items()
            if (names := [prop.name for prop in self.protocol.properties if isinstance(prop, kind)])
        )

    def exported(self) -> Exported:
        body = [*self.start(), *self.loop(), *self.claim()]  # first, so that the names it uses are known
        lines = [*self.head(), *self.declarations(), *body]
        name = f"{self.names.of('protocol', self.protocol.name)}.pml"
        return Exported(
            "promela", self.protocol.name, self.scope.name, ((name, "\n".join(lines) + "\n"),), self.left_out
        )

    # ------------------------------------------------------------------------------------------------------ the text

    def head(self) -> Iterator[str]:
        yield f"/* {self.protocol.name}, {scope_words(self.scope)}"
        yield " *"
        yield " * spin -a -o2 FILE && cc -O2 -DSAFETY -DNOREDUCE -o pan pan.c && ./pan -m1000000"
        yield " * (without -o2, SPIN leaves what no guard reads out of its states, and counts fewer of them)"
        yield " * (-DVECTORSZ=N where pan asks for it; -DCOUNT leaves the properties out; -c0 -e tells all that fail)"
        yield " *"
        yield " * SPIN counts one state and one transition more, for what is before the start; a transition for each"
        yield " * initial state; where a choice of consts breaks an assumption, a transition for each such choice and"
        yield " * one state, `no_start`; with the properties, a transition for each stuck state, `no_start` too."
        for sentence in self.left_out:
            yield f" * Not as in the text: {sentence}."
        never = [step for step in self.unfolded.steps if step not in set(self.unfolded.possible)]
        if never:
            yield f" * Left out: {len(never)} steps that no state of this scope allows."
        yield " */"

    def declarations(self) -> Iterator[str]:
        yield from (f"#define {name} {value}" for name, value in self.used.items())
        yield ""
        for family in self.families:
            size = f"[{_size(self.unfolded, family)}]" if family.index else ""
            index = ", ".join(_type_words(type_) for type_ in family.index)
            yield f"{_stored(family.type)} {self.family(family.name)}{size};" + (f"  /* by {index} */" if index else "")
        yield "byte faults;"
        yield "bool started;"
        for at in range(max((len(step.writes) for step in self.unfolded.possible), default=0)):
            yield f"hidden int t{at};"
        yield ""

    def start(self) -> Iterator[str]:
        yield "init {"
        yield "  atomic {"
        chosen: list[str] = []
        checked = False
        for place, first in self.unfolded.starts():
            family = self.unfolded.families[place[0]]
            if not family.frozen and not checked:
                yield from self.assumption(chosen)
                checked = True
            target = self.place(place)
            if first is None:
                options = " ".join(f":: {target} = {self.text(value)}" for value in self.unfolded.values(family.type))
                yield f"    if {options} fi;"
                chosen.append(target)
            elif not (isinstance(first, Known) and int(first.value) == 0):
                yield f"    {target} = {self.text(first)};"
        if not checked:
            yield from self.assumption(chosen)
        yield "    started = true"
        yield "  }"

    def assumption(self, chosen: list[str]) -> Iterator[str]:
        if self.unfolded.assumption != TRUE:
            back = "".join(f"{target} = 0; " for target in chosen)
            yield f"    if :: {self.text(self.unfolded.assumption)} -> skip :: else -> {back}goto no_start fi;"

    def loop(self) -> Iterator[str]:
        yield "end_loop:"
        yield "  do"
        yield from (f"  :: {self.step(step)}" for step in self.unfolded.possible)
        if not self.unfolded.possible:
            yield "  :: false"
        yield "  od;"
        yield "end_no_start:"
        yield "no_start:"
        yield "  false"
        yield "}"

    def step(self, step: Step) -> str:
        """All values are worked out before any is assigned."""
        places = [self.place(place) for place, _ in step.writes]
        does = [f"t{at} = {self.text(value)}" for at, (_, value) in enumerate(step.writes)]
        does += [f"{place} = t{at}" for at, place in enumerate(places)]
        if len(places) == 1:
            does = [f"{places[0]} = {self.text(step.writes[0][1])}"]
        if step.fault:
            does.append("faults++")
        does = does or ["skip"]
        guard = self.text(self.unfolded.taken(step))
        return f"d_step {{ {guard} -> {'; '.join(does)} }}  /* {self.words(step)} */"

    def claim(self) -> Iterator[str]:
        """Every state is looked at once; `assert(!N)` fails where property N does."""
        here = [q for q in self.protocol.properties if not isinstance(q, p.Can | p.LeadsTo)]
        if not here:
            return
        yield ""
        yield "#ifndef COUNT"
        yield "never {"
        yield "  do"
        yield "  :: d_step {"
        for number, prop in enumerate(self.protocol.properties, 1):
            if not isinstance(prop, p.Can | p.LeadsTo):
                holds = self.text(self.unfolded.holds_here(prop))
                yield f"      if :: !started || {holds} -> skip :: else -> assert(!{number}) fi;  /* {prop.name} */"
        yield "      skip"
        yield "    }"
        yield "  od"
        yield "}"
        yield "#endif"

    # --------------------------------------------------------------------------------------------------------- words

    def family(self, name: str) -> str:
        if name == FAULTS:
            return "faults"
        action = name.removeprefix(pending(""))
        return self.names.of("cell", name) if action == name else self.names.of("pending", "pending", action)

    def place(self, place: Location) -> str:
        return self.text(Read(place[0], known(self.unfolded.families[place[0]].index, place[1])))

    def value(self, item: Known) -> str:
        if not isinstance(item.type, p.Of):
            return str(int(item.value)) if not isinstance(item.type, p.Bool) else str(bool(item.value)).lower()
        word = spelled(self.protocol, self.scope, item.type, item.value)
        name = self.names.of("value", item.type.sort, word)
        self.used[name] = str(int(item.value))
        return name

    def words(self, step: Step) -> str:
        args = tuple((arg.type, arg.value) for arg in step.args)
        return step_words(self.protocol, self.scope, step.action, step.moment, args)

    def text(self, term: Term) -> str:
        match term:
            case Known():
                return self.value(term)
            case Read(name, index):
                return self.family(name) + (f"[{self.offset(name, index)}]" if index else "")
            case Not(body):
                return f"!{self.text(body)}"
            case All(parts):
                return f"({' && '.join(map(self.text, parts))})"
            case Some(parts):
                return f"({' || '.join(map(self.text, parts))})"
            case Equal(left, right):
                return f"({self.text(left)} == {self.text(right)})"
            case Order(op, left, right) | Sum(op, left, right):
                return f"({self.text(left)} {op} {self.text(right)})"
            case Choose(condition, then, otherwise):
                return f"({self.text(condition)} -> {self.text(then)} : {self.text(otherwise)})"
            case _:
                assert_never(term)

    def offset(self, name: str, index: tuple[Term, ...]) -> str:
        """Where in its array a location lies, the last index varying fastest."""
        types = self.unfolded.families[name].index
        sizes = [len(self.unfolded.values(type_)) for type_ in types]
        parts = []
        for at, (part, type_) in enumerate(zip(index, types, strict=True)):
            low = type_.low if isinstance(type_, p.Range) else 0
            stride = prod(sizes[at + 1 :])
            inner = f"({self.text(part)} - {low})" if low else self.text(part)
            parts.append(inner if stride == 1 else f"{inner} * {stride}")
        return " + ".join(parts)


_WITHOUT = {
    p.Can: "Promela has no way to say that something can always be reached",
    p.LeadsTo: "SPIN's fairness is about processes, and all steps are of one process here",
}


def _size(unfolded: Unfolded, family: Family) -> int:
    """How many locations a state keeps for a family."""
    if not unfolded.kept(family):
        return 0
    return prod(len(unfolded.values(type_)) for type_ in family.index)


def _stored(type_: p.Type) -> str:
    match type_:
        case p.Bool():
            return "bool"
        case p.Range(low, high):
            return "byte" if low >= 0 and high <= 255 else "short" if low >= -32768 and high <= 32767 else "int"
        case p.Of():
            return "byte"


def _type_words(type_: p.Type) -> str:
    match type_:
        case p.Bool():
            return "bool"
        case p.Range(low, high):
            return f"{low}..{high}"
        case p.Of(sort):
            return sort
