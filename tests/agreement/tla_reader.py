"""Reads the part of TLA+ that exports use, after "Specifying Systems", and goes through the states one by one.

It knows nothing of protocols. Where TLC is not there, it is what tells whether an export says what it should; that TLC
itself takes the text, only TLC can tell. Temporal formulas are read, and not judged.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

TOKEN = re.compile(
    r"\s*(/\\|\\/|\\in\b|\\X\b|\\A\b|\\E\b|=>|~>|\|->|->|<=|>=|<<|>>|\.\.|\[\]|\]_vars|[A-Za-z_]\w*|\d+|\"\w*\"|[-+()\[\]{},:=#<>~!'])"
)
BINARY = {"~>": 1, "=>": 1, "/\\": 2, "\\/": 2, "=": 3, "#": 3, "<": 3, ">": 3, "<=": 3, ">=": 3, "\\in": 3, "..": 4,
          "\\X": 4, "->": 1, "+": 5, "-": 5}  # fmt: skip
PYTHON = {"/\\": "and", "\\/": "or", "=": "==", "#": "!=", "\\in": "in"}
CONSTANTS = {"TRUE": "True", "FALSE": "False", "BOOLEAN": "(False, True)"}
State = dict[str, Any]


class NotTla(AssertionError):
    """The text does not follow the grammar, or a name is not declared, or declared twice."""


@dataclass
class Definition:
    """`name(params) == parts`, its parts joined by `joint`, or one expression."""

    params: tuple[str, ...]
    joint: str
    parts: list[str]


@dataclass
class Tla:
    """A module with its configuration: what things are, as Python in one namespace that holds a state at a time."""

    variables: list[str] = field(default_factory=list)
    definitions: dict[str, Definition] = field(default_factory=dict)
    invariants: list[str] = field(default_factory=list)
    properties: list[str] = field(default_factory=list)
    space: dict[str, Any] = field(default_factory=dict)
    actions: set[str] = field(default_factory=set)

    def source(self, text: str, bound: tuple[str, ...] = ()) -> str:
        """An expression as Python: bound names become `b_`, the rest `v_`, primed `p_`, operators `d_`."""
        reader = _Expression(self, text, bound)
        found = reader.expression()
        if reader.at != len(reader.tokens):
            raise NotTla(f"cannot go on at {' '.join(reader.tokens[reader.at :][:8])} in {text[:60]}")
        return found

    def put(self, state: State, prefix: str = "v_") -> None:
        self.space.update({prefix + name: value for name, value in state.items()})

    def start(self) -> Iterator[State]:
        yield from self.filled(self.definitions["Init"].parts, {})

    def filled(self, parts: list[str], state: State) -> Iterator[State]:
        """The states that satisfy Init, each variable set by its first conjunct."""
        if not parts:
            if set(state) != set(self.variables):
                raise NotTla("Init leaves a variable open")
            yield dict(state)
            return
        self.put(state)
        found = re.fullmatch(r"(\w+) (=|\\in) (.*)", parts[0])
        if found is not None and found[1] in self.variables and found[1] not in state:
            value = eval(self.source(found[3]), self.space)
            for each in [value] if found[2] == "=" else list(value):
                yield from self.filled(parts[1:], {**state, found[1]: each})
        elif eval(self.source(parts[0]), self.space):
            yield from self.filled(parts[1:], state)

    def explore(self) -> tuple[list[State], list[tuple[int, int]]]:
        """The reachable states, and every step that Next allows, once for each action and arguments."""
        known: dict[Any, int] = {}
        states: list[State] = []
        steps: list[tuple[int, int]] = []

        def number(state: State) -> int:
            key = tuple(tuple(v.values()) if isinstance(v, dict) else v for v in (state[n] for n in self.variables))
            if key not in known:
                known[key] = len(states)
                states.append(state)
            return known[key]

        for state in self.start():
            number(state)
        for at, state in enumerate(states):  # it grows
            self.put(state)
            steps += [(at, number(after)) for after in list(self.space["a_Next"]())]
        return states, steps

    def holds(self, name: str, state: State) -> bool:
        self.put(state)
        return bool(self.space["d_" + name]())

    def step_test(self, name: str) -> Callable[[State, State], bool]:
        """A property `[][A]_vars` as a test of one step."""
        inner = re.fullmatch(r"\[\]\[(.*)\]_vars", self.definitions[name].parts[0])
        if inner is None:
            raise NotTla(f"{name} is no step property")
        code = compile(self.source(inner[1]), name, "eval")

        def test(before: State, after: State) -> bool:
            self.put(before)
            self.put(after, "p_")
            return before == after or bool(eval(code, self.space))

        return test


# ---------------------------------------------------------------------------------------------------- reading


def read(module: str, config: str) -> Tla:
    """The module as TLA+. Raises NotTla."""
    made = Tla()
    lines = [line for line in module.splitlines() if line.strip() and not line.startswith("\\*")]
    if not re.fullmatch(r"-{4,} MODULE \w+ -{4,}", lines[0]) or not re.fullmatch("={4,}", lines[-1]):
        raise NotTla("no module")
    current: Definition | None = None
    for line in lines[1:-1]:
        head = re.fullmatch(r"(\w+)(?:\(([\w, ]*)\))? ==(.*)", line)
        bullet = re.fullmatch(r"  (/\\|\\/) (.*)", line)
        if head is not None:
            if head[1] in made.definitions or head[1] in made.variables:
                raise NotTla(f"{head[1]} is defined twice")
            params = tuple(part.strip() for part in (head[2] or "").split(",") if part.strip())
            if set(params) & (set(made.definitions) | set(made.variables)):
                raise NotTla(f"a parameter of {head[1]} has the name of something else")
            current = made.definitions[head[1]] = Definition(params, "", [head[3].strip()] if head[3].strip() else [])
        elif bullet is not None and current is not None and current.joint in ("", bullet[1]):
            current.joint = bullet[1]
            current.parts.append(bullet[2])
        elif line.startswith("VARIABLES "):
            made.variables = line.removeprefix("VARIABLES ").split(", ")
        elif line.startswith("CONSTANTS "):
            constants = line.removeprefix("CONSTANTS ").split(", ")
        elif line.strip() in ("TRUE", "FALSE") and current is not None:
            current.parts.append(line.strip())
        elif line != "EXTENDS Integers":
            raise NotTla(f"not expected here: {line}")
    _configure(made, config, set(constants))
    _compile(made)
    return made


def _configure(made: Tla, config: str, constants: set[str]) -> None:
    section = ""
    for line in config.splitlines():
        if not line.startswith("  "):
            section = line.split()[0]
        elif section == "CONSTANTS":
            name, value = line.strip().split(" = ")
            constants.remove(name)
            if value.startswith("{"):
                value = (
                    "(" + "".join(f"{member.strip()!r}, " for member in value[1:-1].split(",") if member.strip()) + ")"
                )
            made.space["v_" + name] = name if value == name else eval(CONSTANTS.get(value, value))
        elif section in ("INVARIANTS", "PROPERTIES"):
            (made.invariants if section == "INVARIANTS" else made.properties).append(line.strip())
    if constants:
        raise NotTla(f"no value for {constants}")


def _compile(made: Tla) -> None:
    """Every definition as Python: operators as functions `d_`, actions as generators `a_` of states after."""
    space = made.space
    space["functions"] = _functions
    space["product"] = product
    space["act"] = lambda name, *args: any(
        all(space["p_" + key] == value for key, value in after.items()) for after in space["a_" + name](*args)
    )
    actions = made.actions = {"Next"}
    for name, definition in made.definitions.items():
        primed = any("'" in part or part.startswith("UNCHANGED") for part in definition.parts)
        calls = any(re.search(rf"\b{action}\b", part) for part in definition.parts for action in actions)
        if (definition.joint and (primed or (definition.joint == "\\/" and calls))) or name == "Next":
            actions.add(name)
    for name, definition in made.definitions.items():
        if name in ("Init", "Spec", "vars"):
            continue
        head = ", ".join(f"b_{each}" for each in definition.params)
        if name in actions:
            code = f"def a_{name}({head}):\n" + "\n".join(_action(made, definition))
        else:
            joint = {"/\\": " and ", "\\/": " or "}.get(definition.joint, "")
            body = joint.join(f"({made.source(part, definition.params)})" for part in definition.parts)
            code = f"def d_{name}({head}):\n return {body}"
        exec(compile(code, name, "exec"), space)


def _action(made: Tla, definition: Definition) -> Iterator[str]:
    yield " if False: yield"
    if definition.joint == "\\/":
        for part in definition.parts:
            indent = " "
            found = re.fullmatch(r"\(\\E (.*?) : (.*)\)", part)
            for binder in found[1].split(", ") if found else []:
                name, values = binder.split(" \\in ")
                yield f"{indent}for b_{name} in {made.source(values)}:"
                indent += " "
            call = re.fullmatch(r"(\w+)(?:\((.*)\))?", found[2] if found else part)
            if call is None or (call[1] not in made.definitions and call[1] != "FALSE"):
                raise NotTla(f"no action: {part}")
            if call[1] != "FALSE":
                args = ", ".join(f"b_{arg.strip()}" for arg in (call[2] or "").split(",") if arg.strip())
                yield f"{indent}yield from a_{call[1]}({args})"
        return
    set_: dict[str, str] = {}
    guards = []
    for part in definition.parts:
        assigned = re.fullmatch(r"(\w+)' = (.*)", part)
        same = re.fullmatch(r"UNCHANGED <<(.*)>>", part)
        if assigned is not None:
            named = {assigned[1]: made.source(assigned[2], definition.params)}
        elif same is not None:
            named = {name: f"v_{name}" for name in same[1].split(", ")}
        else:
            guards.append(made.source(part, definition.params))
            continue
        if set(named) & set(set_):
            raise NotTla("a variable is assigned twice")
        set_ |= named
    if set(set_) != set(made.variables):
        raise NotTla(f"an action says nothing of {set(made.variables) - set(set_)}")
    yield f" if {' and '.join(guards) or 'True'}:"
    yield "  yield {" + ", ".join(f"{name!r}: {value}" for name, value in set_.items()) + "}"


def _functions(domain: Any, values: Any) -> list[dict[Any, Any]]:
    points = list(domain)
    return [dict(zip(points, chosen, strict=True)) for chosen in product(values, repeat=len(points))]


class _Expression:
    def __init__(self, made: Tla, text: str, bound: tuple[str, ...]) -> None:
        self.tokens: list[str] = []
        at = 0
        while text[at:].strip():
            found = TOKEN.match(text, at)
            if found is None:
                raise NotTla(f"not a word of TLA+: {text[at : at + 20]!r}")
            self.tokens.append(found[1])
            at = found.end()
        self.at = 0
        self.bound = list(bound)
        self.made = made

    @property
    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, token: str) -> None:
        if self.at >= len(self.tokens) or self.next() != token:
            raise NotTla(f"expected {token} after {' '.join(self.tokens[max(self.at - 9, 0) : self.at])}")

    def expression(self, tightness: int = 1) -> str:
        left = self.unary()
        while self.peek in BINARY and BINARY[self.peek] >= tightness:
            operator = self.next()
            if operator == "\\X":
                parts = [left, self.unary()]
                while self.peek == "\\X":
                    self.next()
                    parts.append(self.unary())
                left = f"list(product({', '.join(parts)}))"
                continue
            right = self.expression(BINARY[operator] + (operator != "=>"))
            match operator:
                case "=>":
                    left = f"(not {left} or {right})"
                case "..":
                    left = f"range({left}, {right} + 1)"
                case "->":
                    left = f"functions({left}, {right})"
                case "~>":
                    left = f"leads_to({left}, {right})"
                case _:
                    left = f"({left} {PYTHON.get(operator, operator)} {right})"
        return left

    def unary(self) -> str:
        token = self.next()
        match token:
            case "~":
                return f"(not {self.unary()})"
            case "ENABLED":
                name = self.next()
                return f"any(True for _ in a_{name}())" if name in self.made.actions else f"d_{name}()"
            case "-":
                return f"(-{self.unary()})"
            case "IF":
                condition = self.expression()
                self.take("THEN")
                then = self.expression()
                self.take("ELSE")
                return f"({then} if {condition} else {self.expression()})"
            case "\\A" | "\\E" | "CHOOSE":
                names, loops = self.binders()
                self.take(":")
                body = self.expression()
                self.unbind(names)
                if token == "CHOOSE":
                    return f"next(b_{names[0]} {loops} if {body})"
                return f"{'all' if token == chr(92) + 'A' else 'any'}({body} {loops})"
        return self.indexed(self.primary(token))

    def indexed(self, value: str) -> str:
        while self.peek == "[":
            self.next()
            index = self.listed("]")
            value = f"{value}[{index[0] if len(index) == 1 else '(' + ', '.join(index) + ')'}]"
        return value

    def primary(self, token: str) -> str:
        match token:
            case "(":
                inner = self.expression()
                self.take(")")
                return f"({inner})"
            case "{":
                return "(" + "".join(f"{each}, " for each in self.listed("}")) + ")"
            case "[]":
                self.take("[")
                inner = self.expression()
                self.take("]_vars")
                return f"always({inner})"
            case "[":
                return self.function()
        if token.startswith('"') or token.isdigit():
            return token
        if token in CONSTANTS:
            return CONSTANTS[token]
        if not re.fullmatch(r"\w+", token):
            raise NotTla(f"not expected: {token}")
        if self.peek == "'":
            self.next()
            return f"p_{token}"
        if token in self.bound:
            return f"b_{token}"
        args = []
        if self.peek == "(":
            self.next()
            args = self.listed(")")
        if token in self.made.actions:
            return f"act({', '.join([repr(token), *args])})"
        if token in self.made.definitions:
            return f"d_{token}({', '.join(args)})"
        if args and token not in ("WF_vars", "SF_vars"):
            raise NotTla(f"{token} is not defined")
        return f"{token}({', '.join(args)})" if args else f"v_{token}"

    def function(self) -> str:
        if self.tokens[self.at + 1] == "\\in":
            names, loops = self.binders()
            self.take("|->")
            body = self.expression()
            self.take("]")
            self.unbind(names)
            key = f"b_{names[0]}" if len(names) == 1 else "(" + ", ".join(f"b_{name}" for name in names) + ")"
            return "{" + f"{key}: {body} {loops}" + "}"
        first = self.expression()
        if self.peek == "]":
            self.next()
            return first
        self.take("EXCEPT")
        changes = []
        while True:
            self.take("!")
            self.take("[")
            index = self.listed("]")
            self.take("=")
            key = index[0] if len(index) == 1 else "(" + ", ".join(index) + ")"
            changes.append(f"{key}: {self.expression()}")
            if self.next() == "]":
                return "{**" + first + ", " + ", ".join(changes) + "}"

    def binders(self) -> tuple[list[str], str]:
        names, loops = [], []
        while True:
            name = self.next()
            if name in self.bound:
                raise NotTla(f"{name} is bound twice")
            self.take("\\in")
            values = self.expression(4)
            names.append(name)
            loops.append(f"for b_{name} in {values}")
            if self.peek != ",":
                break
            self.next()
        self.bound += names
        return names, " ".join(loops)

    def unbind(self, names: list[str]) -> None:
        del self.bound[len(self.bound) - len(names) :]

    def listed(self, end: str) -> list[str]:
        found: list[str] = []
        while self.peek != end:
            found.append(self.expression())
            if self.peek == ",":
                self.next()
        self.take(end)
        return found
