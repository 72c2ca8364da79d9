"""The tray icon and the window beside it: what is shown, what clicks mean, who may hide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from desktop_app.app_tray import WindowAndTray
from desktop_app.core import sound
from desktop_app.core.events import Event
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState
from desktop_app.core.wishes import (
    HangUpAsked,
    InterruptAsked,
    KeyPressed,
    MuteToggled,
    SettingsChanged,
    TalkToggled,
)
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.tray import Tray
from desktop_app.ui.tray_icons import SIZES_PX, Face, face_of, face_words, tray_icon
from tests.core.dialogue import after, live, manual, speaking
from tests.fakes.services import FakeServices

LISTENING = live()
NO_KEY = Problem(Kind.NO_KEY, "There is no key", "Set one.")


class Desktop:
    """A desktop whose tray comes and goes."""

    def __init__(self) -> None:
        self.tray = True
        self.wishes: list[Event] = []
        self.left = 0

    def leave(self) -> None:
        self.left += 1


@pytest.fixture(autouse=True)
def no_complaints(qapp: QApplication) -> None:
    """Take the place of the other: Qt's offscreen platform complains of every tray icon."""


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


@pytest.fixture
def tray(qapp: QApplication, desktop: Desktop) -> Iterator[Tray]:
    made = Tray(desktop.wishes.append, lambda: desktop.tray)
    yield made
    made.stop()


@pytest.fixture
def both(tray: Tray, desktop: Desktop) -> Iterator[WindowAndTray]:
    window = MainWindow(desktop.wishes.append, FakeServices())
    made = WindowAndTray(window, desktop.wishes.append, desktop.leave, tray)
    window.show()
    yield made
    window.deleteLater()


def window_of(both: WindowAndTray) -> MainWindow:
    return both._window


# --- what it shows ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "face"),
    [
        (AppState(), Face.IDLE),
        (LISTENING, Face.LISTENING),
        (speaking(), Face.SPEAKING),
        (live(muted=True), Face.MUTED),
        (AppState(muted=True), Face.MUTED),
        (speaking(live(muted=True)), Face.SPEAKING),
        (manual(), Face.IDLE),
        (after(manual(), KeyPressed()), Face.LISTENING),
        (after(LISTENING, sound.MicLost(None)), Face.TROUBLE),
        (replace(AppState(), problems=(NO_KEY,)), Face.TROUBLE),
    ],
)
def test_the_face_says_what_is_going_on(state: AppState, face: Face) -> None:
    assert face_of(state) is face


def test_every_face_looks_different_in_every_size(qapp: QApplication) -> None:
    for size_px in SIZES_PX:
        pictures = [tray_icon(face).pixmap(size_px).toImage() for face in Face]
        assert all(one.width() == size_px for one in pictures)
        assert all(a != b for i, a in enumerate(pictures) for b in pictures[:i])


def test_icon_and_words_follow_the_state(tray: Tray) -> None:
    tray.start()
    assert tray.icon is not None
    for face, state in ((Face.LISTENING, LISTENING), (Face.SPEAKING, speaking())):
        tray.show_state(state)
        assert tray.icon.toolTip() == face_words(face)
        assert tray.icon.icon().cacheKey() == tray_icon(face).cacheKey()


# --- clicks and menu ----------------------------------------------------------------------------


def test_a_click_toggles_the_talk_and_a_double_click_is_one(tray: Tray, desktop: Desktop) -> None:
    reason = QSystemTrayIcon.ActivationReason
    tray.start()
    assert tray.icon is not None
    for kind in (reason.Trigger, reason.DoubleClick, reason.Context, reason.MiddleClick):
        tray.icon.activated.emit(kind)
    assert desktop.wishes == [TalkToggled(), MuteToggled()]


@pytest.mark.parametrize(
    ("state", "words", "wish"),
    [
        (AppState(), "Start talking", TalkToggled()),
        (LISTENING, "Stop talking", HangUpAsked()),
        (manual(), "Start talking", TalkToggled()),
        (after(manual(), TalkToggled()), "Send what you said", TalkToggled()),
    ],
)
def test_the_first_line_of_the_menu_starts_and_stops(
    tray: Tray, desktop: Desktop, state: AppState, words: str, wish: Event
) -> None:
    tray.show_state(state)
    first = tray.menu.actions()[0]
    assert first.text() == words
    first.trigger()
    assert desktop.wishes == [wish]


def test_the_menu_holds_all_else(tray: Tray, desktop: Desktop) -> None:
    asked: list[str] = []
    tray.show_asked.connect(lambda: asked.append("show"))
    tray.settings_asked.connect(lambda: asked.append("settings"))
    tray.quit_asked.connect(lambda: asked.append("quit"))
    tray.show_state(speaking(live(Settings(turn_detection="manual"))))
    assert tray.hang_up.isVisible()
    actions = (tray.mute, tray.interrupt, tray.hang_up, tray.show_window, tray.settings, tray.quit)
    for action in actions:
        action.trigger()
    assert desktop.wishes == [MuteToggled(), InterruptAsked(), HangUpAsked()]
    assert asked == ["show", "settings", "quit"]


