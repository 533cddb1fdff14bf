"""What a certificate about a protocol has to be made of, read off the typed tree: declarations, moments, properties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from checker.language.protocol import BEGIN, Action, Bool, Invariant, Of, Protocol, Range, StepRule, Type, Value
from checker.language.walk import assigns
from checker.model.reference import pending
from checker.model.symbols import member, number, sort_symbol, symbol
from checker.verify.text import Term


@dataclass(frozen=True, slots=True)
class Family:
    """A family of cells: its name in a state of the reference, and its SMT-LIB sorts."""

    name: str
    index: tuple[Type, ...]
    type: Type

    @property
    def sorts(self) -> tuple[str, ...]:
        return tuple(map(sort_symbol, self.index))


@dataclass(frozen=True, slots=True)
class Moment:
    """One way the state can change. `touched` are the families it assigns to, by symbol."""

    action: str
    moment: str
    params: tuple[Type, ...]
    touched: Mapping[str, Family]


@dataclass(frozen=True, slots=True)
class Outline:
    declarations: tuple[Term, ...]
    families: Mapping[str, Family]  # by symbol
    members: Mapping[str, int]  # of closed sorts, by symbol
    given: tuple[str, ...]
    initial: Mapping[str, Family]  # families that have one value at first, by symbol
    moments: Mapping[str, Moment]  # by `ACTION.MOMENT`
    invariants: Mapping[str, Invariant]
    steps: Mapping[str, StepRule]


def outline(protocol: Protocol, settings: Mapping[str, Value]) -> Outline:
    """The outline of a certificate about a protocol, its params fixed as `settings` says."""
    families = {symbol(family.name): family for family in _families(protocol)}
    initial = {cell.name for cell in protocol.cells if cell.initial is not None}
    initial |= {pending(action.name) for action in protocol.actions if action.begin is not None}
    ranges = (name for name, item in families.items() if isinstance(item.type, Range) and item.name not in settings)
    return Outline(
        declarations=tuple(_declarations(protocol, families, settings)),
        families=families,
        members={member(sort.name, name): at for sort in protocol.sorts for at, name in enumerate(sort.members or ())},
        given=(*(f"{item.name}.assumed" for item in protocol.assumptions), *(f"{name}.range" for name in ranges)),
        initial={name: family for name, family in families.items() if family.name in initial},
        moments={f"{m.action}.{m.moment}": m for action in protocol.actions for m in _moments(action, families)},
        invariants={item.name: item for item in protocol.properties if isinstance(item, Invariant)},
        steps={item.name: item for item in protocol.properties if isinstance(item, StepRule)},
    )


def literals(protocol: Protocol, type_: Type) -> Mapping[str, Value]:
    """Every value of a param's type by its SMT-LIB text."""
    match type_:
        case Range(low, high):
            return {_flat(number(value)): value for value in range(low, high + 1)}
        case Of(sort):
            return {member(sort, name): at for at, name in enumerate(protocol.sort(sort).members or ())}
        case Bool():
            return {"false": False, "true": True}


def _flat(term: str | tuple[str, str]) -> str:
    return term if isinstance(term, str) else f"({' '.join(term)})"


def _families(protocol: Protocol) -> Iterator[Family]:
    yield from (Family(param.name, (), param.type) for param in protocol.params)
    yield from (Family(const.name, const.index, const.type) for const in protocol.consts)
    yield from (Family(cell.name, tuple(v.type for v in cell.index), cell.type) for cell in protocol.cells)
    for action in protocol.actions:
        if action.begin is not None:
            yield _mark(action)


def _mark(action: Action) -> Family:
    return Family(pending(action.name), tuple(variable.type for variable in action.params), Bool())


def _declarations(protocol: Protocol, families: Mapping[str, Family], settings: Mapping[str, Value]) -> Iterator[Term]:
    for sort in protocol.sorts:
        if sort.members is None:
            yield ("declare-sort", symbol(sort.name), "0")
        else:
            members = tuple((member(sort.name, name),) for name in sort.members)
            yield ("declare-datatype", symbol(sort.name), members)
    for name, family in families.items():
        if family.name in settings:
            said = {value: text for text, value in literals(protocol, family.type).items()}[settings[family.name]]
            term: Term = tuple(said.strip("()").split()) if said.startswith("(") else said
            yield ("define-fun", name, (), sort_symbol(family.type), term)
        else:
            yield ("declare-fun", name, family.sorts, sort_symbol(family.type))


def _moments(action: Action, families: Mapping[str, Family]) -> Iterator[Moment]:
    by_name = {family.name: (name, family) for name, family in families.items()}
    begin = {} if action.begin is None else {BEGIN: action.begin}
    for name, effects in (begin | {outcome.name: outcome.effects for outcome in action.outcomes}).items():
        touched = dict.fromkeys(assign.cell for assign in assigns(effects))
        if action.begin is not None:
            touched[pending(action.name)] = None
        yield Moment(action.name, name, tuple(v.type for v in action.params), dict(by_name[item] for item in touched))
