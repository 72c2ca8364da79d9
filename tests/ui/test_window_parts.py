"""Header, line to type, dock and status line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, LinkState, Meter, Phase
from desktop_app.core.wishes import (
    HangUpAsked,
    InterruptAsked,
    MuteToggled,
    NewConversationAsked,
    SettingsChanged,
    TextSubmitted,
)
from desktop_app.ui.composer import Composer
from desktop_app.ui.controls import Choice, ElidedLabel, Slide, Switch
from desktop_app.ui.dock import Dock
from desktop_app.ui.header import Header, host
from desktop_app.ui.status_line import StatusLine
from tests.fakes.services import FakeServices
from tests.ui.scenes import (
    CONNECTING,
    FIRST_START,
    LISTENING,
    LIVE,
    MANUAL,
    MISSING,
    MUTED,
    OWN_ENGINE,
    SPEAKING,
    THINKING,
    TROUBLE,
)


@pytest.fixture
def header(qtbot: QtBot, wishes: list[Event]) -> Header:
    menu = QMenu()
    qtbot.addWidget(menu)
    made = Header(wishes.append, menu)
    qtbot.addWidget(made)
    made.resize(800, 50)
    made.show()
    return made


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (FIRST_START, "Automatic"),
        (AppState(settings=Settings(service="offline")), "This computer"),
        (
            AppState(settings=Settings(service="server", server_url="ws://[::1]:8000/v1")),
            "::1:8000 · gpt-realtime-2.1",
        ),
        (LISTENING, "api.openai.com · gpt-realtime-2.1"),
        (CONNECTING, "api.openai.com · gpt-realtime-2.1"),
        (AppState(link=LinkState(Phase.CONFIGURING, server="This computer")), "This computer"),
        (OWN_ENGINE, "This computer · Built-in skills"),
    ],
)
def test_the_header_says_where_the_assistant_lives(
    header: Header, state: AppState, words: str
) -> None:
    header.show_state(state)
    QApplication.processEvents()
    assert header._chip.accessibleName() == f"Server and model: {words}"
    assert header._chip.text() == words


@pytest.mark.parametrize(
    ("has_key", "words"),
    [(None, "Automatic"), (True, "api.openai.com · gpt-realtime-2.1"), (False, "This computer")],
)
def test_before_connecting_the_header_says_where_it_will_lead(
    header: Header, has_key: bool | None, words: str
) -> None:
    header.show_state(FIRST_START)
    header.show_key(has_key)
    QApplication.processEvents()
    assert header._chip.text() == words


def test_a_narrow_header_shortens_the_server_and_not_the_buttons(header: Header) -> None:
    header.show_state(LISTENING)
    header.resize(330, 50)
    QApplication.processEvents()
    assert header._chip.text().endswith("…")
    assert header._settings.geometry().right() < 330


def test_the_light_of_the_chip_tells_the_phase(header: Header) -> None:
    pictures = []
    for state in (FIRST_START, CONNECTING, LISTENING):
        header.show_state(state)
        pictures.append(header._chip.icon().pixmap(14, 14).toImage())
    assert pictures[0] != pictures[1] != pictures[2] != pictures[0]


def test_the_header_reports_its_buttons(header: Header, wishes: list[Event], qtbot: QtBot) -> None:
    header._new.click()
    assert wishes == [NewConversationAsked()]
    with qtbot.waitSignal(header.settings_asked):
        header._settings.click()
    with qtbot.waitSignal(header.connection_asked):
        header._chip.click()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("wss://api.openai.com/v1/realtime", "api.openai.com"),
        ("ws://localhost:8080/x", "localhost:8080"),
        ("nonsense", "nonsense"),
        ("ws://[bad", "ws://[bad"),
        ("ws://host:port", "ws://host:port"),
    ],
)
def test_hosts_are_shown_as_people_know_them(url: str, name: str) -> None:
    assert host(url) == name


@pytest.fixture
def composer(qtbot: QtBot, wishes: list[Event]) -> Composer:
    made = Composer(wishes.append)
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_was_typed_is_sent_once_and_the_line_is_empty_again(
    composer: Composer, wishes: list[Event]
) -> None:
    QTest.keyClicks(composer.line, "  Hello there ")
    QTest.keyClick(composer.line, Qt.Key.Key_Return)
    QTest.keyClick(composer.line, Qt.Key.Key_Return)
    QTest.keyClicks(composer.line, "And more")
    composer._button.click()
    assert wishes == [TextSubmitted("Hello there"), TextSubmitted("And more")]


def test_blanks_cannot_be_sent(composer: Composer, wishes: list[Event]) -> None:
    QTest.keyClicks(composer.line, "   ")
    assert not composer._button.isEnabled()
    QTest.keyClick(composer.line, Qt.Key.Key_Return)
    assert wishes == []


def test_the_whole_field_shows_the_focus(composer: Composer, qtbot: QtBot) -> None:
    composer.activateWindow()
    composer.focus()
    qtbot.waitUntil(composer.line.hasFocus)
    assert composer.property("focused") is True
    composer._button.setEnabled(True)
    composer._button.setFocus()
    assert composer.property("focused") is False


@pytest.fixture
def dock(qtbot: QtBot, wishes: list[Event], services: FakeServices) -> Dock:
    made = Dock(wishes.append, services)
    qtbot.addWidget(made)
    made.resize(760, 200)
    made.show()
    return made


def test_mute_looks_and_reads_like_what_it_does(dock: Dock, wishes: list[Event]) -> None:
    dock.show_state(LISTENING)
    assert dock.mute.accessibleName() == "Mute"
    open_mic = dock.mute.grab().toImage()
    dock.show_state(MUTED)
    assert dock.mute.accessibleName() == "Unmute"
    assert dock.mute.grab().toImage() != open_mic
    dock.mute.click()
    assert wishes == [MuteToggled()]


def test_interrupting_is_possible_while_there_is_something_to_interrupt(
    dock: Dock, wishes: list[Event]
) -> None:
    for state, possible in (
        (FIRST_START, False),
        (LISTENING, False),
        (THINKING, True),
        (SPEAKING, True),
        (replace(SPEAKING, user_speaking=True), True),
    ):
        dock.show_state(state)
        assert dock.interrupt.isEnabled() is possible
    dock.interrupt.click()
    assert wishes == [InterruptAsked()]


def test_who_holds_to_talk_hangs_up_with_a_button_of_its_own(
    dock: Dock, wishes: list[Event]
) -> None:
    for state, there in ((FIRST_START, False), (LISTENING, False), (MANUAL, True)):
        dock.show_state(state)
        assert dock.hang_up.isVisible() is there
    dock.hang_up.click()
    assert wishes == [HangUpAsked()]


def test_picking_a_device_wishes_for_the_settings_with_it(
    dock: Dock, wishes: list[Event], services: FakeServices
) -> None:
    dock.show_state(MISSING)
    dock.refresh_devices()
    assert dock.microphone.currentText() == "Blue Yeti Stereo Microphone (not connected)"
    dock.microphone.activated.emit(1)
    dock.speaker.activated.emit(2)
    mic = replace(MISSING.settings, microphone="alsa_input.usb-headset")
    speaker = replace(MISSING.settings, speaker="alsa_output.usb-headset")
    assert wishes == [SettingsChanged(mic), SettingsChanged(speaker)]
    assert services.waiting == []


def test_the_status_line_tells_connection_voice_and_tokens(qtbot: QtBot) -> None:
    line = StatusLine()
    qtbot.addWidget(line)
    line.show_state(FIRST_START)
    assert (line._left.text(), line._right.text()) == ("Not connected", "")
    line.show_state(LISTENING)
    assert line._left.text() == "Connected · api.openai.com · voice marin"
    line.show_state(replace(OWN_ENGINE, link=replace(OWN_ENGINE.link, voice="hibari:heart")))
    assert line._left.text() == "Connected · This computer · voice heart"
    line.show_state(LISTENING)
    assert line._right.text().replace(",", "") == "4812 tokens in 1267 out"
    line.show_state(TROUBLE)
    assert "attempt 3" in line._left.text()
    line.show_state(replace(LISTENING, link=LIVE, meter=Meter()))
    assert line._right.text() == ""


def test_the_wheel_over_a_control_scrolls_the_page_and_not_the_choice(qtbot: QtBot) -> None:
    choice, slide = Choice(), Slide()
    choice.addItems(["one", "two"])
    for control in (choice, slide):
        qtbot.addWidget(control)
        control.show()
        control.setFocus()
    for control in (choice, slide):
        wheel(control)
    assert choice.currentIndex() == 0
    assert slide.value() == 0


def wheel(control: QWidget) -> None:
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(control.mapToGlobal(QPoint(5, 5))),
        QPoint(),
        QPoint(0, 120 if isinstance(control, Slide) else -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(control, event)


def test_a_switch_looks_different_on_off_and_out_of_use(qtbot: QtBot) -> None:
    switch = Switch()
    qtbot.addWidget(switch)
    switch.show()
    off = switch.grab().toImage()
    QTest.mouseClick(switch, Qt.MouseButton.LeftButton, pos=switch.rect().center())
    assert switch.isChecked()
    on = switch.grab().toImage()
    switch.setEnabled(False)
    assert off != on != switch.grab().toImage() != off


def test_a_label_becomes_narrow_with_an_ellipsis(qtbot: QtBot) -> None:
    label = ElidedLabel("A rather long line of text that has no room")
    qtbot.addWidget(label)
    assert label.minimumSizeHint().width() == 24
    label.resize(60, 20)
    assert label.grab().toImage() != ElidedLabel("A").grab().toImage()
