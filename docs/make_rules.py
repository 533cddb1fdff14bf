"""Writes docs/rules.md: where each id of the rulebook lives in spec/, or why it is not modelled.

`python docs/make_rules.py` from the top of the checkout.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from pathlib import Path

TOP = Path(__file__).parents[1]
ID = re.compile(r"\b[A-Z]-\d\d\b")
DECLARED = re.compile(
    r"^(?:(?:optional |hidden )*(?:action|fault)|invariant|lemma|step|final|can|leads to|run|param|rule|assume|let)"
    r" (\S+?)\b"
)
CHAPTERS = {
    "P": "Ports", "N": "Adapters", "V": "Forwarding, refusal, completion", "Q": "Queries", "E": "Filter modules",
    "K": "References", "X": "Packets", "Y": "Policies", "W": "Validation ports", "S": "Save", "R": "Restore",
    "M": "Migration", "F": "Failures (section h)", "A": "Open questions (section i)",
}  # fmt: skip


def places() -> dict[str, list[str]]:
    """For each id, the declarations of spec/ that mention it, as `file: name`; a rule's own sentence comes first."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((TOP / "spec").rglob("*.mig")):
        lines = path.read_text().splitlines()
        file = path.relative_to(TOP / "spec").as_posix()
        for number, line in enumerate(lines):
            for name in ID.findall(line):
                place = f"{file}: {_owner(lines, number, name)}"
                if place not in found[name]:
                    found[name].append(place)
    return found


def _owner(lines: list[str], number: int, name: str) -> str:
    """What a line belongs to: the declaration it stands in, or for a comment the one that follows."""
    if lines[number].startswith("#"):
        following = (DECLARED.match(line) for line in lines[number:])
        return next((f"`{match[1]}`" for match in following if match), "comment")
    for line in reversed(lines[: number + 1]):
        match = DECLARED.match(line)
        if match:
            return "the rule" if line.startswith(f"rule {name}") else f"`{match[1]}`"
    return "comment"


def reasons() -> dict[str, str]:
    """For each id that is not modelled, why."""
    tables = tomllib.loads((TOP / "docs" / "not_modelled.toml").read_text())
    return {name: why for table in tables.values() for name, why in table.items()}


def page() -> str:
    """The whole of docs/rules.md."""
    found, why = places(), reasons()
    parts = [
        "# Where each rule lives\n",
        "Each id of the rulebook's sections (g) candidate invariants, (h) failure modes and (i) open questions: the"
        " places in `spec/` that state or cite it, or the reason why it is not modelled."
        " Made by `docs/make_rules.py`.\n",
        f"{len(found)} ids are in the text, {len(why)} are not modelled.\n",
    ]
    for letter, title in CHAPTERS.items():
        names = sorted(name for name in found.keys() | why.keys() if name.startswith(letter))
        parts.append(f"## {title}\n\n| id | where in `spec/`, or why not |\n|---|---|")
        for name in names:
            told = "<br>".join(found[name]) if name in found else f"Not modelled. {why[name]}"
            parts.append(f"| {name} | {told} |")
        parts.append("")
    return "\n".join(parts)


if __name__ == "__main__":
    (TOP / "docs" / "rules.md").write_text(page())
