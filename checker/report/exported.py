"""Protocols written for other model checkers: as plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker import __version__


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file's name and text. `written` is where it was written to; None: nowhere, the text is all there is."""

    name: str
    text: str
    written: str | None


@dataclass(frozen=True, slots=True)
class ExportView:
    """One protocol in one scope. `left_out` says in sentences what the target cannot express as the text does."""

    protocol: str
    scope: str
    files: tuple[ExportedFile, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExportDocument:
    """What `switchover export --json` answers."""

    to: str
    protocols: tuple[ExportView, ...]
    switchover: Literal["export"] = "export"
    format: Literal[1] = 1
    version: str = __version__
