"""What is well typed and still has no meaning: assignments that cannot be turned into effects, or may contradict."""

from __future__ import annotations

from checker.language.diagnostics import Diagnostics, Note
from checker.language.lower import CannotLower, lower
from checker.language.protocol import Protocol


def check_meaning(protocol: Protocol, found: Diagnostics) -> None:
    """Adds an error for each place that has no meaning. Runs only on texts without other errors.

    That two assignments exclude each other must be visible in their conditions; guards don't count, because a guard can
    be left out.
    """
    try:
        core = lower(protocol)
    except CannotLower as problem:
        for span, message in problem.problems:
            found.error("E0410", span, message)
        return
    for moment in core.moments:
        for clash in moment.clashes:
            found.error(
                "E0411",
                clash.second,
                f"one step of `{moment.action}` may give a cell of `{clash.cell}` two values",
                Note(clash.first, "the other is assigned here"),
                fix="make the conditions of the two exclude each other, with `if` and `else` or with `where`",
            )
