"""The level meter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.core.sound import MicLevel
from desktop_app.core.state import AppState
from desktop_app.ui.level_meter import CLIP_FRAMES, PEAK_FRAMES, LevelMeter, share
from tests.fakes.services import FakeServices
from tests.ui.scenes import CONNECTING, FIRST_START, LISTENING, MUTED, SPEAKING


@pytest.fixture
def meter(qtbot: QtBot, services: FakeServices) -> LevelMeter:
    made = LevelMeter(services.level)
    qtbot.addWidget(made)
    made.resize(160, 12)
    made.show()
    return made


@pytest.mark.parametrize(("dbfs", "where"), [(-96, 0), (-60, 0), (-30, 0.5), (0, 1), (3, 1)])
def test_decibels_have_their_place(dbfs: float, where: float) -> None:
    assert share(dbfs) == pytest.approx(where)


@pytest.mark.parametrize(
    ("state", "runs"),
    [
        (FIRST_START, False),
        (CONNECTING, False),
        (LISTENING, True),
        (SPEAKING, True),
        (MUTED, False),
        (replace(LISTENING, sound=replace(LISTENING.sound, mic_open=False)), False),
    ],
)
def test_it_runs_only_while_the_microphone_is_live(
    meter: LevelMeter, state: AppState, runs: bool
) -> None:
    meter.show_state(state)
    assert meter.running is runs
    meter.hide()
    assert not meter.running
    meter.show()
    assert meter.running is runs


def test_it_reads_by_itself_and_tells_how_loud_it_is(
    meter: LevelMeter, services: FakeServices, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(meter.level_changed) as told:
        meter.show_state(LISTENING)
        services.mic_level = MicLevel(-30.0, -12.0)
        qtbot.waitUntil(lambda: services.level_reads > 0)
    assert told.args is not None


def test_a_peak_stands_for_a_while_and_then_falls(
    meter: LevelMeter, services: FakeServices
) -> None:
    meter.show_state(LISTENING)
    services.mic_level = MicLevel(-20.0, -6.0)
    meter._next_frame()
    services.mic_level = MicLevel()
    for _ in range(PEAK_FRAMES):
        meter._next_frame()
    assert meter._peak == pytest.approx(share(-6.0))
    assert meter._rms == 0
    for _ in range(30):
        meter._next_frame()
    assert meter._peak == 0


def test_clipping_lights_up_and_goes_out(meter: LevelMeter, services: FakeServices) -> None:
    meter.show_state(LISTENING)
    calm = meter.accessibleDescription()
    services.mic_level = MicLevel(-3.0, 0.0, clipped=True)
    meter._next_frame()
    assert meter.clipping
    assert "distorted" in meter.accessibleDescription()
    services.mic_level = MicLevel()
    for _ in range(CLIP_FRAMES):
        meter._next_frame()
    assert not meter.clipping
    assert meter.accessibleDescription() == calm


def test_silence_is_not_painted_again(meter: LevelMeter, services: FakeServices) -> None:
    told: list[float] = []
    services.mic_level = MicLevel()
    meter.show_state(LISTENING)
    meter.level_changed.connect(told.append)
    for _ in range(5):
        meter._next_frame()
    assert told == []


def test_loud_quiet_and_resting_look_different(meter: LevelMeter, services: FakeServices) -> None:
    pictures = []
    meter.show_state(LISTENING)
    for level in (MicLevel(-40, -30), MicLevel(-2, -1), MicLevel(-2, 0, clipped=True)):
        services.mic_level = level
        meter._next_frame()
        pictures.append(meter.grab().toImage())
    meter.show_state(FIRST_START)
    pictures.append(meter.grab().toImage())
    assert all(a != b for n, a in enumerate(pictures) for b in pictures[n + 1 :])