def test_what_can_not_be_done_is_not_offered(tray: Tray) -> None:
    tray.show_state(LISTENING)
    assert not tray.interrupt.isEnabled()
    assert not tray.hang_up.isVisible()
    tray.show_state(replace(LISTENING, muted=True))
    assert tray.mute.text() == "Unmute"


# --- a tray that comes and goes -----------------------------------------------------------------


def test_a_late_tray_gets_a_new_icon_and_is_looked_for_no_more(
    tray: Tray, desktop: Desktop
) -> None:
    desktop.tray = False
    tray.start()
    assert (tray.icon, tray.present, tray._timer.isActive()) == (None, False, True)
    desktop.tray = True
    tray.look()
    assert tray.icon is not None
    assert (tray.present, tray._timer.isActive()) == (True, False)


def test_a_tray_that_goes_away_is_noticed(tray: Tray, desktop: Desktop) -> None:
    lost: list[bool] = []
    tray.lost.connect(lambda: lost.append(True))
    tray.start()
    desktop.tray = False
    assert not tray.present
    tray.look()
    assert (lost, tray.icon, tray._timer.isActive()) == ([True], None, True)


# --- the window beside it -----------------------------------------------------------------------


def test_without_a_tray_closing_the_window_is_leaving(
    both: WindowAndTray, desktop: Desktop
) -> None:
    desktop.tray = False
    both.tray.start()
    both.show_state(AppState(settings=Settings(on_close="hide")))
    window_of(both).close()
    assert desktop.left == 1
    assert window_of(both).isVisible()


def test_closing_asks_once_and_nothing_waits_for_the_answer(
    both: WindowAndTray, desktop: Desktop
) -> None:
    both.tray.start()
    window_of(both).close()
    question = both._question
    assert question is not None
    assert question.isVisible()
    assert not question.isModal()
    assert window_of(both).isVisible()
    question.keep.click()
    assert not window_of(both).isVisible()
    assert desktop.wishes == [SettingsChanged(Settings(on_close="hide"))]
    assert desktop.left == 0
    both.show_window()
    both.show_state(AppState(settings=Settings(on_close="hide")))
    window_of(both).close()
    assert not question.isVisible()
    assert not window_of(both).isVisible()


def test_who_wants_to_end_is_believed(both: WindowAndTray, desktop: Desktop) -> None:
    both.tray.start()
    window_of(both).close()
    assert both._question is not None
    both._question.end.click()
    assert desktop.wishes == [SettingsChanged(Settings(on_close="quit"))]
    assert desktop.left == 1


@pytest.mark.parametrize("face", Face)
def test_for_macos_the_icon_is_a_shape_that_the_menu_bar_paints(
    qapp: QApplication, face: Face
) -> None:
    icon = tray_icon(face, template=True)
    assert icon.isMask()
    picture = icon.pixmap(32, 32).toImage()
    dots = [picture.pixelColor(x, y) for x in range(32) for y in range(32)]
    assert {dot.name() for dot in dots if dot.alpha()} == {"#000000"}
    assert not picture.pixelColor(0, 0).alpha()
    assert not tray_icon(face, template=False).isMask()


def test_the_button_on_top_is_wished_for_in_the_menu(tray: Tray, desktop: Desktop) -> None:
    tray.on_top.trigger()
    (wish,) = desktop.wishes
    assert isinstance(wish, SettingsChanged)
    assert wish.settings.talk_window
    tray.show_state(AppState(settings=wish.settings))
    assert tray.on_top.isChecked()


def test_a_hidden_window_returns_when_the_tray_goes(both: WindowAndTray, desktop: Desktop) -> None:
    both.tray.start()
    both.show_state(AppState(settings=Settings(on_close="hide")))
    window_of(both).close()
    assert both.tray._timer.isActive()
    desktop.tray = False
    both.tray.look()
    assert window_of(both).isVisible()


def test_a_new_problem_is_told_by_the_tray_while_the_window_is_hidden(
    both: WindowAndTray, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(both.tray, "tell", lambda title, text: told.append(title))
    both.tray.start()
    both.show_state(AppState(settings=Settings(on_close="hide")))
    window_of(both).close()
    troubled = replace(AppState(), problems=(NO_KEY,))
    both.show_state(troubled)
    both.show_state(replace(troubled, muted=True))
    assert told == [NO_KEY.title]


def test_the_settings_come_with_the_window(both: WindowAndTray) -> None:
    both.tray.start()
    window_of(both).hide()
    both.tray.settings.trigger()
    assert window_of(both).isVisible()
    dialog = window_of(both).dialogs._settings
    assert dialog is not None
    assert dialog.isVisible()
    dialog.reject()


def test_hidden_at_login_it_waits_for_the_tray_and_shows_itself_without_one(
    both: WindowAndTray, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("desktop_app.app_tray.TRAY_PATIENCE_MS", 1)
    window_of(both).hide()
    desktop.tray = False
    both.begin(hidden=True)
    assert not window_of(both).isVisible()
    both._show_unless_in_tray()
    assert window_of(both).isVisible()


def test_hidden_at_login_it_stays_in_the_tray(both: WindowAndTray) -> None:
    window_of(both).hide()
    both.begin(hidden=True)
    both._show_unless_in_tray()
    assert both.tray.present
    assert not window_of(both).isVisible()
