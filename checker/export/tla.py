"""TLA+, for TLC (Lamport, "Specifying Systems", 2002): a module that keeps the shape of the text, and a `.cfg` file.

Sorts are constants, cells are functions, an outcome is an action with parameters. Consts are variables that no action
changes, so that TLC goes through all their values. TLC counts each initial state as one state generated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from checker.export import keywords
from checker.export.names import Names
from checker.export.target import Exported, scope_words, spelled
from checker.export.tla_text import (
    Bound,
    Clause,
    Each,
    Where,
    Words,
    both,
    conjunction,
    disjunction,
    domain,
    either,
    for_all,
    function,
    written,
)
from checker.language import protocol as p
from checker.language.protocol import BEGIN, SUCCESS, Kind, Value
from checker.model.scope import Scope


def tla(protocol: p.Protocol, scope: Scope) -> Exported:
    """The protocol in the scope: the module, and what TLC is to check of it."""
    return _Tla(protocol, scope).exported()


@dataclass(frozen=True, slots=True)
class _Moment:
    """One action of the module: an outcome of an action of the text, or its begin (`outcome` is None)."""

    action: p.Action
    outcome: p.Outcome | None

    @property
    def name(self) -> str:
        return BEGIN if self.outcome is None else self.outcome.name

    @property
    def first(self) -> bool:
        return self.outcome is None or self.action.begin is None

    @property
    def effects(self) -> tuple[p.Effect, ...]:
        return self.outcome.effects if self.outcome is not None else self.action.begin or ()

    @property
    def owed(self) -> bool:
        return self.action.kind is not Kind.FAULT and not (self.action.optional and self.first)


class _Tla:
    def __init__(self, protocol: p.Protocol, scope: Scope) -> None:
        self.protocol, self.scope = protocol, scope
        self.names = Names(keywords.TLA.split())
        self.words = Words(protocol, self.names)
        begun = [action for action in protocol.actions if action.begin is not None]
        self.variables: list[tuple[str, tuple[p.Type, ...], p.Type]] = [
            *((self.words.cell(const.name), const.index, const.type) for const in protocol.consts),
            *((self.words.cell(c.name), tuple(v.type for v in c.index), c.type) for c in protocol.cells),
            *((self.words.mark(a.name), tuple(v.type for v in a.params), p.Bool()) for a in begun),
        ]
        self.moments = [
            _Moment(action, outcome)
            for action in protocol.actions
            for outcome in ([] if action.begin is None else [None]) + list(action.outcomes)
        ]
        for action in protocol.actions:
            self.names.of("action", action.name)
        for moment in self.moments:
            self.moment(moment)
        for definition in protocol.definitions:
            self.names.of("let", definition.name)
        for assumption in protocol.assumptions:
            self.names.of("assume", assumption.name)
        for sort in protocol.sorts:
            if sort.members is None:
                for at in range(dict(scope.sizes)[sort.name]):
                    self.individual(sort.name, at)
        self.words.settled()
        self.left_out = tuple(self._left_out())

    def exported(self) -> Exported:
        name = self.names.of("module", self.protocol.name)
        module = "\n".join([*self.head(name), *self.state(), *self.actions(), *self.properties(), "=" * 78]) + "\n"
        files = ((f"{name}.tla", module), (f"{name}.cfg", "\n".join(self.config()) + "\n"))
        return Exported("tla", self.protocol.name, self.scope.name, files, self.left_out)

    def _left_out(self) -> Iterator[str]:
        silent = {m.action.name for m in self.moments if not m.effects and m.action.begin is None}
        cans = [prop.name for prop in self.protocol.properties if isinstance(prop, p.Can)]
        steps = [prop.name for prop in self.protocol.properties if isinstance(prop, p.StepRule)]
        if cans:
            yield f"{', '.join(cans)}: TLA+ has no way to say that something can always be reached"
        if silent and steps:
            yield f"{', '.join(steps)}: TLA+ takes a step that changes nothing for none, and asks nothing of it"
        for prop in self.protocol.properties:
            if isinstance(prop, p.LeadsTo) and (quiet := sorted(silent & {item.action for item in prop.fair})):
                yield (
                    f"{prop.name}: that {', '.join(quiet)} goes on for ever without changing anything is fair here,"
                    " and not in TLA+"
                )

    # ----------------------------------------------------------------------------------------------------- the module

    def head(self, name: str) -> Iterator[str]:
        yield f"{'-' * 30} MODULE {name} {'-' * 30}"
        yield f"\\* {self.protocol.name}, {scope_words(self.scope)}"
        yield from (f"\\* Not as in the text: {sentence}." for sentence in self.left_out)
        yield "EXTENDS Integers"
        yield ""
        constants = [*map(self.words.sort, self.open_sorts()), *self.params(), *self.pinned(), "Faults"]
        yield f"CONSTANTS {', '.join(constants)}"
        yield f"VARIABLES {', '.join([*(name for name, _, _ in self.variables), 'faults'])}"
        yield f"vars == <<{', '.join([*(name for name, _, _ in self.variables), 'faults'])}>>"
        yield ""
        for sort in self.protocol.sorts:
            if sort.members is not None:
                members = ", ".join(f'"{member}"' for member in sort.members)
                yield f"{self.words.sort(sort.name)} == {{{members}}}"
        yield ""
        for let in self.words.ordered():
            env, bound = self.words.bind(let.params, {})
            yield from self.operator(self.names.of("let", let.name), bound, [self.text(let.body, env)])

    def open_sorts(self) -> Iterator[str]:
        return (sort.name for sort in self.protocol.sorts if sort.members is None)

    def pinned(self) -> list[str]:
        """The individuals that the module names: those that the scope fixes a const of, or for."""
        found: dict[str, None] = {}
        types = {const.name: (*const.index, const.type) for const in self.protocol.consts}
        for (name, index), value in self.scope.pins:
            for type_, part in zip(types[name], (*index, value), strict=True):
                if isinstance(type_, p.Of) and self.protocol.sort(type_.sort).members is None:
                    found[self.individual(type_.sort, int(part))] = None
        return [*found]

    def params(self) -> Iterator[str]:
        return (self.words.cell(param.name) for param in self.protocol.params)

    def state(self) -> Iterator[str]:
        yield "TypeOK =="
        yield from conjunction([*(f"{name} \\in {self.all_of(index, type_)}" for name, index, type_ in self.variables),
                                "faults \\in 0..Faults"])  # fmt: skip
        yield ""
        for assumption in self.protocol.assumptions:
            yield f"{self.names.of('assume', assumption.name)} == {self.text(assumption.formula, {})}"
        yield ""
        yield "Init =="
        parts = [f"{self.words.cell(c.name)} \\in {self.all_of(c.index, c.type)}" for c in self.protocol.consts]
        pins = dict(self.scope.pins)
        types = {const.name: const for const in self.protocol.consts}
        for (name, index), value in pins.items():
            place = ", ".join(self.value(type_, part) for type_, part in zip(types[name].index, index, strict=True))
            read = f"{self.words.cell(name)}[{place}]" if place else self.words.cell(name)
            parts.append(f"{read} = {self.value(types[name].type, value)}")
        parts += [self.names.of("assume", assumption.name) for assumption in self.protocol.assumptions]
        if self.scope.where is not None:
            parts.append(self.text(self.scope.where, {}))
        for cell in self.protocol.cells:
            name = self.words.cell(cell.name)
            if cell.initial is None:
                parts.append(f"{name} \\in {self.all_of(tuple(v.type for v in cell.index), cell.type)}")
            else:
                env, bound = self.words.bind(cell.index, {})
                parts.append(f"{name} = {function(self.words, bound, self.text(cell.initial, env))}")
        for action in self.protocol.actions:
            if action.begin is not None:
                _, bound = self.words.bind(action.params, {})
                parts.append(f"{self.words.mark(action.name)} = {function(self.words, bound, 'FALSE')}")
        yield from conjunction([*parts, "faults = 0"])
        yield ""

    def actions(self) -> Iterator[str]:
        for moment in self.moments:
            env, bound = self.words.bind(moment.action.params, {})
            yield from self.operator(self.moment(moment), bound, [*conjunction(self.body(moment, env))])
        for action in self.protocol.actions:
            moments = [moment for moment in self.moments if moment.action is action]
            name = self.names.of("action", action.name)
            if name != self.moment(moments[0]):
                env, bound = self.words.bind(action.params, {})
                ways = disjunction(self.called(each, env) for each in moments)
                yield from self.operator(name, bound, [*ways])
        yield "Next =="
        yield from disjunction(self.somebody(action) for action in self.protocol.actions)
        yield ""
        yield "Spec == Init /\\ [][Next]_vars"
        yield ""

    def body(self, moment: _Moment, env: Mapping[str, str]) -> list[str]:
        """The conjuncts of an action: guards, then what changes, then what does not."""
        action, outcome = moment.action, moment.outcome
        mark, args = self.words.mark(action.name), [env[v.name] for v in action.params]
        guards = (action.guards if moment.first else ()) + (outcome.guards if outcome is not None else ())
        kept = [guard for guard in guards if not guard.rules or not set(guard.rules) <= self.scope.without]
        parts = [] if moment.first else [written(mark, args)]
        parts += [self.text(guard.condition, env) for guard in kept]
        clauses: dict[str, list[Clause]] = {}
        if action.begin is not None:
            own = tuple(p.Var(v.name, v.type) for v in action.params)
            clauses[mark] = [Clause((), own, p.Lit(outcome is None, p.Bool()))]
        for name, clause in self.clauses(moment.effects, ()):
            clauses.setdefault(name, []).append(clause)
        indexes = {name: index for name, index, _ in self.variables}
        for name, found in clauses.items():
            parts.append(f"{name}' = {self.words.updated(name, indexes[name], found, env)}")
        same = [name for name, _, _ in self.variables if name not in clauses]
        if action.kind is Kind.FAULT:
            parts += ["faults < Faults", "faults' = faults + 1"]
        else:
            same.append("faults")
        return [*parts, f"UNCHANGED <<{', '.join(same)}>>"] if same else parts

    def clauses(self, effects: tuple[p.Effect, ...], path: tuple[Each | Where, ...]) -> Iterator[tuple[str, Clause]]:
        for effect in effects:
            match effect:
                case p.Assign(cell, index, value):
                    yield self.words.cell(cell), Clause(path, index, value)
                case p.When(test, then, otherwise):
                    yield from self.clauses(then, (*path, Where(test)))
                    yield from self.clauses(otherwise, (*path, Where(test, holds=False)))
                case p.ForEach(variables, where, body):
                    inner = (*path, Each(variables), *(() if where is None else (Where(where),)))
                    yield from self.clauses(body, inner)
                case _:
                    assert_never(effect)

    # ------------------------------------------------------------------------------------------------------ properties

    def properties(self) -> Iterator[str]:
        owed = [self.somebody(moment) for moment in self.moments if moment.owed]
        if any(isinstance(prop, p.Final) for prop in self.protocol.properties):
            yield "Owed =="
            yield from disjunction(owed)
            yield ""
        for prop in self.protocol.properties:
            name = self.names.of("property", prop.name)
            match prop:
                case p.Invariant(formula=formula):
                    yield f"{name} == {self.text(formula, {})}"
                case p.Final(formula=formula):
                    yield f"{name} == ~ENABLED Owed => {self.text(formula, {})}"
                case p.StepRule():
                    yield f"{name} == [][{self.step_rule(prop)}]_vars"
                case p.LeadsTo():
                    yield f"{name} == {self.leads_to(prop)}"
                case p.Can():
                    yield f"\\* {prop.name}: left out, see above."
                case _:
                    assert_never(prop)
            yield ""

    def step_rule(self, prop: p.StepRule) -> str:
        """What `did` asks is settled for each action that the rule names; for all others it is false."""
        named = {did.action for did in self.words.dids(prop.formula)}
        if not named:
            return self.words.text(prop.formula, {}, after=True, did=None)
        parts = []
        for moment in self.moments:
            if moment.action.name in named:
                env, bound = self.words.bind(moment.action.params, {})
                step = moment.action.name, moment.name, tuple(env[v.name] for v in moment.action.params)
                says = self.words.text(prop.formula, env, after=True, did=step)
                parts.append(for_all(self.words, bound, f"({self.called(moment, env)} => {says})"))
        others = [self.somebody(moment) for moment in self.moments if moment.action.name not in named]
        if others:
            says = self.words.text(prop.formula, {}, after=True, did=None)
            parts.append(f"({either(others)} => {says})")
        return both(parts)

    def leads_to(self, prop: p.LeadsTo) -> str:
        strong = {item.action: any(f.strong for f in prop.fair if f.action == item.action) for item in prop.fair}
        fair = []
        for action, strongly in strong.items():
            params = self.protocol.action(action).params
            env, bound = self.words.bind(params, {})
            call = self.call(self.names.of("action", action), [env[v.name] for v in params])
            fair.append(for_all(self.words, bound, f"{'SF' if strongly else 'WF'}_vars({call})"))
        env, bound = self.words.bind(prop.variables, {})
        premise, conclusion = self.text(prop.premise, env), self.text(prop.conclusion, env)
        ways = for_all(self.words, bound, f"({premise} ~> {conclusion})")
        return f"{both(fair)} => {ways}" if fair else ways

    # ----------------------------------------------------------------------------------------------------- the config

    def config(self) -> Iterator[str]:
        yield "SPECIFICATION Spec"
        yield "CHECK_DEADLOCK FALSE"
        yield "CONSTANTS"
        for sort in self.open_sorts():
            names = [self.individual(sort, at) for at in range(dict(self.scope.sizes)[sort])]
            yield f"  {self.words.sort(sort)} = {{{', '.join(names)}}}"
        settings = {param.name: param.default for param in self.protocol.params} | dict(self.scope.settings)
        for param in self.protocol.params:
            yield f"  {self.words.cell(param.name)} = {self.value(param.type, settings[param.name])}"
        yield from (f"  {name} = {name}" for name in self.pinned())
        yield f"  Faults = {self.scope.faults}"
        yield "INVARIANTS"
        yield "  TypeOK"
        for prop in self.protocol.properties:
            if isinstance(prop, p.Invariant | p.Final):
                yield f"  {self.names.of('property', prop.name)}"
        temporal = [prop for prop in self.protocol.properties if isinstance(prop, p.StepRule | p.LeadsTo)]
        if temporal:
            yield "PROPERTIES"
        yield from (f"  {self.names.of('property', prop.name)}" for prop in temporal)

    # ---------------------------------------------------------------------------------------------------------- words

    def operator(self, name: str, bound: Bound, lines: list[str]) -> Iterator[str]:
        """A definition; of one line, where it has one part."""
        head = self.call(name, [each for each, _ in bound])
        if len(lines) == 1 and not lines[0].startswith(" "):
            yield f"{head} == {lines[0]}"
        else:
            yield from (f"{head} ==", *lines)
        yield ""

    def moment(self, moment: _Moment) -> str:
        if moment.action.begin is None and len(moment.action.outcomes) == 1:
            return self.names.of("action", moment.action.name)
        if moment.name == SUCCESS:
            return self.names.of("success", moment.action.name, "done")
        return self.names.of("moment", moment.action.name, moment.name)

    def called(self, moment: _Moment, env: Mapping[str, str]) -> str:
        return self.call(self.moment(moment), [env[v.name] for v in moment.action.params])

    def somebody(self, item: _Moment | p.Action) -> str:
        """The action for some arguments."""
        action = item if isinstance(item, p.Action) else item.action
        name = self.names.of("action", action.name) if isinstance(item, p.Action) else self.moment(item)
        env, bound = self.words.bind(action.params, {})
        call = self.call(name, [env[v.name] for v in action.params])
        return f"(\\E {self.words.binders(bound)} : {call})" if bound else call

    def call(self, name: str, args: list[str]) -> str:
        return f"{name}({', '.join(args)})" if args else name

    def all_of(self, index: tuple[p.Type, ...], type_: p.Type) -> str:
        """The set of all functions from an index to a type."""
        if not index:
            return self.words.type(type_)
        return f"[{domain(self.words, index)} -> {self.words.type(type_)}]"

    def individual(self, sort: str, number: int) -> str:
        return self.names.of(sort, self.scope.individual(self.protocol, sort, number))

    def value(self, type_: p.Type, value: Value) -> str:
        if isinstance(type_, p.Of) and self.protocol.sort(type_.sort).members is None:
            return self.individual(type_.sort, int(value))
        return self.words.literal(type_, spelled(self.protocol, self.scope, type_, value))

    def text(self, expr: p.Expr, env: Mapping[str, str]) -> str:
        return self.words.text(expr, env, after=False, did=None)
