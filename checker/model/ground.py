"""A protocol in a scope, compiled: its steps with their arguments, and functions from packed state to packed state."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Any

from checker.language.core import Core, CoreMoment, CoreProperty, Expr, type_range
from checker.language.lower import lower, lower_expression
from checker.language.protocol import Action, Bool, Expr as Written, Protocol, Type
from checker.model.code import FALSE, Code, Known, Level, Node, boolean, equations, every, negate, show
from checker.model.emit import Emit
from checker.model.fold import fold
from checker.model.initial import check_scope, fixed_bytes, initial_states
from checker.model.layout import Layout
from checker.model.run import Step
from checker.model.scope import Scope
from checker.model.successors import Row, decide, row
from checker.model.writer import statements, writes


@dataclass(frozen=True, slots=True)
class Ground:
    """A moment with arguments for its parameters."""

    number: int
    moment: CoreMoment
    args: tuple[int, ...]
    step: Step


@dataclass(frozen=True, slots=True)
class _Functions:
    """One moment's functions of a state and its arguments."""

    possible: Callable[..., bool]
    force: Callable[..., bytes]
    failing: Callable[..., tuple[int, ...]]


class Machine:
    """A protocol in a scope. Making one is cheap; what is asked of it is compiled when it is asked first.

    Raises BadScope, TooLarge, CannotLower. `core` may be given where the protocol is already lowered without the
    scope's left-out rules.
    """

    def __init__(self, protocol: Protocol, scope: Scope, core: Core | None = None) -> None:
        self.protocol = protocol
        self.scope = scope
        check_scope(protocol, scope)
        self.core = _within(protocol, scope, lower(protocol, scope.without) if core is None else core)
        self.sizes = scope.all_sizes(protocol)
        self.layout = Layout(self.core, self.sizes)
        self.fixed: Mapping[int, int] = fixed_bytes(self.core, self.layout, scope)
        self._functions: dict[int, _Functions] = {}
        self._tests: dict[tuple[int, _Names], tuple[Expr, Callable[[bytes], bool]]] = {}
        self._lowered: dict[tuple[str, Written], Expr] = {}
        self._step_tests: dict[tuple[int, int], tuple[CoreProperty, Callable[..., bool]]] = {}

    @cached_property
    def grounds(self) -> tuple[Ground, ...]:
        """Every moment with every tuple of arguments, those that are never possible in this scope too."""
        found: list[Ground] = []
        for moment in self.core.moments:
            for args in product(*(type_range(type_, self.sizes) for _, type_ in moment.params)):
                found.append(Ground(len(found), moment, args, Step(moment.action, moment.moment, args)))
        return tuple(found)

    @cached_property
    def _moment_of(self) -> tuple[int, ...]:
        """For each ground, which of the core's moments it is one of."""
        positions = {id(moment): at for at, moment in enumerate(self.core.moments)}
        return tuple(positions[id(ground.moment)] for ground in self.grounds)

    @cached_property
    def _numbers(self) -> dict[Step, int]:
        return {ground.step: ground.number for ground in self.grounds}

    def prepare(self) -> None:
        """Number the steps now, so that copies of this machine share them."""
        _ = self.grounds, self._moment_of, self._numbers

    def number(self, step: Step) -> int:
        """The position in `grounds` of a step. Raises KeyError."""
        return self._numbers[step]

    def initial_states(self) -> Iterator[bytes]:
        """Every initial state, once."""
        return initial_states(self.core, self.layout, self.fixed)

    # -------------------------------------------------------------------------------------------------------- steps

    @cached_property
    def successors(self) -> Callable[[bytes], list[tuple[int, bytes]]]:
        """Of a state, each step possible there as (number, state after), within the fault budget, in a fixed order."""
        return self._successors(self.fixed)

    def _successors(self, fixed: Mapping[int, int]) -> Callable[[bytes], list[tuple[int, bytes]]]:
        """The function for states with these bytes."""
        emit = Emit(self.layout, fixed, local=True)
        folded: dict[tuple[int, tuple[int, ...]], Node] = {}  # the outcomes of an action share its guards
        rows: list[Row] = []
        for ground in self.grounds:
            moment = ground.moment
            if moment.fault and self.scope.faults == 0:
                continue
            bound = self._known(moment.params, ground.args)
            guards: list[Node] = []
            for guard in moment.guards:
                key = id(guard), ground.args
                if key not in folded:
                    folded[key] = fold(guard.condition, emit, bound)
                guards.append(folded[key])
            if moment.fault:
                guards.append(Code(f"s[-1] < {self.scope.faults}", Level.COMPARE))
            condition = every(guards)
            if condition != FALSE:
                emit.fixed = {**fixed, **equations(condition)}
                lines = list(statements(writes(emit, moment.effects, bound), moment.fault))
                after = "bytes(t)" if lines else "s"
                rows.append(row(condition, (*lines, f"found.append(({ground.number}, {after}))")))
                emit.fixed = fixed
        body = [*decide(rows)]
        lines = ["def successors(s):", " found = []", *(f" s{at} = s[{at}]" for at in sorted(emit.used))]
        lines += [f" {line}" for line in body] + [" return found"]
        found: Callable[[bytes], list[tuple[int, bytes]]] = _run("\n".join(lines), "successors")["successors"]
        return found

    def fire(self, number: int, state: bytes) -> bytes | None:
        """The state after the step; None where a guard is false or no fault is left."""
        ground = self.grounds[number]
        functions = self._of(number)
        if not functions.possible(state, *ground.args):
            return None
        if ground.moment.fault and state[-1] >= self.scope.faults:
            return None
        return functions.force(state, *ground.args)

    def force(self, number: int, state: bytes) -> bytes:
        """The state after the step's effects, whatever its guards say."""
        return self._of(number).force(state, *self.grounds[number].args)

    def failing(self, number: int, state: bytes) -> tuple[int, ...]:
        """Which of `grounds[number].moment.guards` are false."""
        return self._of(number).failing(state, *self.grounds[number].args)

    def clashing(self, number: int, state: bytes) -> tuple[int, ...]:
        """Which of `grounds[number].moment.clashes` come about in the state: the step would have no meaning there."""
        ground = self.grounds[number]
        bound = tuple(zip((name for name, _ in ground.moment.params), ground.args, strict=True))
        found = (self.test(clash.condition, bound)(state) for clash in ground.moment.clashes)
        return tuple(at for at, holds in enumerate(found) if holds)

    def _of(self, number: int) -> _Functions:
        """The functions of a step's moment, compiled at the first call."""
        at = self._moment_of[number]
        functions = self._functions.get(at)
        if functions is None:
            functions = self._functions[at] = self._compile(self.core.moments[at])
        return functions

    def _compile(self, moment: CoreMoment) -> _Functions:
        emit = Emit(self.layout, self.fixed)
        names = [f"p{at}" for at in range(len(moment.params))]
        bound: dict[str, Node] = {name: Code(at) for (name, _), at in zip(moment.params, names, strict=True)}
        guards = [fold(guard.condition, emit, bound) for guard in moment.guards]
        head = ", ".join(["s", *names])
        lines = [f"def possible({head}): return {show(every(guards))}", f"def force({head}):"]
        lines += [f" {line}" for line in statements(writes(emit, moment.effects, bound), moment.fault)]
        lines += [" return bytes(t)" if len(lines) > 2 else " return s", f"def failing({head}):", " found = []"]
        lines += [f" if {show(negate(guard))}: found.append({at})" for at, guard in enumerate(guards)]
        lines += [" return tuple(found)"]
        made = _run("\n".join(lines), f"{moment.action}.{moment.moment}")
        return _Functions(made["possible"], made["force"], made["failing"])

    # -------------------------------------------------------------------------------------------------- expressions

    def lowered(self, action: Action, expr: Written) -> Expr:
        """An expression over the parameters of an action, in the core's words. Raises CannotLower."""
        key = action.name, expr
        found = self._lowered.get(key)
        if found is None:
            names = tuple(variable.name for variable in action.params)
            found = self._lowered[key] = lower_expression(self.protocol, expr, names)
        return found

    def test(self, expr: Expr, bound: _Names = ()) -> Callable[[bytes], bool]:
        """A formula about one state, its free names given, as a function of packed states; compiled once."""
        key = id(expr), bound  # the expression is kept beside the answer, so its id stays its own
        if key not in self._tests:
            emit = Emit(self.layout, self.fixed)
            node = fold(expr, emit, {name: Known(value) for name, value in bound})
            self._tests[key] = expr, _truth("s", node)
        return self._tests[key][1]

    def value(self, expr: Expr, bound: _Names = ()) -> Callable[[bytes], int]:
        """An expression about one state, its free names given, as a function of packed states. Booleans are 0 and 1."""
        emit = Emit(self.layout, self.fixed)
        node = fold(expr, emit, {name: Known(value) for name, value in bound})
        found: Callable[[bytes], int] = eval(compile(f"lambda s: {show(node)}", "<value>", "eval"))  # noqa: S307
        return found

    def step_test(self, prop: CoreProperty) -> Callable[[int, bytes, bytes], bool]:
        """A step property as a function of the step's number, the state before and the state after."""
        formulas = dict(prop.steps)
        compiled = self._step_tests
        grounds = self.grounds

        def holds(number: int, before: bytes, after: bytes) -> bool:
            at = self._moment_of[number]
            key = id(prop), at  # the property is kept beside the answer, so its id stays its own
            if key not in compiled:
                moment = self.core.moments[at]
                compiled[key] = prop, self._step_truth(moment, formulas[moment.action, moment.moment])
            return compiled[key][1](before, after, *grounds[number].args)

        return holds

    def _step_truth(self, moment: CoreMoment, formula: Expr) -> Callable[..., bool]:
        names = [f"p{at}" for at in range(len(moment.params))]
        bound: dict[str, Node] = {name: Code(at) for (name, _), at in zip(moment.params, names, strict=True)}
        return _truth(", ".join(["s", "t", *names]), fold(formula, Emit(self.layout, self.fixed), bound))

    def _known(self, params: tuple[tuple[str, Type], ...], args: tuple[int, ...]) -> dict[str, Node]:
        return {
            name: Known(bool(arg) if isinstance(type_, Bool) else arg)
            for (name, type_), arg in zip(params, args, strict=True)
        }


def _truth(head: str, node: Node) -> Callable[..., bool]:
    text = show(node) if boolean(node) else f"bool({show(node)})"
    found: Callable[..., bool] = eval(compile(f"lambda {head}: {text}", "<formula>", "eval"))  # noqa: S307
    return found


def _run(source: str, name: str) -> dict[str, Any]:
    """What the source defines. It is ours: no text of a protocol gets into it but through `code`."""
    made: dict[str, Any] = {}
    exec(compile(source, f"<{name}>", "exec"), made)  # noqa: S102
    return made


_Names = tuple[tuple[str, int], ...]


def _within(protocol: Protocol, scope: Scope, core: Core) -> Core:
    """The core with the scope's own condition among its assumptions."""
    if scope.where is None:
        return core
    return replace(core, assumptions=(*core.assumptions, (scope.name, lower_expression(protocol, scope.where))))
