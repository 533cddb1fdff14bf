"""The formatter: the same tree, the same text the second time, every comment in its place."""

from __future__ import annotations

import dataclasses
import random
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings

from checker.language import tree
from checker.language.format import format
from checker.language.parse import Parser, grammar
from checker.language.pretty import WIDTH
from checker.language.source import Source
from tests.language import trees

ROOT = Path(__file__).parents[2]
FILES = sorted([*ROOT.glob("spec/**/*.mig"), *ROOT.glob("tests/protocols/*.mig")])
PARSER = Parser()
PIECE = re.compile(r'[A-Z]+-[0-9]+[a-z]?\b|"(?:[^"\\\n]|\\.)*"|#[^\n]*|\w+|:=|~>|==|!=|<=|>=|\.\.|\S')
SAMPLE = """module m "A sample of everything"

# about sorts
sort Host, Vm
enum Link { absent, connected }  # two

param strict = true
state link[Host, Vm]: Link = absent
let linked(v: Vm) = exists h: Host. link[h, v] == connected

rule N-01 switch
    "Only once."

action connect(h: Host, v: Vm) at h {
    event CONNECT { Host = h, Vm = v, Pair = (h, v), Blob absent }
    requires link[h, v] == absent  @ N-01
    requires not linked(v)         @ N-01  # not anywhere

    # two ways
    outcome SUCCESS { link[h, v] := connected }
    outcome OTHER failure @ N-01
}

fault crash(h: Host) {
    for v: Vm where link[h, v] != absent { link[h, v] := absent }
}

invariant once @ N-01
    "Only once."
    forall h: Host, g: Host, v: Vm. link[h, v] == connected and link[g, v] == connected implies
        h == g

leads to linked_again
    forall v: Vm. not linked(v) ~> linked(v)
    fair connect

scope small { Host = 2  Vm = 1  faults = 1 }

run twice in small {
    connect(h, v)  .. connect(g, v)
    must fail at N-01
}

log native "native" {
    events
    record 7  where Kind in (1, "one") and Id present is connect.SUCCESS(Host = HostName)
    record 12 is connect.OTHER
    clock skew <= 50 ms
}

bind Vm everywhere
"""


@cache
def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def parse(text: str) -> tree.File:
    file, diagnostics = PARSER.parse(Source("<test>", text))
    assert diagnostics == ()
    return file


def formatted(text: str) -> str:
    return format(parse(text))


def bare(node: Any) -> Any:
    """The tree without the parentheses that it keeps."""
    while isinstance(node, tree.Paren):
        node = node.body
    if isinstance(node, tuple):
        return tuple(bare(part) for part in node)
    if isinstance(node, tree.Node):
        fields = {field.name: bare(getattr(node, field.name)) for field in dataclasses.fields(node)}
        return dataclasses.replace(node, **fields)
    return node


def pieces(text: str) -> list[str]:
    """Tokens and comments, in order."""
    return [piece.rstrip() for piece in PIECE.findall(text)]


def essential(text: str) -> list[str]:
    """Tokens and comments without what says nothing: separators, and parentheses with nothing between them."""
    return " ".join(piece for piece in pieces(text) if piece not in (";", ",")).replace("( ) ", "").split(" ")


def check(text: str) -> str:
    """The formatted text, which has the tree and the comments of the text, and is its own formatted text."""
    file = parse(text)
    once = format(file)
    again = parse(once)
    assert again == file
    assert [comment.text for comment in again.comments] == [comment.text for comment in file.comments]
    assert format(again) == once
    assert "\n\n\n" not in once
    assert all(line == line.rstrip() for line in once.split("\n"))
    return once


# --------------------------------------------------------------------------------------------------------- whole files


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_of_the_project(path: Path) -> None:
    text = read(path)
    assert essential(check(text)) == essential(text)


def test_there_are_files() -> None:
    assert len(FILES) > 20


def test_house_style_is_left_alone() -> None:
    assert formatted(SAMPLE) == SAMPLE


def test_only_white_space_changes() -> None:
    squeezed = " ".join(piece if not piece.startswith("#") else piece + "\n" for piece in pieces(SAMPLE))
    assert pieces(formatted(squeezed)) == pieces(SAMPLE)


# ----------------------------------------------------------------------------------------------------- trees at random


@settings(max_examples=200, deadline=None)
@given(trees.FILES)
def test_any_tree(file: tree.File) -> None:
    text = format(file)
    again = parse(text)
    assert bare(again) == file
    assert format(again) == text


EVERY = tree.Quantified("forall", (tree.Binder(tree.Ident("x"), tree.NamedType("X")),), tree.Name("x"))
A, B = tree.Name("a"), tree.Name("b")


