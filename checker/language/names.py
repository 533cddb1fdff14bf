"""What a protocol declares, by kind and name, over all its files."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from checker.language import tree
from checker.language.diagnostics import Diagnostics, Note
from checker.language.nearest import nearest
from checker.language.source import Span

RESERVED = frozenset(
    (
        "not",
        "and",
        "or",
        "implies",
        "in",
        "if",
        "then",
        "else",
        "forall",
        "exists",
        "true",
        "false",
        "pending",
        "old",
        "did",
        "bool",
        "int",
        "for",
        "where",
        "requires",
        "event",
        "begin",
        "outcome",
    )
)
MOST_SUGGESTIONS = 200  # a text with more errors than that is no text with typing errors
_RULE_ID = re.compile(r"[A-Z]+-?[0-9]+[a-z]?")

ValueDecl = tree.ParamDecl | tree.ConstDecl | tree.StateDecl | tree.LetDecl
Property = tree.PropertyDecl | tree.LeadsToDecl

D = TypeVar("D", bound=tree.Node)


@dataclass
class Names:
    """Every declaration under its name. Where a name is declared twice, the first one counts."""

    pages: dict[str, tree.PageDecl] = field(default_factory=dict)
    rules: dict[str, tree.RuleDecl] = field(default_factory=dict)
    sorts: dict[str, tree.SortDecl | tree.EnumDecl] = field(default_factory=dict)
    members: dict[str, tuple[str, ...]] = field(default_factory=dict)  # of each closed sort
    member_of: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the closed sorts that have it
    values: dict[str, ValueDecl] = field(default_factory=dict)
    actions: dict[str, tree.Action] = field(default_factory=dict)
    assumptions: dict[str, tree.AssumeDecl] = field(default_factory=dict)
    properties: dict[str, Property] = field(default_factory=dict)
    outlooks: dict[str, tree.OutlookDecl] = field(default_factory=dict)
    scopes: dict[str, tree.ScopeDecl] = field(default_factory=dict)
    runs: dict[str, tree.RunDecl] = field(default_factory=dict)
    logs: dict[str, tree.LogDecl] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    incomplete: bool = False  # a module is missing or not read to its end, so any name may be one of its

    def unknown(self, found: Diagnostics, code: str, what: str, name: tree.Ident, known: Iterable[str]) -> None:
        """Says that there is no such name, unless its declaration did not parse."""
        if name.text in self.broken or self.incomplete:
            return
        close = nearest(name.text, known) if len(found.found) < MOST_SUGGESTIONS else None
        found.error(code, name.span, f"no {what} named `{name.text}`" + (f"; nearest: `{close}`" if close else ""))


def collect(files: Iterable[tree.File], found: Diagnostics, *, incomplete: bool = False) -> Names:
    """The names of all files. Says which are declared twice, and which cannot be used."""
    files = tuple(files)
    names = Names(incomplete=incomplete or not all(file.complete for file in files))
    names.broken = frozenset().union(*(file.broken for file in files))
    for file in files:
        for declaration in file.declarations:
            _add(names, declaration, found)
    for sort, members in names.members.items():
        for member in members:
            names.member_of[member] = (*names.member_of.get(member, ()), sort)
    return names


def _add(names: Names, declaration: tree.Declaration, found: Diagnostics) -> None:
    match declaration:
        case tree.Uses() | tree.JudgeEachHost() | tree.JoinedBy() | tree.BindDecl():
            pass
        case tree.PageDecl(name):
            _declare(names.pages, "source", name, declaration, found)
        case tree.RuleDecl(id):
            _declare(names.rules, "rule", id, declaration, found)
        case tree.SortDecl(idents, members):
            for name in idents:
                _declare_sort(names, name, members, declaration, found)
        case tree.EnumDecl(name, members):
            _declare_sort(names, name, members, declaration, found)
        case tree.ParamDecl(name) | tree.ConstDecl(name) | tree.StateDecl(name) | tree.LetDecl(name):
            usable(name, found)
            _declare(names.values, "name", name, declaration, found)
        case tree.Action(name=name):
            _declare(names.actions, "action", name, declaration, found)
        case tree.AssumeDecl(name):
            _declare(names.assumptions, "assumption", name, declaration, found)
        case tree.PropertyDecl(_, name) | tree.LeadsToDecl(name):
            _declare(names.properties, "property", name, declaration, found)
        case tree.OutlookDecl(_, name):
            _declare(names.outlooks, "fate, harm or goal", name, declaration, found)
        case tree.ScopeDecl(name):
            _declare(names.scopes, "scope", name, declaration, found)
        case tree.RunDecl(name):
            _declare(names.runs, "run", name, declaration, found)
        case tree.LogDecl(name):
            _declare(names.logs, "log", name, declaration, found)


def _declare(table: dict[str, D], what: str, name: tree.Ident, declaration: D, found: Diagnostics) -> None:
    first = table.setdefault(name.text, declaration)
    if first is not declaration:
        note = Note(name_span(first, name.text), "first declared here")
        found.error("E0201", name.span, f"{what} `{name.text}` is declared twice", note)


def _declare_sort(
    names: Names,
    name: tree.Ident,
    members: tuple[tree.Ident, ...] | None,
    declaration: tree.SortDecl | tree.EnumDecl,
    found: Diagnostics,
) -> None:
    usable(name, found)
    if name.text in names.sorts:
        note = Note(name_span(names.sorts[name.text], name.text), "first declared here")
        found.error("E0201", name.span, f"sort `{name.text}` is declared twice", note)
        return
    names.sorts[name.text] = declaration
    if members is None:
        return
    seen: dict[str, tree.Ident] = {}
    for member in members:
        usable(member, found, rule_like=True)
        if seen.setdefault(member.text, member) is not member:
            note = Note(seen[member.text].span, "first written here")
            found.error("E0201", member.span, f"`{name.text}` has two members `{member.text}`", note)
    names.members[name.text] = tuple(seen)


def usable(name: tree.Ident, found: Diagnostics, *, rule_like: bool = False) -> None:
    """Says when a name can be declared but never be used, because a formula would read it as something else."""
    if name.text in RESERVED:
        found.error("E0213", name.span, f"`{name.text}` is a word of the language, formulas could not use it as a name")
    elif not rule_like and _RULE_ID.fullmatch(name.text):
        found.error("E0213", name.span, f"`{name.text}` looks like a rule id, and would be read as one after `@`")


def name_span(declaration: tree.Node, name: str) -> Span:
    """Where a declaration writes the name it declares."""
    for attribute in ("name", "id"):
        ident = getattr(declaration, attribute, None)
        if isinstance(ident, tree.Ident):
            return ident.span
    for ident in getattr(declaration, "names", ()):
        if ident.text == name:
            return ident.span  # type: ignore[no-any-return]
    return declaration.span


def cited(names: Names, rules: tuple[tree.Ident, ...], found: Diagnostics) -> tuple[str, ...]:
    """The ids of a citation, each of which must be declared."""
    for rule in rules:
        if rule.text not in names.rules:
            names.unknown(found, "E0206", "rule", rule, names.rules)
    return tuple(dict.fromkeys(rule.text for rule in rules))
