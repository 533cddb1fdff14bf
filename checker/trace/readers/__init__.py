"""Reads recordings: whatever their format, files become one trace.

`traces_of` says which files make up which trace; `read` reads one trace. Neither raises for what it finds on disk: what
is wrong is in the trace's complaints, and how many records could not be read is its `left_out`.
"""

from __future__ import annotations

from checker.trace.readers.common import render, sanitise
from checker.trace.readers.files import traces_of
from checker.trace.readers.formats import FORMATS, Format, format_of
from checker.trace.readers.reading import read

__all__ = ["FORMATS", "Format", "format_of", "read", "render", "sanitise", "traces_of"]
