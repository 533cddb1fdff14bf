"""The proofs of one protocol as an SMT-LIB 2.6 script that any solver can run: every answer must be `unsat`.

The script declares the protocol's state, defines each invariant, and then has one section for the initial states and
one for each moment. A section defines what the state becomes (`CELL.first`, `CELL.next`), and has an obligation for
each property that it could break: `NAME.holds` of what is leaned on is assumed, the property after the step denied.
No step touches what its section does not define, so a property that reads none of that needs no obligation there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from checker import __version__
from checker.language.core import CellKind, Core, CoreCell, CoreMoment, CoreProperty, Expr, PropertyKind, index_name
from checker.language.digest import typed_digest
from checker.language.lower import lower
from checker.language.protocol import Protocol, Range, Type
from checker.model.fold import fold
from checker.model.symbols import member, sort_symbol, symbol
from checker.prove.answers import Holds, Proofs
from checker.prove.smtlib import Said, Term, Written, conjunction, flat_text, lines, quoted, touches, within

FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Certificate:
    """The script, how many obligations it has, and the properties it leaves out, each with the reason."""

    text: str
    certified: tuple[str, ...]
    obligations: int
    left_out: tuple[tuple[str, str], ...]


def certificate(protocol: Protocol, proofs: Proofs) -> Certificate:
    """What `proofs` found to hold, as a script. The same proofs give the same text. Raises CannotLower."""
    core = lower(protocol, frozenset(proofs.without))
    certified, left_out = _closed(proofs)
    writing = _Writing(core, proofs, certified)
    body = list(writing.script())
    header = writing.header(typed_digest(protocol), left_out)
    text = "\n".join([*header, *body]) + "\n"
    return Certificate(text, tuple(certified), sum(line == "(check-sat)" for line in body), left_out)


def _closed(proofs: Proofs) -> tuple[dict[str, tuple[str, ...]], tuple[tuple[str, str], ...]]:
    """The properties that lean on nothing but each other, with what each leans on; and the others, with reasons."""
    held = {answer.name: answer.judgement.uses for answer in proofs.answers if isinstance(answer.judgement, Holds)}
    certified = dict(held)
    while loose := [name for name, uses in certified.items() if not certified.keys() >= set(uses)]:
        for name in loose:
            del certified[name]
    left_out = []
    for answer in proofs.answers:
        if answer.name not in certified:
            missing = [name for name in held.get(answer.name, ()) if name not in certified]
            said = f"leans on {', '.join(missing)}, not proved for every setting" if missing else "not proved"
            beyond = answer.kind not in (PropertyKind.INVARIANT, PropertyKind.STEP)
            left_out.append((answer.name, "not for any number" if beyond else said))
    return certified, tuple(left_out)


class _Writing:
    def __init__(self, core: Core, proofs: Proofs, certified: Mapping[str, tuple[str, ...]]) -> None:
        self.core = core
        self.proofs = proofs
        self.certified = certified
        self.properties = [item for item in core.properties if item.name in certified]
        self.now = Written(core, lambda cell, _: symbol(cell))

    # ------------------------------------------------------------------------------------------------------- header

    def header(self, digest: str, left_out: Sequence[tuple[str, str]]) -> Iterator[str]:
        params = {cell.name: cell.type for cell in self.core.cells if cell.kind is CellKind.PARAM}
        facts = [
            ("protocol", self.core.name),
            ("typed-protocol", f"sha256:{digest}"),
            ("written-by", f"switchover {__version__}"),
            ("found-by", f"{self.proofs.solver}, {self.proofs.limits}"),
        ]
        for name, value in self.proofs.settings:
            facts.append(("setting", f"{name} = {flat_text(self.now.literal(value, params[name]))}"))
        facts += [("without", rule) for rule in self.proofs.without]
        for name, uses in ((item.name, self.certified[item.name]) for item in self.properties):
            facts.append(("holds", f"{name} with {', '.join(uses)}" if uses else name))
        facts += [("left-out", f"{name}: {reason}") for name, reason in left_out]
        sorts = [sort.name for sort in self.core.sorts if sort.members is None]
        about = f"for any number of {', '.join(sorts)}, one or more" if sorts else "as it is"
        yield f"; Proofs about the protocol {self.core.name}, {about}: every (check-sat) must answer unsat."
        yield "; Each property is true at first, and each step keeps it where it and what it leans on hold."
        yield "(set-info :smt-lib-version 2.6)"
        yield f"(set-info :certificate-format {FORMAT})"
        yield from (f"(set-info :{name} {quoted(value)})" for name, value in facts)
        yield "(set-logic ALL)"

    # ------------------------------------------------------------------------------------------------------- script

    def script(self) -> Iterator[str]:
        yield from self.declarations()
        yield "\n; What is given in every state."
        for name, formula in self.core.assumptions:
            yield from self.given(f"{name}.assumed", self.formula(formula))
        for cell in self.core.cells:
            if isinstance(cell.type, Range) and cell.name not in dict(self.proofs.settings):
                yield from self.given(f"{symbol(cell.name)}.range", self.in_range(cell, cell.type))
        yield "\n; What is proved."
        for item in self.properties:
            if item.formula is not None:
                yield from lines(("define-fun", f"{item.name}.holds", (), "Bool", self.formula(item.formula)))
        yield from self.initial_states()
        for moment in self.core.moments:
            yield from self.moment(moment)

    def declarations(self) -> Iterator[str]:
        for sort in self.core.sorts:
            if sort.members is None:
                yield from lines(("declare-sort", symbol(sort.name), "0"))
            else:
                members = tuple((member(sort.name, name),) for name in sort.members)
                yield from lines(("declare-datatype", symbol(sort.name), members))
        settings = dict(self.proofs.settings)
        for cell in self.core.cells:
            name, of = symbol(cell.name), sort_symbol(cell.type)
            if cell.name in settings:
                yield from lines(("define-fun", name, (), of, self.now.literal(settings[cell.name], cell.type)))
            else:
                yield from lines(("declare-fun", name, tuple(sort_symbol(type_) for _, type_ in cell.index), of))

    def given(self, name: str, formula: Term) -> Iterator[str]:
        yield from lines(("define-fun", name, (), "Bool", formula))
        yield from lines(("assert", name))

    def in_range(self, cell: CoreCell, type_: Range) -> Term:
        names = [(index_name(at), of) for at, (_, of) in enumerate(cell.index)]
        read = (symbol(cell.name), *(name for name, _ in names)) if names else symbol(cell.name)
        inside = within(read, type_)
        bounds = [within(name, of) for name, of in names if isinstance(of, Range)]
        if bounds:
            inside = ("=>", conjunction(bounds), inside)
        return ("forall", self.variables(names), inside) if names else inside

    def initial_states(self) -> Iterator[str]:
        given = {cell.name for cell in self.core.cells if _starts(cell)}
        first = Written(self.core, lambda cell, _: symbol(cell) + (".first" if cell in given else ""))
        yield "\n(push 1)"
        yield '(echo "initial states")'
        for cell in self.core.cells:
            if cell.name in given and cell.initial is not None:
                yield from self.become(first, cell, ".first", cell.index, cell.initial, {})
        for item in self.properties:
            if item.formula is not None:
                yield from self.obligation(f"initial states: {item.name}", (), fold(item.formula, first, {}).term)
        yield "(pop 1)"

    def moment(self, moment: CoreMoment) -> Iterator[str]:
        touched = {effect.cell for effect in moment.effects}
        then = Written(self.core, lambda cell, _: symbol(cell) + (".next" if cell in touched else ""))
        across = Written(self.core, lambda cell, after: symbol(cell) + (".next" if after and cell in touched else ""))
        bound = self.now.bound(moment.params)
        where = f"{moment.action}.{moment.moment}"
        obligations = list(self.obligations(moment, where, then, across, bound))
        if not obligations:
            return
        yield "\n(push 1)"
        yield f'(echo "{where}")'
        for name, type_ in moment.params:
            yield from lines(("declare-const", self.now.name(name), sort_symbol(type_)))
            if isinstance(type_, Range):
                yield from lines(("assert", within(self.now.name(name), type_)))
        for at, guard in enumerate(moment.guards, 1):
            if guard.rules:
                yield f"; {' '.join(guard.rules)}"
            yield from self.given(f"guard.{at}", fold(guard.condition, self.now, bound).term)
        for effect in moment.effects:
            cell = self.core.cell(effect.cell)
            names = [(index_name(at), type_) for at, (_, type_) in enumerate(cell.index)]
            yield from self.become(self.now, cell, ".next", names, effect.value, bound)
        yield from obligations
        yield "(pop 1)"

    def obligations(
        self, moment: CoreMoment, where: str, then: Written, across: Written, bound: Mapping[str, Said]
    ) -> Iterator[str]:
        touched = {symbol(effect.cell) for effect in moment.effects}
        for item in self.properties:
            if item.formula is None:
                formula = dict(item.steps)[moment.action, moment.moment]
                goal = fold(formula, across, bound).term
            elif touches(self.formula(item.formula), touched):
                goal = fold(item.formula, then, {}).term
            else:
                continue
            yield from self.obligation(f"{where}: {item.name}", self.assumed(item), goal)

    def assumed(self, item: CoreProperty) -> tuple[str, ...]:
        itself = () if item.formula is None else (item.name,)
        return (*itself, *self.certified[item.name])

    def obligation(self, where: str, assumed: Collection[str], goal: Term) -> Iterator[str]:
        yield "(push 1)"
        yield f'(echo "{where}")'
        for name in assumed:
            yield f"(assert {name}.holds)"
        yield from lines(("assert", ("not", goal)))
        yield "(check-sat)"
        yield "(pop 1)"

    def become(
        self,
        terms: Written,
        cell: CoreCell,
        suffix: str,
        names: Sequence[tuple[str, Type]],
        value: Expr,
        bound: Mapping[str, Said],
    ) -> Iterator[str]:
        """The definition of a family of cells in another state."""
        made = fold(value, terms, {**bound, **terms.bound(names)}).of(sort_symbol(cell.type))
        parameters = self.variables(names)
        yield from lines(("define-fun", symbol(cell.name) + suffix, parameters, sort_symbol(cell.type), made))

    def variables(self, names: Sequence[tuple[str, Type]]) -> tuple[Term, ...]:
        return tuple((self.now.name(name), sort_symbol(type_)) for name, type_ in names)

    def formula(self, formula: Expr) -> Term:
        return fold(formula, self.now, {}).term


def _starts(cell: CoreCell) -> bool:
    return cell.kind in (CellKind.STATE, CellKind.PENDING) and cell.initial is not None
