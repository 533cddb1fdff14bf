"""Many variants in one search: the same answers as one search for each, and conditions that say exactly which."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from checker.explore.conditions import boxes, depends_on
from checker.explore.cuts import guard_rules, smallest_cuts
from checker.explore.explore import explore
from checker.explore.settings import TooManySettings, run_against, settings_table
from checker.explore.variants import Judging
from checker.language.protocol import Value
from tests.explore.made import protocol, sized, text_protocol
from tests.explore.varied import brute_cuts, varied

SEEDS = (2, 5, 12, 16, 14, 38, 41, 49, 75)  # with the last five weak fairness makes a difference
DOMAINS: dict[str, tuple[Value, ...]] = {"p0": (False, True), "p1": (0, 1, 2), "p2": (0, 1)}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_table_says_what_searches_one_by_one_say(seed: int) -> None:
    made = varied(seed)
    scope = sized("n", A=2, B=2, faults=1)
    table = settings_table(made, scope)
    assert (table.settings, table.cut) == (12, "")
    shortest: dict[str, int] = {}
    for values in product(*DOMAINS.values()):
        setting = dict(zip(DOMAINS, values, strict=True))
        for answer in explore(made, replace(scope, settings=tuple(setting.items()))).answers:
            row = next(row for row in table.rows if row.property.name == answer.name)
            for box_of, word in ((row.holds, "holds"), (row.fails, "fails")):
                inside = any(all(setting[name] in allowed for name, allowed in box) for box in box_of)
                alone = not row.depends and row.count[word] + (row.count["idle"] if word == "holds" else 0) == 12
                assert (inside or alone) is (answer.said == word), (seed, answer.name, setting)
            if answer.witness is not None:
                steps = len(answer.witness.steps)
                shortest[answer.name] = min(steps, shortest.get(answer.name, steps))
    for row in table.rows:
        if row.steps is not None:
            assert row.steps == shortest[row.property.name]
        answer_ = run_against(made, scope, row)
        assert (answer_ is None) is (row.count["fails"] == 0)
        if answer_ is not None:
            assert answer_.said == "fails"
            if row.steps is not None and answer_.witness is not None:
                assert len(answer_.witness.steps) == row.steps


@pytest.mark.parametrize("seed", SEEDS)
def test_cuts_are_those_of_brute_force(seed: int) -> None:
    whole = varied(seed)
    scope = sized(
        "n",
        A=2,
        B=2,
        faults=1,
    )
    scope = replace(scope, settings=(("p0", False), ("p1", 1), ("p2", 0)))
    for item in whole.properties:
        made = replace(whole, properties=(item,))  # alone: what breaks first makes no difference
        rules = guard_rules(made)
        assert rules
        found = smallest_cuts(made, scope, largest=2)
        wanted = brute_cuts(made, scope, rules, 2)[item.name]
        if found.unknown:
            assert "strong" in dict(found.unknown)[item.name]
        elif item.name in found.broken:
            assert wanted == {frozenset()}
        else:
            assert {frozenset(cut.rules) for cut in found.cuts} == wanted
            assert all(cut.answer is not None and cut.answer.said == "fails" for cut in found.cuts)


def test_cuts_of_a_small_protocol() -> None:
    found = smallest_cuts(protocol("two_phase"), sized("two", Participant=2), largest=1)
    assert [(cut.property, cut.rules) for cut in found.cuts if cut.property == "consistent"] == [
        ("consistent", ("T-1",))
    ]


def test_limits_leave_the_rest_unknown() -> None:
    made, scope = varied(4), sized("n", A=2, B=2, faults=1)
    table = settings_table(made, scope, limit=3)
    assert table.cut
    assert all(row.count["holds"] == row.count["idle"] == 0 for row in table.rows)
    found = smallest_cuts(made, scope, limit=1)
    assert found.reason
    assert {name for name, _ in found.unknown} | {*found.broken} >= {item.name for item in made.properties}


def test_ctrl_c_leaves_the_rest_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    right, asked = Judging.answer, []

    def stopped(self: Judging, item: object) -> object:
        asked.append(item)
        if len(asked) > 2:
            raise KeyboardInterrupt
        return right(self, item)  # type: ignore[arg-type]

    monkeypatch.setattr(Judging, "answer", stopped)
    table = settings_table(varied(4), sized("n", A=2, B=2, faults=1))
    assert table.cut == "it was interrupted"
    assert [row.count["unknown"] for row in table.rows] == [0, 0, *(12 for _ in table.rows[2:])]


def test_what_a_scope_settles_is_not_varied() -> None:
    scope = replace(sized("n", A=2, B=2, faults=1), settings=(("p0", True),))
    table = settings_table(varied(4), scope)
    assert (table.settings, table.fixed) == (6, (("p0", True),))


def test_too_many_settings_are_refused() -> None:
    params = " ".join(f"param p{number}: int[0..9] = 1" for number in range(5))
    text = f'module many "" {params} state x: bool = false hidden action go() {{ requires p0 > 1 x := true }}'
    with pytest.raises(TooManySettings, match="100,000 settings of p0, p1"):
        settings_table(text_protocol(text), sized("n"))


@pytest.mark.parametrize("bits", [0, 1, 0b111111, 0b101010101010, 0b110110000111, 0b011111111110])
def test_boxes_cover_exactly_the_set(bits: int) -> None:
    every = tuple(product(*DOMAINS.values()))
    wanted = {setting for at, setting in enumerate(every) if bits >> at & 1}
    found = boxes(DOMAINS, wanted)
    covered = {
        setting
        for setting in every
        for box in found
        if all(dict(zip(DOMAINS, setting, strict=True))[name] in values for name, values in box)
    }
    assert covered == wanted


def test_the_params_that_make_a_difference() -> None:
    every = tuple(product(*DOMAINS.values()))
    assert depends_on(DOMAINS, {setting: setting[1] == 2 for setting in every}) == ("p1",)
    assert depends_on(DOMAINS, dict.fromkeys(every, True)) == ()
