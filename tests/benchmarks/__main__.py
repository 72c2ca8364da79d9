"""Measure how fast Parley is: ``python -m tests.benchmarks [--quick] [NAMES]``."""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType


def main(arguments: Sequence[str]) -> int:
    """Run the benchmarks that are asked for and print a table for each."""
    known = modules()
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds: minutes, not hours")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    asked = parser.parse_args(arguments)
    if strange := [name for name in asked.names if name not in known]:
        parser.error(f"unknown: {', '.join(strange)}; known: {', '.join(known)}")
    print(f"Python {platform.python_version()}, {platform.system()}, {os.cpu_count()} cores\n")
    failed = 0
    for name in asked.names or known:
        began = time.monotonic()
        busy = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        try:
            module = load(name)
            print(table(module.HEADER, module.run(asked.quick)))
        except Exception as error:  # noqa: BLE001 - the others are still worth measuring
            print(f"{name} could not be measured: {type(error).__name__}: {error}")
            failed += 1
        print(
            f"\n{name}: {time.monotonic() - began:.0f} s, load before it {busy:.1f}\n", flush=True
        )
    return 1 if failed else 0


def modules() -> list[str]:
    """Names of the benchmarks: the modules here that have a ``HEADER``."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return [file.stem for file in files if "\nHEADER = " in file.read_text(encoding="utf-8")]


def load(name: str) -> ModuleType:
    """Import a benchmark; what it needs may be missing here."""
    return importlib.import_module(f"tests.benchmarks.{name}")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out a table in Markdown."""
    widths = [max(len(str(row[i])) for row in (header, *rows)) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = [str(cell).ljust(width) for cell, width in zip(cells, widths, strict=True)]
        return f"| {' | '.join(padded)} |"

    rule = ["-" * width for width in widths]
    return "\n".join([line(header), line(rule), *map(line, rows)])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
