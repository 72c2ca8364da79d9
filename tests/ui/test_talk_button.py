"""The one large control."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.state import AppState, SoundState, Talk
from desktop_app.core.wishes import ConnectAsked, HangUpAsked, TalkPressed, TalkReleased
from desktop_app.ui.talk_button import TalkButton
from desktop_app.ui.talk_painter import LOOKS
from tests.ui.scenes import (
    CONNECTING,
    FIRST_START,
    HEARING,
    LISTENING,
    MANUAL,
    MUTED,
    SPEAKING,
    THINKING,
)

SCENES = {
    Talk.OFFLINE: FIRST_START,
    Talk.CONNECTING: CONNECTING,
    Talk.READY: MANUAL,
    Talk.LISTENING: LISTENING,
    Talk.HEARING: HEARING,
    Talk.THINKING: THINKING,
    Talk.SPEAKING: SPEAKING,
    Talk.MUTED: MUTED,
    Talk.NO_MICROPHONE: replace(LISTENING, sound=SoundState()),
}
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def button(qtbot: QtBot, wishes: list[Event]) -> TalkButton:
    made = TalkButton(wishes.append)
    qtbot.addWidget(made)
    made.resize(made.sizeHint())
    made.show()
    return made


def manual(state: AppState) -> AppState:
    return replace(state, settings=replace(state.settings, turn_detection="manual"))


@pytest.mark.parametrize("talk", Talk)
@pytest.mark.parametrize("by_hand", [False, True])
def test_every_state_has_a_look_and_words_of_its_own(
    button: TalkButton, talk: Talk, by_hand: bool
) -> None:
    state = manual(SCENES[talk]) if by_hand or talk is Talk.READY else SCENES[talk]
    expected = Talk.READY if by_hand and talk is Talk.LISTENING else talk
    assert state.talk is expected
    button.show_state(state)
    title, hint = button.words()
    assert button.accessibleName() == title != ""
    assert button.accessibleDescription() == hint != ""
    image = button.grab().toImage()
    assert image.allGray() is False or talk in {Talk.CONNECTING}
    assert LOOKS.keys() == set(Talk)


def test_a_click_connects_and_a_click_hangs_up(button: TalkButton, wishes: list[Event]) -> None:
    button.show_state(FIRST_START)
    QTest.mouseClick(button, LEFT)
    button.show_state(LISTENING)
    QTest.mouseClick(button, LEFT)
    button.show_state(CONNECTING)
    QTest.mouseClick(button, LEFT)
    assert wishes == [ConnectAsked(), HangUpAsked(), HangUpAsked()]


def test_the_keyboard_clicks_as_well(button: TalkButton, wishes: list[Event]) -> None:
    button.show_state(FIRST_START)
    QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert wishes == [ConnectAsked(), ConnectAsked()]


def test_in_manual_mode_a_click_connects_and_then_one_holds(
    button: TalkButton, wishes: list[Event]
) -> None:
    button.show_state(manual(FIRST_START))
    QTest.mouseClick(button, LEFT)
    assert wishes == [ConnectAsked()]
    button.show_state(manual(CONNECTING))
    QTest.mouseClick(button, LEFT)
    assert wishes.pop() == HangUpAsked()
    button.show_state(MANUAL)
    QTest.mousePress(button, LEFT)
    assert wishes.pop() == TalkPressed()
    button.show_state(replace(MANUAL, pressed=True))
    assert button.words()[1] == "Release to send"
    QTest.mouseRelease(button, LEFT)
    assert wishes == [ConnectAsked(), TalkReleased()]


def key(button: TalkButton, kind: QEvent.Type, *, again: bool = False) -> None:
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(button, QKeyEvent(kind, Qt.Key.Key_Space, none, " ", again))


def test_a_held_space_key_counts_once_however_often_it_repeats(
    button: TalkButton, wishes: list[Event]
) -> None:
    button.show_state(MANUAL)
    key(button, QEvent.Type.KeyPress)
    for _ in range(5):
        key(button, QEvent.Type.KeyRelease, again=True)
        key(button, QEvent.Type.KeyPress, again=True)
    assert wishes == [TalkPressed()]
    key(button, QEvent.Type.KeyRelease)
    assert wishes == [TalkPressed(), TalkReleased()]


def lose_the_window(button: TalkButton) -> None:
    event = QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason)
    QApplication.sendEvent(button, event)


@pytest.mark.parametrize(
    "interrupt", [lose_the_window, TalkButton.hide, lambda button: button.setEnabled(False)]
)
def test_the_key_goes_up_when_its_release_could_get_lost(
    button: TalkButton, wishes: list[Event], interrupt: Callable[[TalkButton], None]
) -> None:
    button.show_state(MANUAL)
    key(button, QEvent.Type.KeyPress)
    interrupt(button)
    key(button, QEvent.Type.KeyRelease)
    assert wishes == [TalkPressed(), TalkReleased()]


def test_letting_go_outside_of_the_button_counts(button: TalkButton, wishes: list[Event]) -> None:
    button.show_state(MANUAL)
    QTest.mousePress(button, LEFT)
    QTest.mouseRelease(button, LEFT, pos=button.rect().bottomRight() * 3)
    assert wishes == [TalkPressed(), TalkReleased()]
    assert not button.isDown()


def test_a_lost_connection_while_holding_still_releases(
    button: TalkButton, wishes: list[Event]
) -> None:
    button.show_state(MANUAL)
    QTest.mousePress(button, LEFT)
    button.show_state(manual(CONNECTING))
    QTest.mouseRelease(button, LEFT)
    assert wishes == [TalkPressed(), TalkReleased()]


def test_it_moves_only_where_something_moves_and_is_seen(button: TalkButton) -> None:
    moving = {talk for talk in Talk if _moves(button, SCENES[talk])}
    assert moving == {Talk.CONNECTING, Talk.THINKING}
    button.show_state(THINKING)
    button.hide()
    assert not button._clock.isActive()
    button.show()
    assert button._clock.isActive()
    before = button.grab().toImage()
    for _ in range(5):
        button._next_frame()
    assert button.grab().toImage() != before


def _moves(button: TalkButton, state: AppState) -> bool:
    button.show_state(state)
    return button._clock.isActive()


def test_the_halo_shows_the_microphone_only_while_it_is_heard(button: TalkButton) -> None:
    button.show_state(LISTENING)
    still = button.grab().toImage()
    button.set_level(0.8)
    assert button.grab().toImage() != still
    button.show_state(SPEAKING)
    assert button._level == 0
    button.set_level(0.8)
    assert button._level == 0


def test_only_who_came_by_key_sees_a_focus_ring(button: TalkButton) -> None:
    button.show_state(FIRST_START)
    plain = button.grab().toImage()
    for reason, ringed in (
        (Qt.FocusReason.MouseFocusReason, False),
        (Qt.FocusReason.TabFocusReason, True),
    ):
        QApplication.sendEvent(button, QFocusEvent(QEvent.Type.FocusIn, reason))
        assert (button.grab().toImage() != plain) is ringed
        QApplication.sendEvent(button, QFocusEvent(QEvent.Type.FocusOut, reason))
    assert button.grab().toImage() == plain
