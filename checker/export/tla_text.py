"""Expressions and assignments in TLA+, from the typed tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import assert_never

from checker.export.names import Names
from checker.language import protocol as p
from checker.language.protocol import Comparison, Connective, Quantifier

Env = Mapping[str, str]
Bound = tuple[tuple[str, p.Type], ...]
Did = tuple[str, str, tuple[str, ...]]

_LOGIC = {Connective.AND: "/\\", Connective.OR: "\\/", Connective.IMPLIES: "=>"}
_COMPARE = {
    Comparison.EQUAL: "=",
    Comparison.DIFFERENT: "#",
    Comparison.LESS: "<",
    Comparison.AT_MOST: "<=",
    Comparison.MORE: ">",
    Comparison.AT_LEAST: ">=",
}


@dataclass(frozen=True, slots=True)
class Each:
    """An assignment is made for every value of the variables."""

    variables: tuple[p.Variable, ...]


@dataclass(frozen=True, slots=True)
class Where:
    """An assignment is made where the condition is true, or, unless `holds`, false."""

    condition: p.Expr
    holds: bool = True


@dataclass(frozen=True, slots=True)
class Clause:
    """One assignment, with what stands around it, outermost first."""

    path: tuple[Each | Where, ...]
    index: tuple[p.Expr, ...]
    value: p.Expr


class Words:
    """What things are called, and what expressions say. No bound name is used for anything else: TLA+ forbids it."""

    def __init__(self, protocol: p.Protocol, names: Names) -> None:
        self.protocol, self.names = protocol, names
        for sort in protocol.sorts:
            self.sort(sort.name)
        for name in [item.name for group in (protocol.consts, protocol.params, protocol.cells) for item in group]:
            self.cell(name)
        for action in protocol.actions:
            self.mark(action.name)
        self.definitions = {definition.name: definition for definition in protocol.definitions}

    def settled(self) -> None:
        """From now on no new name but those of properties: what is bound may be called anything else."""
        for prop in self.protocol.properties:
            self.names.of("property", prop.name)
        self.names.of("module", self.protocol.name)

    def sort(self, name: str) -> str:
        return self.names.of("sort", name)

    def cell(self, name: str) -> str:
        return self.names.of("cell", name)

    def mark(self, action: str) -> str:
        return self.names.of("pending", "pending", action)

    def bind(self, variables: tuple[p.Variable, ...], env: Env) -> tuple[dict[str, str], Bound]:
        """The environment with the variables in it, and what they are called.

        A name that an inner one hides cannot be used again below it, so it stays in the environment, under a key that
        no text has.
        """
        inner = dict(env)
        bound: list[tuple[str, p.Type]] = []
        for variable in variables:
            name = variable.name if variable.name.isidentifier() else f"at{len(bound) + 1}"  # an index without a name
            while name in inner.values() or self.names.has(name):
                name += "_"
            inner[variable.name] = inner[f" {name}"] = name
            bound.append((name, variable.type))
        return inner, tuple(bound)

    def type(self, type_: p.Type) -> str:
        match type_:
            case p.Bool():
                return "BOOLEAN"
            case p.Range(low, high):
                return f"({low}..{high})"
            case p.Of(sort):
                return self.sort(sort)

    def literal(self, type_: p.Type, spelled: str) -> str:
        """A value as TLA+ writes it: members of closed sorts are strings, individuals of open ones model values."""
        match type_:
            case p.Bool():
                return spelled.upper()
            case p.Range():
                return spelled
            case p.Of(sort):
                return spelled if self.protocol.sort(sort).members is None else f'"{spelled}"'

    def binders(self, bound: Bound) -> str:
        return ", ".join(f"{name} \\in {self.type(type_)}" for name, type_ in bound)

    # ---------------------------------------------------------------------------------------------------- expressions

    def text(self, expr: p.Expr, env: Env, *, after: bool, did: Did | None) -> str:
        """The expression; `after`: reads see the state after the step, but under `old`. `did` is the step at hand."""

        def inner(part: p.Expr) -> str:
            return self.text(part, env, after=after, did=did)

        prime = "'" if after else ""
        match expr:
            case p.Lit(value, type_):
                return self.literal(type_, self._spelled(type_, value))
            case p.Var(name):
                return env[name]
            case p.ReadParam(name):
                return self.cell(name)
            case p.ReadConst(name, args):
                return written(self.cell(name), [inner(arg) for arg in args])
            case p.ReadCell(name, args):
                return written(self.cell(name) + prime, [inner(arg) for arg in args])
            case p.Pending(action, args):
                return written(self.mark(action) + prime, [inner(arg) for arg in args])
            case p.Apply(name, args):
                if after or any(
                    isinstance(part, p.Old) for part in _parts(expr)
                ):  # a prime would bind the arguments too
                    definition = self.definitions[name]
                    given = {key: name for key, name in env.items() if key.startswith(" ")}
                    given |= {v.name: inner(arg) for v, arg in zip(definition.params, args, strict=True)}
                    return self.text(definition.body, given, after=after, did=did)
                called = ", ".join(inner(arg) for arg in args)
                return self.names.of("let", name) + (f"({called})" if called else "")
            case p.Old(body):
                return self.text(body, env, after=False, did=did)
            case p.Did(action, moment, args):
                if did is None or did[0] != action or moment not in (None, did[1]):
                    return "FALSE"
                same = [f"({inner(arg)} = {given})" for arg, given in zip(args, did[2], strict=True)]
                return both(same) if same else "TRUE"
            case p.Not(body):
                return f"~{inner(body)}"
            case p.Logic(op, left, right):
                return f"({inner(left)} {_LOGIC[op]} {inner(right)})"
            case p.Compare(op, left, right):
                return f"({inner(left)} {_COMPARE[op]} {inner(right)})"
            case p.Arith(op, left, right):
                return f"({inner(left)} {op} {inner(right)})"
            case p.In(item, options):
                return f"({inner(item)} \\in {{{', '.join(map(inner, options))}}})"
            case p.If(condition, then, otherwise):
                return f"(IF {inner(condition)} THEN {inner(then)} ELSE {inner(otherwise)})"
            case p.Quantified(quantifier, variables, body):
                below, bound = self.bind(variables, env)
                mark = "\\A" if quantifier is Quantifier.FORALL else "\\E"
                return f"({mark} {self.binders(bound)} : {self.text(body, below, after=after, did=did)})"
            case _:
                assert_never(expr)

    def _spelled(self, type_: p.Type, value: p.Value) -> str:
        match type_:
            case p.Of(sort):
                return (self.protocol.sort(sort).members or ())[int(value)]
            case p.Bool():
                return str(bool(value)).upper()
            case _:
                return str(int(value)) if int(value) >= 0 else f"({int(value)})"

    def ordered(self) -> list[p.Definition]:
        """The definitions, each after those that it uses."""
        found: dict[str, p.Definition] = {}

        def visit(definition: p.Definition) -> None:
            for part in _parts(definition.body):
                if isinstance(part, p.Apply):
                    visit(self.definitions[part.name])
            found[definition.name] = definition

        for definition in self.protocol.definitions:
            visit(definition)
        return [*found.values()]

    def dids(self, expr: p.Expr) -> list[p.Did]:
        """Every `did` of an expression, those of the definitions that it uses too."""
        found: list[p.Did] = []
        for part in _parts(expr):
            if isinstance(part, p.Did):
                found.append(part)
            if isinstance(part, p.Apply):
                found += self.dids(self.definitions[part.name].body)
        return found

    # ---------------------------------------------------------------------------------------------------- assignments

    def updated(self, name: str, index: tuple[p.Type, ...], clauses: list[Clause], env: Env) -> str:
        """What a cell is after the clauses, all of which are read in the state before."""

        def text(expr: p.Expr, inner: Env) -> str:
            return self.text(expr, inner, after=False, did=None)

        if not any(clause.path for clause in clauses):
            if not index:
                return text(clauses[-1].value, env)
            places = [", ".join(text(part, env) for part in clause.index) for clause in clauses]
            changes = [f"![{at}] = {text(c.value, env)}" for at, c in zip(places, clauses, strict=True)]
            return f"[{name} EXCEPT {', '.join(changes)}]"
        places_at = tuple(p.Variable(f"at{at + 1}", each) for at, each in enumerate(index))
        here, bound = self.bind(places_at, env)
        value = written(name, [each for each, _ in bound])
        for clause in clauses:
            value = self._chosen(clause, tuple(here[v.name] for v in places_at), index, value, here)
        return function(self, bound, value)

    def _chosen(
        self, clause: Clause, here: tuple[str, ...], types: tuple[p.Type, ...], otherwise: str, env: Env
    ) -> str:
        """The clause's value where it speaks of the location `here`, else `otherwise`.

        A variable that is itself a part of the index is that part of `here`; any other is asked for, and the language
        sees to it that no value depends on it.
        """
        inner, parts, settled = dict(env), list[str | Bound](), set[int]()
        for depth, step in enumerate(clause.path):
            if isinstance(step, Where):
                parts.append(("" if step.holds else "~") + self.text(step.condition, inner, after=False, did=None))
                continue
            later = {v.name for below in clause.path[depth + 1 :] if isinstance(below, Each) for v in below.variables}
            for variable in step.variables:
                same = [at for at, part in enumerate(clause.index) if part == p.Var(variable.name, variable.type)]
                if same and same[0] not in settled and variable.name not in later:
                    inner[variable.name] = here[same[0]]
                    settled.add(same[0])
                    if types[same[0]] != variable.type:
                        parts.append(f"({here[same[0]]} \\in {self.type(variable.type)})")
                else:
                    inner, bound = self.bind((variable,), inner)
                    parts.append(bound)
        for at, part in enumerate(clause.index):
            if at not in settled:
                parts.append(f"({self.text(part, inner, after=False, did=None)} = {here[at]})")
        value = self.text(clause.value, inner, after=False, did=None)
        condition = ""
        for each in reversed(parts):
            if isinstance(each, str):
                condition = f"{each} /\\ {condition}" if condition else each
            else:
                condition = f"(\\E {self.binders(each)} : {condition or 'TRUE'})"
        return f"(IF {condition} THEN {value} ELSE {otherwise})" if condition else value


def written(name: str, index: Sequence[str]) -> str:
    """A variable, or a function at an index."""
    return f"{name}[{', '.join(index)}]" if index else name


def function(words: Words, bound: Bound, value: str) -> str:
    """The function with that value at each index; without an index, the value."""
    return f"[{words.binders(bound)} |-> {value}]" if bound else value


def for_all(words: Words, bound: Bound, body: str) -> str:
    return f"(\\A {words.binders(bound)} : {body})" if bound else body


def both(parts: Iterable[str]) -> str:
    """All of the parts, on one line."""
    return "(" + " /\\ ".join(parts) + ")"


def either(parts: Iterable[str]) -> str:
    return "(" + " \\/ ".join(parts) + ")"


def domain(words: Words, index: Iterable[p.Type]) -> str:
    """The set of all index tuples."""
    return " \\X ".join(map(words.type, index))


def conjunction(parts: Iterable[str]) -> Iterator[str]:
    yield from ([f"  /\\ {part}" for part in parts] or ["  TRUE"])


def disjunction(parts: Iterable[str]) -> Iterator[str]:
    yield from ([f"  \\/ {part}" for part in parts] or ["  FALSE"])


def _parts(item: object) -> Iterator[object]:
    """Every node of an expression."""
    yield item
    if isinstance(item, tuple):
        for part in item:
            yield from _parts(part)
    elif is_dataclass(item) and not isinstance(item, type):
        for part in fields(item):
            if part.name != "span":
                yield from _parts(getattr(item, part.name))
