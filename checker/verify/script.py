"""Takes a certificate apart, and refuses whatever has no place in one: every command is one that the outline asks for.

The words of a definition must be declared, may hide nothing, and may read no state but the one they are about. What
an obligation assumes is what the header says; what it denies is the definition of its property, word for word, with
the state after in place of the state before. That the definitions mean what the text says is for `validate`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from checker.language.protocol import Range
from checker.model.symbols import number, sort_symbol
from checker.verify.evaluate import BUILT_IN
from checker.verify.header import Header
from checker.verify.outline import Family, Moment, Outline
from checker.verify.text import Command, Term, renamed, show, words


class Refused(Exception):
    """The text is a certificate that proves nothing: in which line, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Definition:
    line: int
    parameters: tuple[str, ...]
    body: Term


@dataclass(frozen=True, slots=True)
class Obligation:
    """That `goal` is true wherever `assumed`, what is given, and the guards of the section are."""

    line: int
    label: str
    property: str
    assumed: tuple[str, ...]
    goal: Term


@dataclass(slots=True)
class Section:
    """The initial states (`moment` is None), or one moment. `commands` is what stands before the obligations."""

    name: str
    moment: Moment | None
    constants: tuple[str, ...] = ()
    guards: list[Definition] = field(default_factory=list)
    becomes: dict[str, Definition] = field(default_factory=dict)
    obligations: dict[str, Obligation] = field(default_factory=dict)
    commands: list[Command] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Script:
    preamble: tuple[Command, ...]
    given: Mapping[str, Definition]
    holds: Mapping[str, Definition]
    sections: tuple[Section, ...]


def take_apart(header: Header, commands: Sequence[Command], outline: Outline) -> Script:
    """The parts of a certificate. Raises Refused where one is missing, or where there is something else."""
    return _Reader(header, commands, outline).script()


