"""SMV, for NuSMV and nuXmv (Cavada et al., "The nuXmv Symbolic Model Checker", CAV 2014): one variable a location.

Which step is taken is an input, so the reachable states are ours. `stutter` is always possible, for SMV wants a step
out of every state: a deadlock is no error there, and `final` properties ask for it by name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from checker.export import keywords
from checker.export.names import Names
from checker.export.target import Exported, scope_words, spelled, step_words
from checker.export.terms import TRUE, All, Choose, Equal, Known, Not, Order, Read, Some, Sum, Term
from checker.export.unfold import FAULTS, Location, Step, Unfolded, known, pending
from checker.language import protocol as p
from checker.model.scope import Scope


def smv(protocol: p.Protocol, scope: Scope) -> Exported:
    """The protocol in the scope as one SMV text."""
    return _Smv(Unfolded(protocol, scope)).exported()


class _Smv:
    def __init__(self, unfolded: Unfolded) -> None:
        self.unfolded = unfolded
        self.protocol, self.scope = unfolded.protocol, unfolded.scope
        self.names = Names(keywords.SMV.split())
        self.places = [
            place
            for family in unfolded.families.values()
            if unfolded.kept(family)
            for place in unfolded.locations(family)
        ]
        for place in self.places:
            self.place(place)
        self.steps = unfolded.possible
        self.values: dict[str, None] = {}  # the symbolic constants of the text

    def exported(self) -> Exported:
        variables = [*self.variables()]  # first, so that it is known which values their types name
        declared = set(self.values)
        body = [*self.start(), *self.moves(), *self.properties()]
        others = [value for value in self.values if value not in declared]
        lines = [*self.head(), *([f"CONSTANTS {', '.join(others)};"] if others else []), *variables, *body]
        name = f"{self.names.of('protocol', self.protocol.name)}.smv"
        return Exported("smv", self.protocol.name, self.scope.name, ((name, "\n".join(lines) + "\n"),), ())

    # ------------------------------------------------------------------------------------------------------ the text

    def head(self) -> Iterator[str]:
        yield f"-- {self.protocol.name}, {scope_words(self.scope)}"
        yield "-- `stutter` is possible everywhere: runs may stop, and no state is a deadlock."
        left = len(self.unfolded.steps) - len(self.steps)
        if left:
            yield f"-- Left out: {left} steps that no state of this scope allows."
        yield "MODULE main"

    def variables(self) -> Iterator[str]:
        yield "IVAR"
        yield f"  step : {{{', '.join(['stutter', *map(self.step, self.steps)])}}};"
        for keyword, frozen in (("FROZENVAR", True), ("VAR", False)):
            places = [place for place in self.places if self.unfolded.families[place[0]].frozen is frozen]
            if places or not frozen:
                yield keyword
            yield from (
                f"  {self.place(place)} : {self.type(self.unfolded.families[place[0]].type)};" for place in places
            )
        yield f"  faults : 0..{self.scope.faults};"

    def start(self) -> Iterator[str]:
        if self.unfolded.assumption != TRUE:
            yield "INIT"
            yield f"  {self.text(self.unfolded.assumption)};"
        for place, first in self.unfolded.starts():
            if first is not None:
                yield f"INIT {self.place(place)} = {self.text(first)};"
        yield "INIT faults = 0;"

    def moves(self) -> Iterator[str]:
        writers: dict[Location, list[tuple[Step, Term]]] = {}
        for step in self.steps:
            for place, value in step.writes:
                writers.setdefault(place, []).append((step, value))
        if self.steps:
            yield "DEFINE"
        yield from (f"  {self.possible(step)} := {self.text(self.unfolded.taken(step))};" for step in self.steps)
        yield from (f"TRANS (step = {self.step(step)}) -> {self.possible(step)};" for step in self.steps)
        yield "ASSIGN"
        for place in self.places:
            if not self.unfolded.families[place[0]].frozen:
                cases = [f"(step = {self.step(step)}) : {self.text(value)};" for step, value in writers.get(place, ())]
                yield f"  next({self.place(place)}) := {self.cases(cases, self.place(place))};"
        faults = [self.step(step) for step in self.steps if step.fault]
        counted = (
            [f"(step in {{{', '.join(faults)}}}) & (faults < {self.scope.faults}) : faults + 1;"] if faults else []
        )
        yield f"  next(faults) := {self.cases(counted, 'faults')};"

    def properties(self) -> Iterator[str]:
        for prop in self.protocol.properties:
            name = self.names.of("property", prop.name)
            match prop:
                case p.Invariant() | p.StepRule() | p.Final():
                    yield f"INVARSPEC NAME {name} := {self.text(self.unfolded.holds_here(prop))};"
                case p.Can(variables=variables, formula=formula):
                    bindings = self.unfolded.bindings(variables, {})
                    ways = [f"(AG (EF {self.text(self.unfolded.term(formula, bound))}))" for bound in bindings]
                    yield f"CTLSPEC NAME {name} := {' & '.join(ways) or 'TRUE'};"
                case p.LeadsTo():
                    yield f"LTLSPEC NAME {name} := {self.leads_to(prop)};"
                case _:
                    assert_never(prop)

    def leads_to(self, prop: p.LeadsTo) -> str:
        strong = {item.action: any(f.strong for f in prop.fair if f.action == item.action) for item in prop.fair}
        fair = []
        for action, strongly in strong.items():
            for steps in self.unfolded.instances(action):
                if steps:
                    taken = f"(G (F (step in {{{', '.join(map(self.step, steps))}}})))"
                    possible = f"({' | '.join(map(self.possible, steps))})"
                    fair.append(f"({taken} | {f'(F (G !{possible}))' if strongly else f'(G (F !{possible}))'})")
        ways = []
        for bound in self.unfolded.bindings(prop.variables, {}):
            premise, conclusion = (self.text(self.unfolded.term(e, bound)) for e in (prop.premise, prop.conclusion))
            ways.append(f"(G ({premise} -> (F {conclusion})))")
        return f"({' & '.join(fair) or 'TRUE'}) -> ({' & '.join(ways) or 'TRUE'})"

    # --------------------------------------------------------------------------------------------------------- words

    def place(self, place: Location) -> str:
        if place[0] == FAULTS:
            return "faults"
        index = known(self.unfolded.families[place[0]].index, place[1])
        action = place[0].removeprefix(pending(""))
        kind, *words = ("cell", action) if action == place[0] else ("pending", "pending", action)
        return self.names.of(kind, *words, *map(self.spelled, index))

    def step(self, step: Step) -> str:
        return self.names.of("step", *self.words(step))

    def possible(self, step: Step) -> str:
        return self.names.of("can", "can", *self.words(step))

    def words(self, step: Step) -> tuple[str, ...]:
        plain = step_words(self.protocol, self.scope, step.action, step.moment, ())
        moment = plain.partition(").")[2]
        return (step.action, *([moment] if moment else []), *map(self.spelled, step.args))

    def spelled(self, value: Known) -> str:
        return spelled(self.protocol, self.scope, value.type, value.value)

    def type(self, type_: p.Type) -> str:
        match type_:
            case p.Bool():
                return "boolean"
            case p.Range(low, high):
                return f"{low}..{high}"
            case p.Of():
                return f"{{{', '.join(map(self.text, self.unfolded.values(type_)))}}}"

    def cases(self, cases: list[str], otherwise: str) -> str:
        return f"case {' '.join(cases)} TRUE : {otherwise}; esac" if cases else otherwise

    def text(self, term: Term) -> str:
        match term:
            case Known(value, p.Of(sort)):
                name = self.names.of("value", sort, self.spelled(term))
                self.values[name] = None
                return name
            case Known(value, p.Bool()):
                return "TRUE" if value else "FALSE"
            case Known(value):
                return str(int(value))
            case Read():
                return self.read(term)
            case Not(body):
                return f"!{self.text(body)}"
            case All(parts):
                return f"({' & '.join(map(self.text, parts))})"
            case Some(parts):
                return f"({' | '.join(map(self.text, parts))})"
            case Equal(left, right):
                return f"({self.text(left)} = {self.text(right)})"
            case Order(op, left, right) | Sum(op, left, right):
                return f"({self.text(left)} {op} {self.text(right)})"
            case Choose(condition, then, otherwise):
                return f"({self.cases([f'{self.text(condition)} : {self.text(then)};'], self.text(otherwise))})"
            case _:
                assert_never(term)

    def read(self, read: Read) -> str:
        """A location; where the index depends on the state, a case for each that it may be."""
        if read.name == FAULTS:
            return "faults"
        found = [*self.unfolded.cases(read)]
        if not found:
            return "FALSE"  # of a sort without individuals: nothing ever asks for it
        *others, (_, last) = found
        cases = [f"{self.text(condition)} : {self.place(place)};" for condition, place in others]
        return f"({self.cases(cases, self.place(last))})" if cases else self.place(last)
