"""Keeps inputs of the fuzzer in the corpus that the tests replay.

python tests/fuzz/keep.py NAME INPUT         one that failed
python tests/fuzz/keep.py --reached WORK     of all in a folder a small set that reaches the same lines and branches
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from checker.trace.readers import FORMATS  # noqa: E402 - after the path that it is found by
from tests.fuzz.corpus import CORPUS, ORDER, chosen  # noqa: E402
from tests.trace.sound import reading_of  # noqa: E402

READERS = str(ROOT / "checker" / "trace" / "readers")
MOST = 900_000  # bytes of all that is kept
LONGEST = 8192

Step = tuple[CodeType, int, int]  # a function, and two lines of it that ran one after the other


def steps_of(data: bytes) -> set[Step]:
    """What reading an input goes through."""
    found: set[Step] = set()

    def enter(frame: FrameType, event: str, _: Any) -> Any:
        code = frame.f_code
        if not code.co_filename.startswith(READERS):
            return None
        last = code.co_firstlineno

        def step(frame: FrameType, event: str, _: Any) -> Any:
            nonlocal last
            if event == "line":
                found.add((code, last, frame.f_lineno))
                last = frame.f_lineno
            return step

        return step

    format, file = chosen(FORMATS, data)
    sys.settrace(enter)
    try:
        reading_of(format, file)
    finally:
        sys.settrace(None)
    return found


def smallest(folder: Path) -> Iterator[bytes]:
    """Inputs, the small ones first, that each go through something that none before did."""
    reached: set[Step] = set()
    inputs = {path.read_bytes() for path in folder.iterdir() if path.is_file()}
    size = 0
    for data in sorted(inputs, key=lambda data: (len(data), data)):
        if 0 < len(data) <= LONGEST:
            steps = steps_of(data)
            if not steps <= reached and size + len(data) <= MOST:
                reached |= steps
                size += len(data)
                yield data


def main(arguments: list[str]) -> None:
    """Writes files into the corpus."""
    match arguments:
        case ["--reached", folder]:
            for old in CORPUS.glob("reached-*"):
                old.unlink()
            known = [name for name in ORDER if name in {format.name for format in FORMATS}]
            for data in smallest(Path(folder)):
                plain = bytes([data[0] % len(known)]) + data[1:]
                (CORPUS / f"reached-{sha256(plain).hexdigest()[:12]}").write_bytes(plain)
        case [name, path]:
            shutil.copyfile(path, CORPUS / name)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
