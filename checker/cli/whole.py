"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from checker.cli.common import UserError, reason
from checker.report.text import clean


def write_whole(path: Path, data: bytes, *, through_links: bool = True) -> None:
    """Writes these bytes into the file. Raises UserError."""
    replace_whole(path, lambda made: made.write_bytes(data), through_links=through_links)


def replace_whole(path: Path, make: Callable[[Path], object], *, through_links: bool = True) -> None:
    """Makes the file beside its place and puts it there when it is whole, with the permissions of what was there.

    Raises UserError.
    """
    made: Path | None = None
    try:
        target = path.resolve() if through_links else path
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".switchover-", suffix=target.suffix)
        os.close(handle)
        made = Path(name)
        make(made)
        made.chmod(stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o666 & ~_umask())
        made.replace(target)
        made = None
    except OSError as error:
        raise UserError(f"cannot write {clean(path)}: {reason(error)}") from error
    finally:
        if made is not None:
            with suppress(OSError):
                made.unlink()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
