"""The parser: its tables, its tree, and the terminals' names for readers."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import lark
import pytest

from checker.language import tree
from checker.language.expected import called, wanted
from checker.language.parse import OPTIONS, TABLES, Parser, build, grammar, key
from checker.language.source import Source

EVERYTHING = (Path(__file__).parent / "texts" / "everything.mig").read_text(encoding="utf-8")


def test_the_shipped_tables_are_fresh(bless: bool) -> None:
    """`pytest --bless tests/language/test_parse.py` writes them anew after a change of the grammar."""
    shipped = files("checker.language").joinpath(TABLES)
    if bless:
        Path(str(shipped)).write_bytes(build(grammar()))
    assert shipped.read_bytes()[:32] == key(grammar()), "the tables are of another grammar, or of another lark"


def test_stale_tables_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    changed = grammar().replace('"requires"', '"demands"')
    monkeypatch.setattr("checker.language.parse.grammar", lambda: changed)
    text = 'module m "m"\nstate a: bool = true\naction b { demands a a := false }\n'
    file, diagnostics = Parser().parse(Source("t", text))
    assert not diagnostics
    assert len(file.declarations) == 2


def test_every_terminal_has_a_name_for_readers() -> None:
    names = {terminal.name for terminal in lark.Lark(grammar(), **OPTIONS).terminals} - {"SKIPPED"}
    assert not [name for name in names if name.startswith("_")]
    for name in names:
        assert re.fullmatch(r"`.+`|a [a-z `A-Z0-9-]+", called(name)), name
        assert wanted({name, "$END"})


def test_few_things_are_said_to_be_expected() -> None:
    everything = {terminal.name for terminal in lark.Lark(grammar(), **OPTIONS).terminals}
    assert len(wanted(everything)) < 160


def test_the_tree_keeps_what_was_written() -> None:
    text = 'module m "t"  # one\n# two\nlet a = (b or c) # "three"\nrule A-1 switch "not # a comment"\n'
    file, diagnostics = Parser().parse(Source("t", text))
    assert not diagnostics
    assert [(comment.text, comment.own_line) for comment in file.comments] == [
        ("# one", False),
        ("# two", True),
        ('# "three"', False),
    ]
    let, rule = file.declarations
    assert isinstance(let, tree.LetDecl)
    assert let.body == tree.Paren(tree.Binary("or", tree.Name("b"), tree.Name("c")))
    assert (text[let.body.span.start : let.body.span.end], let.span.start) == ("(b or c)", text.index("let"))
    assert isinstance(rule, tree.RuleDecl)
    assert rule.sentence == "not # a comment"


def expression(text: str) -> tree.Expr:
    file, diagnostics = Parser().parse(Source("t", f'module m "t" let x = {text}'))
    assert not diagnostics
    let = file.declarations[0]
    assert isinstance(let, tree.LetDecl)
    return let.body


# Each as it is written, and with all parentheses.
PRECEDENCE = [
    ("a or b and c", "a or (b and c)"),
    ("a implies b implies c", "a implies (b implies c)"),
    ("a and b and c", "(a and b) and c"),
    ("not a and b", "(not a) and b"),
    ("not a == b", "not (a == b)"),
    ("a == b and c != d", "(a == b) and (c != d)"),
    ("a - b - c == d + e", "((a - b) - c) == (d + e)"),
    ("a in (b, c) or d not in (b,)", "(a in (b, c)) or (d not in (b))"),
    ("a and forall x: S. b or c", "a and (forall x: S. (b or c))"),
    ("forall x: S. a implies exists y: T. b and c", "forall x: S. (a implies (exists y: T. (b and c)))"),
    ("if a then b else c or d", "if a then b else (c or d)"),
    ("a == if b then c else d and e", "a == (if b then c else (d and e))"),
    ("a implies not forall x: S. b implies c", "a implies (not (forall x: S. (b implies c)))"),
    ("a < b + if c then d else e", "a < (b + (if c then d else e))"),
]


@pytest.mark.parametrize(("text", "explicit"), PRECEDENCE)
def test_precedence(text: str, explicit: str) -> None:
    assert expression(text) == bare(expression(explicit))
    assert bare(expression(f"({text})")) == bare(expression(text))


def bare(node: tree.Expr) -> tree.Expr:
    """The tree without its parentheses."""
    match node:
        case tree.Paren(body):
            return bare(body)
        case tree.Binary(op, left, right):
            return tree.Binary(op, bare(left), bare(right))
        case tree.Not(body):
            return tree.Not(bare(body))
        case tree.Quantified(op, binders, body):
            return tree.Quantified(op, binders, bare(body))
        case tree.If(condition, then, otherwise):
            return tree.If(bare(condition), bare(then), bare(otherwise))
        case tree.In(item, options, negated):
            return tree.In(bare(item), tuple(map(bare, options)), negated)
        case _:
            return node


def test_line_ends_tabs_and_layout_do_not_matter() -> None:
    one, _ = Parser().parse(Source("t", EVERYTHING))
    for text in (EVERYTHING.replace("\n", "\r\n"), EVERYTHING.replace("    ", "\t"), re.sub(r" {2,}", " ", EVERYTHING)):
        other, diagnostics = Parser().parse(Source("t", text))
        assert not diagnostics
        assert other.declarations == one.declarations
