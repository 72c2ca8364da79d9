"""Run a scripted server by hand: ``python -m tests.servers --trap DROPPED --port 8765``."""

from __future__ import annotations

import argparse
import threading
from dataclasses import replace

from tests.servers.scripted import ScriptedServer
from tests.servers.traps import TRAPS


def main() -> None:
    """Serve until interrupted; say what was received that was wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--trap", choices=sorted(TRAPS), default="PLAIN")
    parser.add_argument("--pace", type=float, help="times faster than real time")
    chosen = parser.parse_args()
    persona = TRAPS[chosen.trap]
    if chosen.pace is not None:
        persona = replace(persona, pace=chosen.pace)
    with ScriptedServer(persona, port=chosen.port) as server:
        print(f"{persona.name}: {server.url}", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print(server)
        for violation in server.violations:
            print(violation)


if __name__ == "__main__":
    main()
