"""A coverage-guided fuzzer of all readers: the first byte of an input chooses the reader, the rest is the file.

    python tests/fuzz/fuzz_readers.py WORK -max_total_time=1800

Needs `pip install -e .[fuzz]`. See README.md beside this file.
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

import atheris

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

MEMORY = 1 << 30  # bytes of address space beyond which an allocation fails: a finding
LONGEST = 8192  # bytes of an input
SECONDS = 10  # for one input; more is a finding

os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"  # the usual one takes all that address space at once

with atheris.instrument_imports(include=["checker.trace"]):
    from checker.trace.readers import FORMATS

from tests.fuzz.corpus import CORPUS, ORDER, chosen  # noqa: E402 - after what is to be instrumented
from tests.trace.samples import good  # noqa: E402
from tests.trace.sound import check  # noqa: E402


def one_input(data: bytes) -> None:
    """Raises whatever is wrong."""
    format, file = chosen(FORMATS, data)
    check(format, file)


def seed(folder: Path) -> None:
    """Writes the good files of each format where the fuzzer starts from."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(ORDER):
        for place, data in enumerate(good(name)):
            (folder / f"good-{number}-{place}").write_bytes(bytes([number]) + data[: LONGEST - 1])


def main(arguments: list[str]) -> None:
    """Runs the fuzzer with its own options; the first argument is the folder it works in."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    work = next((Path(each) for each in arguments if not each.startswith("-")), None)
    folders = []
    if work is not None and (work.is_dir() or not work.exists()):
        seed(work)
        folders = [str(CORPUS)]
    limits = [f"-max_len={LONGEST}", f"-timeout={SECONDS}", f"-rss_limit_mb={MEMORY >> 20}"]
    atheris.Setup([sys.argv[0], *limits, *arguments, *folders], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
