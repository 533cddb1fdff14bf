"""All commands put together, and what becomes of everything that can go wrong in one."""

from __future__ import annotations

import platform
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from checker import __version__
from checker.cli.atlas import atlas
from checker.cli.blindspots import blindspots
from checker.cli.check import check
from checker.cli.common import UserError, complain, write
from checker.cli.convert import convert
from checker.cli.exits import ExitCode
from checker.cli.explore import explore
from checker.cli.export import export
from checker.cli.fleet import fleet
from checker.cli.format import format_
from checker.cli.graph import graph
from checker.cli.infer import infer
from checker.cli.lint import lint
from checker.cli.mutate import mutate
from checker.cli.needs import needs
from checker.cli.prove import prove
from checker.cli.reduce import reduce
from checker.cli.rules import rules
from checker.cli.schema import schema
from checker.cli.settings import settings
from checker.cli.verify_certificate import verify_certificate
from checker.cli.watch import watch
from checker.cli.why import why
from checker.report.text import clean

EXITS = """Exit codes of every command: 0 yes (conforms, holds); 1 no (violates, fails); 2 an input cannot be read;
3 with --strict: a yes with a condition, or warnings; 4 not known: a limit was reached, or Ctrl-C; 70 our error."""

INTERRUPTED = 130  # what typer makes of a KeyboardInterrupt that no command made an answer of

COMMANDS = (
    (
        "check", check, "Hold recordings to the protocol's rules.",
        ("check", "check a.jsonl b.evtx", "check recordings/", "check recordings/ --html r.html --junit r.xml",
         "check a.jsonl --set strict_barrier=false"),
    ),
    (
        "explore", explore, "Search every state of a scope, and answer every property.",
        ("explore", "explore --scope Host=2,Vm=1,Nic=1,faults=2", "explore --without M-02 --failures"),
    ),
    (
        "atlas", atlas, "Say what becomes of every failure at every step, and when there is no way back.",
        ("atlas", "atlas --cell nic_create.OTHER@announce_release", "atlas --scope pair --vary recovery --html a.html"),
    ),
    (
        "graph", graph, "Draw the states of a scope, or the machine that some cells go through.",
        ("graph --spec my.mig", "graph --spec my.mig --by mode --to mermaid", "graph --spec my.mig --machine a,b"),
    ),
    (
        "export", export, "Write a protocol in a scope for SPIN, TLC or NuSMV.",
        ("export --to promela --spec my.mig", "export --to tla -o folder", "export --to smv --scope pair"),
    ),
    (
        "prove", prove, "Prove every property for any number of individuals.",
        ("prove", "prove --spec my.mig --seconds 60", "prove --json"),
    ),
    (
        "infer", infer, "Find the lemmas that a proof for any number needs.",
        ("infer --without-lemmas", "infer --spec my.mig", "infer --spec my.mig --json"),
    ),
    (
        "verify-certificate", verify_certificate, "Check proofs that were written down, with a second solver.",
        ("verify-certificate proofs.smt2 --spec my.mig", "verify-certificate proofs.smt2 --solver z3"),
    ),
    (
        "mutate", mutate, "Change one thing in a protocol at a time, and say what notices.",
        ("mutate", "mutate --guards --recordings traces", "mutate --spec my.mig --mutant 12"),
    ),
    (
        "needs", needs, "Say what each proof rests on, and which rules protect which property.",
        ("needs --spec spec/migration.mig", "needs --property vm_runs_on_one_host", "needs --size 2 --json"),
    ),
    (
        "settings", settings, "Say which settings of the open questions make which property hold.",
        ("settings", "settings --property vm_can_run_again --runs", "settings --scope pair --set strict_barrier=true"),
    ),
    (
        "why", why, "Say why an event of a recording is possible where it stands, or what refused it.",
        ("why a.jsonl --event 22", "why a.jsonl --event a.jsonl:24", "why a.jsonl --event b:9 --instead nic_connect"),
    ),
    (
        "convert", convert, "Write recordings in another format.",
        ("convert a.evtx -o a.jsonl", "convert a.jsonl b.jsonl -o run.xes", "convert run.jsonl -o - --to shiviz"),
    ),
    (
        "watch", watch, "Judge recordings as their records come, and say when nothing can end well any more.",
        ("watch a.jsonl b.jsonl", "tail -f a.jsonl | switchover watch -", "watch --no-follow a.jsonl --json"),
    ),
    (
        "fleet", fleet, "Judge a recording with very many migrations, each by itself.",
        ("fleet cluster.jsonl", "fleet a.parquet b.parquet", "fleet cluster.jsonl --json"),
    ),
    (
        "reduce", reduce, "Shrink a recording that breaks a rule to the few records that do, under other names.",
        ("reduce a.jsonl b.jsonl -o small.jsonl", "reduce host.evtx -o small.jsonl --keep-names"),
    ),
    (
        "blindspots", blindspots, "Say which rules a recording put to the test, and which its logs cannot show broken.",
        ("blindspots a.jsonl", "blindspots hostA.evtx hostB.evtx --protocol migration", "blindspots a.jsonl --rules"),
    ),
    ("rules", rules, "List every rule, or explain some.", ("rules", "rules P-05 M-06")),
    ("lint", lint, "Say what is wrong with a protocol text.", ("lint", "lint my.mig --strict")),
    ("format", format_, "Write protocol texts in the house style.", ("format my.mig", "format --check spec/*.mig")),
    ("schema", schema, "Print the schema of a JSON answer.", ("schema", "schema check > check.schema.json")),
)  # fmt: skip


