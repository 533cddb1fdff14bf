"""The diagnostics of several entry modules as one list."""

from __future__ import annotations

from collections.abc import Sequence

from checker.language.diagnostics import Diagnostic
from checker.language.lints import UNUSED
from checker.language.protocol import Protocol


def told(loaded: Sequence[tuple[Protocol | None, tuple[Diagnostic, ...]]]) -> tuple[Diagnostic, ...]:
    """What loading the entries said, each thing once.

    That nothing uses something is true of a shared file only where every entry that has the file says so; where an
    entry has errors, nobody knows what it would use.
    """
    found = tuple(dict.fromkeys(item for _, diagnostics in loaded for item in diagnostics))
    return tuple(item for item in found if item.code not in UNUSED or _everywhere(item, loaded))


def _everywhere(item: Diagnostic, loaded: Sequence[tuple[Protocol | None, tuple[Diagnostic, ...]]]) -> bool:
    return all(
        protocol is not None
        and (item in diagnostics or item.span.source.name not in {module.path for module in protocol.modules})
        for protocol, diagnostics in loaded
    )
