"""Runs the command as a person would, in a process of its own, and a small protocol to run it on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

LOCK = """\
module lock "A lock that one worker at a time holds"

source MANUAL "https://example.org/locks"

rule L-1 switch MANUAL "One holder at a time."
rule L-2 extension "Whoever takes the lock gives it back."

sort Worker

param polite = true    # whether a worker waits until the lock is free

state held[Worker]: bool = false

action take(w: Worker) {
    event TAKE { Who = w }
    requires not polite or not exists v: Worker. held[v] @ L-1
    requires not held[w] @ L-2
    outcome SUCCESS { held[w] := true }
    outcome REFUSED failure
}

action give(w: Worker) {
    event GIVE { Who = w }
    requires held[w] @ L-2
    held[w] := false
}

invariant one_holder @ L-1 "Two never hold it." forall v: Worker, w: Worker. held[v] and held[w] implies v == w

leads to given_back @ L-2 "It is given back." forall w: Worker. held[w] ~> not held[w] fair give

scope small { Worker = 2  faults = 0 }

log oid "native" { events }
bind Who everywhere
"""

HEADER = {"switchover": 1, "log": "a", "host": "A", "source": "oid", "begins": "empty", "ends": "complete"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command line answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def switchover(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None) -> Answer:
    """Runs a command to its end."""
    done = subprocess.run(
        command(*arguments),
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return Answer(done.returncode, done.stdout, done.stderr)


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "checker", *map(str, arguments)]


def environment(extra: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment, without what would change how an answer is written."""
    changing = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONUNBUFFERED"}
    plain = {name: value for name, value in os.environ.items() if name not in changing}
    return plain | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"} | (extra or {})


def events(*names: str, header: dict[str, object] | None = None) -> str:
    """A recording: `take ann` is TAKE by ann."""
    lines = [json.dumps(HEADER | (header or {}))]
    for name in names:
        action, who, *status = name.split()
        lines.append(json.dumps({"event": action.upper(), "Who": who} | ({"status": status[0]} if status else {})))
    return "".join(f"{line}\n" for line in lines)
