"""The rival stories of a misfit: which there are, what each costs, and that each run of theirs is one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import pytest

from checker.language.protocol import Duty
from checker.trace.event import Event, Log
from checker.trace.judge_trace import judge
from checker.trace.prices import PRICES, Cause, price, violation
from checker.trace.verdict import Finding, Part, Story, StoryKind, VerdictKind
from tests.trace.texts import EXCHANGE, POOL, event, load_protocol, log_of, trace_of

K = StoryKind
LENT, LENT_TO_V = event("LEND", SlotId=1, UserName="u"), event("LEND", SlotId=1, UserName="v")
USED, BACK = event("EMPLOY", SlotId=1, UserName="u"), event("GIVE_BACK", SlotId=1)
OTHER = event("LEND", SlotId=2, UserName="v")
ASK = event("ASK", JobName="j", To="B")
FINISH, WORK = event("FINISH", JobName="j"), event("WORK", JobName="j")


def part(text: str, *logs: Log) -> Part:
    (found,) = judge(load_protocol(text), trace_of(*logs))
    return found


def finding(text: str, *logs: Log) -> Finding:
    found = part(text, *logs)
    assert found.kind is VerdictKind.VIOLATES
    return found.findings[0]


@dataclass(frozen=True, slots=True)
class Case:
    """A log of slots, and a story that must be told of it."""

    events: tuple[Event, ...]
    kind: StoryKind
    price: int
    told: str


CASES = {
    "the record of a lending is missing": Case((USED,), K.LOST, 4, "lend(slot1, u) happened before EMPLOY (a 1)"),
    "two records are missing": Case(
        (LENT, event("EMPLOY", SlotId=1, UserName="v")), K.LOST, 6,
        "lend(slot2, v) and give_back(slot 1, false) happened",
    ),
    "a record is there twice": Case(
        (LENT, BACK, BACK), K.TWICE, 3, "GIVE_BACK (a 3) is the record of GIVE_BACK (a 2) once more"
    ),
    "two records are exchanged": Case(
        (LENT, BACK, USED), K.LATE, 4, "GIVE_BACK (a 2) happened after EMPLOY (a 3)"
    ),
    "a record came much later": Case(
        (USED, OTHER, event("EMPLOY", SlotId=2, UserName="v"), LENT), K.LATE, 4,
        "LEND (a 4) happened before EMPLOY (a 1)",
    ),
    "another user was meant": Case(
        (LENT, event("EMPLOY", SlotId=1, UserName="v")), K.MISTAKEN, 5, "EMPLOY (a 2) says UserName v, and it was u"
    ),
    "the lending was refused": Case(
        (LENT, LENT), K.MISTAKEN, 5, "LEND (a 1) says SUCCESS, and the outcome was REFUSED"
    ),
    "another slot was meant": Case(
        (LENT, OTHER, event("EMPLOY", SlotId=2, UserName="u")), K.REUSED, 5,
        "EMPLOY (a 3) says SlotId 2, and 1 would be right",
    ),
    "it was made up": Case((LENT, BACK, USED), K.MISTAKEN, 6, "EMPLOY (a 3) was recorded, and it did not happen"),
    "the rule was broken": Case((LENT, LENT_TO_V), K.VIOLATION, 3, "LEND (a 2) happened just so, against S-1"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_story_is_told_with_its_price(case: Case) -> None:
    stories = finding(POOL, log_of("a", *case.events)).stories
    assert any((each.kind, each.price) == (case.kind, case.price) and case.told in each.told for each in stories), (
        stories
    )


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_stories_are_ranked_and_the_violation_is_among_them(case: Case) -> None:
    stories = finding(POOL, log_of("a", *case.events)).stories
    assert [each.price for each in stories] == sorted(each.price for each in stories)
    assert sum(each.kind is K.VIOLATION for each in stories) == 1
    assert len({each.told for each in stories}) == len(stories)
    assert stories[0].kind is K.VIOLATION  # these logs say that they hold everything


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_story_but_the_violation_has_a_run_with_the_events_it_keeps(case: Case) -> None:
    for story in finding(POOL, log_of("a", *case.events)).stories:
        kept = [told.seq for _, told in story.explained if told is not None]
        missing = sum("record is missing" in words for words, _ in story.explained)
        match story.kind:
            case K.VIOLATION:
                assert not story.explained
            case K.LOST:
                assert kept == list(range(1, len(case.events) + 1))
                assert missing >= 1
            case K.LATE:
                assert sorted(kept) == list(range(1, len(case.events) + 1)) != kept
            case K.TWICE:
                assert len(kept) == len(case.events) - 1
            case K.REUSED:
                assert kept == list(range(1, len(case.events) + 1))
            case _:
                assert len(kept) in (len(case.events) - 1, len(case.events))


def test_fewer_losses_are_told_and_not_more() -> None:
    stories = finding(POOL, log_of("a", USED)).stories
    assert [each.told.count("lend(") for each in stories if each.kind is K.LOST] == [1]


# -------------------------------------------------------------------------------------------------------------- clocks


def clocked(skew: int) -> tuple[Log, Log]:
    a = log_of("a", replace(ASK, time=1_000), replace(FINISH, time=5_000), skew=skew, clock="a")
    return a, log_of("b", replace(WORK, time=9_000), skew=skew, clock="b")


@pytest.mark.parametrize(
    ("skew", "price_", "least"), [(10, 4, "0.004 ms"), (1_900, 2, "0.004 ms"), (1_999, 2, "0.004 ms")]
)
def test_by_how_much_clocks_differ_is_exact(skew: int, price_: int, least: str) -> None:
    (story,) = [each for each in finding(EXCHANGE, *clocked(skew)).stories if each.kind is K.CLOCKS]
    assert story.price == price_
    assert f"the clocks of b and a differ by {least} or more" in story.told
    assert "WORK (b 1) came before FINISH (a 2)" in story.told
    assert [told.name for _, told in story.explained if told is not None] == ["ASK", "WORK", "FINISH"]


@pytest.mark.parametrize("seed", range(12))
def test_the_least_difference_is_the_one_at_which_the_judge_says_yes(seed: int) -> None:
    """One nanosecond less than is told would not do, and that much does, were it stated."""
    rng = Random(seed)
    jobs = ("j", "k", "l")
    asked = [event("ASK", JobName=each, To="B") for each in jobs] + [event("FINISH", JobName=each) for each in jobs]
    worked = [event("WORK", JobName=each) for each in rng.sample(jobs, 3)]
    times = [sorted(rng.sample(range(1_000, 9_000), len(some))) for some in (asked, worked)]
    rows = [
        [replace(e, time=t) for e, t in zip(*each, strict=True)] for each in ((asked, times[0]), (worked, times[1]))
    ]

    def logs(stated: int) -> tuple[Log, Log]:
        return log_of("a", *rows[0], skew=10, clock="a"), log_of("b", *rows[1], skew=stated - 10, clock="b")

    found = part(EXCHANGE, *logs(20))
    if found.kind is not VerdictKind.VIOLATES:
        return
    (story,) = [each for each in found.findings[0].stories if each.kind is K.CLOCKS]
    least = round(float(story.told.split("differ by ")[1].split(" ms")[0].replace(",", "")) * 1e6)
    assert part(EXCHANGE, *logs(least)).kind is not VerdictKind.VIOLATES
    assert part(EXCHANGE, *logs(least - 1)).kind is VerdictKind.VIOLATES


def test_clocks_that_may_differ_so_much_are_no_story() -> None:
    assert part(EXCHANGE, *clocked(2_000)).kind is VerdictKind.CONFORMS_IF


def test_clocks_that_explain_nothing_are_no_story() -> None:
    a, b = clocked(10)
    b = replace(b, events=(replace(b.events[0], status="BUSY"),))
    assert K.CLOCKS not in [each.kind for each in finding(EXCHANGE, a, b).stories]


# -------------------------------------------------------------------------------------------------- what sources admit


@pytest.mark.parametrize(
    ("says", "events", "kind"),
    [
        ("may repeat give_back", (LENT, BACK, BACK), K.TWICE),
        ("may delay employ", (LENT, BACK, USED), K.LATE),
    ],
)
def test_what_the_source_says_may_happen_is_no_violation(says: str, events: tuple[Event, ...], kind: StoryKind) -> None:
    text = POOL.replace("{ events }", f"{{ events  {says} }}")
    found = part(text, log_of("a", *events))
    assert part(POOL, log_of("a", *events)).kind is VerdictKind.VIOLATES
    assert (found.kind, found.findings[0].stories[0].kind) == (VerdictKind.UNKNOWN, kind)
    assert found.findings[0].stories[0].price == 1
    assert "source says" in found.reason


def test_equal_times_make_a_wrong_order_cheap_and_rising_ones_dear() -> None:
    def late(*times: int) -> int:
        timed = [replace(each, time=time) for each, time in zip((LENT, BACK, USED), times, strict=True)]
        return next(each.price for each in finding(POOL, log_of("a", *timed)).stories if each.kind is K.LATE)

    assert (late(1, 2, 2), late(1, 3, 2), late(1, 2, 3)) == (2, 4, 5)


# ------------------------------------------------------------------------------------------------------------ evidence


def evidence(stories: tuple[Story, ...], kind: StoryKind) -> str:
    return " | ".join(each for story in stories if story.kind is kind for each in story.evidence)


def test_another_log_of_the_same_step_would_decide() -> None:
    stories = finding(EXCHANGE, log_of("a", ASK, FINISH), log_of("b", replace(WORK, status="BUSY"))).stories
    assert "record FINISH in a log of lossy of A" in evidence(stories, K.VIOLATION)
    assert "a second log of B that records work" in evidence(stories, K.LOST)  # `quiet` never records it


def test_the_next_record_would_decide() -> None:
    stories = finding(POOL, log_of("a", LENT, event("EMPLOY", SlotId=1, UserName="v"))).stories
    (wrong,) = [each for each in stories if each.told.startswith("LEND (a 1) says UserName u")]
    assert any(each.startswith("for this") and "employ(slot 1, v)" in each for each in wrong.evidence)
    assert any(each.startswith("against this") and "employ(slot 1, u)" in each for each in wrong.evidence)


def test_where_the_log_is_complete_nothing_comes_next() -> None:
    stories = finding(POOL, log_of("a", LENT, BACK, BACK, ends="complete")).stories
    assert all("next record" not in each for story in stories for each in story.evidence)


# -------------------------------------------------------------------------------------------------------------- prices


def test_every_cause_has_a_price_and_a_reason() -> None:
    assert set(PRICES) == set(Cause)
    assert all(each.amount > 0 and each.reason for each in PRICES.values())


def test_what_the_text_admits_is_cheaper_than_what_has_to_be_invented() -> None:
    assert price(Cause.LOSS_ALLOWED) < price(Cause.LOSS) < price(Cause.INVENTED)
    assert price(Cause.UNWRITTEN) < price(Cause.EXTENSION) < price(Cause.SWITCH) < price(Cause.LOSS)


def test_a_broken_rule_costs_what_its_dearest_duty_costs() -> None:
    assert violation([Duty.UNWRITTEN, Duty.SWITCH]) is Cause.SWITCH
    assert violation([]) is Cause.SWITCH
