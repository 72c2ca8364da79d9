"""Check sound, in the window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.core.events import Event
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.sound_check import CheckStage, Findings
from desktop_app.core.wishes import SettingsChanged, SoundCheckBegan, SoundCheckEnded
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.sound_check_dialog import SoundCheckDialog, Stage
from tests.fakes.services import FakeServices
from tests.ui.findings import DEAD, HALF_DUPLEX, HEADPHONES, LOUDSPEAKER
from tests.ui.scenes import LISTENING
from tests.ui.test_main_window import controls, spoken_name


@pytest.fixture
def dialog(window: MainWindow, qtbot: QtBot) -> SoundCheckDialog:
    window.problems.act.emit(Problem(Kind.DEVICE_CHANGED, "Oh.", "", Action.CHECK_SOUND))
    made = window.findChild(SoundCheckDialog)
    assert made is not None
    qtbot.waitUntil(made.isVisible)
    return made


def words(dialog: SoundCheckDialog) -> str:
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisible())


def test_it_says_what_will_happen_and_makes_no_sound_before_a_yes(
    dialog: SoundCheckDialog, services: FakeServices
) -> None:
    assert "short tune" in words(dialog)
    assert "nothing of it leaves this computer" in words(dialog)
    assert services.checks == []
    assert not dialog.isModal()
    assert dialog.go.hasFocus()
    assert dialog.go.text() == "Start"


def test_it_checks_the_devices_of_the_settings_and_tells_the_core(
    window: MainWindow, dialog: SoundCheckDialog, services: FakeServices, wishes: list[Event]
) -> None:
    chosen = Settings(microphone="desk", speaker="boxes")
    window.show_state(replace(LISTENING, settings=chosen))
    dialog.go.click()
    assert services.checks == [(chosen, True)]
    assert wishes == [SoundCheckBegan()]
    services.end_check(LOUDSPEAKER)
    assert wishes[1:] == [SoundCheckEnded(LOUDSPEAKER)]


def test_it_leads_through_the_check(dialog: SoundCheckDialog, services: FakeServices) -> None:
    dialog.go.click()
    assert services.check_progress is not None
    seen = []
    for stage in CheckStage:
        services.check_progress(stage, 0.25)
        seen.append(words(dialog))
        assert dialog.bar.value() == 250
        assert dialog.bar.isVisible()
    assert [text.split("\n")[0] for text in seen] == ["The room", "A tune", "Now say something"]


def test_only_who_is_asked_to_speak_can_skip(
    dialog: SoundCheckDialog, services: FakeServices
) -> None:
    dialog.go.click()
    assert services.check_progress is not None
    services.check_progress(CheckStage.TUNE, 0.5)
    assert not dialog.go.isVisible()
    assert dialog.cancel.hasFocus()
    services.check_progress(CheckStage.VOICE, 0.5)
    assert dialog.go.text() == "Skip"
    dialog.go.click()
    assert services.voices_skipped == 1


def test_who_does_not_want_to_speak_is_not_asked(
    dialog: SoundCheckDialog, services: FakeServices
) -> None:
    dialog.voice.click()
    dialog.go.click()
    assert services.checks[0][1] is False


@pytest.mark.parametrize(
    ("found", "head"),
    [
        (HEADPHONES, "Headphones: interrupt whenever you like"),
        (LOUDSPEAKER, "Loudspeaker: interrupt whenever you like"),
        (HALF_DUPLEX, "Loudspeaker: I listen only when I am silent"),
        (DEAD, "The microphone gives only silence"),
    ],
)
def test_the_result_is_said_with_its_reason_and_what_was_measured(
    dialog: SoundCheckDialog, services: FakeServices, found: Findings, head: str
) -> None:
    dialog.go.click()
    services.end_check(found)
    told = words(dialog)
    assert head in told
    assert found.microphone in told
    assert "Noise of the room" in told
    assert dialog.stage is Stage.DONE
    assert dialog.other.isVisible() is (found is DEAD)
    assert dialog.go.hasFocus()


def test_the_report_can_be_copied_and_names_no_device(
    dialog: SoundCheckDialog, services: FakeServices
) -> None:
    dialog.go.click()
    services.end_check(LOUDSPEAKER)
    dialog.copy.click()
    copied = QGuiApplication.clipboard().text()
    assert "Mode: loudspeaker" in copied
    assert LOUDSPEAKER.microphone not in copied
    assert dialog.copy.text() == "Copied"


def test_closing_breaks_the_check_off(
    dialog: SoundCheckDialog, services: FakeServices, wishes: list[Event]
) -> None:
    dialog.go.click()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert services.checks_cancelled == 1
    assert wishes == [SoundCheckBegan(), SoundCheckEnded()]
    assert not dialog.isVisible()
    dialog.offer()
    assert dialog.stage is Stage.READY
    dialog.reject()
    assert services.checks_cancelled == 1


def test_an_answer_that_comes_too_late_is_nothing(
    dialog: SoundCheckDialog, services: FakeServices, wishes: list[Event]
) -> None:
    dialog.go.click()
    progress, done = services.check_progress, services.check_done
    dialog.reject()
    assert progress is not None
    assert done is not None
    progress(CheckStage.TUNE, 0.5)
    done(LOUDSPEAKER)
    assert dialog.stage is Stage.READY
    assert SoundCheckEnded(LOUDSPEAKER) not in wishes


def test_opened_again_while_it_runs_it_goes_on(
    dialog: SoundCheckDialog, services: FakeServices, window: MainWindow
) -> None:
    dialog.go.click()
    assert window.dialogs.sound_check() is dialog
    assert dialog.stage is Stage.RUNNING
    assert len(services.checks) == 1
    dialog.reject()


def test_after_bad_news_another_microphone_is_one_click_away(
    dialog: SoundCheckDialog, services: FakeServices, window: MainWindow, qtbot: QtBot
) -> None:
    dialog.go.click()
    services.end_check(DEAD)
    dialog.other.click()
    assert not dialog.isVisible()
    picker = window.dock.microphone
    qtbot.waitUntil(lambda: picker.view().isVisible())
    QComboBox.hidePopup(picker)


def test_it_can_be_done_again(dialog: SoundCheckDialog, services: FakeServices) -> None:
    dialog.go.click()
    services.end_check(HEADPHONES)
    dialog.cancel.click()
    assert len(services.checks) == 2
    assert dialog.stage is Stage.RUNNING
    dialog.reject()


def test_the_keyboard_is_enough(dialog: SoundCheckDialog, services: FakeServices) -> None:
    QTest.keyClick(dialog.go, Qt.Key.Key_Return)
    assert len(services.checks) == 1
    assert services.check_progress is not None
    services.check_progress(CheckStage.VOICE, 0.1)
    QTest.keyClick(dialog.go, Qt.Key.Key_Space)
    assert services.voices_skipped == 1
    services.end_check(LOUDSPEAKER)
    reached = set()
    for _ in range(8):
        focus = dialog.focusWidget()
        assert focus is not None
        reached.add(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert {dialog.copy, dialog.cancel, dialog.go} <= reached
    QTest.keyClick(dialog.go, Qt.Key.Key_Return)
    assert not dialog.isVisible()


def test_everything_has_a_name(dialog: SoundCheckDialog) -> None:
    assert [c for c in controls(dialog) if not spoken_name(c)] == []


def test_the_menu_and_the_settings_lead_here(
    window: MainWindow, services: FakeServices, wishes: list[Event]
) -> None:
    names = [action.text() for action in window._menu().actions()]
    assert "Check sound…" in names
    settings = window.open_settings("sound")
    row = settings.pages["sound"].rows["half_duplex"]
    assert isinstance(row.editor.widget, QComboBox)
    row.editor.widget.setCurrentIndex(1)
    row.editor.widget.activated.emit(1)
    buttons = settings.pages["sound"].findChildren(QPushButton)
    (check,) = [b for b in buttons if b.accessibleName() == "Check: Check sound"]
    check.click()
    dialog = window.findChild(SoundCheckDialog)
    assert dialog is not None
    assert dialog.isVisible()
    assert not settings.isVisible()
    assert [type(w) for w in wishes] == [SettingsChanged]
    dialog.reject()


def test_a_click_on_its_words_leaves_the_voice_out(dialog: SoundCheckDialog) -> None:
    QTest.mouseClick(dialog._voice_words, Qt.MouseButton.LeftButton)
    assert not dialog.voice.isChecked()
