"""Runs in the words of the text: names, outcomes, scopes, and what repeats for ever."""

from __future__ import annotations

from dataclasses import replace

from checker.language.load import load_text
from checker.language.protocol import Protocol
from checker.model.run import Run, Step
from checker.model.scope import Scope, declared_scope
from checker.report.runs import scenario, start_words, step_words
from tests.cli.run import LOCK

TAKE, REFUSED, GIVE = Step("take", "SUCCESS", (0,)), Step("take", "REFUSED", (1,)), Step("give", "SUCCESS", (0,))


def protocol() -> Protocol:
    read, _ = load_text("lock.mig", LOCK + "const best: Worker\n")
    assert read is not None
    return read


def run(*steps: Step, scope: Scope | None = None, loop: int | None = None) -> Run:
    start = ((("best", ()), 1), (("polite", ()), True), (("held", (0,)), False), (("held", (1,)), False))
    return Run(scope or declared_scope(protocol()), start, steps, loop)


def test_an_outcome_is_named_where_it_is_not_the_usual_one() -> None:
    scope = declared_scope(protocol())
    assert [step_words(protocol(), scope, step) for step in (TAKE, REFUSED, GIVE)] == [
        "take(worker1)",
        "take(worker2).REFUSED",
        "give(worker1)",
    ]


def test_individuals_have_the_names_that_the_scope_gives_them() -> None:
    scope = replace(declared_scope(protocol()), names=(("Worker", ("ann", "bob")),))
    assert step_words(protocol(), scope, REFUSED) == "take(bob).REFUSED"


def test_a_run_in_a_declared_scope() -> None:
    assert list(scenario(protocol(), run(TAKE, GIVE), "r")) == [
        "run r in small {",
        "    take(worker1)  give(worker1)",
        "    must pass",
        "}",
    ]


def test_a_run_in_another_scope_brings_it_along() -> None:
    scope = replace(declared_scope(protocol()), faults=2, settings=(("polite", False),))
    first, second, *_ = scenario(protocol(), run(TAKE, scope=scope), "r")
    assert first == "scope r_scope { Worker = 2  faults = 2  polite = false }"
    assert second == "run r in r_scope {"


def test_a_scope_that_is_changed_keeps_its_condition() -> None:
    read, _ = load_text(
        "lock.mig", f"{LOCK}const best: Worker\nscope odd {{ Worker = 2  where forall w: Worker. best == w }}"
    )
    assert read is not None
    scope = declared_scope(read, "odd")
    assert next(iter(scenario(read, run(TAKE, scope=scope), "r"))) == "run r in odd {"
    first = next(iter(scenario(read, run(TAKE, scope=replace(scope, faults=1)), "r")))
    assert first == "scope r_scope { Worker = 2  faults = 1  where forall w: Worker. best == w }"


def test_what_repeats_is_said_to() -> None:
    rows = list(scenario(protocol(), run(REFUSED, TAKE, GIVE, loop=1), "r"))
    assert rows[1:4] == [
        "    take(worker2).REFUSED",
        "    # from here on, again and again:",
        "    take(worker1)  give(worker1)",
    ]


def test_long_runs_are_broken_into_lines() -> None:
    rows = list(scenario(protocol(), run(*(TAKE, GIVE) * 20), "r"))
    assert len(rows) > 6
    assert max(map(len, rows)) <= 104


def test_the_start_tells_what_can_differ() -> None:
    assert start_words(protocol(), run()) == ("best = worker2",)
