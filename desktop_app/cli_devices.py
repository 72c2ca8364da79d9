"""``parley devices``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from desktop_app.adapters.devices import SystemDevices
from desktop_app.cli_terms import FAILED, OK, complain
from desktop_app.core.sound import Device


def devices(options: argparse.Namespace) -> int:
    """List the microphones and speakers."""
    found = SystemDevices().list()
    if found.problem is not None:
        complain(f"{found.problem.title}. {found.problem.hint}")
    if options.json:
        print(
            json.dumps(
                {"microphones": _plain(found.microphones), "speakers": _plain(found.speakers)}
            )
        )
    else:
        _show("Microphones", found.microphones)
        _show("Speakers", found.speakers)
    return OK if found.problem is None else FAILED


def _plain(group: Sequence[Device]) -> list[dict[str, object]]:
    return [{"name": d.name, "label": d.label, "default": d.default} for d in group]


def _show(title: str, group: Sequence[Device]) -> None:
    print(f"{title}:")
    for device in group:
        print(f"  {'*' if device.default else ' '} {device.label}  [{device.name}]")
    if not group:
        print("    none")
