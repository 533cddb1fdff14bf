"""Command-line sessions in pages: ```console blocks, run as they stand, and compared with what they show."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WIDTH = "118"


@dataclass(frozen=True, slots=True)
class Session:
    """One command, and the lines shown under it. A line `...` stands for any lines."""

    page: Path
    number: int
    command: str
    shown: tuple[str, ...]
    start: int  # of the block's inside, in the page's text
    end: int


def sessions(page: Path) -> list[Session]:
    """The blocks of a page, one command each."""
    text = page.read_text(encoding="utf-8")
    found = []
    for number, block in enumerate(_BLOCK.finditer(text), 1):
        first, *shown = block[1].splitlines()
        assert first.startswith("$ "), f"{page.name}: a console block starts with `$ command`"
        found.append(Session(page, number, first[2:], tuple(shown), block.start(1), block.end(1)))
    return found


def answer(command: str, folder: Path) -> tuple[str, ...]:
    """What a command writes, run from the top of the checkout with `switchover` on the path."""
    script = folder / "switchover"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m checker "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    env = plain | {"PATH": f"{folder}{os.pathsep}{plain['PATH']}", "COLUMNS": WIDTH, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=env, capture_output=True, encoding="utf-8", check=False, timeout=300
    )
    assert done.returncode != 70, done.stderr  # an error of ours is nothing to show
    return tuple((done.stdout + done.stderr).splitlines())


def same(shown: tuple[str, ...], got: tuple[str, ...]) -> bool:
    """Whether the lines shown are those that came, `...` standing for any."""
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in shown)
    return re.fullmatch(pattern, "".join(f"{line.rstrip()}\n" for line in got)) is not None


def bless(page: Path, folder: Path) -> None:
    """Writes what the commands of a page answer now into it; blocks that leave lines out stay as they are."""
    text = page.read_text(encoding="utf-8")
    for session in reversed(sessions(page)):
        if "..." not in session.shown:
            lines = (f"$ {session.command}", *(line.rstrip() for line in answer(session.command, folder)))
            text = text[: session.start] + "".join(f"{line}\n" for line in lines) + text[session.end :]
    page.write_text(text, encoding="utf-8")
