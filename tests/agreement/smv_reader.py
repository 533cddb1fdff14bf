"""Reads the part of SMV that exports use, after the NuSMV user manual, and goes through its states one by one.

It knows nothing of protocols. Where NuSMV is not there, it is what tells whether an export says what it should; that
NuSMV itself takes the text, only NuSMV can tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

TOKEN = re.compile(r"\s*(?:--[^\n]*\n\s*)*(->|:=|\.\.|<=|>=|!=|[A-Za-z_]\w*|\d+|[-+(){};:,=<>!&|])")
SECTIONS = (
    "MODULE",
    "IVAR",
    "FROZENVAR",
    "VAR",
    "INIT",
    "DEFINE",
    "TRANS",
    "ASSIGN",
    "CONSTANTS",
    "INVARSPEC",
    "CTLSPEC",
    "LTLSPEC",
)
BINARY = {"->": 1, "|": 2, "&": 3, "=": 4, "!=": 4, "<": 4, ">": 4, "<=": 4, ">=": 4, "in": 4, "+": 5, "-": 5}
PYTHON = {"|": "or", "&": "and", "=": "==", "+": "+", "-": "-"}
UNARY = ("AG", "EF", "G", "F")

State = tuple[Any, ...]


class NotSmv(AssertionError):
    """The text does not follow the grammar, or uses a name that is not declared, or one twice."""


@dataclass
class Smv:
    """A text that was read. Properties are Python source over the names, temporal ones nested tuples of it."""

    domains: dict[str, tuple[Any, ...]] = field(default_factory=dict)  # variables
    frozen: set[str] = field(default_factory=set)
    inputs: tuple[str, ...] = ()
    initial: list[Any] = field(default_factory=list)
    assigned: dict[str, Any] = field(default_factory=dict)  # by INIT x = e, in order
    defines: dict[str, Any] = field(default_factory=dict)
    trans: list[Any] = field(default_factory=list)
    moves: dict[str, Any] = field(default_factory=dict)
    invariants: dict[str, Any] = field(default_factory=dict)
    ctl: dict[str, Any] = field(default_factory=dict)
    ltl: dict[str, Any] = field(default_factory=dict)

    # --------------------------------------------------------------------------------------------------------- states

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.domains)

    def function(self, *sources: str) -> Callable[[State], list[Any]]:
        """Python source over the variables as a function of a state."""
        head = ", ".join(f"v_{name}" for name in self.names)
        found: Callable[[State], list[Any]] = eval(f"lambda s: (lambda {head}: [{', '.join(sources)}])(*s)")
        return found

    def start(self) -> Iterator[State]:
        free = [name for name in self.names if name not in self.assigned]
        tests = self.function(*self.initial)
        values = {name: self.function(source) for name, source in self.assigned.items()}
        for chosen in product(*(self.domains[name] for name in free)):
            state = dict.fromkeys(self.names) | dict(zip(free, chosen, strict=True))
            for name, value in values.items():
                (state[name],) = value(tuple(state.values()))
            found = tuple(state[name] for name in self.names)
            if all(tests(found)):
                yield found

    def explore(self) -> tuple[dict[State, int], list[list[int]], list[tuple[int, str]]]:
        """All reachable states, what each leads to, and every step but `stutter` with the state it is taken in."""
        steps = [step for step in self.inputs if step != "stutter"]
        possible = self.function(*(f"all([{', '.join(self.trans_for(step)) or 'True'}])" for step in steps))
        moves = {step: self.function(*(self.move(name, step) for name in self.names)) for step in steps}
        numbers: dict[State, int] = {}
        todo: list[State] = []

        def number(state: State) -> int:
            if state not in numbers:
                numbers[state] = len(numbers)
                todo.append(state)
                for name, value in zip(self.names, state, strict=True):
                    if value not in self.domains[name]:
                        raise NotSmv(f"{name} becomes {value}")
            return numbers[state]

        for state in self.start():
            number(state)
        after: list[list[int]] = []
        taken: list[tuple[int, str]] = []
        for state in todo:
            after.append([])
            for step, may in zip(steps, possible(state), strict=True):
                if may:
                    after[-1].append(number(tuple(moves[step](state))))
                    taken.append((numbers[state], step))
        return numbers, after, taken

    def trans_for(self, step: str) -> list[str]:
        """The TRANS constraints that say something where this step is taken, with `step` filled in."""
        mark = f"('{step}')"
        return [source.replace("v_step", mark) for source in self.trans if f"'{step}'" in source]

    def move(self, name: str, step: str) -> str:
        if name in self.frozen:
            return f"v_{name}"
        if not isinstance(self.moves[name], list):
            return str(self.moves[name])
        source = "None"
        for condition, value in reversed(self.moves[name]):
            if "v_step" not in condition:
                source = value if condition == "True" else f"({value} if {condition} else {source})"
            elif f"'{step}'" in condition:
                filled = condition.replace("v_step", f"('{step}')")
                source = f"({value} if {filled} else {source})"
        return source


# ---------------------------------------------------------------------------------------------------- reading


def read(text: str) -> Smv:
    """The text as SMV. Raises NotSmv."""
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[str] = []
        at = 0
        while text[at:].strip():
            found = TOKEN.match(text, at)
            if found is None:
                raise NotSmv(f"not a word of SMV: {text[at : at + 30]!r}")
            self.tokens.append(found[1])
            at = found.end()
        self.at = 0
        self.made = Smv()
        self.constants: set[str] = set()

    def read(self) -> Smv:
        made = self.made
        self.take("MODULE"), self.take("main")
        section = ""
        while self.at < len(self.tokens):
            if self.peek in SECTIONS:
                section = self.next()
            match section:
                case "IVAR" | "VAR" | "FROZENVAR":
                    self.variable(section)
                case "CONSTANTS":
                    self.constants.add(self.new_name())
                    while self.next() == ",":
                        self.constants.add(self.new_name())
                case "INIT":
                    self.init()
                case "DEFINE":
                    name = self.new_name()
                    self.take(":=")
                    made.defines[name] = self.expression()
                    self.take(";")
                case "TRANS":
                    made.trans.append(self.expression())
                    self.take(";")
                case "ASSIGN":
                    self.assign()
                case "INVARSPEC" | "CTLSPEC" | "LTLSPEC":
                    self.take("NAME")
                    name = self.new_name()
                    self.take(":=")
                    kinds = {"INVARSPEC": made.invariants, "CTLSPEC": made.ctl, "LTLSPEC": made.ltl}
                    kinds[section][name] = self.expression()
                    self.take(";")
                case _:
                    raise NotSmv(f"a section is expected, not {self.peek}")
        return made

    @property
    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1]

    def take(self, token: str) -> None:
        if self.next() != token:
            raise NotSmv(f"expected {token} after {' '.join(self.tokens[self.at - 9 : self.at])}")

    def new_name(self) -> str:
        name = self.next()
        known = {*self.made.domains, *self.made.defines, *self.constants, *self.made.invariants, *self.made.ctl}
        if not re.fullmatch(r"[A-Za-z_]\w*", name) or name in known:
            raise NotSmv(f"{name} is no new name")
        return name

    def variable(self, section: str) -> None:
        name = self.new_name()
        self.take(":")
        domain: tuple[Any, ...]
        if self.peek == "boolean":
            self.next()
            domain = (False, True)
        elif self.peek == "{":
            domain = self.members()
            self.constants.update(domain)
        else:
            low = self.number()
            self.take("..")
            domain = tuple(range(low, self.number() + 1))
        self.take(";")
        if section == "IVAR":
            self.made.inputs = domain
        else:
            self.made.domains[name] = domain
            self.made.frozen |= {name} if section == "FROZENVAR" else set()

    def number(self) -> int:
        return -int(self.next()) if self.peek == "-" and self.next() else int(self.next())

    def members(self) -> tuple[str, ...]:
        self.take("{")
        found = [self.next()]
        while self.peek == ",":
            self.next()
            found.append(self.next())
        self.take("}")
        return tuple(found)

    def init(self) -> None:
        if self.tokens[self.at] in self.made.domains and self.tokens[self.at + 1] == "=":
            name = self.next()
            self.take("=")
            self.made.assigned[name] = self.expression(5)
        else:
            self.made.initial.append(self.expression())
        self.take(";")

    def assign(self) -> None:
        for token in ("next", "("):
            self.take(token)
        name = self.next()
        for token in (")", ":="):
            self.take(token)
        if name not in self.made.domains or name in self.made.moves:
            raise NotSmv(f"{name} is assigned twice, or is no variable")
        self.made.moves[name] = self.cases() if self.peek == "case" else self.expression()
        self.take(";")

    def cases(self) -> list[tuple[str, str]]:
        self.take("case")
        found = []
        while self.peek != "esac":
            condition = self.expression()
            self.take(":")
            found.append((condition, self.expression()))
            self.take(";")
        self.take("esac")
        if not found or found[-1][0] != "True":
            raise NotSmv("the cases are not exhaustive")
        return found

    def expression(self, tightness: int = 1) -> Any:
        left = self.atom()
        while self.peek in BINARY and BINARY[self.peek] >= tightness:
            operator = self.next()
            right = self.expression(BINARY[operator] + (operator != "->"))
            if isinstance(left, tuple) or isinstance(right, tuple):
                left = (operator, left, right)
            else:
                left = (
                    f"(not {left} or {right})"
                    if operator == "->"
                    else f"({left} {PYTHON.get(operator, operator)} {right})"
                )
        return left

    def atom(self) -> Any:
        token = self.next()
        if token in UNARY:
            return (token, self.atom())
        if token == "(":
            inner = self.expression()
            self.take(")")
            return inner
        if token == "!":
            return f"(not {self.atom()})"
        if token == "-":
            return f"(-{self.atom()})"
        if token == "case":
            self.at -= 1
            source = "None"
            for condition, value in reversed(self.cases()):
                source = value if condition == "True" else f"({value} if {condition} else {source})"
            return source
        if token == "{":
            self.at -= 1
            return "{" + ", ".join(map(repr, self.members())) + "}"
        if token in ("TRUE", "FALSE"):
            return token.capitalize()
        if token.isdigit():
            return token
        if token in self.made.defines:
            return self.made.defines[token]
        if token in self.constants:
            return repr(token)
        if token in self.made.domains or token == "step":
            return f"v_{token}"
        raise NotSmv(f"{token} is not declared")
