"""Writes recordings in other formats. Each writer says what its format has no place for."""

from __future__ import annotations

from checker.trace.writers.common import Written
from checker.trace.writers.formats import WRITERS, FileFormat, Objects, TextFormat, writer_for, writer_named

__all__ = ["WRITERS", "FileFormat", "Objects", "TextFormat", "Written", "writer_for", "writer_named"]
