"""Choosing a device by name."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.core.sound import Device
from desktop_app.ui.device_picker import DevicePicker
from tests.fakes.services import DEVICES


@pytest.fixture
def picker(qtbot: QtBot) -> DevicePicker:
    made = DevicePicker("Microphone")
    qtbot.addWidget(made)
    return made


def entries(picker: DevicePicker) -> list[str]:
    return [picker.itemText(n) for n in range(picker.count())]


def test_the_systems_default_comes_first_and_says_what_it_is_now(picker: DevicePicker) -> None:
    assert entries(picker) == ["System default"]
    picker.show_devices(DEVICES.microphones)
    assert entries(picker) == [
        "System default (now: USB Headset Mono)",
        "USB Headset Mono",
        "Built-in Microphone",
    ]
    assert picker.brief() == "Default: USB Headset Mono"


def test_a_stored_device_that_is_gone_is_shown_as_missing(picker: DevicePicker) -> None:
    picker.show_name("Blue Yeti")
    assert picker.currentText() == "Blue Yeti"
    picker.show_devices(DEVICES.microphones)
    assert picker.currentText() == "Blue Yeti (not connected)"
    assert picker.accessibleDescription() == "Blue Yeti (not connected)"
    assert picker.brief() == ""


def test_picking_wishes_and_changes_nothing_by_itself(picker: DevicePicker) -> None:
    picked: list[str] = []
    picker.picked.connect(picked.append)
    picker.show_devices(DEVICES.microphones)
    picker.setCurrentIndex(2)
    picker.activated.emit(2)
    assert picked == ["alsa_input.pci-internal"]
    assert picker.currentIndex() == 0
    picker.show_name("alsa_input.pci-internal")
    assert picker.currentIndex() == 2
    picker.activated.emit(2)
    assert len(picked) == 1


def test_opening_the_list_asks_for_a_fresh_one(picker: DevicePicker, qtbot: QtBot) -> None:
    picker.show()
    with qtbot.waitSignal(picker.opened):
        picker.showPopup()
    picker.hidePopup()


def test_the_open_list_shows_every_entry_in_full(picker: DevicePicker) -> None:
    long = Device("x", "A Microphone With a Name That Is Longer Than the Picker Is Wide")
    picker.show_devices((*DEVICES.microphones, long))
    picker.resize(160, 30)
    picker.show()
    picker.showPopup()
    view = picker.view()
    assert view.verticalScrollBar().maximum() == 0
    assert view.width() >= view.fontMetrics().horizontalAdvance(long.label)
    picker.hidePopup()
