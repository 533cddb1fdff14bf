"""What a solver is asked about a certificate: does each definition mean what the text says, is each obligation so?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.language.protocol import Protocol, Range
from checker.verify.outline import Outline
from checker.verify.script import Obligation, Script
from checker.verify.text import Command, Term
from checker.verify.translate import Claim, Translation


@dataclass(frozen=True, slots=True)
class Question:
    """Whether all that is asserted can be true together. It must not: the answer is to be unsat."""

    label: str
    line: int
    asserted: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Questions that have the same commands before them."""

    commands: tuple[Command, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """`meanings` are the labels of those about definitions; `due` are those of each property's obligations."""

    preamble: tuple[Command, ...]
    groups: tuple[Group, ...]
    meanings: tuple[Question, ...]
    due: dict[str, tuple[Question, ...]]


def questions(protocol: Protocol, script: Script, outline: Outline, translation: Translation) -> Questions:
    """First those about the meaning of definitions, then the obligations."""
    preamble = tuple(command for command in script.preamble if command.name != "assert")
    given = tuple(command for command in script.preamble if command.name == "assert")
    groups = [Group((), tuple(map(_meaning, _global(protocol, script, outline, translation))))]
    for section in script.sections:
        free = tuple(command for command in section.commands if not _assumes_a_guard(command))
        claims = translation.initial(section) if section.moment is None else translation.moment(section, section.moment)
        groups.append(Group((*given, *free), tuple(map(_meaning, claims))))
    meanings = tuple(question for group in groups for question in group.questions)
    due: dict[str, list[Question]] = {name: [] for name in (*outline.invariants, *outline.steps)}
    for section in script.sections:
        asked = []
        for name, obligation in section.obligations.items():
            asked.append(_obligation(obligation))
            due[name].append(asked[-1])
        groups.append(Group((*given, *section.commands), tuple(asked)))
    return Questions(preamble, tuple(groups), meanings, {name: tuple(asked) for name, asked in due.items()})


def _global(protocol: Protocol, script: Script, outline: Outline, translation: Translation) -> Iterator[Claim]:
    assumptions = {f"{item.name}.assumed": item.formula for item in protocol.assumptions}
    ranges = {f"{name}.range": family for name, family in outline.families.items() if isinstance(family.type, Range)}
    for name, made in script.given.items():
        if name in assumptions:
            yield translation.formula(name, made.line, assumptions[name])
        else:
            yield translation.range(name, made.line, ranges[name])
    for name, made in script.holds.items():
        yield translation.formula(f"{name}.holds", made.line, outline.invariants[name].formula)


def _assumes_a_guard(command: Command) -> bool:
    return command.name == "assert" and isinstance(command.term[1], str) and command.term[1].startswith("guard.")


def _meaning(claim: Claim) -> Question:
    return Question(f"meaning of {claim.name}", claim.line, (("not", claim.term),))


def _obligation(obligation: Obligation) -> Question:
    assumed = tuple(f"{name}.holds" for name in obligation.assumed)
    return Question(obligation.label, obligation.line, (*assumed, ("not", obligation.goal)))
