"""What a picture of states is drawn by: cells, places of cells, and definitions of the text."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

from checker.explore.words import value_name
from checker.language.core import type_range
from checker.language.lower import lower_expression
from checker.language.protocol import Apply, Bool, Of, Type, Value, Var, Variable
from checker.model.ground import Machine


class NoSuchKey(ValueError):
    """A text that names nothing to draw by: what it asks for, and what there is."""

    def __init__(self, text: str, known: tuple[str, ...]) -> None:
        super().__init__(f"`{text}` names no cell, no place of one, and no definition")
        self.text = text
        self.known = known


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that has a value in every state. `index` has the sort (or type) and the name of each argument."""

    name: str
    index: tuple[tuple[str, str], ...]
    value: Callable[[bytes], str]


_FORM = re.compile(r"\s*(\w+)\s*(?:[\[(]\s*(.*?)\s*[\])])?\s*")


def read_keys(machine: Machine, text: str) -> list[Key]:
    """The keys that the text names: `cell`, `cell[a, b]`, `definition`, `definition(a, b)`. `_` is any argument.

    Raises NoSuchKey.
    """
    form = _FORM.fullmatch(text)
    keys = [] if form is None else _all(machine, form[1])
    if form is not None and form[2] is not None:
        asked = [part.strip() for part in form[2].split(",")] if form[2] else []
        places = [tuple(name for _, name in key.index) for key in keys]
        keys = [key for key, names in zip(keys, places, strict=True) if _same(asked, names)]
    if not keys:
        known = [key.name for name in _names(machine) for key in _all(machine, name)]
        raise NoSuchKey(text, tuple(dict.fromkeys([*_names(machine), *known])))
    return keys


def _same(asked: list[str], names: tuple[str, ...]) -> bool:
    return len(asked) == len(names) and all(a in ("_", name) for a, name in zip(asked, names, strict=True))


def _names(machine: Machine) -> list[str]:
    return [*(cell.name for cell in machine.core.cells), *(let.name for let in machine.protocol.definitions)]


def _all(machine: Machine, name: str) -> list[Key]:
    """Every place of a cell, or every instance of a definition, of that name."""
    for cell in machine.core.cells:
        if cell.name == name:
            types = [type_ for _, type_ in cell.index]
            return [_place(machine, name, cell.type, types, index) for index in _tuples(machine, types)]
    for let in machine.protocol.definitions:
        if let.name == name:
            index = [variable.type for variable in let.params]
            return [_instance(machine, name, let.type, let.params, args) for args in _tuples(machine, index)]
    return []


def _place(machine: Machine, name: str, type_: Type, types: list[Type], index: tuple[int, ...]) -> Key:
    at = machine.layout.slot(name, index)
    words = tuple(
        value_name(machine, type_, machine.layout.value(name, stored))
        for stored in range(machine.layout.families[name].count)
    )
    return _key(machine, f"{name}[{{}}]", types, index, lambda state: words[state[at]])


def _instance(machine: Machine, name: str, type_: Type, params: tuple[Variable, ...], args: tuple[int, ...]) -> Key:
    call = Apply(name, tuple(Var(variable.name, variable.type) for variable in params), type_)
    names = tuple(variable.name for variable in params)
    bound = tuple(zip(names, args, strict=True))
    function = machine.value(lower_expression(machine.protocol, call, names), bound)

    def value(state: bytes) -> str:
        found: Value = function(state)
        return value_name(machine, type_, bool(found) if isinstance(type_, Bool) else found)

    return _key(machine, f"{name}({{}})", [variable.type for variable in params], args, value)


def _key(machine: Machine, form: str, types: list[Type], index: tuple[int, ...], value: Callable[[bytes], str]) -> Key:
    words = [value_name(machine, type_, part) for type_, part in zip(types, index, strict=True)]
    sorts = [type_.sort if isinstance(type_, Of) else "" for type_ in types]
    name = form.format(", ".join(words)) if words else form[: form.index("{") - 1]
    return Key(name, tuple(zip(sorts, words, strict=True)), value)


def _tuples(machine: Machine, types: list[Type]) -> list[tuple[int, ...]]:
    return list(product(*(type_range(type_, machine.sizes) for type_ in types)))
