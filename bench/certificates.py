"""Certificates of the shipped protocols: what writing and checking one costs, its size, and what tampering it shows.

    python bench/certificates.py [--tamper N]

Every definition is changed in N ways (dropped conjuncts, negated conditions, other members, other variables), and
each changed certificate is held against the text: by comparing states alone, and by the second solver. What the
comparison lets through and the solver calls equal is no change. The solver must let nothing else through.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from checker.language.load import load
from checker.language.protocol import Protocol
from checker.prove.api import prove
from checker.prove.certificate import certificate
from checker.verify.api import Said, verify
from checker.verify.header import read_header
from checker.verify.outline import Outline, outline
from checker.verify.questions import Questions, questions
from checker.verify.script import Refused, Script, take_apart
from checker.verify.solve import SAT, UNSAT, answers, default_solver
from checker.verify.text import Command, Term, read
from checker.verify.translate import Translation
from checker.verify.validate import validate

SPEC = Path(__file__).resolve().parents[1] / "spec"
MOST_SECONDS = 60.0  # for checking one certificate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tamper", type=int, default=0, metavar="N", help="change each definition in N ways")
    tamper = parser.parse_args().tamper
    for path in sorted(SPEC.glob("*.mig")):
        protocol, _ = load(path)
        if protocol is not None and protocol.actions:
            figures(protocol)
            if tamper:
                tampered(protocol, tamper)


def figures(protocol: Protocol) -> None:
    started = time.perf_counter()
    proofs = prove(protocol)
    proved = time.perf_counter()
    made = certificate(protocol, proofs)
    written = time.perf_counter()
    header, commands = read_header(read(made.text))
    found = verify(protocol, header, commands, default_solver())
    checked = time.perf_counter() - written
    certified = sum(check.said is Said.CERTIFIED for check in found.checks)
    compared, solved = found.seconds
    print(f"{protocol.name}: {certified} of {len(made.certified)} proved properties certified by {found.solver}")
    print(f"  prove             {proved - started:8.2f} s")
    print(f"  write             {written - proved:8.2f} s  {len(made.text) / 1000:,.0f} kB")
    print(f"  compare states    {compared:8.2f} s  {found.compared.states:,} states" if found.compared else "  refused")
    print(f"  second solver     {solved:8.2f} s  {made.obligations:,} obligations, {found.meanings[0]:,} definitions")
    print(
        f"  check, all in all {checked:8.2f} s  bar {MOST_SECONDS:g} s: {'met' if checked < MOST_SECONDS else 'MISSED'}"
    )


# ----------------------------------------------------------------------------------------------------------- tampering


def tampered(protocol: Protocol, most: int) -> None:
    """How many changes of one definition each of the two comparisons sees. Only the changed section is looked at."""
    text = certificate(protocol, prove(protocol)).text
    header, commands = read_header(read(text))
    wanted = outline(protocol, {})
    whole = take_apart(header, commands, wanted)
    right = meanings(protocol, whole, wanted)
    counts = Counter[str]()
    started = time.perf_counter()
    for other in changed(list(commands), protocol, most):
        counts["changes"] += 1
        try:
            script = take_apart(header, other, wanted)
        except Refused:
            counts["apart"] += 1
            continue
        given = {name: made for name, made in script.given.items() if made != whole.given[name]}
        sections = tuple(new for new, old in zip(script.sections, whole.sections, strict=True) if new != old)
        by_states = False
        try:
            validate(protocol, replace(script, given=given, holds={}, sections=sections), wanted, {}, (), 0)
        except Refused:
            by_states = True
        asked = meanings(protocol, script, wanted)
        groups = tuple(group for group in asked.groups if group not in right.groups)
        try:
            said = set(answers(default_solver(), replace(asked, groups=groups), 5.0, lambda _: None).of.values())
        except Refused:
            said = {SAT}
        proved = "differ" if SAT in said else "equal" if said == {UNSAT} else "unknown"
        counts[f"{proved}, {'seen' if by_states else 'not seen'}"] += 1
    print(f"  tampered          {time.perf_counter() - started:8.2f} s  {counts.pop('changes'):,} changed definitions")
    print(f"    {counts.pop('apart', 0):,} do not fit together any more")
    for told, count in sorted(counts.items()):
        print(f"    {count:,} for the solver {told} in states")


def meanings(protocol: Protocol, script: Script, wanted: Outline) -> Questions:
    """The questions about definitions alone."""
    asked = questions(protocol, script, wanted, Translation(protocol, wanted, ()))
    groups = tuple(group for group in asked.groups if group.questions and group.questions[0] in asked.meanings)
    return replace(asked, groups=groups)


def changed(commands: list[Command], protocol: Protocol, most: int) -> Iterator[list[Command]]:
    """Certificates with one definition changed in one place, chosen by chance but the same each time."""
    chance = random.Random(0)
    members = {
        f"{sort.name}/{name}": [f"{sort.name}/{other}" for other in sort.members if other != name]
        for sort in protocol.sorts if sort.members is not None for name in sort.members
    }  # fmt: skip
    for at, command in enumerate(commands):
        match command.term:
            case ("define-fun", str(name), parameters, sort, body) if not name.endswith(".holds"):
                bodies = list(dict.fromkeys(bodies_of(body, members)))
                for other in chance.sample(bodies, min(most, len(bodies))):
                    term = ("define-fun", name, parameters, sort, other)
                    yield [*commands[:at], Command(command.line, term), *commands[at + 1 :]]


def bodies_of(term: Term, members: dict[str, list[str]]) -> Iterator[Term]:
    """The term with one change somewhere in it."""
    match term:
        case str():
            yield from members.get(term, ())
            if term in ("true", "false"):
                yield "false" if term == "true" else "true"
            return
        case (("and" | "or") as joint, *parts):
            for at in range(len(parts)):
                rest = [*parts[:at], *parts[at + 1 :]]
                yield (joint, *rest) if len(rest) > 1 else rest[0]
        case ("=>", _, conclusion):
            yield conclusion
        case ("=" | "<" | "<=", _, _):
            yield ("not", term)
        case ("ite", condition, then, otherwise):
            yield ("ite", condition, otherwise, then)
        case ("forall", variables, body):
            yield ("exists", variables, body)
        case ("exists", variables, body):
            yield ("forall", variables, body)
    first = 2 if term[0] in ("forall", "exists") else 1
    for at in range(first, len(term)):
        yield from ((*term[:at], other, *term[at + 1 :]) for other in bodies_of(term[at], members))


if __name__ == "__main__":
    main()
