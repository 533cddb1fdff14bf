"""Golden diagnostics: texts with the expected messages written as comments under the places they point at.

A case file holds chunks, separated by lines `---`. A chunk is one text; a line `--- NAME` in it starts the text of
another module. Where a text does not start with a `module` line it is given one, but
not where it says `#!bare`. An expected message looks so:

    requires lnk[p] == absent
    #        ^^^ E0203 no state named `lnk`; nearest: `link`

with ` | help: ...` at the end where there is help, and notes as `note: ...` under their own places. A message about the
first column starts with `#^` and counts the `#`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from checker.language.diagnostics import Diagnostic
from checker.language.load import load_text
from checker.language.source import Span

HEADER = 'module t "t"\n'
_EXPECTED = re.compile(r"#( *)(\^*) (?:[EW]\d{4}|note:) ")


@dataclass(frozen=True)
class Chunk:
    """One case: where it stands, and its texts by module name, the entry under the empty name first."""

    place: str
    text: str


def chunks(path: Path) -> list[Chunk]:
    """The chunks of a case file."""
    found, line = [], 1
    for text in re.split(r"(?m)^---\n", path.read_text(encoding="utf-8")):
        found.append(Chunk(f"{path.name}:{line}", text))
        line += text.count("\n") + 1
    return found


def joined(texts: list[str]) -> str:
    """The text of a case file with these chunks."""
    return "---\n".join(texts)


def actual(chunk: Chunk) -> str:
    """The chunk as it should be: its texts with all messages that the checker gives, and no others."""
    parts = re.split(r"(?m)^--- (.*)\n", chunk.text)
    texts = {"": parts[0]} | dict(zip(parts[1::2], parts[2::2], strict=True))
    plain = {name: _plain(text) for name, text in texts.items()}
    entry = _headed(plain[""])
    others = {name: text for name, text in plain.items() if name}
    _, diagnostics = load_text("t", entry, others)
    woven = [_woven(plain[name], f"{name}.mig" if name else "t", diagnostics) for name in texts]
    return "".join(f"--- {name}\n{text}" if name else text for name, text in zip(texts, woven, strict=True))


def _headed(text: str) -> str:
    return text if re.match(r"(#.*\n|\n)*module\b", text) or "#!bare\n" in text else HEADER + text


def _plain(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not _EXPECTED.match(line))


def _woven(text: str, name: str, diagnostics: tuple[Diagnostic, ...]) -> str:
    shift = 1 if name == "t" and _headed(text) != text else 0
    marks: dict[int, list[str]] = {}
    for item in diagnostics:
        help_ = f" | help: {item.fix}" if item.fix else ""
        _mark(marks, name, item.span, f"{item.code} {item.message}{help_}", shift)
        for note in item.notes:
            _mark(marks, name, note.span, f"note: {note.message}", shift)
    lines = text.splitlines()
    out = list(marks.get(0, []))
    for number, line in enumerate(lines, 1):
        out += [line, *marks.get(number, [])]
    return "".join(line + "\n" for line in out)


def _mark(marks: dict[int, list[str]], name: str, span: Span, message: str, shift: int) -> None:
    if span.source.name != name:
        return
    line, column = span.source.position(span.start)
    text = span.source.line(line)
    width = max(1, min(span.end - span.start, len(text) - column + 1))
    carets = "#" + "^" * (width - 1) if column == 1 else "#" + " " * (column - 2) + "^" * width
    marks.setdefault(line - shift, []).append(f"{carets} {message}")
