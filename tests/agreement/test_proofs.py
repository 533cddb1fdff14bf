"""What is proved for any number is never broken by a search of a scope; and a prover with a fault is caught lying."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice, product
from typing import Any

import pytest
import z3

from checker.language import core, protocol as p
from checker.language.protocol import Protocol, Value
from checker.model.ground import Machine
from checker.model.reference import Reference
from checker.model.scope import Scope
from checker.prove.answers import Fails, Holds, Judgement, Unknown
from checker.prove.api import prove
from checker.prove.decode import Unconfirmed
from checker.prove.encode import Encoding
from checker.prove.induction import Induction
from checker.prove.region import Region, Regions
from tests.agreement.generate import Case, case
from tests.prove.texts import GATE, SEEN, read

SEEDS = range(2000, 2016)
FAULT_SEEDS = range(60)
STARTS = 300
STATES = 1500


class Refuted(AssertionError):
    """Something was proved that is not so."""


def with_properties(made: Case) -> Protocol:
    """The case's protocol with its formulas for properties."""

    def closed(at: int) -> p.Expr:
        formula = made.formulas[at]
        return p.Quantified(p.Quantifier.FORALL, formula.free, formula.expr) if formula.free else formula.expr

    properties = tuple(
        p.StepRule(f"step{at}", (), "", closed(at)) if formula.step else p.Invariant(f"always{at}", (), "", closed(at))
        for at, formula in enumerate(made.formulas)
    )
    return replace(made.protocol, properties=properties)


def written() -> Iterator[tuple[Protocol, Scope]]:
    """Protocols in which a property is proved for some settings and not for others, with scopes for each setting."""
    for text in (SEEN, f"{GATE} invariant careful forall c: Car. passing[c] implies light == green"):
        protocol = read(text)
        sizes = tuple((sort.name, 1) for sort in protocol.sorts if sort.members is None)
        names = [param.name for param in protocol.params]
        for values in product(*(Reference(protocol, Scope("", sizes)).values(param.type) for param in protocol.params)):
            yield protocol, Scope("written", sizes, 9, tuple(zip(names, values, strict=True)))


def claimed(judgement: Judgement, settings: Mapping[str, Value]) -> bool:
    """Whether it is said to be proved for these settings."""
    if isinstance(judgement, Holds):
        return True
    box = judgement.settings if isinstance(judgement, Unknown | Fails) else ()
    return any(settings[name] not in values for name, values in box)


def check(protocol: Protocol, scope: Scope, seen: Counter[str]) -> None:
    """Proves what can be proved, then searches a scope for a run that says otherwise. Raises Refuted, Unconfirmed."""
    proofs = prove(protocol, without=scope.without, seconds_per_query=0.5)
    seen.update(type(answer.judgement).__name__ for answer in proofs.answers)
    if any(size == 0 for _, size in scope.sizes):
        return
    settings = {param.name: dict(scope.settings).get(param.name, param.default) for param in protocol.params}
    mine = [answer.name for answer in proofs.answers if claimed(answer.judgement, settings)]
    seen["claims"] += len(mine)
    for broken in search(protocol, replace(scope, faults=9), mine, seen):
        raise Refuted(f"{broken} was proved, and is false in {scope}")


def search(protocol: Protocol, scope: Scope, names: list[str], seen: Counter[str]) -> Iterator[str]:
    machine = Machine(protocol, scope)
    of = {item.name: item for item in machine.core.properties}
    states = {name: machine.test(formula) for name in names if (formula := of[name].formula) is not None}
    steps = {name: machine.step_test(of[name]) for name in names if of[name].kind is core.PropertyKind.STEP}
    known = set(islice(machine.initial_states(), STARTS))
    waiting = list(known)
    while waiting and len(known) < STATES:
        state = waiting.pop()
        yield from (name for name, holds in states.items() if not holds(state))
        for number, after in machine.successors(state):
            yield from (name for name, holds in steps.items() if not holds(number, state, after))
            if after not in known:
                known.add(after)
                waiting.append(after)
    seen["states"] += len(known)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_proof_is_refuted_by_a_search(seed: int) -> None:
    made = case(seed)
    check(with_properties(made), made.scope, Counter())


def test_no_proof_for_some_settings_is_refuted_by_a_search() -> None:
    seen: Counter[str] = Counter()
    for protocol, scope in written():
        check(protocol, scope, seen)
    assert seen["claims"] > 10, seen


def test_there_is_something_to_refute() -> None:
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        check(with_properties(case(seed)), case(seed).scope, seen)
    assert all(seen[kind] >= 10 for kind in ("Holds", "Unknown", "Fails", "claims")), seen
    assert seen["states"] > 1000, seen


# ------------------------------------------------------------------------------------------------------------- faults


def _start_is_taken_for_granted(right: Callable[..., Any], self: Induction, goal: str, part: object) -> None:
    if part is None:
        self._leaned[goal, None] = {}
    else:
        right(goal, part)


def _half_the_steps(right: Callable[..., Any], self: Induction, goal: str) -> Any:
    return (part for part in right(goal) if part % 2)


def _without_the_last(right: Callable[..., Any], self: Encoding, moment: core.CoreMoment) -> Any:
    return right(replace(moment, effects=moment.effects[:-1]))


def _more_guards(right: Callable[..., Any], self: Encoding, moment: core.CoreMoment) -> Any:
    guards = tuple(core.CoreGuard(core.Read(cell.name, ()), ()) for cell in self.core.cells if _flag(cell))
    return right(replace(moment, guards=moment.guards + guards))


def _flag(cell: core.CoreCell) -> bool:
    return not cell.index and cell.type == p.Bool() and cell.kind is core.CellKind.STATE


def _nowhere_else(right: Callable[..., Any], self: Regions, region: Region) -> Any:
    outside = right(region)
    return outside if outside is False else z3.And(outside, z3.BoolVal(False, outside.ctx))


def _narrower(right: Callable[..., Any], self: Encoding, cell: core.CoreCell) -> Any:
    assert isinstance(cell.type, p.Range)
    return right(replace(cell, type=p.Range(cell.type.low, max(cell.type.low, cell.type.high - 1))))


def _leaning_forgotten(right: Callable[..., Any], self: Induction, goal: str, part: object) -> bool:
    return False


FAULTS: tuple[tuple[str, type, str, Any], ...] = (
    ("initial states are not tried", Induction, "_first_try", _start_is_taken_for_granted),
    ("some steps are not tried", Induction, "parts", _half_the_steps),
    ("what leans on something lost is not tried again", Induction, "_stale", _leaning_forgotten),
    ("an effect is lost", Encoding, "happening", _without_the_last),
    ("steps are possible less often", Encoding, "happening", _more_guards),
    ("one bad setting is taken for all of them", Regions, "outside", _nowhere_else),
    ("numbers are assumed to be smaller", Encoding, "_in_range", _narrower),
)


@pytest.mark.parametrize(("where", "name", "fault"), [item[1:] for item in FAULTS], ids=[item[0] for item in FAULTS])
def test_a_prover_with_a_fault_is_caught(where: type, name: str, fault: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    right = getattr(where, name)
    monkeypatch.setattr(where, name, lambda self, *args: fault(lambda *given: right(self, *given), self, *args))
    random = ((with_properties(made), made.scope) for made in map(case, FAULT_SEEDS))
    assert any(_caught(protocol, scope) for protocol, scope in chain(written(), random))


def _caught(protocol: Protocol, scope: Scope) -> bool:
    try:
        check(protocol, scope, Counter())
    except (Refuted, Unconfirmed):
        return True
    return False
