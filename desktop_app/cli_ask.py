"""``parley ask``: one turn through the configured server, without sound devices."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.desk_tools import DeskTools
from desktop_app.adapters.destination import ServerOrEngine
from desktop_app.adapters.offline_process import OfflineProcess
from desktop_app.adapters.wave_files import WaveError, check_writable, read_wave, write_wave
from desktop_app.app_answer import Answer, TurnError
from desktop_app.app_house import House
from desktop_app.app_ports import link_maker
from desktop_app.app_turn import Turn
from desktop_app.cli_terms import FAILED, OK, USAGE, complain
from desktop_app.core.problems import Action


def ask(house: House, options: argparse.Namespace) -> int:
    """Ask one question; print both sides, and write the spoken answer if wanted."""
    text = (options.text or "").strip()
    if (options.question is None) == (not text):
        complain("give either a recording (QUESTION.wav) or --text.")
        return USAGE
    try:
        if options.out is not None:
            check_writable(options.out)  # Before the answer is paid for.
        pcm = read_wave(options.question) if options.question else b""
        answer = _answer(house, pcm, text, options.timeout)
    except (TurnError, WaveError) as error:
        complain(str(error))
        return FAILED
    _show(answer, typed=bool(text))
    kept = options.out is None or _keep(answer, options.out)
    if options.json:
        print(json.dumps(_plain(answer)))  # In ASCII: whatever the terminal's alphabet is.
    return OK if kept else FAILED


def _answer(house: House, pcm: bytes, text: str, timeout_s: float) -> Answer:
    """Ask; where only a model is missing, offer to fetch it and ask again.

    Raises:
        TurnError: There is no answer.
    """
    try:
        return asyncio.run(_turn(house, pcm, text, timeout_s))
    except TurnError as error:
        if error.problem is None or error.problem.action is not Action.GET_WEIGHTS:
            raise
        from desktop_app.cli_fetch import offer_weights

        if not offer_weights(house.settings):
            raise
    return asyncio.run(_turn(house, pcm, text, timeout_s))


async def _turn(house: House, pcm: bytes, text: str, timeout_s: float) -> Answer:
    engine = OfflineProcess()
    try:
        destination = ServerOrEngine(AsyncSecrets(house.secrets), engine)
        turn = Turn(link_maker()(), DeskTools(), house.settings)
        return await turn.run(destination, pcm, text, timeout_s)
    finally:
        await engine.aclose()


def _show(answer: Answer, *, typed: bool) -> None:
    if not typed:
        print(f"You: {answer.user_text or '(no transcript)'}")
    print(f"{answer.server}: {answer.text or '(no words)'}", flush=True)


def _keep(answer: Answer, out: Path) -> bool:
    """Write the spoken answer down; False when that failed."""
    try:
        write_wave(out, answer.pcm)
    except WaveError as error:
        complain(str(error))
        return False
    print(f"{answer.audio_ms / 1000:.1f} s of speech written to {out}", file=sys.stderr)
    return True


def _plain(answer: Answer) -> dict[str, object]:
    return {
        "user": {"text": answer.user_text},
        "assistant": {"text": answer.text, "audio_ms": answer.audio_ms},
        "timings_ms": answer.timings_ms,
        "server": answer.server,
        "model": answer.model,
    }
