"""A run of the model in the words of the protocol text, so that it can be read, and pasted back into it."""

from __future__ import annotations

from collections.abc import Iterator

from checker.language.protocol import SUCCESS, Action, Of, Protocol, Range, Type, Value
from checker.model.run import Run, Step
from checker.model.scope import Scope
from checker.report.plain import written

WIDTH = 100


def value_words(protocol: Protocol, scope: Scope, type_: Type, value: Value) -> str:
    """A value as the text would write it: a member's name, an individual's name, a number, true or false."""
    match type_:
        case Of(sort):
            return scope.individual(protocol, sort, int(value))
        case Range():
            return str(int(value))
        case _:
            return "true" if value else "false"


def step_words(protocol: Protocol, scope: Scope, step: Step) -> str:
    """A step as a scenario writes it: `give(node1, node2)`, `.OUTCOME` only where it is not the usual one."""
    action = protocol.action(step.action)
    arguments = ", ".join(
        value_words(protocol, scope, param.type, value) for param, value in zip(action.params, step.args, strict=True)
    )
    moment = "" if step.moment == _usual(action) else f".{step.moment}"
    return f"{step.action}({arguments}){moment}"


def scenario(protocol: Protocol, run: Run, name: str) -> Iterator[str]:
    """The lines of a `run` block that goes this way, after the `scope` it needs if the text declares none like it."""
    scope, declaration = _scope(protocol, run.scope, name)
    if declaration:
        yield declaration
    yield f"run {name} in {scope} {{"
    words = [step_words(protocol, run.scope, step) for step in run.steps]
    until = len(words) if run.loop is None else run.loop
    yield from _filled(words[:until])
    if run.loop is not None:
        yield "    # from here on, again and again:"
        yield from _filled(words[until:])
    yield "    must pass"
    yield "}"


def start_words(protocol: Protocol, run: Run) -> tuple[str, ...]:
    """What tells this initial state from others: consts, and cells that may start with any value."""
    free = {const.name: const.type for const in protocol.consts}
    free |= {cell.name: cell.type for cell in protocol.cells if cell.initial is None}
    index_types = {const.name: const.index for const in protocol.consts}
    index_types |= {cell.name: tuple(variable.type for variable in cell.index) for cell in protocol.cells}
    told = []
    for (name, index), value in run.start:
        if name in free:
            place = [
                value_words(protocol, run.scope, type_, at) for type_, at in zip(index_types[name], index, strict=True)
            ]
            told.append(
                f"{name}[{', '.join(place)}]".replace("[]", "")
                + f" = {value_words(protocol, run.scope, free[name], value)}"
            )
    return tuple(told)


def _usual(action: Action) -> str | None:
    names = [outcome.name for outcome in action.outcomes]
    return SUCCESS if SUCCESS in names else names[0] if len(names) == 1 else None


def _scope(protocol: Protocol, scope: Scope, name: str) -> tuple[str, str]:
    """The name to use after `in`, and the declaration to put before the run if the text has no such scope."""
    for declared in protocol.scopes:
        same = (scope.sizes, scope.faults, dict(scope.settings), scope.where)
        wanted = (declared.sizes, declared.faults, dict(declared.settings), declared.where)
        if declared.name == scope.name and same == wanted:
            return declared.name, ""
    params = {param.name: param for param in protocol.params}
    parts = [f"{sort} = {size}" for sort, size in scope.sizes] + [f"faults = {scope.faults}"]
    parts += [f"{key} = {value_words(protocol, scope, params[key].type, value)}" for key, value in scope.settings]
    if scope.where is not None:
        parts.append(f"where {' '.join(written(scope.where.span).split())}")
    made = f"{name}_scope"
    return made, f"scope {made} {{ {'  '.join(parts)} }}"


def _filled(words: list[str]) -> Iterator[str]:
    """Steps in lines of a readable width. Two spaces between steps, as scenarios are written."""
    row = ""
    for word in words:
        if row and len(row) + len(word) + 2 > WIDTH:
            yield f"    {row}"
            row = ""
        row = f"{row}  {word}" if row else word
    if row:
        yield f"    {row}"
