"""The JSON form of an answer: the exact form of its object, in a stable order, with nothing of the machine in it."""

from __future__ import annotations

from checker.report.plain import Plain, dumps, plain


def json_text(document: object) -> str:
    """The answer of a command, with what it is and which format it has first."""
    members = plain(document)
    if not isinstance(members, dict):
        raise TypeError(f"{type(document).__name__} is no document")
    first: dict[str, Plain] = {name: members.pop(name) for name in ("switchover", "format", "version")}
    return dumps(first | members)
