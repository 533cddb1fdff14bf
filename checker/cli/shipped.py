"""Where the protocol and the recordings are that come with the package."""

from __future__ import annotations

from pathlib import Path

import checker

_PACKAGE = Path(checker.__file__).resolve().parent


def folder(name: str) -> Path:
    """The shipped folder `spec` or `traces`: inside an installed package, beside the package in a checkout."""
    installed = _PACKAGE / "_data" / name
    return installed if installed.is_dir() else _PACKAGE.parent / name


def entries() -> tuple[Path, ...]:
    """The entry files of the shipped protocols: those at the top of `spec` that declare a scope to answer in."""
    return tuple(folder("spec") / f"{name}.mig" for name in ENTRIES)


ENTRIES = ("migration", "switch")
