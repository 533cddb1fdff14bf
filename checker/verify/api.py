"""`verify`: whether a certificate proves what it claims of a protocol, by people who do not trust who wrote it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from time import monotonic

from checker.language.digest import typed_digest
from checker.language.protocol import Invariant, Property, Protocol, StepRule, Value
from checker.verify.header import Header
from checker.verify.outline import literals, outline
from checker.verify.questions import Question, Questions, questions
from checker.verify.script import Refused, take_apart
from checker.verify.solve import SAT, SECONDS, UNSAT, Answers, NoSolver, Solver, answers
from checker.verify.text import Command
from checker.verify.translate import Translation
from checker.verify.validate import Validation, validate


class Said(StrEnum):
    """What the check says of one property of the text."""

    CERTIFIED = "certified"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    SEARCH = "search"  # a kind that is not proved for any number: a search of a scope answers it


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the certificate proves nothing, and the line of it that shows so."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Check:
    """One property: `settled` of its `obligations` are unsat. `uses` are the others that it leans on."""

    property: Property
    said: Said
    reason: str
    uses: tuple[str, ...] = ()
    obligations: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Verification:
    """The whole check. `solver` is empty where none was asked, and `no_solver` says why not.

    `meanings` is how many definitions the solver proved to mean what the text says, of how many.
    """

    protocol: str
    digest: str
    header: Header
    refusal: Refusal | None
    compared: Validation | None
    solver: str
    no_solver: str
    interrupted: bool
    meanings: tuple[int, int]
    checks: tuple[Check, ...]
    seconds: tuple[float, float] = (0.0, 0.0)  # of comparing, and of solving


def verify(
    protocol: Protocol,
    header: Header,
    commands: Sequence[Command],
    solver: Solver | NoSolver,
    *,
    seconds: float = SECONDS,
    seed: int = 0,
    progress: Callable[[str], None] = lambda _: None,
) -> Verification:
    """What the certificate with this header, and these commands after it, proves of the protocol.

    Ctrl-C while the solver works ends it; what was settled before stays. Raises NoSolver where the solver cannot run.
    """
    digest = typed_digest(protocol)
    base = Verification(protocol.name, digest, header, None, None, "", "", False, (0, 0), ())
    try:
        settings = _same_text(protocol, header, digest)
        wanted = outline(protocol, settings)
        script = take_apart(header, commands, wanted)
        started = monotonic()
        made = validate(protocol, script, wanted, settings, header.without, seed, progress)
        compared = monotonic()
        base = replace(base, compared=made)
        asked = questions(protocol, script, wanted, Translation(protocol, wanted, header.without))
        if isinstance(solver, NoSolver):
            found = Answers("")
            base = replace(base, no_solver=f"{solver.reason}: {solver.help}")
        else:
            found = answers(solver, asked, seconds, progress)
            base = replace(base, solver=solver.name, interrupted=found.interrupted)
        base = replace(base, seconds=(compared - started, monotonic() - compared))
        _same_meaning(asked, found)
    except Refused as problem:
        refusal = Refusal(problem.line, problem.reason)
        checks = tuple(_unsettled(item, "the certificate is refused") for item in protocol.properties)
        return replace(base, refusal=refusal, checks=checks)
    settled = sum(found.of.get(question.label) == UNSAT for question in asked.meanings)
    base = replace(base, meanings=(settled, len(asked.meanings)))
    return replace(base, checks=_checks(protocol, header, asked, found, base))


def _same_text(protocol: Protocol, header: Header, digest: str) -> Mapping[str, Value]:
    """The settings of the params. Raises Refused where the certificate is about another text, or other params."""
    if header.protocol != protocol.name:
        raise Refused(header.lines[":protocol"], f"it is about `{header.protocol[:60]}`, not about `{protocol.name}`")
    if header.digest != f"sha256:{digest}":
        raise Refused(
            header.lines[":typed-protocol"],
            f"it is about another text of `{protocol.name}`: that one's digest is {header.digest[:80]},"
            f" this one's is sha256:{digest}",
        )
    types = {param.name: param.type for param in protocol.params}
    settings = {}
    for name, text in header.settings.items():
        values = literals(protocol, types[name]) if name in types else {}
        if text not in values:
            raise Refused(header.lines[":setting"], f"the text has no setting {name[:60]} = {text[:60]}")
        settings[name] = values[text]
    for rule in header.without:
        if rule not in protocol.rules_by_id():
            raise Refused(header.lines[":without"], f"the text has no rule {rule[:60]}")
    return settings


def _same_meaning(asked: Questions, found: Answers) -> None:
    """Raises Refused where the solver finds a state in which a definition is not what the text says."""
    for question in asked.meanings:
        if found.of.get(question.label) == SAT:
            name = question.label.removeprefix("meaning of ")
            raise Refused(
                question.line, f"{name} is not what the text says: {found.solver} finds a state in which they differ"
            )


def _checks(
    protocol: Protocol, header: Header, asked: Questions, found: Answers, base: Verification
) -> tuple[Check, ...]:
    checks = {
        item.name: _check(item, header, asked.due[item.name], asked.meanings, found, base)
        if item.name in header.holds
        else _unsettled(item, "the certificate does not claim it")
        for item in protocol.properties
    }
    while leaning := {
        name: weak for name, check in checks.items() if check.said is Said.CERTIFIED
        for weak in check.uses if checks[weak].said is not Said.CERTIFIED
    }:  # fmt: skip
        for name, weak in leaning.items():
            checks[name] = replace(checks[name], said=Said.UNKNOWN, reason=f"leans on {weak}, which is not certified")
    return tuple(checks.values())


def _check(
    item: Property,
    header: Header,
    due: Sequence[Question],
    meanings: Sequence[Question],
    found: Answers,
    base: Verification,
) -> Check:
    settled = sum(found.of.get(question.label) == UNSAT for question in due)
    check = Check(item, Said.CERTIFIED, "", header.holds[item.name], len(due), settled)
    broken = [question for question in due if found.of.get(question.label) == SAT]
    if broken:
        where = f"line {broken[0].line}: {base.solver} finds a state in which `{broken[0].label}` is false"
        return replace(check, said=Said.REFUSED, reason=where)
    loose = [question for question in (*due, *meanings) if found.of.get(question.label) != UNSAT]
    if not loose:
        return check
    if base.no_solver:
        return replace(check, said=Said.UNKNOWN, reason=base.no_solver)
    first = loose[0]
    if base.interrupted and first.label not in found.of:
        return replace(check, said=Said.UNKNOWN, reason="stopped by Ctrl-C before it was asked in full")
    why = f"{base.solver} does not settle `{first.label}` (line {first.line}): allow more --seconds"
    return replace(check, said=Said.UNKNOWN, reason=why)


def _unsettled(item: Property, reason: str) -> Check:
    if isinstance(item, Invariant | StepRule):
        return Check(item, Said.UNKNOWN, reason)
    return Check(item, Said.SEARCH, "a search of a scope answers it")
