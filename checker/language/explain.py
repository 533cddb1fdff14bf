"""What to say about a piece of text that does not parse: one diagnostic, the one that says best what to change."""

from __future__ import annotations

import re

from checker.language.diagnostics import Diagnostics, Note
from checker.language.expected import wanted
from checker.language.recover import Piece, Trouble

# How other languages write it, and what to write here.
_ELSEWHERE = (
    ("&&", "and"),
    ("||", "or"),
    ("->", "implies"),
    ("=>", "implies"),
    ("===", "=="),
    ("!==", "!="),
    ("<>", "!="),
    ("!", "not"),
    ("//", "#"),
    ("/*", "#"),
    ("\u2260", "!="),
    ("\u2264", "<="),
    ("\u2265", ">="),
    ("\u2227", "and"),
    ("\u2228", "or"),
    ("\u00ac", "not"),
    ("\u2192", "implies"),
    ("\u2200", "forall"),
    ("\u2203", "exists"),
    ("\u201c", '"'),
    ("\u201d", '"'),
    ("'", '"'),
)
_CLOSERS = {"{": ("RBRACE", "}"), "(": ("RPAR", ")"), "[": ("RSQB", "]")}


def explain(trouble: Trouble, piece: Piece, found: Diagnostics) -> None:
    """Adds the diagnostic."""
    if trouble.refused is not None:
        refused = trouble.refused
        found.error(refused.code, refused.span, refused.message, fix=refused.fix)
    elif not any(say(trouble, piece, found) for say in _PARTICULAR):
        _expected(trouble, piece, found)


def _letters(trouble: Trouble, piece: Piece, found: Diagnostics) -> bool:
    """Trouble with single letters and spellings."""
    at = trouble.span.start - piece.span.start
    rest = piece.text[at:]
    if trouble.at_end or not rest:
        return False
    if rest.startswith('"') and not trouble.found:
        line = rest.split("\n", 1)[0].rstrip()
        bad = re.match(r'"(?:[^"\\]|\\["\\n])*\\', line)
        if bad and re.match(r'"(?:[^"\\]|\\.)*"', line):
            place = piece.at(at + bad.end() - 1, at + bad.end() + 1)
            found.error("E0104", place, 'in a text in quotes, only `\\"`, `\\\\` and `\\n` stand after a `\\`')
        else:
            found.error("E0104", piece.at(at, at + len(line)), 'a text in quotes ends on its line, with a `"`')
        return True
    for theirs, ours in _ELSEWHERE:
        for start in (at, at - 1, at - 2):  # their first letters may be right by themselves
            if start >= 0 and start + len(theirs) > at and piece.text.startswith(theirs, start):
                place = piece.at(start, start + len(theirs))
                found.error("E0107", place, f"`{theirs}` is not of this language; write `{ours}`")
                return True
    if not trouble.found:
        code = f"U+{ord(rest[0]):04X}"
        letter = f"`{rest[0]}`" if rest[0].isprintable() else code
        found.error("E0112", trouble.span, f"{letter} is no letter of this language")
        return True
    return False


def _unclosed(trouble: Trouble, piece: Piece, found: Diagnostics) -> bool:
    """A bracket that is never closed, or closes nothing."""
    here = len(piece.text) if trouble.at_end else trouble.span.start - piece.span.start
    all_, now = piece.brackets(len(piece.text)), piece.brackets(here)
    opener = {"RBRACE": "{", "RPAR": "(", "RSQB": "["}.get(trouble.found)
    if opener is not None and opener not in [piece.bare[at] for at in now.open]:
        found.error("E0106", trouble.span, f"this `{piece.text[here]}` closes nothing")
        return True
    if not now.open:
        return False
    opened = now.open[-1]
    letter = piece.bare[opened]
    terminal, closer = _CLOSERS[letter]
    short = any(piece.bare[at] == "{" for at in all_.open)
    if letter == "{" and not short and not trouble.at_end:
        return False
    if terminal not in trouble.accepts:
        return False
    if letter == "{" and all_.askew is not None and (all_.askew <= here or trouble.at_end):
        # The indentation shows which block was left open: the one that this brace was not meant to close.
        inner = piece.brackets(all_.askew).open[-1]
        note = Note(piece.at(inner, inner + 1), "this block is not closed")
        found.error("E0105", piece.at(all_.askew, all_.askew + 1), "a `}` is missing before this one", note)
        return True
    note = Note(piece.at(opened, opened + 1), f"the `{letter}` is here")
    if trouble.at_end:
        found.error("E0105", piece.end(), f"a `{closer}` is missing after this", note)
    else:
        text = piece.text[here : here + trouble.span.end - trouble.span.start]
        found.error("E0105", trouble.span, f"a `{closer}` is missing before `{_short(text)}`", note)
    return True


