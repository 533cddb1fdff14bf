"""The pages say what is so: their sessions answer as shown, their links lead somewhere, their commands exist."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.run import switchover
from tests.pages import shell

SESSIONS = [session for page in shell.PAGES for session in shell.sessions(page)]


@pytest.mark.parametrize("page", shell.PAGES, ids=lambda page: page.name)
def test_sessions_answer_as_shown(page: Path, tmp_path: Path, bless: bool) -> None:
    if bless:
        shell.bless(page, tmp_path)
    for session in shell.sessions(page):
        got = shell.answer(session.command, tmp_path)
        assert shell.same(session.shown, got), f"{session.command}\n" + "\n".join(got)


def test_there_are_sessions() -> None:
    assert {session.page.name for session in SESSIONS} >= {"README.md", "commands.md"}


@pytest.mark.parametrize("page", shell.PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", shell.PAGES, ids=lambda page: page.name)
def test_commands_named_exist(page: Path, tmp_path: Path) -> None:
    """Every `switchover ...` in code: the command is there, and so are its options."""
    text = page.read_text(encoding="utf-8")
    inline, blocks = (
        re.findall(r"`(switchover [^`\n]+)`", text),
        re.findall(r"^(switchover [^\n#]+)", text, re.MULTILINE),
    )
    for code in [*inline, *blocks]:
        words = shlex.split(code.split("|")[0])[1:]
        if words[0] == "--version":
            continue
        help_ = switchover(words[0], "--help", cwd=tmp_path)
        assert help_.code == 0, code
        for option in words[1:]:
            if option.startswith("--"):
                assert re.search(rf"{re.escape(option)}\b", help_.out), code


def test_the_two_commands_of_the_readme_are_there() -> None:
    """`.ci/run` takes the second from here."""
    text = (shell.ROOT / "README.md").read_text(encoding="utf-8")
    marked = re.search(r"<!-- test -->\n```sh\n(.+)\n```", text)
    assert marked is not None
    assert marked[1].startswith("python3 -m venv .venv && ")
    assert marked[1].endswith(".venv/bin/pytest -q -n auto")
    assert "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/switchover check" in text


def test_a_session_that_is_not_so_is_seen() -> None:
    assert shell.same(("a", "...", "d"), ("a", "b", "c", "d"))
    assert shell.same(("a",), ("a",))
    assert not shell.same(("a", "...", "d"), ("a", "b", "c"))
    assert not shell.same(("a",), ("a", "b"))
    assert not shell.same(("a.c",), ("abc",))