@settings(max_examples=300, deadline=None)
@given(trees.EXPRS)
@example(tree.Binary("and", tree.Not(EVERY), A))
@example(tree.Binary("or", tree.Binary("and", A, EVERY), B))
@example(tree.Binary("and", tree.Binary("and", A, EVERY), B))
@example(tree.Binary("==", tree.If(A, B, A), B))
@example(tree.In(tree.Binary("+", A, EVERY), (A,), False))
@example(tree.Not(tree.Binary("==", A, tree.Not(B))))
@example(tree.Binary("implies", tree.Binary("implies", A, B), tree.Binary("implies", A, EVERY)))
@example(tree.Binary("-", A, tree.Binary("-", A, B)))
def test_no_needless_parentheses(formula: tree.Expr) -> None:
    """The formatter adds parentheses to a tree that has none only where the tree would be another without them."""
    text = format(tree.File(tree.Header(tree.Ident("m"), "m"), (tree.LetDecl(tree.Ident("a"), (), "", formula),)))
    (let,) = parse(text).declarations
    assert isinstance(let, tree.LetDecl)
    assert bare(let.body) == formula
    for paren in _parens(let.body):
        start, end = paren.span.start, paren.span.end
        without = text[:start] + " " + text[start + 1 : end - 1] + " " + text[end:]
        file, diagnostics = PARSER.parse(Source("<test>", without))
        assert diagnostics or bare(file.declarations[0]) != bare(let)


def test_a_premise_keeps_its_own_forall() -> None:
    """Without parentheses the arrow would be inside: `forall x: X. (x ~> a)`."""
    node = tree.LeadsToDecl(tree.Ident("p"), (), "", (), EVERY, A, ())
    text = format(tree.File(tree.Header(tree.Ident("m"), "m"), (node,)))
    assert "(forall x: X. x) ~> a" in text
    assert bare(parse(text)).declarations == (node,)


def _parens(node: Any) -> list[tree.Paren]:
    found = [node] if isinstance(node, tree.Paren) else []
    if isinstance(node, tuple):
        return [paren for part in node for paren in _parens(part)]
    if isinstance(node, tree.Node):
        found += [paren for field in dataclasses.fields(node) for paren in _parens(getattr(node, field.name))]
    return found


# ----------------------------------------------------------------------------------------------------- texts at random


def noisy(text: str, seed: int, rate: float) -> str:
    """The same tokens and comments, with other white space and more comments between them."""
    chance = random.Random(seed)
    parts = []
    all_pieces = pieces(text)
    for number, piece in enumerate(all_pieces):
        if piece.startswith("#"):
            parts.append(piece + "\n")
            continue
        parts.append(piece)
        if chance.random() > rate or all_pieces[number + 1 : number + 2] == [";"]:
            parts.append(" ")
        elif chance.random() < 0.5:
            parts.append(chance.choice(["\n", "\n\n", "\t", " \n \n\n ", "\r\n"]))
        else:
            parts.append(
                chance.choice([" #a", "\n# own", "\n\n  # b #", " # c\n# d", "#", " # t\n\n\n # u"]) + f"{number}\n"
            )
    return "".join(parts)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_comments_anywhere(path: Path) -> None:
    base = formatted(read(path))
    seed = FILES.index(path)
    text = noisy(base, seed, (0.02, 0.2, 0.9)[seed % 3])
    file = parse(text)
    assert file == parse(base)
    once = check(text)
    assert essential(once) == essential(text)
    assert [comment.own_line for comment in parse(once).comments] == [comment.own_line for comment in file.comments]


def test_comments_are_put_in() -> None:
    """What the test above rests on: the texts it makes do hold comments at all kinds of places."""
    text = noisy(SAMPLE, 1, 0.9)
    comments = parse(text).comments
    assert len(comments) > 100
    assert {comment.own_line for comment in comments} == {True, False}


# ------------------------------------------------------------------------------------------------------ single matters

