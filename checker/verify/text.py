"""Reads the text of a certificate: SMT-LIB commands as nested tuples of words, each command with its line.

Only what a certificate needs: no quoted symbols, no binary numbers, ASCII alone. Sizes are bounded, so that no input
can make the checker use much memory or nest deeper than it can walk.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Term: TypeAlias = "str | tuple[Term, ...]"
"""A word (a string keeps its opening quote, so that it equals no symbol), or a list of terms."""

MOST_CHARACTERS = 32_000_000
MOST_TERMS = 8_000_000
DEEPEST = 150

_TOKEN = re.compile(r'\s+|;[^\n]*|(?P<word>[()]|"(?:[^"\n]|"")*"|[A-Za-z0-9_:~!@$%^&*+=<>.?/-]+)')


class Unreadable(Exception):
    """The text is no certificate at all: in which line, and why."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the script and the line it starts in, counted from 1."""

    line: int
    term: tuple[Term, ...]

    @property
    def name(self) -> Term:
        return self.term[0] if self.term else ""


def read(text: str) -> tuple[Command, ...]:
    """The commands of a script, in order. Raises Unreadable."""
    if len(text) > MOST_CHARACTERS:
        raise Unreadable(1, f"the text is longer than {MOST_CHARACTERS:,} characters")
    commands: list[Command] = []
    open_lists: list[list[Term]] = []
    start = 0
    for count, (line, word) in enumerate(_words(text)):
        if count > MOST_TERMS:
            raise Unreadable(line, f"the text has more than {MOST_TERMS:,} words")
        if word == "(":
            start = start if open_lists else line
            open_lists.append([])
            if len(open_lists) > DEEPEST:
                raise Unreadable(line, f"brackets are nested deeper than {DEEPEST}")
        elif not open_lists:
            raise Unreadable(line, f"expected a command in brackets, and here is `{word[:40]}`")
        elif word == ")":
            done = tuple(open_lists.pop())
            if open_lists:
                open_lists[-1].append(done)
            else:
                commands.append(Command(start, done))
        else:
            open_lists[-1].append(word)
    if open_lists:
        raise Unreadable(start, "the text ends within the command that starts here")
    return tuple(commands)


def _words(text: str) -> Iterator[tuple[int, str]]:
    at, line = 0, 1
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise Unreadable(line, f"{text[at]!a} has no place in a certificate")
        if found["word"] is not None:
            yield line, found["word"]
        line += text.count("\n", at, found.end())
        at = found.end()


def show(term: Term) -> str:
    """A term as SMT-LIB text."""
    return term if isinstance(term, str) else f"({' '.join(map(show, term))})"


def string(term: Term) -> str | None:
    """What a string literal says; None for anything else."""
    if isinstance(term, str) and term.startswith('"'):
        return term[1:-1].replace('""', '"')
    return None


def words(term: Term) -> Iterator[str]:
    """Every word of a term."""
    if isinstance(term, str):
        yield term
        return
    for part in term:
        yield from words(part)


def renamed(term: Term, names: dict[str, str]) -> Term:
    """The term with some words replaced."""
    if isinstance(term, str):
        return names.get(term, term)
    return tuple(renamed(part, names) for part in term)
