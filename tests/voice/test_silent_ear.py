from __future__ import annotations

from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_MS
from desktop_app.core import wishes as wish
from desktop_app.core.events import Event
from desktop_app.core.sound import MicSilent
from desktop_app.voice.silent_ear import SILENT_MS, SilentEar
from tests.core.dialogue import after, live

ENOUGH = SILENT_MS // BLOCK_MS
ZEROS = bytes(BLOCK_BYTES)
NOISE = bytes(BLOCK_BYTES - 1) + b"\x01"


def told(*pieces: bytes, ear: SilentEar | None = None) -> list[Event]:
    news: list[Event] = []
    ear = ear or SilentEar(news.append)
    for piece in pieces:
        ear.heard(piece, live())
    return news


def test_nothing_but_zeros_for_a_while_is_told_once() -> None:
    assert told(*[ZEROS] * (ENOUGH - 1)) == []
    assert told(*[ZEROS] * 3 * ENOUGH) == [MicSilent(silent=True)]
    assert told(*[4 * ZEROS] * (ENOUGH // 4)) == [MicSilent(silent=True)]


def test_the_first_sound_ends_it_for_good() -> None:
    silence = [ZEROS] * ENOUGH
    assert told(*silence, NOISE, NOISE, *silence) == [MicSilent(True), MicSilent(False)]
    assert told(NOISE, *silence, *silence) == []


def test_another_microphone_is_listened_to_anew() -> None:
    news: list[Event] = []
    ear = SilentEar(news.append)
    told(NOISE, *[ZEROS] * ENOUGH, ear=ear)
    assert news == []
    ear.reset()
    told(*[ZEROS] * ENOUGH, ear=ear)
    assert news == [MicSilent(True)]


def test_while_one_is_muted_it_is_no_matter() -> None:
    news: list[Event] = []
    ear, muted = SilentEar(news.append), after(live(), wish.MuteToggled())
    for _ in range(ENOUGH):
        ear.heard(ZEROS, muted)
    assert news == []