def _swapped(trouble: Trouble, piece: Piece, found: Diagnostics) -> bool:  # noqa: ARG001  # as its neighbours
    """`=`, `==` and `:=` for one another."""
    met = {"EQUAL": "=", "EQ": "==", "ASSIGN": ":="}.get(trouble.found)
    if met is None:
        return False
    for terminal, right, what in (
        ("ASSIGN", ":=", "a state is given a value with"),
        ("EQUAL", "=", "this is written with"),
        ("EQ", "==", "values are compared with"),
    ):
        if terminal in trouble.accepts and right != met:
            found.error("E0107", trouble.span, f"{what} `{right}`, not `{met}`")
            return True
    return False


def _chained(trouble: Trouble, piece: Piece, found: Diagnostics) -> bool:  # noqa: ARG001  # as its neighbours
    """`a < b < c`."""
    if trouble.found not in ("EQ", "NE", "LT", "LE", "GT", "GE", "IN") or "AND" not in trouble.accepts:
        return False
    fix = "join two comparisons with `and`, or put one in parentheses"
    found.error("E0107", trouble.span, "one comparison does not follow another", fix=fix)
    return True


def _cited(trouble: Trouble, piece: Piece, found: Diagnostics) -> bool:
    """A rule id without its `@`."""
    at = trouble.span.start - piece.span.start
    word = re.search(r"[A-Z]*$", piece.text[:at])
    rule = re.compile(r"[A-Z]+-?[0-9]+[a-z]?\b").match(piece.text, word.start() if word else at)
    if rule is None or trouble.at_end or rule.end() <= at:
        return False
    found.error("E0107", piece.at(*rule.span()), f"a rule is cited with `@`: write `@ {rule[0]}`")
    return True


def _round(trouble: Trouble, piece: Piece, found: Diagnostics) -> bool:  # noqa: ARG001  # as its neighbours
    """`name(...) := value`."""
    if trouble.found != "LPAR" or not trouble.accepts.issuperset(("ASSIGN", "LSQB")):
        return False
    found.error("E0107", trouble.span, "an effect is `name[...] := value`; the index of a state stands in `[` and `]`")
    return True


def _expected(trouble: Trouble, piece: Piece, found: Diagnostics) -> None:
    start = trouble.span.start - piece.span.start
    first = trouble.at_end or not piece.text[:start].rpartition("\n")[2].strip()
    words = wanted(trouble.accepts, first=first and not piece.brackets(start).open)
    if trouble.at_end:
        place = piece.end()
        met = "the text ends" if piece.last else "the declaration ends"
        found.error("E0103", place, f"expected {words} after this, but {met}")
        return
    text = trouble.span.source.text[trouble.span.start : trouble.span.end]
    if text.isalpha() and text.upper() == trouble.found:
        found.error("E0103", trouble.span, f"expected {words}, found the word `{_short(text)}`")
        return
    found.error("E0103", trouble.span, f"expected {words}, found `{_short(text)}`")


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 30 else flat[:27] + "..."


# Tried in this order; the first that has something to say is the only one that does.
_PARTICULAR = (_cited, _letters, _unclosed, _swapped, _chained, _round)
