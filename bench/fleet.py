"""Recordings with very many migrations: how fast they are taken apart and judged, beside parsing the file alone.

    .venv/bin/python bench/fleet.py [--events N] [--times K] [--folder DIR]

Generates its own files (seeded: two hosts, some hundred VMs at a time, several outcomes, ids used again), and measures
each way of reading them in a process of its own, `--times` times in turn, the best of them told:

    parser     the parser alone: pyarrow.json.read_json over the same pieces of the file with the same types, in one
               thread, and nothing else: no check, no numbers, what it yields is thrown away
    columns    the reader of fleets: parsed, checked, and made columns of numbers, which are thrown away; of Parquet too
    apart      the same, and the recording taken apart into cases and variants
    whole      `switchover fleet` with its judgements, start-up included

The ratio that the bar is about is that of `parser` and `apart`, both from one run of this script. `apart` uses three
threads where there are cores for them, the parser one; so the ratio is told by processor time too, which no core can
improve. Nothing here fails when a machine is slow; with other work on the machine no figure by the wall means much.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    import pyarrow as pa

MB = 1 << 20
Found = dict[tuple[str, Path], dict[str, float]]  # by way and file, the figures of the best run


def generate(path: Path, events: int) -> None:
    from tests.recordings import fleet

    with path.open("w", encoding="utf-8") as file:
        file.writelines(fleet.headers())
        file.writelines(fleet.events(7, events))


def as_parquet(lined: Path, columns: Path) -> None:
    """The same records as Parquet, as most programs write it."""
    import pyarrow as pa
    import pyarrow.json as pj
    import pyarrow.parquet as pq

    from checker.trace.readers.parquet import KEY

    lines = lined.read_bytes().split(b"\n", 2)
    table = pj.read_json(pa.BufferReader(lines[2]))
    at = table.schema.get_field_index("ts")
    table = table.set_column(at, "ts", table.column(at).cast(pa.timestamp("ns", "UTC")))
    headers = json.dumps([json.loads(line) for line in lines[:2]])
    pq.write_table(table.replace_schema_metadata({KEY: headers}), columns, row_group_size=1 << 17)


# ------------------------------------------------------------------------------------------------- one measured process


def measured(way: str, path: Path) -> dict[str, float]:
    from checker.language.load import load
    from checker.trace.fleet.book import Book
    from checker.trace.fleet.frames import ahead
    from checker.trace.fleet.opened import opened
    from checker.trace.fleet.plan import planned
    from checker.trace.fleet.shapes import Shapes, tables_of

    protocols = [load(ROOT / "spec" / f"{name}.mig")[0] for name in ("migration", "switch")]
    types = types_of(path) if way == "parser" else {}
    for library in ("pyarrow.compute", "pyarrow.json", "pyarrow.parquet"):  # loading them is part of `whole` alone
        import_module(library)
    found: dict[str, float] = {}
    started, used = time.perf_counter(), time.process_time()
    if way == "parser":
        found["events"] = parsed(path, types)
    else:
        source = opened([path])
        shapes = Shapes(planned([each for each in protocols if each is not None], source.logs))
        if way == "columns":
            pieces = ahead(source.pieces())
            found["events"] = sum(len(piece(shapes.coder).logs) for piece in pieces)
        else:
            book = Book(shapes)
            for table in tables_of(source, shapes):
                book.add(table)
            book.close()
            counts = book.counts()
            found |= {"events": book.events, "cases": int(counts.sum()), "variants": int((counts > 0).sum())}
    found["seconds"], found["processor"] = time.perf_counter() - started, time.process_time() - used
    found["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def parsed(path: Path, types: dict[str, pa.DataType]) -> int:
    """How many records the parser alone finds."""
    import pyarrow as pa
    import pyarrow.json as pj

    from checker.trace.fleet.ndjson import BLOCK, PIECE

    options = pj.ParseOptions(explicit_schema=pa.schema(list(types.items())), unexpected_field_behavior="error")
    rows = 0
    with path.open("rb") as file:
        for _ in range(2):  # the headers
            file.readline()
        while text := file.read(PIECE) + file.readline():
            read = pj.ReadOptions(use_threads=False, block_size=BLOCK)
            rows += len(pj.read_json(pa.BufferReader(text), read, options))
    return rows


def types_of(path: Path) -> dict[str, pa.DataType]:
    """The types of all members, as the reader of fleets finds them on its way."""
    from checker.trace.fleet.ndjson import Lined

    source = Lined(path, 0)
    for _ in source.pieces():
        pass
    return source.types


def whole(path: Path) -> dict[str, float]:
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "checker", "fleet", str(path)], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "processor": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}


# -------------------------------------------------------------------------------------------------------------- figures


def best(ways: list[tuple[str, Path]], times: int) -> Found:
    """The best time of several runs of each, in turn, each in a process of its own; of memory the most."""
    found: Found = {}
    for _ in range(times):
        for way, path in ways:
            if way == "whole":
                figures = whole(path)
            else:
                command = [sys.executable, __file__, "--measure", way, "--file", str(path)]
                figures = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
            known = found.setdefault((way, path), figures)
            for figure, better in (("seconds", min), ("processor", min), ("memory", max)):
                known[figure] = better(known[figure], figures[figure])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000, help="events of the larger file (the other: a tenth)")
    parser.add_argument("--times", type=int, default=3, help="how often each is measured")
    parser.add_argument("--folder", type=Path, help="where to keep the files (default: nowhere)")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.make:
        for name, size in (("small.jsonl", chosen.events // 10), ("large.jsonl", chosen.events)):
            generate(chosen.make / name, size)
        as_parquet(chosen.make / "large.jsonl", chosen.make / "large.parquet")
        return
    if chosen.measure:
        print(json.dumps(measured(chosen.measure, chosen.file)))
        return
    with tempfile.TemporaryDirectory() as folder:
        figures(chosen.folder or Path(folder), chosen.events, chosen.times)


def figures(folder: Path, events: int, times: int) -> None:
    small, large, columns = folder / "small.jsonl", folder / "large.jsonl", folder / "large.parquet"
    if not (large.exists() and small.exists() and columns.exists()):
        # In a process of its own: those that are measured after it start with the memory that this one ever had.
        subprocess.run([sys.executable, __file__, "--events", str(events), "--make", str(folder)], check=True)
    lines = [("parser", large), ("columns", large), ("apart", large), ("apart", small)]
    found = best([*lines, ("columns", columns), ("apart", columns), ("whole", small), ("whole", large)], times)
    tell(found, (small, large, columns))


def tell(found: Found, files: tuple[Path, Path, Path]) -> None:
    small, large, columns = files
    counts = {small: found["apart", small]["events"], large: found["apart", large]["events"]}
    counts[columns] = size = counts[large]
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    sizes = f"{large.stat().st_size / MB:,.0f} MB as lines, {columns.stat().st_size / MB:,.0f} MB as Parquet"
    cases = f"{found['apart', large]['cases']:,.0f} cases of {found['apart', large]['variants']:,.0f} variants"
    print(f"{size:,.0f} events, {sizes}; {cases}\n")
    print(f"{'':24} {'seconds':>8} {'processor':>9} {'events/s':>12} {'MB':>6}")
    for (way, path), each in found.items():
        speed = counts[path] / each["seconds"]
        figures = f"{each['seconds']:8.2f} {each['processor']:9.2f} {speed:12,.0f} {each['memory']:6.0f}"
        print(f"{f'{way}, {path.name}':24} {figures}")
    apart, parser, read, rows = (found[way, path] for way, path in (
        ("apart", large), ("parser", large), ("columns", large), ("apart", columns)))  # fmt: skip
    whole, tenth = found["whole", large], found["whole", small]
    most = max(each["memory"] for each in found.values())
    print()
    for what, figure, shown, bar in (
        ("speed of taking apart, of parsing alone", parser["seconds"] / apart["seconds"], ".0%", 0.9),
        ("the same by processor time", parser["processor"] / apart["processor"], ".0%", None),
        ("by processor time, of checked columns", read["processor"] / apart["processor"], ".0%", None),
        ("events/s from Parquet", size / rows["seconds"], ",.0f", 3_000_000),
        ("the same of one processor's time", size / rows["processor"], ",.0f", None),
        ("time(10n)/time(n) of taking apart", apart["seconds"] / found["apart", small]["seconds"], ".2f", -11),
        ("the same with judgements", whole["processor"] / tenth["processor"], ".2f", -11),
        ("events/s with judgements, by processor time", size / whole["processor"], ",.0f", None),
        ("most memory, MB", most, ".0f", -300),
    ):
        met = "" if bar is None else "met" if figure * (1 if bar > 0 else -1) >= bar else "MISSED"
        side = "" if bar is None else f"   bar: {'at most' if bar < 0 else 'at least'} {format(abs(bar), shown)}  {met}"
        print(f"{what:44} {format(figure, shown):>12}{side}")


if __name__ == "__main__":
    main()
