"""From what the command line says to protocols and scopes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from checker.cli.common import UserError, nearest, reason
from checker.cli.shipped import entries
from checker.report.text import clean, plural

if TYPE_CHECKING:
    from checker.language.diagnostics import Diagnostic
    from checker.language.protocol import Bool, Of, Param, Protocol, Range, Value
    from checker.model.scope import Scope


@dataclass(frozen=True, slots=True)
class Chosen:
    """A protocol, and what the command line settles for it: params, and rules left out."""

    path: Path
    protocol: Protocol
    settings: tuple[tuple[str, Value], ...]
    without: frozenset[str]


def chosen(specs: Sequence[Path] | None, settings: Sequence[str] | None, without: Sequence[str] | None) -> list[Chosen]:
    """The protocols to answer for, in order. Raises UserError; the diagnostics of broken texts go to standard error."""
    paths = list(dict.fromkeys(specs)) if specs else list(entries())
    protocols = [(path, usable(path)) for path in paths]
    wanted = _settings([protocol for _, protocol in protocols], settings or ())
    rules = {rule.id for _, protocol in protocols for rule in protocol.rules}
    for rule in without or ():
        if rule not in rules:
            raise UserError(f"--without {clean(rule)}: no such rule", nearest(rule, rules))
    left_out = frozenset(without or ())
    return [
        Chosen(path, protocol, wanted.get(protocol.name, ()), left_out.intersection(protocol.rules_by_id()))
        for path, protocol in protocols
    ]


def usable(path: Path) -> Protocol:
    """The protocol of an entry file. Raises UserError when its text has errors, which are told on standard error."""
    from checker.language.diagnostics import errors, render

    protocol, diagnostics = read(path)
    wrong = errors(diagnostics)
    for item in wrong:
        print(render(item) + "\n", file=sys.stderr)
    if protocol is None or wrong:
        raise UserError(
            f"{clean(path)} cannot be used: {plural(len(wrong), 'error')} in its text",
            f"mend what is said above; `switchover lint {clean(path)}` looks again",
        )
    return protocol


def read(path: Path) -> tuple[Protocol | None, tuple[Diagnostic, ...]]:
    """What the language makes of an entry file. Raises UserError when the file cannot be read at all."""
    from checker.language.load import load

    try:
        with path.open("rb") as file:
            file.read(1)
    except OSError as error:
        raise UserError(f"cannot read {clean(path)}: {reason(error)}", _what_instead(path)) from error
    return load(path)


def _what_instead(path: Path) -> str:
    if path.is_dir():
        return "give an entry file, such as " + clean(path / "NAME.mig")
    near = [item.name for item in path.parent.glob("*.mig")] if path.parent.is_dir() else []
    return nearest(path.name, near) if near else "a protocol is a .mig file"


# ------------------------------------------------------------------------------------------------------------- params


def _settings(protocols: list[Protocol], texts: Sequence[str]) -> dict[str, tuple[tuple[str, Value], ...]]:
    found: dict[str, dict[str, Value]] = {protocol.name: {} for protocol in protocols}
    known = {param.name for protocol in protocols for param in protocol.params}
    for text in texts:
        name, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise UserError(f"--set {clean(text)}: expected PARAM=VALUE", "such as --set strict=false")
        if name not in known:
            raise UserError(f"--set {clean(text)}: no param is named {clean(name)}", nearest(name, known))
        for protocol in protocols:
            for param in protocol.params:
                if param.name == name:
                    found[protocol.name][name] = _value(protocol, param, value)
    return {name: tuple(settings.items()) for name, settings in found.items()}


def _value(protocol: Protocol, param: Param, text: str) -> Value:
    values = _values(protocol, param.type)
    if text not in values:
        options = ", ".join(values) if len(values) <= 12 else f"{next(iter(values))} to {list(values)[-1]}"
        raise UserError(f"--set {param.name}={clean(text)}: not a value of {param.name}", f"it can be {options}")
    return values[text]


def _values(protocol: Protocol, type_: Bool | Range | Of) -> dict[str, Value]:
    from checker.language.protocol import Of, Range

    match type_:
        case Range(low, high):
            return {str(number): number for number in range(low, high + 1)}
        case Of(sort):
            return {member: number for number, member in enumerate(protocol.sort(sort).members or ())}
        case _:
            return {"true": True, "false": False}


# ------------------------------------------------------------------------------------------------------------- scopes


def scopes(choices: Iterable[Chosen], text: str | None) -> list[tuple[Chosen, Scope]]:
    """The scope to answer in, for each protocol that has it. Raises UserError.

    A name is that of a declared scope. Sizes change the first declared scope; what is not given stays as there.
    """
    answer_for = list(choices)
    make: Callable[[Chosen], Scope | None]
    make = _sized(answer_for, text) if text is not None and "=" in text else _named(answer_for, text)
    return [(choice, _settled(choice, scope)) for choice in answer_for if (scope := make(choice)) is not None]


def _settled(choice: Chosen, scope: Scope) -> Scope:
    settings = dict(scope.settings) | dict(choice.settings)
    return replace(scope, settings=tuple(settings.items()), without=scope.without | choice.without)


def _named(choices: list[Chosen], name: str | None) -> Callable[[Chosen], Scope | None]:
    from checker.model.scope import declared_scope

    known = {scope.name for choice in choices for scope in choice.protocol.scopes}
    if name is not None and name not in known:
        raise UserError(
            f"--scope {clean(name)}: no such scope",
            f"{nearest(name, known)} Sizes are written {_example(choices)}",
        )
    for choice in choices:
        if not choice.protocol.scopes:
            raise UserError(
                f"{clean(choice.path)} declares no scope", f"give sizes, such as --scope {_example(choices)}"
            )

    def make(choice: Chosen) -> Scope | None:
        if name is not None and all(scope.name != name for scope in choice.protocol.scopes):
            return None
        return declared_scope(choice.protocol, name)

    return make


def _sized(choices: list[Chosen], text: str) -> Callable[[Chosen], Scope]:
    from checker.model.scope import Scope, declared_scope

    sizes = _sizes(choices, text)

    def make(choice: Chosen) -> Scope:
        open_sorts = [sort.name for sort in choice.protocol.sorts if sort.members is None]
        base = declared_scope(choice.protocol) if choice.protocol.scopes else Scope("", ())
        have = dict(base.sizes) | sizes
        missing = [name for name in open_sorts if name not in have]
        if missing:
            raise UserError(f"--scope {clean(text)}: no size for {', '.join(missing)}", f"add {missing[0]}=2")
        faults = sizes.get("faults", base.faults)
        told = tuple((name, have[name]) for name in open_sorts)
        title = ",".join(f"{name}={size}" for name, size in (*told, ("faults", faults)))
        return replace(base, name=title, sizes=told, faults=faults)

    return make


def _sizes(choices: list[Chosen], text: str) -> dict[str, int]:
    """What `Node=2,faults=1` says. Raises UserError."""
    sizes: dict[str, int] = {}
    known = {sort.name for choice in choices for sort in choice.protocol.sorts if sort.members is None} | {"faults"}
    for part in text.split(","):
        name, equals, number = (piece.strip() for piece in part.partition("="))
        if name not in known:
            raise UserError(f"--scope {clean(text)}: {clean(name)} is no open sort", nearest(name, known))
        if not equals or not number.isascii() or not number.isdigit() or len(number) > 4:
            raise UserError(f"--scope {clean(text)}: {clean(name)} needs a whole number", f"such as {name}=2")
        sizes[name] = int(number)
    return sizes


def bounds(choices: Sequence[Chosen], text: str | None) -> list[tuple[Chosen, tuple[tuple[str, int], ...], int]]:
    """For recordings, which bring their own individuals: what `--scope` sets by hand, and how many unseen faults.

    Raises UserError.
    """
    if text is None:
        return [(choice, (), 0) for choice in choices]
    if "=" not in text:
        return [(choice, scope.sizes, scope.faults) for choice, scope in scopes(choices, text)]
    sizes = _sizes(list(choices), text)
    found = []
    for choice in choices:
        open_sorts = {sort.name for sort in choice.protocol.sorts if sort.members is None}
        given = tuple((name, size) for name, size in sizes.items() if name in open_sorts)
        found.append((choice, given, sizes.get("faults", 0)))
    return found


def _example(choices: list[Chosen]) -> str:
    sorts = [sort.name for choice in choices[:1] for sort in choice.protocol.sorts if sort.members is None]
    return ",".join([*(f"{name}=2" for name in sorts), "faults=1"])


def recordings_of(paths: Sequence[Path]) -> tuple[tuple[str, tuple[Path, ...]], ...]:
    """The recordings that the paths name. A folder with a verdict beside it is one, as it is in the folder above."""
    from checker.trace.readers import traces_of

    whole = [path for path in paths if is_recording(path)]
    others = [path for path in paths if path not in whole]
    folders = [(path.name, tuple(file for _, files in traces_of([path]) for file in files)) for path in whole]
    return (*folders, *(traces_of(others) if others else ()))


def is_recording(path: Path) -> bool:
    """Whether a folder is one recording, by a verdict that lies beside it."""
    from checker.report.expected import beside

    return path.is_dir() and beside(path).is_file()
