"""The command `switchover`. `--version` answers before anything heavy is imported."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence

from checker import __version__


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command line (default: this process's) and returns its exit code."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if arguments == ["--version"]:
        print(f"switchover {__version__}")
        return 0
    from checker.cli.commands import run

    gc.set_threshold(100_000, 20, 20)  # trees and states are many and live long: looking through them costs a tenth
    return run(arguments)