def build() -> typer.Typer:
    """The command line, not run yet."""
    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        epilog=EXITS,
    )
    app.callback()(_switchover)
    for name, command, short, examples in COMMANDS:
        shown = "\n".join(f"  switchover {example}" for example in examples)
        app.command(name, short_help=short, epilog=f"\b\nExamples:\n{shown}")(command)
    return app


def run(arguments: Sequence[str]) -> int:
    """Runs one command line. Nothing a user does ends in a traceback; an error of ours ends in a file to send."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        plain = _plain(arguments)
        if plain is not None:
            return plain()
        code = build()(args=list(arguments) or ["--help"], prog_name="switchover", standalone_mode=False)
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        return int(code) if isinstance(code, int) else ExitCode.OK
    except TyperException as error:
        _usage(error)
        return ExitCode.UNREADABLE
    except UserError as error:
        complain(error.message, error.help)
        return ExitCode.UNREADABLE
    except (KeyboardInterrupt, typer.Abort):
        complain("stopped before there was anything to say")
        return ExitCode.UNKNOWN
    except MemoryError:
        complain("out of memory", "a smaller --scope, or a --limit, needs less")
        return ExitCode.UNKNOWN
    except Exception as error:  # noqa: BLE001  # the last line of defence: whatever it is, it is ours
        _ours(error, arguments)
        return ExitCode.BUG


def _plain(arguments: Sequence[str]) -> Callable[[], int] | None:
    """The command, where nothing but paths is given: what reads options takes a tenth of a second to load."""
    if not arguments or any(word.startswith("-") for word in arguments[1:]):
        return None
    paths = [Path(word) for word in arguments[1:]] or None
    match arguments[0]:
        case "check":
            return lambda: check(paths)
        case "lint":
            return lambda: lint(paths)
        case _:
            return None


def _switchover(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.", is_eager=True)] = False,
) -> None:
    """Holds a protocol, and recordings of real runs of it, to its rules.

    The protocol that ships with it is the live migration of the Hyper-V extensible switch.
    """
    if version:
        write(f"switchover {__version__}\n")
        raise typer.Exit


def _usage(error: TyperException) -> None:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "switchover"
    complain(clean(error.format_message()).rstrip("."), f"`{path} --help` shows what there is")


def _ours(error: Exception, arguments: Sequence[str]) -> None:
    facts = [
        f"switchover {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        "arguments: " + " ".join(map(repr, arguments)),
        "",
        *traceback.format_exception(error),
    ]
    with tempfile.NamedTemporaryFile(
        "w", prefix="switchover-", suffix=".txt", delete=False, encoding="utf-8", errors="backslashreplace"
    ) as file:
        file.write("\n".join(facts))
    complain(
        f"an error of ours: {type(error).__name__}: {clean(error)}",
        f"This is no verdict. Please report it, with the file {Path(file.name)} and the input that you gave.",
    )
