"""Answers and counterexamples in the words of the protocol text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checker.language.core import pending_cell
from checker.language.protocol import Bool, Of, Protocol, Range, Type, Value
from checker.model.run import Step
from checker.model.scope import Scope
from checker.prove.answers import Counterexample, Fails, Holds, Judgement, Location, NotForAnyNumber, Settings, Unknown


def judgement_words(protocol: Protocol, judgement: Judgement) -> str:
    """One line that says how a property fared and why."""
    match judgement:
        case Holds():
            return judgement.how
        case NotForAnyNumber(reason):
            return reason
        case Fails(found, settings):
            values = witness_words(found)
            whom = f" for {values}" if values else ""
            which = f", with {settings_words(protocol, settings)}" if settings else ""
            return f"false in an initial state{whom}{which}"
        case Unknown():
            return _unknown(protocol, judgement)


def _unknown(protocol: Protocol, judgement: Unknown) -> str:
    faults = judgement.counterexample.scope.faults if judgement.counterexample is not None else 0
    searched = "of those sizes" + (f" with {faults} fault" if faults else "")
    reached = {
        True: f"; a run {searched} breaks it",
        False: f"; no run {searched} comes to that state",
        None: "",
    }[judgement.reached]
    but = f"; proved for every setting but {settings_words(protocol, judgement.settings)}" if judgement.settings else ""
    return judgement.reason + reached + but


def settings_words(protocol: Protocol, settings: Settings) -> str:
    """`tries = 1 and mode in (a, b)`: which settings are meant."""
    types = {param.name: param.type for param in protocol.params}
    nobody = Scope("", ())

    def one(name: str, values: tuple[Value, ...]) -> str:
        words = [value_words(protocol, nobody, types[name], value) for value in values]
        return f"{name} = {words[0]}" if len(words) == 1 else f"{name} in ({', '.join(words)})"

    return " and ".join(one(name, values) for name, values in settings)


def witness_words(found: Counterexample) -> str:
    """`c = client1, d = client2`: the values that the property fails for."""
    return ", ".join(f"{name} = {value}" for name, value in found.witness)


def counterexample_words(protocol: Protocol, found: Counterexample) -> Iterator[str]:
    """The lines of a counterexample: its sizes, the state before where it is unusual, the step, what that changes."""
    sizes = [f"{sort} = {size}" for sort, size in found.scope.sizes]
    types = {param.name: param.type for param in protocol.params}
    settings = [
        f"{name} = {value_words(protocol, found.scope, types[name], value)}" for name, value in found.scope.settings
    ]
    yield f"with {'  '.join(sizes + settings) or 'nothing to choose'}"
    before, after = dict(found.before), dict(found.after)
    yield from _listed("before", [_cell(protocol, found.scope, place, before[place]) for place in found.shown])
    if found.step is not None:
        yield f"step    {step_words(protocol, found.scope, found.step)}"
        yield from _listed("after", [_cell(protocol, found.scope, place, after[place]) for place in found.changed])
    values = witness_words(found)
    yield f"then {found.property} is false" + (f" for {values}" if values else "")


def step_words(protocol: Protocol, scope: Scope, step: Step) -> str:
    """`give(node1, node2).SUCCESS`"""
    params = protocol.action(step.action).params
    words = [value_words(protocol, scope, param.type, value) for param, value in zip(params, step.args, strict=True)]
    return f"{step.action}({', '.join(words)}).{step.moment}"


def value_words(protocol: Protocol, scope: Scope, type_: Type, value: Value) -> str:
    """How the text writes a value, or what the scope calls an individual."""
    match type_:
        case Bool():
            return "true" if value else "false"
        case Range():
            return str(int(value))
        case Of(sort):
            return scope.individual(protocol, sort, int(value))


def _listed(title: str, items: Iterable[str]) -> Iterator[str]:
    for number, item in enumerate(items):
        yield f"{'' if number else title:8}{item}"


def _cell(protocol: Protocol, scope: Scope, place: Location, value: Value) -> str:
    name, index = place
    for action in protocol.actions:
        if name == pending_cell(action.name):
            args = [
                value_words(protocol, scope, param.type, at) for param, at in zip(action.params, index, strict=True)
            ]
            return ("" if value else "not ") + f"pending({action.name}({', '.join(args)}))"
    types: dict[str, tuple[tuple[Type, ...], Type]] = {
        const.name: (const.index, const.type) for const in protocol.consts
    }
    types |= {cell.name: (tuple(variable.type for variable in cell.index), cell.type) for cell in protocol.cells}
    types |= {param.name: ((), param.type) for param in protocol.params}
    index_types, type_ = types[name]
    at = ", ".join(value_words(protocol, scope, t, v) for t, v in zip(index_types, index, strict=True))
    return f"{name}[{at}]".replace("[]", "") + f" = {value_words(protocol, scope, type_, value)}"
