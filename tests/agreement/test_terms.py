"""z3 terms say what the definition says; and faults put into them on purpose are caught."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
import z3

from checker.language import core
from checker.prove import encode, terms
from checker.prove.encode import Encoding
from checker.prove.terms import Choice, Terms, Vocabulary, as_sort
from tests.agreement.agree_terms import Disagreement, check
from tests.agreement.generate import case

SEEDS = range(1000, 1012)
FAULT_SEEDS = (40, 9, 58, 24, *range(60))  # the first few catch nearly all, which saves time


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("way", ["finite", "open", "every number quantified"])
def test_terms_agree_with_the_definition(seed: int, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if way == "every number quantified":
        monkeypatch.setattr(terms, "WIDEST_SPELT_OUT", 1)
    check(case(seed), sized=way == "finite")


def test_everything_is_compared() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS[:6]:
        check(case(seed), sized=False, seen=seen)
        check(case(seed), sized=True, seen=seen)
    kinds = ("initial", "given", "formula", "fails", "guards", "after", "step", "apart", "next")
    assert all(seen[kind] > 10 for kind in kinds), seen


# ------------------------------------------------------------------------------------------------------------- faults


def _of(method: Callable[..., Any], fault: Callable[..., Any]) -> Callable[..., Any]:
    """The method with a fault: `fault` gets the right method, then what the method gets."""
    return lambda self, *args: fault(lambda *given: method(self, *given), self, *args)


def _unlike(right: Callable[..., Any], self: Terms, *args: Any) -> Any:
    return right(*reversed(args))


def _no_else(right: Callable[..., Any], self: Terms, left: Any, other: Any) -> Any:
    return right(left.then, other) if isinstance(left, Choice) else right(left, other)


def _one_short(right: Callable[..., Any], self: Terms, parts: Sequence[Any]) -> Any:
    return right(parts[:-1] if len(parts) > 1 else parts)


def _last_value_missing(right: Callable[..., Any], self: Vocabulary, type_: Any) -> Any:
    values = right(type_)
    return values[:-1] if values is not None and len(values) > 1 else values


def _some(right: Callable[..., Any], self: Terms, name: str, type_: Any, body: Callable[[Any], Any]) -> Any:
    return self.not_(right(name, type_, lambda value: self.not_(body(value))))


def _out_of_range(right: Callable[..., Any], self: Terms, value: Any, type_: Any) -> Any:
    return True


def _never_after(right: Callable[..., Any], self: Vocabulary, cell: str, index: Any, after: bool) -> Any:
    return right(cell, index, False)


def _swapped_index(right: Callable[..., Any], self: Terms, cell: str, index: Any, after: bool) -> Any:
    types = {str(type_) for _, type_ in self.vocabulary.cells[cell].index}
    return right(cell, list(reversed(index)) if len(types) == 1 else index, after)


def _next_member(value: Any, sort: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool) and sort.kind() == z3.Z3_DATATYPE_SORT:
        return as_sort((value + 1) % sort.num_constructors(), sort)
    return as_sort(value, sort)


def _numbers_as_known(value: Any, sort: Any) -> Any:
    return (
        as_sort(max(value, 0), sort) if isinstance(value, int) and not isinstance(value, bool) else as_sort(value, sort)
    )


def _by_name(read: Any) -> Any:
    known: dict[str, Any] = {}
    return lambda cell, index, after: known.setdefault(cell, read(cell, index, after))


def _without_an_effect(right: Callable[..., Any], self: Encoding, moment: core.CoreMoment) -> Any:
    return right(replace(moment, effects=moment.effects[1:]))


def _without_a_guard(right: Callable[..., Any], self: Encoding, moment: core.CoreMoment) -> Any:
    return right(replace(moment, guards=moment.guards[:-1]))


def _only_before(right: Callable[..., Any], self: Encoding, moment: core.CoreMoment) -> Any:
    happening = right(moment)
    return replace(happening, across=self.now)


def _only_after(right: Callable[..., Any], self: Encoding, moment: core.CoreMoment) -> Any:
    happening = right(moment)
    return replace(happening, across=happening.then)


def _frame_forgotten(right: Callable[..., Any], self: Encoding, happening: Any) -> Any:
    return right(happening)[1:]


def _not_negated(right: Callable[..., Any], self: Encoding, formula: Any, *rest: Any) -> Any:
    return right(core.Not(formula), *rest)


def _default_values(right: Callable[..., Any], self: Encoding, cell: str, index: Any, after: bool) -> Any:
    return self.vocabulary.read(cell, index, False)


FAULTS: tuple[tuple[str, Any, str, Any], ...] = (
    ("a conjunction loses its last part", Terms, "and_", _one_short),
    ("`not` does nothing", Terms, "not_", lambda right, self, body: body),
    ("equal is different", Terms, "eq", lambda right, self, left, other: self.not_(right(left, other))),
    ("an `if` compared loses its else", Terms, "eq", _no_else),
    ("less is more", Terms, "less", _unlike),
    ("less is at most", Terms, "less", lambda right, self, left, other: self.not_(right(other, left))),
    ("plus is minus", Terms, "add", lambda right, self, left, other: self.sub(left, other)),
    ("minus the other way round", Terms, "sub", _unlike),
    ("`if` takes the other branch", Terms, "ite", lambda right, self, c, a, b: right(c, b, a)),
    ("`forall` is `exists`", Terms, "forall", _some),
    ("a quantifier misses a value", Vocabulary, "values", _last_value_missing),
    ("a quantified number leaves its range", Vocabulary, "inside", _out_of_range),
    ("a read after the step is one before", Vocabulary, "read", _never_after),
    ("two indexes change places", Terms, "read", _swapped_index),
    ("a member is its neighbour", terms, "as_sort", _next_member),
    ("negative numbers are zero", terms, "as_sort", _numbers_as_known),
    ("the first effect of a step is lost", Encoding, "happening", _without_an_effect),
    ("the last guard of a step is lost", Encoding, "happening", _without_a_guard),
    ("a step property sees only the state before", Encoding, "happening", _only_before),
    ("a step property sees only the state after", Encoding, "happening", _only_after),
    ("the relation says nothing of one family", Encoding, "next_state", _frame_forgotten),
    ("a formula fails where it holds", Encoding, "fails", _not_negated),
    ("initial values are any values", Encoding, "_initially", _default_values),
    ("what is remembered of one index is used for another", encode, "_remembering", _by_name),
)


@pytest.mark.parametrize(("where", "name", "fault"), [item[1:] for item in FAULTS], ids=[item[0] for item in FAULTS])
def test_a_fault_is_caught(where: Any, name: str, fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    method = isinstance(where, type)
    monkeypatch.setattr(where, name, _of(getattr(where, name), fault) if method else fault)
    assert any(_caught(seed, way, monkeypatch) for seed in FAULT_SEEDS for way in ("finite", "open", "quantified"))


def _caught(seed: int, way: str, monkeypatch: pytest.MonkeyPatch) -> bool:
    with monkeypatch.context() as patched:
        if way == "quantified":
            patched.setattr(terms, "WIDEST_SPELT_OUT", 1)
        try:
            check(case(seed), sized=way == "finite")
        except Disagreement:
            return True
    return False
