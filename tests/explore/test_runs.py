"""Scenarios: what passes, what must fail, and what is said when it is otherwise."""

from __future__ import annotations

import pytest

from checker.explore.answer import Said
from checker.explore.runs import ScenarioAnswer, try_scenario, try_scenarios
from checker.explore.search import Limits
from checker.model.run import replay
from checker.model.scope import declared_scope
from tests.explore.made import protocol, sized, text_protocol


def tried(name: str, scope: str | None = None) -> dict[str, ScenarioAnswer]:
    found = protocol(name)
    return {answer.scenario.name: answer for answer in try_scenarios(found, declared_scope(found, scope))}


def test_scenarios_of_the_ring() -> None:
    answers = tried("ring")
    assert {name: answer.said for name, answer in answers.items()} == {
        "once_round": Said.HOLDS,
        "not_back": Said.HOLDS,
        "busy_keeps_it": Said.HOLDS,
        "rests_first": Said.HOLDS,
    }
    round_trip = answers["once_round"].run
    assert round_trip is not None
    assert [step.moment for step in round_trip.steps] == ["begin", "SUCCESS"] * 4  # each begin is understood
    assert answers["not_back"].rules == ("K-1",)


def test_scenarios_of_the_counter() -> None:
    answers = tried("counter")
    assert answers["to_the_top"].said is Said.HOLDS
    assert answers["not_below"].said is Said.HOLDS
    wrong = answers["passes_after_all"]
    assert wrong.said is Said.FAILS
    assert wrong.how == "the last step is possible, and breaks nothing"
    assert wrong.run is not None
    assert [step.action for step in wrong.run.steps] == ["up", "down"]


KEYS = """
module keys "Doors, keys, and a clerk whom no record shows"
rule R-1 unwritten "A door is opened with its key."
rule R-2 unwritten "Nobody has two keys."
rule R-3 unwritten "An open door stays open."
sort Person, Key
enum Door { shut, open }
state has[Person, Key]: bool = false
state ready[Person]: bool = false
state door: Door = shut
hidden action clerk(p: Person) { requires not ready[p]  ready[p] := true }
action fetch(p: Person, k: Key) {
    requires ready[p]                                          @ R-1
    requires not exists q: Person. has[q, k]                   @ R-2
    requires not exists j: Key. has[p, j]                      @ R-2
    has[p, k] := true
}
action enter(p: Person, d: Door) { requires has[p, p1key(p)] or exists k: Key. has[p, k]  @ R-1  door := d }
fault fire() { door := open }
invariant open_stays @ R-3 true
step stays_open @ R-3 old(door) == open implies door == open
scope s { Person = 1  Key = 1 }
""".replace("has[p, p1key(p)] or ", "")


@pytest.mark.parametrize(
    ("run", "said", "how"),
    [
        ("fetch(p, k) must pass", Said.HOLDS, "possible in 2 steps"),  # the clerk's step comes by itself
        ("fetch(p, k) fetch(q, k) must fail at R-2", Said.HOLDS, "refused by R-2 after 3 steps"),
        ("fetch(p, k) fetch(q, j) must pass", Said.HOLDS, "possible in 4 steps"),
        ("fetch(p, k) fetch(p, j) must fail at R-2", Said.HOLDS, "refused by R-2 after 2 steps"),
        ("fetch(p, k) fetch(p, j) must pass", Said.FAILS, "step 2, fetch.SUCCESS is refused by R-2 after 2 steps"),
        ("fetch(p, k) fetch(q, j) must fail at R-2", Said.FAILS, "the last step is possible, and breaks nothing"),
        ("fetch(p, k) must fail at R-1", Said.FAILS, "the last step is possible, and breaks nothing"),
        ("enter(p, shut) must fail at R-1", Said.HOLDS, "refused by R-1 after no step at all"),
        ("enter(p, open) must pass", Said.FAILS, "step 1, enter.SUCCESS is refused by R-1 after no step at all"),
        ("enter(p, open) enter(p, shut) must fail at R-1", Said.FAILS, None),  # its beginning is not possible
        ("fetch(p, k) .. enter(p, open) must pass", Said.HOLDS, "possible in 3 steps"),
        (".. enter(p, shut) must pass", Said.HOLDS, "possible in 3 steps"),
        ("fire() .. enter(p, open) must pass", Said.HOLDS, "possible in 4 steps"),  # the scope grows a fault
    ],
)
def test_scenario(run: str, said: Said, how: str | None) -> None:
    found = text_protocol(f"{KEYS}\nrun it {{ {run} }}")
    answer = try_scenario(found, found.scenarios[0], sized("s", Person=1, Key=1))
    assert answer.said is said
    if how is not None:
        assert answer.how == how
    else:
        assert answer.how.startswith("it does not get to its last step")
    if answer.run is not None:
        replay(found, answer.run)


def test_breaking_a_step_rule_is_failing_at_it() -> None:
    text = KEYS.replace("door := d }", "requires d == d @ R-3  door := d }")
    found = text_protocol(f"{text}\nrun it {{ fetch(p, k) enter(p, open) enter(p, shut) must fail at R-3 }}")
    answer = try_scenario(found, found.scenarios[0], sized("s", Person=1, Key=1))
    assert (answer.said, answer.how) == (Said.HOLDS, "refused by R-3 after 3 steps")


def test_names_are_different_individuals() -> None:
    found = text_protocol(f"{KEYS}\nrun it {{ fetch(p, k) fetch(q, j) fetch(r, i) must pass }}")
    answer = try_scenario(found, found.scenarios[0], sized("s", Person=1, Key=1))
    assert answer.said is Said.HOLDS
    assert dict(answer.scope.sizes) == {"Person": 3, "Key": 3}
    assert answer.run is not None
    taken = [step.args for step in answer.run.steps if step.action == "fetch"]
    assert len({args[0] for args in taken}) == len({args[1] for args in taken}) == 3


def test_a_limit_is_no_answer() -> None:
    found = protocol("ring")
    passing = next(item for item in found.scenarios if item.name == "once_round")
    answer = try_scenario(found, passing, declared_scope(found), limits=Limits(5))
    assert (answer.said, answer.how) == (Said.UNKNOWN, "no such run was found, but 5 places were reached")
    failing = next(item for item in found.scenarios if item.name == "not_back")
    assert try_scenario(found, failing, declared_scope(found), limits=Limits(5)).said is Said.UNKNOWN
