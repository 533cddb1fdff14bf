"""Loading: the typed protocol of a text, of files that use one another, and of files that cannot be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from checker.language.diagnostics import Severity, render
from checker.language.entries import told
from checker.language.load import MAX_BYTES, load, load_text
from checker.language.protocol import (
    Apply,
    Arith,
    Assign,
    Bool,
    Can,
    Compare,
    Comparison,
    Connective,
    EventField,
    FieldTest,
    ForEach,
    Gap,
    If,
    In,
    LeadsTo,
    Lit,
    Logic,
    Not,
    Of,
    Old,
    Operator,
    Pending,
    Protocol,
    Quantified,
    Range,
    ReadCell,
    ReadConst,
    ReadParam,
    ScenarioStep,
    Test as Asks,
    Var,
    Variable,
    When,
)
from checker.language.walk import walk

TEXTS = Path(__file__).parent / "texts"


def typed(text: str, **others: str) -> Protocol:
    protocol, diagnostics = load_text("t", 'module t "t"\n' + text, others)
    assert protocol is not None, "\n".join(map(render, diagnostics))
    return protocol


@pytest.fixture(scope="module")
def everything() -> Protocol:
    protocol, diagnostics = load(TEXTS / "everything.mig")
    assert diagnostics == ()
    assert protocol is not None
    return protocol


def test_declarations(everything: Protocol) -> None:
    p = everything
    assert (p.name, p.each_host) == ("library", True)
    assert [rule.id for rule in p.rules] == ["N-01", "N-02", "N-09", "R36", "P-06", "P-11b"]
    assert p.rules[0].pages == ("DESK", "STATES")
    assert p.rules[1].sentence == 'A sentence with "quotes" and a \\.'
    assert [(sort.name, sort.members, sort.enum) for sort in p.sorts][:6] == [
        ("Branch", None, False),
        ("Reader", None, False),
        ("Book", None, False),
        ("Desk", None, False),
        ("Role", ("guest", "member"), False),
        ("Place", ("absent", "shelf", "lent"), True),
    ]
    assert [(param.name, param.type, param.default) for param in p.params] == [
        ("strict", Bool(), True),
        ("pull", Of("Pull"), 0),
        ("tries", Range(0, 3), 1),
        ("offset", Range(-2, 2), -1),
    ]
    assert [(const.name, const.index, const.type) for const in p.consts][:2] == [
        ("branch_of", (Of("Book"),), Of("Branch")),
        ("home", (Of("Reader"),), Of("Branch")),
    ]
    near, seat = p.cells[5], p.cells[6]
    assert near.initial == Compare(Comparison.DIFFERENT, Var("b", Of("Branch")), Var("c", Of("Branch")))
    assert (seat.name, seat.index, seat.initial) == ("seat", (Variable("$0", Of("Reader")),), None)
    assert [definition.name for definition in p.definitions] == ["reads_at", "idle", "grade"]
    assert p.definitions[2].type == Of("Role")
    assert p.definitions[2].doc == "doc"


def test_actions(everything: Protocol) -> None:
    lend = everything.action("lend")
    assert (lend.kind, lend.hidden, lend.optional, lend.rules, lend.doc) == ("action", False, False, ("R36",), "doc")
    assert lend.at == ReadConst("branch_of", (Var("b", Of("Book")),), Of("Branch"))
    assert lend.begin == (Assign("busy", (), Lit(True, Bool())),)
    assert [(outcome.name, outcome.failure, outcome.rules, outcome.implicit) for outcome in lend.outcomes] == [
        ("SUCCESS", False, (), False),
        ("DATA_NOT_ACCEPTED", True, ("N-09",), False),
        ("OTHER", True, (), False),
    ]
    assert lend.guards[0].rules == ("N-01", "N-02")
    assert lend.outcomes[0].guards[0].rules == ("N-01", "P-06")
    assert lend.event is not None
    reader, book = Var("r", Of("Reader")), Var("b", Of("Book"))
    assert lend.event.fields[3:] == (EventField("Pair", (reader, book)), EventField("Blob", None))
    effects = lend.outcomes[0].effects
    assert isinstance(effects[3], ForEach)
    assert isinstance(effects[4], When)
    assert isinstance(effects[4].otherwise[0], When)
    (implicit,) = everything.action("give_card").outcomes
    assert (implicit.name, implicit.implicit, len(implicit.effects)) == ("SUCCESS", True, 2)
    sit, fire = everything.action("sit"), everything.action("fire")
    assert (sit.hidden, sit.optional, fire.kind) == (True, True, "fault")


def test_properties(everything: Protocol) -> None:
    invariant, lemma, step, _, leads, can = everything.properties
    assert (getattr(invariant, "lemma", None), getattr(lemma, "lemma", None)) == (False, True)
    assert invariant.rules == ("P-06", "N-01")
    assert any(isinstance(part, Old) for part in walk(step.formula))  # type: ignore[union-attr]
    assert isinstance(leads, LeadsTo)
    assert [variable.name for variable in leads.variables] == ["b", "r"]
    (fate, harm), (goal,) = everything.fates, everything.goals
    assert (fate.resting, harm.resting) == (True, False)
    assert (fate.name, fate.rules, goal.name, goal.without) == (
        "stays_away",
        ("P-06",),
        "can_be_lent",
        ("tidy", "bring"),
    )
    assert [(fair.action, fair.strong) for fair in leads.fair] == [("bring", False), ("tidy", True)]
    assert isinstance(can, Can)
    assert [variable.name for variable in can.variables] == ["b"]
    assert not isinstance(can.formula, Quantified)


def test_scopes_and_runs(everything: Protocol) -> None:
    (scope,) = everything.scopes
    assert scope.sizes == (("Branch", 2), ("Reader", 2), ("Book", 1), ("Desk", 1))
    assert (scope.faults, scope.settings) == (1, (("strict", False), ("pull", 1), ("tries", 2), ("offset", -2)))
    assert isinstance(scope.where, Quantified)
    run, failing = everything.scenarios
    assert run.variables == (Variable("b", Of("Book")), Variable("r", Of("Reader")))
    assert run.steps == (
        ScenarioStep("acquire", "SUCCESS", ("b",)),
        ScenarioStep("lend", "SUCCESS", ("b", "r")),
        Gap(),
        ScenarioStep("lend", "begin", ("b", "r")),
        ScenarioStep("give_card", "SUCCESS", ("r",)),
    )
    assert (run.scope, run.fails_at, failing.scope, failing.fails_at) == ("everyday", None, None, "N-01")


def test_logs_and_binds(everything: Protocol) -> None:
    desk, door = everything.logs
    assert (desk.title, desk.declared, desk.skew) == ("native", True, None)
    assert [(default.field, default.value, default.separator) for default in desk.defaults] == [
        ("IsGuest", "false", None),
        ("ReaderName", "CardName", "--"),
    ]
    assert (door.doc, door.never, door.may_lose, door.skew) == (
        "what the door sees",
        ("tidy", "bring"),
        ("give_card",),
        50_000_000,
    )
    assert (door.may_repeat, door.may_delay, desk.may_repeat) == (("lend", "acquire"), ("bring",), ())
    new, lent, named, pair = door.records
    assert (new.event, new.action, new.moment) == ("264", "acquire", "SUCCESS")
    assert new.fields == (EventField("BookName", (Var("b", Of("Book")),)),)  # through the event's own field
    assert lent.where == (
        FieldTest("Operation", Asks.IN, ("7", "Create")),
        FieldTest("Name", Asks.PRESENT),
        FieldTest("X", Asks.IS_NOT, ("3",)),
    )
    assert (named.event, named.moment) == ("some name", None)
    assert pair.fields[0] == EventField("Pair", (Var("r", Of("Reader")), Var("b", Of("Book"))))
    assert [(bind.field, bind.sorts, bind.per, bind.starts, bind.ends, bind.rules) for bind in everything.binds] == [
        ("BookId", ("Book",), "Branch", ("acquire",), ("bring", "fire"), ("P-11b",)),
        ("ReaderName", ("Reader",), None, (), (), ()),
        ("Pair", ("Reader", "Book"), None, (), (), ()),
    ]


def test_expressions() -> None:
    p = typed(
        """
        sort Node
        enum A { x, y }
        enum B { y, x }
        state a: A = x
        state b: B = x
        state held[Node]: bool = false
        param deep: int[0..3] = 2
        let low = deep - 1 < 2
        hidden action go(n: Node) {
            begin { }
            requires a not in (y, x) or b in (x,)
            a := if low then y else x
            b := B.y
            held[n] := a == x
        }
        hidden action end(n: Node) { requires pending(go(n)) and held[n] held[n] := false }
        """
    )
    a, b = p.cells[0].initial, p.cells[1].initial
    assert (a, b) == (Lit(0, Of("A")), Lit(1, Of("B")))
    number = ReadParam("deep", Range(0, 3))
    minus = Arith(Operator.MINUS, number, Lit(1, Range(1, 1)), Range(-1, 2))
    assert p.definitions[0].body == Compare(Comparison.LESS, minus, Lit(2, Range(2, 2)))
    guard = p.action("go").guards[0].condition
    read_a, read_b = ReadCell("a", (), Of("A")), ReadCell("b", (), Of("B"))
    assert guard == Logic(
        Connective.OR,
        Not(In(read_a, (Lit(1, Of("A")), Lit(0, Of("A"))))),
        In(read_b, (Lit(1, Of("B")),)),
    )
    first, second, _ = p.action("go").outcomes[0].effects
    assert isinstance(first, Assign)
    assert first.value == If(Apply("low", (), Bool()), Lit(1, Of("A")), Lit(0, Of("A")), Of("A"))
    assert isinstance(second, Assign)
    assert second.value == Lit(0, Of("B"))
    pending = p.action("end").guards[0].condition
    assert isinstance(pending, Logic)
    assert pending.left == Pending("go", (Var("n", Of("Node")),))


def test_an_inner_name_hides_an_outer() -> None:
    p = typed("sort A, B state s[A]: bool = true invariant i forall x: B. (exists x: A. s[x]) and x == x")
    formula = p.properties[0].formula  # type: ignore[union-attr]
    types = [part.type for part in walk(formula) if isinstance(part, Var)]
    assert types == [Of("A"), Of("B"), Of("B")]


def test_modules_use_each_other_in_circles() -> None:
    p = typed(
        "uses a, logs/b scope mine { Node = 2 }",
        a='module a "A" uses t, logs/b sort Node scope other { Node = 3 }',
        **{"logs/b": 'module b "B" uses a, a state s[Node]: bool = true'},
    )
    assert [(module.name, module.title, module.uses) for module in p.modules] == [
        ("t", "t", ("a", "logs/b")),
        ("a", "A", ("t", "logs/b")),
        ("logs/b", "B", ("a",)),
    ]
    assert [scope.name for scope in p.scopes] == ["mine", "other"]


def test_the_digest_is_of_names_and_texts() -> None:
    one = typed("uses a", a='module a "A" sort Node')
    same = typed("uses a", a='module a "A" sort Node')
    other = typed("uses a", a='module a "A" sort Nodes')
    named = typed("uses b", b='module b "A" sort Node')
    assert len(one.digest) == 64
    assert one.digest == same.digest
    assert len({one.digest, other.digest, named.digest}) == 3


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_files(tmp_path: Path) -> None:
    write(tmp_path, "logs/b.mig", 'module b "B" uses a')
    write(tmp_path, "a.mig", '\ufeffmodule a "A"\r\nsort Node\r\n')
    entry = write(tmp_path, "entry.mig", 'module main "E" uses logs/b')
    for path in (entry, tmp_path / "logs" / "b.mig", tmp_path / "a.mig"):
        protocol, diagnostics = load(path)
        assert protocol is not None, diagnostics
        assert [sort.name for sort in protocol.sorts] == ["Node"]
    protocol, _ = load(entry)
    assert protocol is not None
    assert Path(protocol.modules[1].path) == tmp_path / "logs" / "b.mig"


UNREADABLE = [
    (b'module a "A"\nsort \xff Node', "E0111", "a.mig:2:6"),
    (b"x" * (MAX_BYTES + 1), "E0109", "a.mig:1:1"),
    (b'module a "A"\nsort \x00 Node', "E0112", "a.mig:2:6"),
    (b'module a "A"\nuses ' + b"n" * 300, "E0110", "a.mig:2:6"),
    (b'module a "A"\nuses bad', "E0111", "bad.mig:1:1"),
    (b"", "E0101", "a.mig:1:1"),
]


@pytest.mark.parametrize(("data", "code", "place"), UNREADABLE, ids=[code for _, code, _ in UNREADABLE])
def test_unreadable_files(tmp_path: Path, data: bytes, code: str, place: str) -> None:
    write(tmp_path, "bad.mig", b"\xfe\xff")
    protocol, diagnostics = load(write(tmp_path, "a.mig", data))
    assert protocol is None
    assert [item.code for item in diagnostics] == [code]
    assert diagnostics[0].span.place == str(tmp_path / place)
    assert render(diagnostics[0]).isprintable() or "\n" in render(diagnostics[0])


def test_missing_files_and_folders(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.mig", tmp_path / "none" / "none.mig"):
        protocol, diagnostics = load(path)
        assert protocol is None
        assert [item.code for item in diagnostics] == ["E0110"]


def test_a_text_that_is_too_long() -> None:
    protocol, diagnostics = load_text("t", " " * (MAX_BYTES + 1))
    assert protocol is None
    assert diagnostics[0].code == "E0109"


def test_diagnostics_of_all_files_in_one_run() -> None:
    protocol, diagnostics = load_text(
        "t", 'module t "t" uses a\nstate x: Nod = 1\nstate', {"a": 'module a "A"\nsort Node Edge\nstate y: bool = 2'}
    )
    assert protocol is None
    assert [(item.span.source.name, item.code) for item in diagnostics] == [
        ("t", "E0202"),
        ("t", "E0103"),
        ("a.mig", "E0103"),
        ("a.mig", "E0301"),
    ]
    assert {item.severity for item in diagnostics} == {Severity.ERROR}


def test_loading_imports_the_parser_late() -> None:
    code = "import sys; import checker.language.load; sys.exit('lark' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_one_entry_uses_is_used() -> None:
    shared = {"shared": 'module shared "S"\nrule A-1 switch "One."\nrule A-2 switch "Two."\nrule A-3 switch "Three."'}
    entry = 'module {name} "E" uses shared state s: bool = true hidden action a {{ requires s @ {rule} s := false }}'
    loaded = [
        load_text(name, entry.format(name=name, rule=rule), shared) for name, rule in (("x", "A-1"), ("y", "A-2"))
    ]
    assert [len(diagnostics) for _, diagnostics in loaded] == [2, 2]
    assert [item.message for item in told(loaded)] == ["nobody cites rule `A-3`"]
    assert [item.code for item in told([*loaded, load_text("z", "broken")])] == ["E0101", "E0103"]