CHANGES = {
    "blank lines": ("sort A\n\n\n\nsort B\nsort C", "sort A\n\nsort B\nsort C\n"),
    "spaces": ("sort   A ,B\tenum  E{a,b}", "sort A, B\nenum E { a, b }\n"),
    "comments in one column": (
        "sort A # a\nsort Longer # b\n# c\nsort B # d",
        "sort A       # a\nsort Longer  # b\n# c\nsort B  # d\n",
    ),
    "guards in one column": (
        "action f { requires a @ N-1\nrequires not b @ N-2, N-3 # why\noutcome X { requires c @ N-4 } }",
        "action f {\n    requires a      @ N-1\n    requires not b  @ N-2 N-3  # why\n"
        "    outcome X { requires c @ N-4 }\n}\n",
    ),
    "a block as it was begun": (
        "action f {\n for a: A { b := a; c := a }\n for a: A {\n b := a } }",
        "action f {\n    for a: A { b := a; c := a }\n    for a: A {\n        b := a\n    }\n}\n",
    ),
    "an action on one line": (
        "action f { requires a @ N-1; b := c d := e }\naction g { }",
        "action f { requires a @ N-1; b := c; d := e }\naction g { }\n",
    ),
    "parentheses": ("let a = ((b) and (c or d))", "let a = ((b) and (c or d))\n"),
    "empty things": (
        'action f() { event E { } begin{} } sort A ""',
        "action f {\n    event E\n    begin { }\n}\nsort A\n",
    ),
    "numbers": ("param a: int[ - 1 .. 007 ] = - 1", "param a: int[-1..7] = -1\n"),
    "steps on the writer's lines": (
        "run r { .. a(b,c) ; d\n e .. must pass }",
        "run r {\n    .. a(b, c)  d\n    e  ..\n    must pass\n}\n",
    ),
    "rows of records": (
        'log l "t" { record 7 where A == 1 is a.X record 12 is bb(c=D) }',
        'log l "t" {\n    record 7  where A == 1 is a.X\n    record 12 is bb(c = D)\n}\n',
    ),
    "sources in one column": (
        'source A "a" source LONG "b"\n\nsource C "c"',
        'source A    "a"\nsource LONG "b"\n\nsource C "c"\n',
    ),
    "a comment between the parts of a list": ("enum E { a, # c\nb }", "enum E {\n    a,  # c\n    b\n}\n"),
    "a comment between the parts of a formula": (
        "let a = b and # c\n# d\nc",
        "let a =\n    b\n        and  # c\n            # d\n            c\n",
    ),
    "a blank line before a brace": ("action f {\n\na := b\n\nc := d\n\n}", "action f {\n    a := b\n\n    c := d\n}\n"),
    "an empty doc that keeps a name from being a rule": (
        'invariant a @ N-1 "" X1 and b',
        'invariant a @ N-1\n    ""\n    X1 and b\n',
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes(name: str) -> None:
    text, expected = CHANGES[name]
    assert check(f'module m "m"\n{text}') == f'module m "m"\n{expected}'


BEFORE = {
    "an assignment": "x := y",
    "an assignment that ends in brackets": "x := y[z]",
    "a guard": "requires x",
    "a guard with rules": "requires x  @ N-1",
    "a loop": "for a: A { }",
    "a choice": "if x { }",
    "a begin": "begin { }",
    "an outcome": "outcome X",
    "an outcome with rules": "outcome X @ N-1",
    "an outcome with a block": "outcome X { }",
    "an event": "event X",
}
WORDS = sorted({*re.findall(r'"([a-z]+)"', re.sub(r"//.*", "", grammar())), "X1", "true", "false", "x"})


@pytest.mark.parametrize("name", BEFORE)
def test_separators_stay_where_a_name_is_a_word_of_the_language(name: str) -> None:
    needed = []
    for word in WORDS:
        text = f'module m "m"\naction f {{\n    {BEFORE[name]};\n    {word} := z\n}}\n'
        if PARSER.parse(Source("<test>", text))[1]:
            continue  # no name at all at the start of an item
        once = check(text)
        without = text.replace(";", "")
        file, diagnostics = PARSER.parse(Source("<test>", without))
        lost = bool(diagnostics) or file != parse(text)
        assert once == (text if lost else without), word
        needed += [word] * lost
    assert "x" not in needed
    assert ("and" in needed) == (BEFORE[name] in ("x := y", "x := y[z]", "requires x"))


def test_a_long_formula_is_broken_at_its_loosest_operator() -> None:
    text = check(
        'module m "m"\ninvariant i forall long_name: Sort_with_a_name. first[long_name] and second[long_name] '
        "implies third[long_name] == something"
    )
    assert text.split("\n")[2:] == [
        "    forall long_name: Sort_with_a_name. first[long_name] and second[long_name] implies",
        "        third[long_name] == something",
        "",
    ]


def test_no_line_is_too_long_that_could_be_broken() -> None:
    for path in FILES:
        for line in formatted(read(path)).split("\n"):
            code = line.split("  #")[0].split(" @ ")[0]
            if not line.lstrip().startswith(("#", "record")) and '"' not in code:
                assert len(code) <= WIDTH, line


def test_a_broken_text_is_refused() -> None:
    file, diagnostics = PARSER.parse(Source("<test>", 'module m "m"\nsort A,\nsort B'))
    assert diagnostics
    with pytest.raises(ValueError, match="syntax errors"):
        format(file)
