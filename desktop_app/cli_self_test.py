"""``parley self-test``: is this installation whole?"""

from __future__ import annotations

import asyncio
import os
import ssl
import sys
from collections.abc import Callable
from dataclasses import replace

from desktop_app.adapters.offline_process import OfflineProcess
from desktop_app.app_house import House
from desktop_app.cli_start import SAMPLE, resource
from desktop_app.cli_terms import FAILED, OK
from desktop_app.ports import LinkError

ANSWER_TIMEOUT_S = 90.0


class Unavailable(Exception):  # noqa: N818 - not an error: the part is simply not here
    """A part that this place does not have; ``str`` says why."""


def self_test(house: House) -> int:
    """Try every part of the program; returns 1 if one that should work does not."""
    parts: dict[str, Callable[[House], str]] = {
        "libraries": _libraries,
        "sound": _sound,
        "encryption": _encryption,
        "window": _window,
        "assistant of this computer": _engine,
    }
    failed = 0
    for name, check in parts.items():
        try:
            print(f"ok    {name}: {check(house)}", flush=True)
        except Unavailable as reason:
            print(f"none  {name}: {reason}", flush=True)
        except Exception as error:  # Whatever is wrong is this command's finding.
            house.crashes.record(f"self-test, {name}", error)
            print(f"FAIL  {name}: {type(error).__name__}: {error}", flush=True)
            failed += 1
    return FAILED if failed else OK


def _libraries(house: House) -> str:
    import keyring
    import msgspec
    import numpy
    import soxr  # type: ignore[import-untyped]
    import websockets

    modules = (keyring, msgspec, numpy, soxr, websockets)
    return ", ".join(sorted(module.__name__ for module in modules))


def _sound(house: House) -> str:
    from desktop_app.adapters.devices import SystemDevices

    found = SystemDevices().list()
    if found.problem is not None:
        raise Unavailable(f"{found.problem.title}. {found.problem.hint}")
    return f"{len(found.microphones)} microphones, {len(found.speakers)} speakers"


def _encryption(house: House) -> str:
    from desktop_app.adapters.tls import client_context

    context = client_context()
    if not context.check_hostname or context.verify_mode is not ssl.CERT_REQUIRED:
        raise RuntimeError("certificates would not be verified")
    return f"{ssl.OPENSSL_VERSION}, certificates are verified"


def _window(house: House) -> str:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import qInstallMessageHandler
    from PySide6.QtWidgets import QApplication

    from desktop_app.app import App
    from desktop_app.app_front import Front

    qInstallMessageHandler(_qt_says)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    front = Front(house)
    App(house, front)
    front.show()
    picture = front.window.grab()
    front.window.hide()
    app.processEvents()
    if picture.isNull():
        raise RuntimeError("it can't be painted")
    return f"{picture.width()} x {picture.height()} painted"


def _qt_says(kind: object, context: object, text: str) -> None:
    """Pass on what Qt says, but that a screen which is none knows no smallest size."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


def _engine(house: House) -> str:
    from desktop_app.adapters.async_secrets import AsyncSecrets
    from desktop_app.adapters.desk_tools import DeskTools
    from desktop_app.adapters.destination import ServerOrEngine
    from desktop_app.adapters.wave_files import read_wave
    from desktop_app.app_ports import link_maker
    from desktop_app.app_turn import Turn

    settings = replace(house.settings, service="offline")

    async def run() -> str:
        engine = OfflineProcess()
        try:
            await engine.start()
            turn = Turn(link_maker()(), DeskTools(), settings)
            destination = ServerOrEngine(AsyncSecrets(house.secrets), engine)
            question = read_wave(resource(SAMPLE))
            answer = await turn.run(destination, question, "", ANSWER_TIMEOUT_S)
        except LinkError as error:
            if error.failure.code == "weights":
                raise Unavailable(error.failure.detail) from error
            raise
        finally:
            await engine.aclose()
        return f"heard “{answer.user_text}”, answered “{answer.text}”"

    return asyncio.run(run())
