"""docs/language.md: every example does what the page says, and every word of the grammar is on it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from checker.explore.answer import Said
from checker.explore.explore import explore
from checker.language import tree
from checker.language.diagnostics import Severity, render
from checker.language.format import format
from checker.language.load import load_text
from checker.language.parse import Parser, grammar
from checker.language.source import Source
from checker.model.scope import declared_scope
from checker.report.explored import explore_view, property_lines

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "language.md"
NAME = "jobs.mig"
HEADER = 'module example "An example"\n'
_PART = re.compile(r"^<!-- (?P<word>completed by|module) ?(?P<rest>[^\n]*)\n?(?P<hidden>.*?)-->$"
                   r"|^```(?P<fence>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)  # fmt: skip


@dataclass(frozen=True)
class Example:
    """One fenced block. `kind` stands behind its language, `hidden` completes it, `answer` follows it."""

    line: int
    kind: str
    text: str
    hidden: str
    modules: tuple[tuple[str, str], ...]
    answer: str | None

    @property
    def whole(self) -> str:
        """The text as it is loaded: a `module` line stays first."""
        if self.text.startswith("module"):
            return f"{self.text}\n{self.hidden}"
        return f"{HEADER}{self.hidden}\n{self.text}"

    def __str__(self) -> str:
        return f"line {self.line}"


@cache
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def examples(text: str) -> list[Example]:
    """The blocks of a page in the language, in order."""
    found: list[Example] = []
    hidden, modules = "", {}
    parts = [*_PART.finditer(text), None]
    for part, after in pairwise(parts):
        assert part is not None
        if part["word"] == "module":
            modules[part["rest"]] = part["hidden"]
        elif part["word"] is not None:
            above = part["rest"].startswith("the example above")
            hidden = found[-1].hidden + found[-1].text if above else part["hidden"]
        elif part["fence"].split(" ")[0] == "mig":
            answer = after["body"] if after is not None and after["fence"] == "text" else None
            kind = part["fence"].partition(" ")[2]
            line = text.count("\n", 0, part.start()) + 1
            found.append(Example(line, kind, part["body"], hidden, tuple(modules.items()), answer))
            hidden, modules = "", {}
    return found


EXAMPLES = examples(page())
GOOD = [example for example in EXAMPLES if example.kind != "error"]


def answer(example: Example) -> str:
    """What should stand in the block after an example: its diagnostics, or how a search answers for a property."""
    protocol, diagnostics = load_text(NAME, example.whole.rstrip("\n") + "\n", dict(example.modules))
    if example.kind == "error":
        return "\n\n".join(render(item) for item in diagnostics) + "\n"
    assert protocol is not None
    properties = explore_view(explore(protocol, declared_scope(protocol))).properties
    (view,) = (item for item in properties if item.said is not Said.HOLDS)
    assert (view.said, view.name) == (Said.FAILS, example.kind.removeprefix("fails "))
    return "".join(line.text.plain.removeprefix("  ").rstrip() + "\n" for line in property_lines(view, 0))


def test_answers_are_as_shown(bless: bool) -> None:
    """Every block that asks for an answer is followed by exactly that answer."""
    text = page()
    asking = [example for example in EXAMPLES if example.kind]
    assert len(asking) >= 7
    for example in asking:
        assert example.answer is not None, example
        if bless:
            start = page().index(f"```mig {example.kind}\n{example.text}```\n")
            old = page()[start : page().index("```\n", page().index("```text\n", start) + 8)]
            new = old[: old.index("```text\n") + 8] + answer(example)
            text = text.replace(old, new)
        else:
            assert example.answer == answer(example), example
    if bless:
        PAGE.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("example", GOOD, ids=str)
def test_loads_without_errors(example: Example) -> None:
    protocol, diagnostics = load_text(NAME, example.whole, dict(example.modules))
    assert [render(item) for item in diagnostics if item.severity is Severity.ERROR] == []
    assert protocol is not None


@pytest.mark.parametrize("example", [example for example in EXAMPLES if example.kind == "error"], ids=str)
def test_a_bad_example_is_bad(example: Example) -> None:
    assert answer(example).strip()


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_is_in_house_style(example: Example) -> None:
    headed = example.text if example.text.startswith("module") else HEADER + "\n" + example.text
    file, diagnostics = Parser().parse(Source(NAME, headed))
    assert diagnostics == ()
    assert format(file) == headed


def test_examples_are_found() -> None:
    """A block that the pattern misses would be tested by nobody."""
    assert len(EXAMPLES) == page().count("\n```mig")
    assert len(EXAMPLES) >= 20
    assert sum(bool(example.hidden) for example in EXAMPLES) == page().count("<!-- completed by")


# ------------------------------------------------------------------------------------------------------------ the words

COMMENT = re.compile(r"^//.*$", re.MULTILINE)


def words(text: str) -> set[str]:
    """What stands in double quotes in a grammar."""
    return set(re.findall(r'"([^"\n]+)"', text))


def ebnf() -> str:
    (body,) = re.findall(r"^```ebnf\n(.*?)^```$", page(), re.MULTILINE | re.DOTALL)
    return re.sub(r"\(\*.*?\*\)", "", body)


def test_grammar_and_summary_have_the_same_words() -> None:
    parsed = re.sub(r"^[A-Z_]+(\.\d)?: /.*$", "", COMMENT.sub("", grammar()), flags=re.MULTILINE)
    assert words(ebnf()) == words(parsed)


def test_summary_defines_what_it_uses() -> None:
    rules = dict(re.findall(r"^(\w+) += (.*?) ; *$", ebnf(), re.MULTILINE | re.DOTALL))
    used = {name for body in rules.values() for name in re.findall(r"\b[a-z_]+\b", re.sub(r'"[^"]*"', "", body))}
    assert used - set(rules) == set()
    assert set(rules) - used == {"file"}
    assert len(rules) > 40


def test_every_word_is_explained() -> None:
    """Each keyword stands in an example or in code between backticks, before the summary."""
    told = page().split("## Grammar")[0]
    code = "\n".join([*(example.text for example in EXAMPLES), *re.findall(r"`([^`\n]+)`", told)])
    known = set(re.findall(r"[a-z]+", re.sub(r'"[^"\n]*"|#.*', "", code)))
    assert {word for word in words(ebnf()) if word.isalpha()} - known == set()


def test_every_kind_of_declaration_has_an_example() -> None:
    shown = {type(node) for example in EXAMPLES for node in Parser().parse(Source(NAME, example.whole))[0].declarations}
    assert shown == set(tree.Declaration.__args__)


def test_codes_are_listed() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "checker" / "language").glob("*.py"))
    used = set(re.findall(r'"([EW]\d{4})"', code))
    assert {code[:3] for code in used} == set(re.findall(r"^\| ([EW]\d\d) \|", page(), re.MULTILINE))
    assert {code for code in used if code.startswith("W")} == set(re.findall(r"^\| (W\d{4}) \|", page(), re.MULTILINE))


def test_contents_lead_somewhere() -> None:
    titles = re.findall(r"^#+ (.*)$", page(), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-") for title in titles}
    assert set(re.findall(r"\]\(#([^)]*)\)", page())) - anchors == set()
