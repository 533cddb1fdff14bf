"""Whatever the text: a protocol, or diagnostics inside the text. Never an exception, never the parser's own words."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st

from checker.language.diagnostics import Severity, render
from checker.language.load import load_text

FOLDER = Path(__file__).parent
TEXTS = [path.read_text(encoding="utf-8") for path in sorted((FOLDER / "texts").glob("*.mig"))]
TEXTS += [path.read_text(encoding="utf-8") for path in sorted((FOLDER.parent / "protocols").glob("*.mig"))]
TOKEN = re.compile(r'"[^"\n]*"|#[^\n]*|\w+|:=|==|!=|<=|>=|~>|\.\.|\S|\s+')
WORDS = sorted(
    {token for text in TEXTS for token in TOKEN.findall(text)} | {"\n", "\x00", "é", '"', "{", "}", "(", "'"}
)
PARSER_TALK = re.compile(r"__ANON|\$END|Token\(|[A-Z]+_[A-Z]*PAR|lark|Traceback|NoneType")


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A valid text with some tokens dropped, doubled, swapped or replaced."""
    tokens = TOKEN.findall(draw(st.sampled_from(TEXTS)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(tokens) - 1))
        until = min(len(tokens), at + draw(st.sampled_from((1, 1, 1, 2, 5, 40))))
        match draw(st.sampled_from(("drop", "double", "replace", "insert", "swap"))):
            case "drop":
                del tokens[at:until]
            case "double":
                tokens[at:at] = tokens[at:until]
            case "replace":
                tokens[at:until] = draw(st.lists(st.sampled_from(WORDS), max_size=3))
            case "insert":
                tokens[at:at] = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
            case _:
                tokens[at:until] = reversed(tokens[at:until])
        if not tokens:
            return ""
    return "".join(tokens)


def check(text: str) -> None:
    protocol, diagnostics = load_text("t", text)
    failed = [item for item in diagnostics if item.severity is Severity.ERROR]
    assert (protocol is None) == bool(failed)
    for item in diagnostics:
        for span in (item.span, *(note.span for note in item.notes)):
            assert 0 <= span.start <= span.end <= len(span.source.text)
            assert span.source.name == "t"
        said = " ".join((item.message, *(note.message for note in item.notes), item.fix or ""))
        assert not PARSER_TALK.search(said), said
        for line in render(item).split("\n"):
            assert line.isprintable(), line


FEW = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@FEW
@given(mutated())
def test_mutated_texts(text: str) -> None:
    check(text)


@FEW
@given(st.text() | st.lists(st.sampled_from(WORDS), max_size=40).map("".join))
def test_random_texts(text: str) -> None:
    check(text)


def test_deep_texts() -> None:
    """Deeper than any stack: said, and not tried."""
    deep = (
        "let a = " + "(" * 3_000 + "true" + ")" * 3_000,
        "let a = " + "not " * 3_000 + "true",
        "let a = " + "true and " * 3_000 + "true",
        "let a = " + "true implies " * 3_000 + "true",
        "let a = " + "if true then true else " * 2_000 + "true",
        "let a = " + "forall x: bool. " * 2_000 + "true",
        "state s: bool = true action a { " + "if s { " * 2_000 + "}" * 2_000 + " }",
        "state s: bool = true action a { " + "if s { } else " * 2_000 + "{ } }",
        "state s: bool = true action a { " + "for x: bool { " * 2_000 + "}" * 2_000 + " }",
        "let a = " + "(" * 3_000,
        "action a " + "{" * 3_000,
    )
    for text in deep:
        protocol, diagnostics = load_text("t", 'module t "t"\n' + text)
        assert protocol is None
        assert diagnostics[0].code in ("E0108", "E0103", "E0105")


def test_large_texts() -> None:
    """Large and wrong: answered in some seconds, with a limit that is named where one is met."""
    size = 200_000
    large = {
        "\n": set(),
        "x ": {"E0103"},
        "state x\n": {"E0103", "E0114"},
        "state x\n\n\n\n\n\n\n\n\n\n": {"E0103", "E0114"},
        '"x\n': {"E0104"},
        "#\n": set(),
        "action a {\n": {"E0105", "E0114"},
        "}": {"E0106"},
        "let a = b\n": {"E0201", "E0204"},
    }
    for piece, codes in large.items():
        _, diagnostics = load_text("t", 'module t "t"\n' + piece * (size // len(piece)))
        assert {item.code for item in diagnostics} == codes, piece


def test_many_assignments_in_one_moment() -> None:
    effects = "".join(f"s[{n % 100}] := true " for n in range(501))
    _, diagnostics = load_text("t", f'module t "t"\nstate s[int[0..99]]: bool = true hidden action a {{ {effects} }}')
    assert [item.code for item in diagnostics] == ["E0409"]


def test_a_hundred_deep_is_fine() -> None:
    for text in ("(" * 90 + "true" + ")" * 90, "not " * 90 + "true", "true and " * 90 + "true"):
        protocol, _ = load_text("t", f'module t "t"\ninvariant a forall b: bool. b and ({text})')
        assert protocol is not None
