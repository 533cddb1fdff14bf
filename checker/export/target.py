"""What an export is: the files to write, and what the target has no words for."""

from __future__ import annotations

from dataclasses import dataclass

from checker.language.protocol import SUCCESS, Bool, Of, Protocol, Type, Value
from checker.model.scope import Scope


@dataclass(frozen=True, slots=True)
class Exported:
    """One protocol in one scope in another language.

    `files` are names with texts, the model first. `left_out` says in sentences what the target cannot express: each
    sentence stands in the text as a comment too.
    """

    target: str
    protocol: str
    scope: str
    files: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]


def spelled(protocol: Protocol, scope: Scope, type_: Type, value: Value) -> str:
    """A value as the text writes it."""
    match type_:
        case Bool():
            return "true" if value else "false"
        case Of(sort):
            return scope.individual(protocol, sort, int(value))
        case _:
            return str(value)


def step_words(protocol: Protocol, scope: Scope, action: str, moment: str, args: tuple[tuple[Type, Value], ...]) -> str:
    """`give(node1, node2).REFUSED`, as a run of the text has it."""
    given = ", ".join(spelled(protocol, scope, type_, value) for type_, value in args)
    return f"{action}({given})" + ("" if moment == SUCCESS else f".{moment}")


def scope_words(scope: Scope) -> str:
    """The scope in one line."""
    sizes = ", ".join([*(f"{sort} = {size}" for sort, size in scope.sizes), f"faults = {scope.faults}"])
    left = f"; without {', '.join(sorted(scope.without))}" if scope.without else ""
    return f"scope {scope.name} ({sizes}{left})"
