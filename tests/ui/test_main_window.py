"""The main window as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.sound import DeviceList
from desktop_app.core.state import AppState
from desktop_app.core.wishes import (
    ConnectAsked,
    InterruptAsked,
    MuteToggled,
    NewConversationAsked,
    SettingsChanged,
    TalkPressed,
    TalkReleased,
)
from desktop_app.ui import theme
from desktop_app.ui.main_window import SMALLEST_PX, MainWindow
from desktop_app.ui.palettes import DARK, LIGHT
from tests.fakes.services import FakeServices
from tests.ui.scenes import FIRST_START, LISTENING, MANUAL, PROBLEM, SCENES, SPEAKING, THINKING

CONTROLS = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
)


@pytest.mark.parametrize("name", SCENES)
def test_every_scene_can_be_shown_twice_and_looks_the_same(window: MainWindow, name: str) -> None:
    window.show_state(SCENES[name])
    QApplication.processEvents()
    window.grab()
    # Time stands still for a picture: the meter and what moves have clocks of their own.
    for clock in window.findChildren(QTimer):
        clock.stop()
    before = window.grab().toImage()
    window.show_state(replace(SCENES[name]))
    for clock in window.findChildren(QTimer):
        clock.stop()
    assert window.grab().toImage() == before


def test_the_same_snapshot_reaches_no_part(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_state(LISTENING)

    def never(state: AppState) -> None:
        raise AssertionError("shown again")

    for part in (window.header, window.problems, window.transcript, window.dock, window.status):
        monkeypatch.setattr(part, "show_state", never)
    window.show_state(LISTENING)
    with pytest.raises(AssertionError, match="shown again"):
        window.show_state(replace(LISTENING))


def test_a_word_of_the_answer_touches_the_transcript_alone(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show_state(SPEAKING)
    touched: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            if event.type() is QEvent.Type.Paint:
                touched.append(type(watched).__name__)
            return False

    QApplication.processEvents()
    watch = Watch()
    for clock in window.findChildren(QTimer):
        clock.stop()
    app = QApplication.instance()
    assert app is not None
    app.installEventFilter(watch)
    rows = (*SPEAKING.rows[:-1], replace(SPEAKING.rows[-1], tail="Not at all."))
    window.show_state(replace(SPEAKING, rows=rows))
    QApplication.processEvents()
    app.removeEventFilter(watch)
    assert "TalkButton" not in touched
    assert "Header" not in touched
    assert "QWidget" in touched


def test_closing_only_asks(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.close_requested):
        assert not window.close()
    assert window.isVisible()


CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.mark.parametrize(
    ("key", "modifier", "wish"),
    [
        (Qt.Key.Key_M, CTRL, MuteToggled()),
        (Qt.Key.Key_Escape, NONE, InterruptAsked()),
        (Qt.Key.Key_N, CTRL, NewConversationAsked()),
    ],
)
def test_keys_wish_from_anywhere_even_from_the_line(
    window: MainWindow,
    wishes: list[Event],
    key: Qt.Key,
    modifier: Qt.KeyboardModifier,
    wish: Event,
) -> None:
    window.show_state(SPEAKING)
    for place in (window.dock.talk, window.dock.composer.line, window.transcript.view):
        place.setFocus()
        wishes.clear()
        QTest.keyClick(place, key, modifier)
        assert wishes == [wish]


def test_keys_lead_to_the_line_and_to_the_settings(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_L, CTRL)
    assert window.dock.composer.line.hasFocus()
    QTest.keyClick(window, Qt.Key.Key_Comma, CTRL)
    assert window.dialogs._settings is not None
    assert window.dialogs._settings.isVisible()
    window.dialogs._settings.reject()


def space(place: QWidget, kind: QEvent.Type, *, again: bool = False) -> None:
    QApplication.sendEvent(place, QKeyEvent(kind, Qt.Key.Key_Space, NONE, " ", again))


def test_space_talks_from_the_transcript_and_types_in_the_line(
    window: MainWindow, wishes: list[Event]
) -> None:
    window.show_state(MANUAL)
    window.transcript.view.setFocus()
    space(window.transcript.view, QEvent.Type.KeyPress)
    space(window.transcript.view, QEvent.Type.KeyPress, again=True)
    space(window.transcript.view, QEvent.Type.KeyRelease)
    assert wishes == [TalkPressed(), TalkReleased()]
    window.dock.composer.focus()
    QTest.keyClicks(window.dock.composer.line, "a b")
    assert window.dock.composer.line.text() == "a b"
    assert len(wishes) == 2


def test_space_means_nothing_to_the_window_in_hands_free_mode(
    window: MainWindow, wishes: list[Event]
) -> None:
    window.show_state(LISTENING)
    space(window.transcript.view, QEvent.Type.KeyPress)
    space(window.transcript.view, QEvent.Type.KeyRelease)
    assert wishes == []


def test_another_window_in_front_lets_go_of_the_talk_key(
    window: MainWindow, wishes: list[Event], qtbot: QtBot
) -> None:
    window.show_state(MANUAL)
    space(window.transcript.view, QEvent.Type.KeyPress)
    other = QWidget()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(lambda: not window.isActiveWindow())
    assert wishes == [TalkPressed(), TalkReleased()]


OFFLINE = SettingsChanged(replace(FIRST_START.settings, service="offline"))


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action.DISMISS, []),
        (Action.RETRY, [ConnectAsked()]),
        (Action.REOPEN_SOUND, [ConnectAsked()]),
        (Action.NEW_CONVERSATION, [NewConversationAsked()]),
        (Action.USE_OFFLINE, [OFFLINE, ConnectAsked()]),
    ],
)
def test_the_button_of_a_problem_does_what_it_says(
    window: MainWindow, wishes: list[Event], action: Action, expected: list[Event]
) -> None:
    window.problems.act.emit(Problem(Kind.NO_SOUND, "Oh.", "", action))
    assert wishes == expected


def test_the_button_of_a_problem_leads_to_where_it_is_solved(window: MainWindow) -> None:
    def press(action: Action) -> None:
        window.problems.act.emit(Problem(Kind.NO_SOUND, "Oh.", "", action))

    press(Action.SET_KEY)
    dialog = window.dialogs._settings
    assert dialog is not None
    assert dialog.isVisible()
    assert dialog.key.field.isVisible()
    dialog.reject()
    press(Action.OPEN_SETTINGS)
    assert dialog.isVisible()
    dialog.reject()
    for action, picker in (
        (Action.CHOOSE_MICROPHONE, window.dock.microphone),
        (Action.CHOOSE_SPEAKER, window.dock.speaker),
    ):
        press(action)
        assert picker.view().isVisible()
        picker.hidePopup()
    press(Action.OPEN_RELEASES)
    assert window._services.releases_opened == 1  # type: ignore[attr-defined]
    press(Action.GET_WEIGHTS)
    assert window.dialogs._download is not None
    assert window.dialogs._download.isVisible()


def test_the_theme_follows_the_setting_and_the_system(
    qtbot: QtBot, wishes: list[Event], services: FakeServices
) -> None:
    dark = [True]
    window = MainWindow(wishes.append, services, lambda: dark[0])
    qtbot.addWidget(window)
    assert theme.colors() is DARK
    dark[0] = False
    window.refresh_theme()
    assert theme.colors() is LIGHT
    by_day = window.grab().toImage()
    settings = replace(FIRST_START.settings, theme="dark")
    window.show_state(replace(FIRST_START, settings=settings))
    assert theme.colors() is DARK
    assert window.grab().toImage() != by_day


def test_the_system_is_asked_when_nobody_else_tells(qtbot: QtBot, services: FakeServices) -> None:
    window = MainWindow(lambda event: None, services)
    qtbot.addWidget(window)
    scheme = QGuiApplication.styleHints().colorScheme()
    assert theme.colors() is (DARK if scheme is Qt.ColorScheme.Dark else LIGHT)


def test_no_part_keeps_light_ground_in_the_dark(window: MainWindow) -> None:
    dark = replace(SPEAKING.settings, theme="dark")
    window.show_state(replace(SPEAKING, settings=dark))
    dialog = window.open_settings()
    for widget in (window, *dialog.pages.values(), dialog):
        image = widget.grab().toImage()
        step = 7
        spots = [
            image.pixelColor(x, y).lightness()
            for x in range(0, image.width(), step)
            for y in range(0, image.height(), step)
        ]
        assert sum(light > 200 for light in spots) / len(spots) < 0.03
    dialog.reject()


def test_the_report_can_be_copied_from_the_menu(window: MainWindow, services: FakeServices) -> None:
    menu = window.header._more.menu()
    report = next(a for a in menu.actions() if "report" in a.text())
    report.trigger()
    assert QGuiApplication.clipboard().text() == services.report()


def test_devices_that_come_and_go_show_up_everywhere(window: MainWindow) -> None:
    dialog = window.open_settings("sound")
    window.show_devices(DeviceList())
    assert window.dock.microphone.count() == 1
    editors = [dialog.pages["sound"].rows[name].editor for name in ("microphone", "speaker")]
    assert [editor.widget.count() for editor in editors] == [1, 1]  # type: ignore[attr-defined]
    dialog.reject()


def test_the_window_finds_out_who_will_answer(window: MainWindow, services: FakeServices) -> None:

    def said() -> str:
        QApplication.processEvents()
        return window.header._chip.text()

    assert said() == "This computer"
    dialog = window.open_settings()
    dialog.ask_for_key()
    dialog.key.field.setText("typed")
    dialog.save.click()
    assert said().startswith("api.openai.com")
    services.at_once = False
    other = replace(FIRST_START.settings, server_url="wss://example.org/x")
    window.show_state(AppState(settings=other))
    assert said().startswith("example.org")
    window.show_state(AppState())
    assert said() == "Automatic"
    services.answer()
    assert said().startswith("api.openai.com")


def test_a_hidden_window_looks_for_no_key(qtbot: QtBot, services: FakeServices) -> None:
    services.at_once = False
    window = MainWindow(lambda event: None, services)
    qtbot.addWidget(window)
    window.show_state(AppState())
    assert services.waiting == []


def fast_timers(window: MainWindow) -> list[QTimer]:
    return [t for t in window.findChildren(QTimer) if t.isActive() and t.interval() < 1000]


@pytest.mark.parametrize("state", [SPEAKING, THINKING, SCENES["connecting"], SCENES["hearing"]])
def test_a_hidden_window_stands_still(window: MainWindow, state: AppState) -> None:
    window.show_state(state)
    QApplication.processEvents()
    assert fast_timers(window)
    window.hide()
    QApplication.processEvents()
    assert fast_timers(window) == []
    window.show_state(replace(SCENES["hearing"]))
    QApplication.processEvents()
    assert fast_timers(window) == []


def controls(root: QWidget) -> Iterator[QWidget]:
    """Yield the controls of ``root`` that a user can meet, not their inner parts."""
    for widget in root.findChildren(QWidget):
        inner = isinstance(widget.parent(), QComboBox | QAbstractSpinBox)
        private = widget.objectName().startswith("qt_") or isinstance(widget, QScrollBar)
        popup = widget.window() is not root.window()
        if isinstance(widget, CONTROLS) and not (inner or private or popup):
            yield widget


def spoken_name(widget: QWidget) -> str:
    face = QAccessible.queryAccessibleInterface(widget)
    return face.text(QAccessible.Text.Name) if face is not None else ""


def test_every_control_has_a_name_for_a_screen_reader(window: MainWindow) -> None:
    window.show_state(replace(PROBLEM, settings=MANUAL.settings))
    dialog = window.open_settings()
    found = [*controls(window), *controls(dialog)]
    assert len(found) > 45
    nameless = [w.metaObject().className() for w in found if not spoken_name(w).strip()]
    assert nameless == []
    dialog.reject()


def test_a_screen_reader_finds_the_rows_of_the_transcript(window: MainWindow) -> None:
    window.show_state(SPEAKING)
    face = QAccessible.queryAccessibleInterface(window.transcript.view)
    assert face is not None
    assert face.childCount() == len(SPEAKING.rows)
    assert face.child(3).text(QAccessible.Text.Name).startswith("Assistant: Two tins")


def test_tab_visits_every_control_once_beginning_with_the_talk_button(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.show_state(replace(PROBLEM, rows=SPEAKING.rows))
    window.dock.composer.line.setText("so that Send can be reached")
    assert window.dock.talk.hasFocus()
    visited: list[QWidget] = []
    while not visited or QApplication.focusWidget() is not visited[0]:
        focused = QApplication.focusWidget()
        assert focused is not None
        visited.append(focused)
        QTest.keyClick(visited[-1], Qt.Key.Key_Tab)
        assert len(visited) < 30
    expected = {w for w in controls(window) if w.isVisible() and w.isEnabled()}
    assert set(visited) == expected
    assert visited[:2] == [window.dock.talk, window.dock.mute]


@pytest.mark.parametrize("name", ["first_start", "speaking", "trouble", "manual"])
def test_nothing_is_cut_off_in_the_smallest_window(
    open_window: Callable[[], MainWindow], name: str
) -> None:
    window = open_window()
    window.resize(SMALLEST_PX)
    window.show_state(SCENES[name])
    QApplication.processEvents()
    assert window.size() == SMALLEST_PX
    for widget in controls(window):
        if widget.isVisible():
            corner = widget.mapTo(window, widget.rect().bottomRight())
            assert window.rect().contains(corner), widget
            assert widget.width() >= widget.minimumSizeHint().width()