class _Reader:
    def __init__(self, header: Header, commands: Sequence[Command], outline: Outline) -> None:
        self.header = header
        self.commands = commands
        self.outline = outline
        self.at = 0
        self.known = BUILT_IN | outline.families.keys() | outline.members.keys() | {"Bool", "Int"}
        self.known |= {str(term[1]) for term in outline.declarations}
        self.known |= {f"{name}{suffix}" for name in outline.families for suffix in (".first", ".next")}

    # ----------------------------------------------------------------------------------------------------- commands

    @property
    def line(self) -> int:
        """Where the next command starts, or the last one did."""
        return self.commands[min(self.at, len(self.commands) - 1)].line if self.commands else 1

    def next(self) -> Term:
        return self.commands[self.at].term if self.at < len(self.commands) else ()

    def expect(self, wanted: Term) -> None:
        """The next command must be this one."""
        if self.next() != wanted:
            raise Refused(self.line, f"expected `{_short(wanted)}`, and here is {self.here()}")
        self.at += 1

    def here(self) -> str:
        return f"`{_short(self.next())}`" if self.next() else "the end of the text"

    def starts(self, *words: str) -> bool:
        return self.next()[: len(words)] == words

    def definition(self, name: str, sort: str, sorts: Sequence[str], may_read: Collection[str]) -> Definition:
        """The next command must define this function of these sorts, from nothing but `may_read`."""
        match self.next():
            case ("define-fun", str(found), tuple(parameters), str(of), body) if found == name and of == sort:
                names = tuple(part[0] if isinstance(part, tuple) and part else "" for part in parameters)
                wanted = tuple(zip(names, sorts, strict=False))
                if parameters != wanted or len(parameters) != len(sorts):
                    raise Refused(self.line, f"`{name}` is not defined for {' '.join(sorts) or 'no arguments'}")
                plain = tuple(map(str, names))
                for problem in _problems(body, frozenset(may_read), self.known, self.fresh(plain)):
                    raise Refused(self.line, f"in `{name}`, {problem}")
            case _:
                raise Refused(self.line, f"expected the definition of `{name}`, and here is {self.here()}")
        self.at += 1
        return Definition(self.commands[self.at - 1].line, plain, body)

    def fresh(self, names: Sequence[str]) -> frozenset[str]:
        for at, name in enumerate(names):
            if name in self.known or name in names[:at] or name.isdecimal() or not name:
                raise Refused(self.line, f"`{name[:60]}` has a meaning already")
        return frozenset(names)

    # -------------------------------------------------------------------------------------------------------- parts

    def script(self) -> Script:
        self.claims()
        for declaration in self.outline.declarations:
            self.expect(declaration)
        state = self.outline.families.keys() | self.outline.members.keys()
        given = {}
        for name in self.outline.given:
            given[name] = self.definition(name, "Bool", (), state)
            self.expect(("assert", name))
        invariants = [name for name in self.header.holds if name in self.outline.invariants]
        holds = {name: self.definition(f"{name}.holds", "Bool", (), state) for name in invariants}
        self.known |= {*given, *(f"{name}.holds" for name in holds)}
        preamble = (Command(1, ("set-logic", "ALL")), *self.commands[: self.at])
        sections = [self.initial(holds, state)]
        for moment in self.outline.moments.values():
            due = self.due(moment, holds)
            if due:
                sections.append(self.moment(moment, due, holds, state))
        if self.next():
            raise Refused(self.line, f"expected the end of the text, and here is {self.here()}")
        return Script(preamble, given, holds, tuple(sections))

    def claims(self) -> None:
        """What is leaned on is an invariant that is claimed itself."""
        for name, uses in self.header.holds.items():
            line = self.header.lines[name]
            if name not in self.outline.invariants and name not in self.outline.steps:
                raise Refused(line, f"the text has no invariant, lemma or step property named `{name[:60]}`")
            for use in uses:
                if use not in self.header.holds or use not in self.outline.invariants:
                    raise Refused(line, f"`{name}` leans on `{use[:60]}`, which is not proved here")

    def due(self, moment: Moment, holds: Mapping[str, Definition]) -> list[str]:
        """The properties that a moment could break."""
        return [
            name for name in self.header.holds
            if name in self.outline.steps or not moment.touched.keys().isdisjoint(words(holds[name].body))
        ]  # fmt: skip

    def initial(self, holds: Mapping[str, Definition], state: Collection[str]) -> Section:
        section = Section("initial states", None)
        start = self.opening(section.name)
        first = {name: f"{name}.first" for name in self.outline.initial}
        may_read = (set(state) - first.keys()) | set(first.values())
        self.becomes(section, self.outline.initial, ".first", may_read)
        section.commands = list(self.commands[start : self.at])
        for name in holds:
            self.obligation(section, name, (), renamed(holds[name].body, first), may_read)
        self.expect(("pop", "1"))
        return section

    def moment(
        self, moment: Moment, due: Sequence[str], holds: Mapping[str, Definition], state: Collection[str]
    ) -> Section:
        section = Section(f"{moment.action}.{moment.moment}", moment)
        start = self.opening(section.name)
        constants = tuple(self.constants(moment))
        section.constants = constants
        before, known = {*state, *constants}, self.known
        self.known = known | set(constants)
        while self.starts("define-fun", name := f"guard.{len(section.guards) + 1}"):
            section.guards.append(self.definition(name, "Bool", (), before))
            self.expect(("assert", name))
        self.becomes(section, moment.touched, ".next", before)
        section.commands = list(self.commands[start : self.at])
        after = {name: f"{name}.next" for name in moment.touched}
        for name in due:
            uses = self.header.holds[name]
            if name in holds:
                self.obligation(section, name, (name, *uses), renamed(holds[name].body, after), state)
            else:
                self.obligation(section, name, uses, None, before | set(after.values()))
        self.expect(("pop", "1"))
        self.known = known
        return section

    def opening(self, name: str) -> int:
        self.expect(("push", "1"))
        self.expect(("echo", f'"{name}"'))
        return self.at

    def constants(self, moment: Moment) -> Iterator[str]:
        found: list[str] = []
        for type_ in moment.params:
            sort = sort_symbol(type_)
            match self.next():
                case ("declare-const", str(name), str(of)) if of == sort:
                    self.fresh((*found, name))
                    found.append(name)
                    self.at += 1
                case _:
                    raise Refused(self.line, f"expected a constant of the sort {sort}, and here is {self.here()}")
            if isinstance(type_, Range):
                low, high = number(type_.low), number(type_.high)
                self.expect(("assert", ("and", ("<=", low, name), ("<=", name, high))))
            yield name

    def becomes(self, section: Section, families: Mapping[str, Family], suffix: str, may_read: Collection[str]) -> None:
        """The definitions of what the state becomes, in any order."""
        waiting = dict(families)
        while waiting:
            found = self.next()[1:2]
            name = next((name for name in waiting if found == (f"{name}{suffix}",)), next(iter(waiting)))
            family = waiting.pop(name)
            made = self.definition(f"{name}{suffix}", sort_symbol(family.type), family.sorts, may_read)
            section.becomes[name] = made

    def obligation(
        self, section: Section, name: str, assumed: Sequence[str], goal: Term | None, may_read: Collection[str]
    ) -> None:
        """The next commands must be this obligation. A step property has its own goal in each section."""
        label, line = f"{section.name}: {name}", self.line
        self.expect(("push", "1"))
        if self.next() != ("echo", f'"{label}"'):
            raise Refused(self.line, f"expected the obligation `{label}`, and here is {self.here()}")
        self.at += 1
        for hypothesis in assumed:
            self.expect(("assert", f"{hypothesis}.holds"))
        match self.next():
            case ("assert", ("not", found)) if goal is None:
                for problem in _problems(found, frozenset(may_read), self.known, frozenset()):
                    raise Refused(self.line, f"in what `{label}` denies, {problem}")
                goal = found
            case ("assert", ("not", found)) if found == goal:
                pass
            case _:
                raise Refused(self.line, f"`{label}` does not deny what `{name}` says after it, but has {self.here()}")
        self.at += 1
        self.expect(("check-sat",))
        self.expect(("pop", "1"))
        section.obligations[name] = Obligation(line, label, name, tuple(assumed), goal)


def _problems(term: Term, may_read: frozenset[str], known: frozenset[str], bound: frozenset[str]) -> Iterator[str]:
    """Words that are not declared here, and names that hide others."""
    match term:
        case str():
            if term not in bound and term not in may_read and term not in ("true", "false") and not term.isdecimal():
                yield f"`{term[:60]}` is not declared, or of another state"
        case (("forall" | "exists"), tuple(variables), body):
            inner = set(bound)
            for variable in variables:
                match variable:
                    case (str(name), str()) if name not in known and name not in inner and not name.isdecimal():
                        inner.add(name)
                    case _:
                        yield f"`{_short(variable)}` hides a name, or is no variable"
            yield from _problems(body, may_read, known, frozenset(inner))
        case (str(head), *parts) if parts:
            if head not in BUILT_IN and head not in may_read:
                yield f"`{head[:60]}` is not declared, or of another state"
            for part in parts:
                yield from _problems(part, may_read, known, bound)
        case _:
            yield f"`{_short(term)}` is no term"


def _short(term: Term) -> str:
    text = show(term)
    return text if len(text) <= 80 else f"{text[:77]}..."
