"""What a person sees of a verdict: enough, in a screenful, and nothing a recording could steer a terminal with."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from checker.report.page import labelled, line, show
from checker.report.terminal import headline, roster_counts, roster_lines, verdict_lines
from checker.trace.event import Event, Origin
from checker.trace.verdict import Blocked, Forced, Story, StoryKind, Verdict, VerdictKind
from tests.report import made

SCREEN = 24


def shown(verdict: Verdict, *, roster: bool = False, width: int | None = None) -> str:
    file = io.StringIO()
    console = Console(file=file, force_terminal=width is not None, width=width, markup=False, color_system=None)
    show(console, verdict_lines(verdict, {"lock": made.PROTOCOL}, roster=roster), wrap=width is not None)
    return file.getvalue()


def test_a_violation_says_all_that_is_needed_to_act() -> None:
    text = shown(made.VIOLATES)
    for wanted in (
        "violates  lock.jsonl: 2 events, held to lock",
        "lock.jsonl:3  TAKE Who=bob",
        "-> DENIED",
        "take(bob) in lock",
        "One holder at a time.  (the switch's duty)",
        "https://example.org/locks",
        "not held[ann]  lock.mig:7:5",
        "lock.jsonl:2  TAKE Who=ann",
        "give(ann)",
        "insert give(ann) before it",
        "HELLO (3x)",
        "1 broken, 1 not exercised, of 2 rules and properties",
    ):
        assert wanted in text


def test_stories_are_told_in_three_lines() -> None:
    lost = Story(StoryKind.LOST, 4, "give(ann) happened before", ("for this: a second log",))
    broken = Story(StoryKind.VIOLATION, 3, "it happened just so", ("for this: anything",))
    finding = replace(made.FINDING, stories=(broken, lost, replace(lost, told="x"), replace(lost, told="y")), untried=7)
    text = shown(replace(made.VIOLATES, parts=(replace(made.PART, findings=(finding,)),)))
    assert "  story        the rule was broken: it happened just so  (price 3)\n" in text
    assert "  or           a record was lost: give(ann) happened before  (price 4; and 2 stories more; 7 suppo" in text
    assert "  decides      for this: a second log\n" in text
    assert "anything" not in text


def test_a_conflict_says_what_it_takes_and_whether_less_would_do() -> None:
    needs = (Blocked(("L-1",), "not held[bob]", "lock.mig:9:5"),)
    finding = replace(made.FINDING, conditions=needs, minimal=False)
    text = shown(replace(made.VIOLATES, parts=(replace(made.PART, findings=(finding,)),)))
    assert "these events cannot all be: line 2 TAKE, line 3 TAKE, as it takes not held[bob]  (fewer may do" in text
    alone = replace(finding, conflict=(made.SECOND,), conditions=finding.blocked)
    assert "  conflict  " not in shown(replace(made.VIOLATES, parts=(replace(made.PART, findings=(alone,)),)))
    none = replace(finding, conflict=())
    assert "no small set of events" in shown(replace(made.VIOLATES, parts=(replace(made.PART, findings=(none,)),)))


def test_what_the_records_bring_about_is_told_with_its_doubt() -> None:
    forced = tuple(Forced(f"p{n}", f"Nobody {n}.", ("L-2",), made.SECOND, chosen=n == 0) for n in range(9))
    text = shown(replace(made.VIOLATES, parts=(replace(made.PART, forced=forced),)))
    assert "after lock.jsonl:3 TAKE, in this order of the logs, this is no longer so: Nobody 0.  L-2" in text
    assert text.count("  then  ") == 2


def test_the_part_that_names_a_rule_is_told_in_full() -> None:
    silent = replace(made.PART, protocol="lock", findings=(replace(made.FINDING, rules=(), blocked=()),))
    other = replace(made.PART, findings=(replace(made.FINDING, message="something else", event=made.FIRST),))
    assert "One holder at a time." in shown(replace(made.VIOLATES, parts=(silent, made.PART)))
    assert "One holder at a time." not in shown(replace(made.VIOLATES, parts=(silent, other)))


def test_each_rule_is_told_once() -> None:
    assert shown(made.VIOLATES).count("One holder at a time.") == 1


def test_an_order_the_logs_do_not_settle_is_named() -> None:
    assert "only if      lock.jsonl:2 TAKE came before lock.jsonl:3 TAKE  (L-1)" in shown(made.CONFORMS_IF)


def test_open_obligations_are_named() -> None:
    assert "open         ann still has it (L-2)" in shown(made.UNFINISHED)


def test_what_could_not_be_read_is_counted_and_placed() -> None:
    text = shown(made.UNREADABLE)
    assert "4 records could not be read" in text
    assert "lock.jsonl:1: not JSON" in text


@pytest.mark.parametrize("verdict", made.EVERY, ids=lambda verdict: verdict.kind.value)
def test_nothing_from_a_recording_reaches_the_terminal_raw(verdict: Verdict) -> None:
    assert "\x1b" not in shown(verdict)


def test_square_brackets_are_text() -> None:
    assert "[bold]" in shown(made.VIOLATES)


def test_a_very_bad_recording_still_fits_on_a_screen() -> None:
    event = Event("a", 9, "X" * 5000, {f"k{n}": "v" * 1000 for n in range(100)}, origin=Origin("lock.jsonl", 9))
    blocked = tuple(Blocked(("L-1", "L-2"), "c" * 500, f"lock.mig:{n}:1", event) for n in range(20))
    finding = replace(made.FINDING, event=event, blocked=blocked, legal=("l" * 300,) * 50, conflict=(event,) * 50)
    part = replace(
        made.PART,
        findings=(finding,) * 9,
        obligations=("o" * 50,) * 30,
        ignored=tuple((f"event{n}", 1) for n in range(99)),
    )
    complaints = made.UNREADABLE.complaints * 30
    text = shown(replace(made.VIOLATES, parts=(part,) * 3, complaints=complaints))
    assert len(text.splitlines()) <= 2 * SCREEN
    assert max(map(len, text.splitlines())) < 700


def test_an_ordinary_violation_fits_on_a_small_screen() -> None:
    assert len(shown(made.VIOLATES, width=100).splitlines()) <= SCREEN


def test_the_roster_is_told_in_full_when_asked_for() -> None:
    text = shown(made.VIOLATES, roster=True)
    assert "L-2  rule       not exercised  never given" in text
    assert "L-2" not in shown(made.VIOLATES)


def test_roster_counts_sum_up() -> None:
    assert roster_counts(made.ROSTER) == "1 broken, 1 not exercised, of 2 rules and properties"
    assert len(list(roster_lines(made.ROSTER))) == 2


def test_lines_are_wrapped_under_their_column_where_asked_to() -> None:
    wide = [labelled("rule", "word " * 30)]
    terminal, pipe = io.StringIO(), io.StringIO()
    show(Console(file=terminal, force_terminal=True, width=60, color_system=None), wide, wrap=True)
    show(Console(file=pipe, width=60), wide, wrap=False)
    assert len(pipe.getvalue().splitlines()) == 1
    rows = terminal.getvalue().splitlines()
    assert len(rows) > 2
    assert all(row.startswith(" " * 15 + "word") for row in rows[1:])
    assert all(len(row) <= 60 for row in rows)


def test_a_verdict_has_a_headline_of_every_kind() -> None:
    for kind in VerdictKind:
        assert headline(replace(made.CONFORMS, kind=kind)).text.plain.startswith(kind.value)
    assert line("plain").text.plain == "plain"
