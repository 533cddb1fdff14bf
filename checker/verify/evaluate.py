"""The value of an SMT-LIB term in a finite world. Shares nothing with the translation that wrote the term.

A member of a closed sort, and an individual of an open one, is its number. Sorts are the solver's to check: a term
that mixes them has some value here, and no solver takes it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from checker.language.protocol import Value
from checker.verify.text import Term, show

Function = Callable[[Sequence[Value]], Value]


class Meaningless(Exception):
    """A term that has no value in a finite world: why."""


@dataclass(frozen=True, slots=True)
class World:
    """What the words of a script stand for: the size of each sort, and each function. No quantifier is too large."""

    sizes: Mapping[str, int]
    functions: Mapping[str, Function]

    def value(self, term: Term, bound: Mapping[str, Value]) -> Value:
        """The value of a term, its free variables as `bound` says. Raises Meaningless."""
        match term:
            case str():
                if term in bound:
                    return bound[term]
                if term.isdecimal():
                    return int(term)
                return _CONSTANTS[term] if term in _CONSTANTS else self._apply(term, ())
            case (("forall" | "exists") as quantifier, tuple(variables), body):
                inner = (self.value(body, {**bound, **names}) for names in self._bindings(variables, body))
                return all(inner) if quantifier == "forall" else any(inner)
            case ("ite", condition, then, otherwise):
                return self.value(then if self.value(condition, bound) else otherwise, bound)
            case ("and", *parts):
                return all(self.value(part, bound) for part in parts)
            case ("or", *parts):
                return any(self.value(part, bound) for part in parts)
            case ("=>", premise, conclusion):
                return not self.value(premise, bound) or self.value(conclusion, bound)
            case ("not", body):
                return not self.value(body, bound)
            case ("-", body):
                return -self.value(body, bound)
            case (str(name), left, right) if name in _BINARY:
                return _BINARY[name](self.value(left, bound), self.value(right, bound))
            case (str(name), *parts):
                return self._apply(name, [self.value(part, bound) for part in parts])
            case _:
                raise Meaningless(f"`{show(term)[:60]}` is no term")

    def _apply(self, name: str, at: Sequence[Value]) -> Value:
        if name not in self.functions:
            raise Meaningless(f"`{name[:60]}` is not declared")
        return self.functions[name](at)

    def _bindings(self, variables: Sequence[Term], body: Term) -> Sequence[Mapping[str, Value]]:
        names, axes = [], []
        for variable in variables:
            match variable:
                case (str(name), "Bool"):
                    axes.append(range(2))
                case (str(name), "Int"):
                    axes.append(_bounds(name, body))
                case (str(name), str(sort)) if sort in self.sizes:
                    axes.append(range(self.sizes[sort]))
                case _:
                    raise Meaningless(f"`{show(variable)[:60]}` is no variable of a sort that is declared")
            names.append(name)
        return [dict(zip(names, values, strict=True)) for values in product(*axes)]


def _bounds(name: str, body: Term) -> range:
    """The numbers that the premise of a quantified implication allows. Raises Meaningless where it has no bounds."""
    low = high = None
    match body:
        case ("=>", ("and", *parts), _):
            for part in _conjuncts(parts):
                match part:
                    case ("<=", bound, str(other)) if other == name:
                        low = _number(bound)
                    case ("<=", str(other), bound) if other == name:
                        high = _number(bound)
    if low is None or high is None or high - low > 1000:
        raise Meaningless(f"the quantifier over whole numbers `{name[:60]}` has no bounds")
    return range(low, high + 1)


def _conjuncts(parts: Sequence[Term]) -> Sequence[Term]:
    flat: list[Term] = []
    for part in parts:
        flat += _conjuncts(part[1:]) if isinstance(part, tuple) and part[:1] == ("and",) else [part]
    return flat


def _number(term: Term) -> int | None:
    match term:
        case str() if term.isdecimal():
            return int(term)
        case ("-", str(digits)) if digits.isdecimal():
            return -int(digits)
        case _:
            return None


_CONSTANTS: Mapping[str, Value] = {"true": True, "false": False}
_BINARY: Mapping[str, Callable[[Value, Value], Value]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    "+": operator.add,
    "-": operator.sub,
}
BUILT_IN = frozenset(("forall", "exists", "ite", "and", "or", "=>", "not", *_CONSTANTS, *_BINARY))
