"""Certificates of all that is proved pass; what passes is what was proved; and the same proofs are the same bytes."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import checker.verify.solve
from checker.language.digest import typed_digest
from checker.language.load import load
from checker.prove.answers import Holds, Proofs
from checker.prove.api import prove
from checker.prove.certificate import certificate
from checker.verify.api import Said
from checker.verify.header import read_header
from checker.verify.outline import outline
from checker.verify.questions import questions
from checker.verify.script import take_apart
from checker.verify.solve import NoSolver, answers, default_solver, solver_at
from checker.verify.text import Term, read, show
from checker.verify.translate import Translation
from tests.agreement.generate import case
from tests.agreement.test_proofs import with_properties
from tests.prove.texts import GATE, SEEN, read as protocol_of
from tests.verify.certified import TEXTS, certified, checked, protocol, proved, written

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ("migration", "switch")
SEEDS = (4, 9, 34, 56, 60)


def held(proofs: Proofs) -> set[str]:
    return {answer.name for answer in proofs.answers if isinstance(answer.judgement, Holds)}


@pytest.mark.parametrize("name", TEXTS)
def test_what_was_proved_is_certified(name: str) -> None:
    found = checked(protocol(name), written(name))
    assert found.refusal is None
    assert certified(found) == held(proved(name)) != set()
    assert found.meanings[0] == found.meanings[1] == found.compared.definitions  # type: ignore[union-attr]
    assert found.compared.states > 500  # type: ignore[union-attr]


@pytest.mark.slow  # half a minute: nothing smaller has as many moments
@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_protocol_is_certified(name: str) -> None:
    shipped, _ = load(ROOT / "spec" / f"{name}.mig")
    assert shipped is not None
    proofs = prove(shipped)
    found = checked(shipped, certificate(shipped, proofs).text)
    assert found.refusal is None
    assert certified(found) == held(proofs)
    assert {check.said for check in found.checks} == {Said.CERTIFIED, Said.SEARCH}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_generated_protocol_is_certified_and_every_change_of_it_refused(seed: int) -> None:
    made = case(seed)
    of = with_properties(made)
    written_ = certificate(of, prove(of, without=made.scope.without, seconds_per_query=0.5))
    found = checked(of, written_.text)
    assert found.refusal is None, found.refusal
    assert certified(found) == set(written_.certified) != set()
    chance = random.Random(seed)
    for changed in chance.sample(list(changes(written_.text, chance)), 6):
        found = checked(of, changed)
        assert found.refusal is not None or any(check.said is Said.REFUSED for check in found.checks), changed


def changes(text: str, chance: random.Random) -> Iterator[str]:
    """The certificate with one definition negated or replaced, or one command dropped; all of them matter."""
    commands = [command.term for command in read(text)]
    for at, term in enumerate(commands):
        match term:
            case ("define-fun", name, (), "Bool", body) if not str(name).endswith((".next", ".first")):
                yield script(commands, at, [("define-fun", name, (), "Bool", ("not", body))])
            case ("define-fun", name, parameters, "Bool", body) if len(parameters) > 0:
                yield script(commands, at, [("define-fun", name, parameters, "Bool", ("not", body))])
            case ("assert", *_) | ("check-sat",) | ("push", _) | ("pop", _) | ("echo", _):
                yield script(commands, at, [])


def script(commands: list[tuple[Term, ...]], at: int, instead: list[tuple[Term, ...]]) -> str:
    return "\n".join(map(show, [*commands[:at], *instead, *commands[at + 1 :]]))


@pytest.mark.parametrize("name", TEXTS)
def test_the_same_proofs_are_the_same_bytes(name: str) -> None:
    again = certificate(protocol(name), prove(protocol(name))).text
    assert again == written(name)
    assert again.isascii()
    assert not re.search(r"\d{4}-\d\d-\d\d|/home|/tmp", again)


def test_a_comment_changes_no_digest_and_a_guard_does() -> None:
    digest = typed_digest(protocol_of(GATE))
    assert typed_digest(protocol_of(GATE.replace("sort Car", "# so to speak\nsort   Car"))) == digest
    assert typed_digest(protocol_of(GATE.replace("care != none", "care == none"))) != digest


def test_settings_and_rules_left_out_are_part_of_what_is_certified() -> None:
    of = protocol("gate")
    proofs = prove(of, settings={"strict": False, "most": 3}, without=frozenset({"G-2"}))
    found = checked(of, certificate(of, proofs).text)
    assert certified(found) == held(proofs) == {"counted", "nobody_at_red", "green_stays_for_the_car"}
    assert dict(found.header.settings) == {"strict": "false", "most": "3"}
    assert found.header.without == ("G-2",)


def test_what_leans_on_a_proof_for_some_settings_is_left_out() -> None:
    of = protocol_of(SEEN)
    made = certificate(of, prove(of))
    assert dict(made.left_out)["seen_full"] == "not proved"
    found = checked(of, made.text)
    assert found.refusal is None
    assert {check.said for check in found.checks} == {Said.UNKNOWN}
    strict = prove(of, settings={"rough": False})
    assert certified(checked(of, certificate(of, strict).text)) == {"never_found", "seen_full"}


NAMES = """
module select "Names that SMT-LIB knows, and names that meet"
enum store { ite, xor }
sort Array, Int
param mod: int[-2..2] = -1
state par[Array]: store = ite
state let_[Int]: bool = false
state far: int[-3..250] = 2
hidden action assert(Array_: Array, par_: Int) {
    begin { far := 0 }
    outcome exit { par[Array_] := xor  let_[par_] := true  far := mod + 3 }
}
invariant push far < 10
invariant distinct forall x: int[0..200], par_: Int. far + x >= x - 3 and (let_[par_] implies let_[par_])
lemma check forall a: Array. par[a] == ite or exists i: Int. let_[i]
"""


def test_names_that_smt_lib_knows_are_no_trouble() -> None:
    of = protocol_of(NAMES)
    proofs = prove(of)
    found = checked(of, certificate(of, proofs).text)
    assert certified(found) == held(proofs) == {"push", "distinct", "check"}, (found.refusal, found.checks)


# ---------------------------------------------------------------------------------------------------------- the solver


def test_without_a_solver_nothing_is_certified() -> None:
    found = checked(protocol("gate"), written("gate"), NoSolver("no second solver is installed", "install one"))
    assert found.refusal is None
    assert {check.said for check in found.checks} == {Said.UNKNOWN}
    assert {check.reason for check in found.checks} == {"no second solver is installed: install one"}


def test_no_cvc5_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checker.verify.solve, "find_spec", lambda name: None)
    with pytest.raises(NoSolver) as problem:
        default_solver()
    assert "switchover[certificates]" in problem.value.help


class Lazy:
    """A solver that knows everything but some questions."""

    name = "lazy"

    def __init__(self, word: str, instead: str) -> None:
        self._word, self._instead = word, instead

    def ask(self, questions, seconds):  # type: ignore[no-untyped-def]
        for question, said in default_solver().ask(questions, seconds):
            if self._word in question.label and self._instead == "stop":
                raise KeyboardInterrupt
            yield question, self._instead if self._word in question.label else said


def test_what_the_solver_does_not_settle_is_unknown_and_so_is_what_leans_on_it() -> None:
    found = checked(protocol("gate"), written("gate"), Lazy("pass.SUCCESS: nobody_at_red", "unknown"))
    reasons = {check.property.name: check.reason for check in found.checks if check.said is Said.UNKNOWN}
    assert "lazy does not settle `pass.SUCCESS: nobody_at_red`" in reasons["nobody_at_red"]
    assert reasons["green_stays_for_the_car"] == "leans on nobody_at_red, which is not certified"
    assert certified(found) == {"counted"}


def test_a_definition_that_the_solver_does_not_settle_certifies_nothing() -> None:
    found = checked(protocol("gate"), written("gate"), Lazy("meaning of guard 1 of pass.SUCCESS", "unknown"))
    assert certified(found) == set()
    found = checked(protocol("gate"), written("gate"), Lazy("meaning of guard 1 of pass.SUCCESS", "sat"))
    assert found.refusal is not None
    assert "guard 1 of pass.SUCCESS is not what the text says" in found.refusal.reason


def test_ctrl_c_keeps_what_is_settled() -> None:
    found = checked(protocol("gate"), written("gate"), Lazy("storm.SUCCESS: nobody_at_red", "stop"))
    assert found.interrupted
    said = Counter(check.said for check in found.checks)
    assert said == {Said.CERTIFIED: 1, Said.UNKNOWN: 2}


PROGRAM = """#!/bin/sh
{body}
"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("grep -c check-sat $1 | xargs -I N seq N | sed 's/.*/unsat/'", {Said.CERTIFIED}),
        ("grep -c check-sat $1 | xargs -I N seq N | sed 's/.*/unknown/'", {Said.UNKNOWN}),
        ("test $(grep -c check-sat $1) = 1 && echo unsat || echo unsat", {Said.CERTIFIED}),
        ("sleep 5", {Said.UNKNOWN}),
    ],
)
def test_another_program_is_asked(body: str, said: set[Said], tmp_path: Path) -> None:
    program = tmp_path / "solver"
    program.write_text(PROGRAM.format(body=body), encoding="utf-8")
    program.chmod(0o700)
    seconds = 0.002 if "sleep" in body else 10.0
    found = checked(protocol("gate"), written("gate"), solver_at(str(program)), seconds)
    assert {check.said for check in found.checks} == said


def test_a_program_that_is_no_solver_is_said(tmp_path: Path) -> None:
    with pytest.raises(NoSolver, match="says neither sat nor unsat, but"):
        checked(protocol("gate"), written("gate"), solver_at("echo"))
    with pytest.raises(NoSolver, match="there is no program"):
        solver_at(str(tmp_path / "nowhere"))


def test_answers_name_every_question() -> None:
    header, commands = read_header(read(written("gate")))
    wanted = outline(protocol("gate"), {})
    asked = questions(
        protocol("gate"), take_apart(header, commands, wanted), wanted, Translation(protocol("gate"), wanted, ())
    )
    found = answers(default_solver(), asked, 5.0, lambda _: None)
    labels = [question.label for group in asked.groups for question in group.questions]
    assert sorted(found.of) == sorted(labels)
    assert len(set(labels)) == len(labels)
