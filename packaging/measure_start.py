#!/usr/bin/env python3
"""Measure how soon the frozen program paints its window: ``measure_start.py [PROGRAM] [--cold]``.

With the interpreter of the development environment.  Cold needs root: the system's file cache is
emptied before each start.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 20.0
DROP = Path("/proc/sys/vm/drop_caches")


def main() -> None:
    """Measure, and print one line."""
    parser = argparse.ArgumentParser()
    frozen = ROOT / "build" / "frozen" / "parley" / "parley"
    parser.add_argument("program", nargs="*", default=[str(frozen)])
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--times", type=int, default=9)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from tests.virtual_screen import VirtualScreen

    with VirtualScreen(1000, 800) as screen, tempfile.TemporaryDirectory() as home:
        env = {**screen.settings(), "PARLEY_HOME": home, "PATH": "/usr/bin:/bin", "HOME": home}
        command = [*options.program, "gui"]
        painted = [painted_s(screen, command, env, options.cold) for _ in range(options.times)]
    middle, worst = statistics.median(painted) * 1000, max(painted) * 1000
    print(f"{'cold' if options.cold else 'warm'}: median {middle:.0f} ms, worst {worst:.0f} ms")


def painted_s(screen: object, command: list[str], env: dict[str, str], cold: bool) -> float:
    """Start the program; return when its first pixel shows."""
    from tests.benchmarks.window import _pixel

    if cold:
        subprocess.run(["sync"], check=True)
        DROP.write_text("3")
    with _pixel(screen) as pixel:  # type: ignore[arg-type]
        began = time.monotonic()
        while pixel() != 0:
            time.sleep(0.002)
        began = time.monotonic()
        process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
        try:
            while pixel() == 0:
                if time.monotonic() - began > PATIENCE_S:
                    raise TimeoutError("nothing was painted")
                time.sleep(0.002)
            return time.monotonic() - began
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
