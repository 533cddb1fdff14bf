"""Asks a solver every question. It is given what the checker understood, printed anew, not the file's own text."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from checker.verify.questions import Group, Question, Questions
from checker.verify.script import Refused
from checker.verify.text import Command, Term, show

SECONDS = 5.0
UNSAT, SAT, UNKNOWN = "unsat", "sat", "unknown"

Progress = Callable[[str], None]

# What cvc5 tries in turn: instances of all terms at hand, then finite models, which find a state where there is one.
ATTEMPTS: tuple[Mapping[str, str], ...] = ({"full-saturate-quant": "true"}, {"finite-model-find": "true"})


class NoSolver(Exception):
    """There is none, or it cannot be run: why, and what to do."""

    def __init__(self, reason: str, help_: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.help = help_


@dataclass(slots=True)
class Answers:
    """What a solver says of each question, by its label: unsat, sat or unknown."""

    solver: str
    of: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False


class Solver(Protocol):
    """Something that answers questions, in the order it likes. `ask` raises Refused for terms that are none."""

    @property
    def name(self) -> str: ...

    def ask(self, questions: Questions, seconds: float) -> Iterator[tuple[Question, str]]: ...


def answers(solver: Solver, questions: Questions, seconds: float, progress: Progress) -> Answers:
    """All the answers, or those before Ctrl-C. Raises Refused, NoSolver."""
    found = Answers(solver.name)
    try:
        for question, said in solver.ask(questions, seconds):
            progress(question.label)
            found.of[question.label] = said
    except KeyboardInterrupt:
        found.interrupted = True
    return found


def default_solver() -> Solver:
    """cvc5 as a library. Raises NoSolver."""
    if find_spec("cvc5") is None:
        raise NoSolver("no second solver is installed", "pip install 'switchover[certificates]', or --solver PROGRAM")
    import cvc5

    return _Cvc5(f"cvc5 {cvc5.__version__}")


def solver_at(command: str) -> Solver:
    """A program that reads SMT-LIB from a file named last. Raises NoSolver."""
    try:
        words = shlex.split(command)
    except ValueError:  # a quote that is not closed
        words = []
    program = shutil.which(words[0]) if words else None
    if program is None:
        raise NoSolver(f"there is no program {command}", "--solver names a program that reads SMT-LIB, such as z3")
    return _Program(Path(program).name, (program, *words[1:]))


# --------------------------------------------------------------------------------------------------------------- cvc5


@dataclass(frozen=True, slots=True)
class _Cvc5:
    name: str

    def ask(self, questions: Questions, seconds: float) -> Iterator[tuple[Question, str]]:
        session = _Session(ATTEMPTS[0], seconds)
        session.run(questions.preamble)
        for group in questions.groups:
            session.say(("push", "1"))
            session.run(group.commands)
            for question in group.questions:
                said = session.ask(question)
                yield question, said if said != UNKNOWN else self._again(questions, group, question, seconds)
            session.say(("pop", "1"))

    def _again(self, questions: Questions, group: Group, question: Question, seconds: float) -> str:
        """By itself, in the other ways there are."""
        for options in ATTEMPTS[1:]:
            session = _Session(options, seconds)
            session.run((*questions.preamble, *group.commands))
            said = session.ask(question)
            if said != UNKNOWN:
                return said
        return UNKNOWN


class _Session:
    """One cvc5 that is told one command after the other."""

    def __init__(self, options: Mapping[str, str], seconds: float) -> None:
        import cvc5

        self._solver = cvc5.Solver(cvc5.TermManager())
        told = {"incremental": "true", "tlimit-per": str(max(1, int(seconds * 1000))), "seed": "0"}
        for name, value in {**told, **options}.items():
            self._solver.setOption(name, value)
        self._parser = cvc5.InputParser(self._solver)
        self._language = cvc5.InputLanguage.SMT_LIB_2_6

    def say(self, term: Term) -> str:
        """What cvc5 answers. Raises RuntimeError for what it does not take."""
        self._parser.setStringInput(self._language, show(term), "certificate")
        said = ""
        while not (command := self._parser.nextCommand()).isNull():
            said = str(command.invoke(self._solver, self._parser.getSymbolManager())).strip()
        if said.startswith("(error"):
            raise RuntimeError(said)
        return said

    def run(self, commands: Iterable[Command]) -> str:
        """What cvc5 answers to the last. Raises Refused for the line whose command it does not take."""
        said = ""
        for command in commands:
            try:
                said = self.say(command.term)
            except RuntimeError as problem:
                words = " ".join(str(problem).split())
                raise Refused(command.line, f"cvc5 does not take it: {words[:200]}") from problem
        return said

    def ask(self, question: Question) -> str:
        asked = (("push", "1"), *posed(question))
        said = self.run(Command(question.line, term) for term in asked)
        self.say(("pop", "1"))
        return said if said in (UNSAT, SAT) else UNKNOWN


def posed(question: Question) -> Sequence[tuple[Term, ...]]:
    """The commands that ask a question."""
    return (*(("assert", term) for term in question.asserted), ("check-sat",))


# ----------------------------------------------------------------------------------------------------- another program


@dataclass(frozen=True, slots=True)
class _Program:
    name: str
    command: tuple[str, ...]

    def ask(self, questions: Questions, seconds: float) -> Iterator[tuple[Question, str]]:
        with tempfile.TemporaryDirectory(prefix="switchover-") as folder:
            file = Path(folder) / "questions.smt2"
            for group in questions.groups:
                before = [command.term for command in (*questions.preamble, *group.commands)]
                apart = [(("push", "1"), *posed(question), ("pop", "1")) for question in group.questions]
                said, _ = self._run(file, [*before, *(term for terms in apart for term in terms)], seconds * len(apart))
                if len(said) != len(apart):
                    said = [self._alone(file, [*before, *posed(question)], seconds) for question in group.questions]
                yield from zip(group.questions, said, strict=True)

    def _alone(self, file: Path, terms: Sequence[Term], seconds: float) -> str:
        said, words = self._run(file, terms, seconds)
        if len(said) == 1:
            return said[0]
        if words is None:
            return UNKNOWN
        raise NoSolver(f"{self.name} says neither sat nor unsat, but: {words}", "it must read SMT-LIB from a file")

    def _run(self, file: Path, terms: Sequence[Term], seconds: float) -> tuple[list[str], str | None]:
        """Its answers, none where it says anything else, and its words; no words when its time was up."""
        file.write_text("\n".join(map(show, terms)) + "\n", encoding="ascii")
        try:
            words = [*self.command, str(file)]
            done = subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            return [], None
        except OSError as problem:
            raise NoSolver(f"{self.name} cannot be run: {problem.strerror}", "--solver names a program") from problem
        said = [line.strip() for line in done.stdout.split("\n") if line and not line.startswith('"')]
        if set(said) <= {UNSAT, SAT, UNKNOWN}:
            return said, " ".join(said)
        return [], " ".join((done.stdout + done.stderr).split())[:160]
