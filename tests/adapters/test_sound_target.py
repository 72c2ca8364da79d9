"""Which device is opened for a name, and in which form."""

from __future__ import annotations

import os
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from desktop_app.adapters import sound_target
from desktop_app.adapters.sound_problems import Way
from desktop_app.adapters.sound_target import (
    Form,
    Target,
    extra_settings,
    find_target,
    open_target,
    read_table,
)
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.sound import Device, DeviceList
from desktop_app.ports import SoundError


class PortAudioError(Exception):
    """As sounddevice's own: a text and a code."""


def sounddevice(*devices: dict[str, Any]) -> Any:
    """A module like sounddevice on a computer with these devices."""
    module = ModuleType("sounddevice")
    apis = [{"name": "ALSA", "default_input_device": 0, "default_output_device": 0}]
    apis += [{"name": "Windows WASAPI", "default_input_device": 0, "default_output_device": 0}]
    listed = [
        {
            "hostapi": 0,
            "max_input_channels": 2,
            "max_output_channels": 2,
            "default_samplerate": 48e3,
        }
        | device
        for device in devices
    ]
    vars(module).update(
        PortAudioError=PortAudioError,
        query_hostapis=lambda: apis,
        query_devices=lambda: listed,
        WasapiSettings=lambda auto_convert: SimpleNamespace(auto_convert=auto_convert),
    )
    return module


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> dict[str, DeviceList | None]:
    """What the sound server says; None: there is none."""
    says: dict[str, DeviceList | None] = {"devices": None}
    monkeypatch.setattr(sound_target, "pulse_devices", lambda: says["devices"])
    monkeypatch.setattr("sys.platform", "linux")
    return says


DESK = Device("mic_desk", "Desk", default=True)
HEADSET = Device("mic_headset", "Headset")
ALSA = sounddevice({"name": "hda (hw:0,0)"}, {"name": "default"})


def refusing(*codes: int) -> tuple[list[Form], Any]:
    """An opener that fails with these codes, one after the other, and what it was asked for."""
    asked: list[Form] = []

    def opener(form: Form) -> Form:
        asked.append(form)
        if len(asked) <= len(codes):
            raise PortAudioError("Error opening Stream: Refused", codes[len(asked) - 1])
        return form

    return asked, opener


def problem(*codes: int, way: Way = "input") -> Problem:
    _, opener = refusing(*codes)
    with pytest.raises(SoundError) as caught:
        open_target(Target("", "Desk", 0), way, ALSA, opener)
    return caught.value.problem


def test_a_stream_goes_to_the_named_device_of_the_server(server: dict[str, Any]) -> None:
    server["devices"] = DeviceList((DESK, HEADSET))
    target = find_target("input", "mic_headset", ALSA)
    assert (target.name, target.label, target.index) == ("mic_headset", "Headset", 1)
    assert target.environment["PULSE_SOURCE"] == "mic_headset"
    assert target.stream in target.environment["PULSE_PROP"]


def test_the_default_is_named_to_the_server_too_for_it_remembers_other_places(
    server: dict[str, Any],
) -> None:
    server["devices"] = DeviceList((HEADSET, DESK))
    for name in ("", "long gone"):
        target = find_target("input", name, ALSA)
        assert (target.name, target.label) == ("mic_desk", "Desk")
        assert target.environment["PULSE_SOURCE"] == "mic_desk"


def test_without_a_default_the_first_device_is_named(server: dict[str, Any]) -> None:
    server["devices"] = DeviceList(speakers=(HEADSET,))
    target = find_target("output", "", ALSA)
    assert target.environment["PULSE_SINK"] == "mic_headset"


def test_a_server_without_devices_is_a_problem(server: dict[str, Any]) -> None:
    server["devices"] = DeviceList()
    with pytest.raises(SoundError) as caught:
        find_target("input", "", ALSA)
    assert caught.value.problem.kind is Kind.NO_MICROPHONE


def test_without_a_server_portaudios_own_devices_are_used(server: dict[str, Any]) -> None:
    named = find_target("input", "hda (hw:0,0)", ALSA)
    assert (named.name, named.index, named.rate_hz, named.channels) == (
        "hda (hw:0,0)",
        0,
        48_000,
        2,
    )
    other = find_target("output", "long gone", ALSA)
    assert (other.name, other.label, dict(other.environment)) == (
        "hda (hw:0,0)",
        "hda (hw:0,0)",
        {},
    )


def test_without_any_device_there_is_a_problem(server: dict[str, Any]) -> None:
    with pytest.raises(SoundError) as caught:
        find_target("output", "", sounddevice())
    assert caught.value.problem.kind is Kind.NO_SPEAKER


def test_wasapi_converts_rates_by_itself(
    server: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    windows = sounddevice({"name": "Speakers", "hostapi": 1})
    target = find_target("output", "", windows)
    assert target.wasapi
    assert vars(extra_settings(target, windows)) == {"auto_convert": True}
    assert extra_settings(Target("", "Desk", 0), windows) is None


def test_an_easy_device_is_opened_at_24_khz_mono() -> None:
    asked, opener = refusing()
    assert open_target(Target("", "Desk", 0, 48_000, 2), "input", ALSA, opener) == Form(24_000, 1)
    assert len(asked) == 1


def test_a_choosy_device_gets_its_way_step_by_step() -> None:
    asked, opener = refusing(-9998, -9997, -9997, -9996)
    target = Target("", "Array", 0, 44_100, 4)
    assert open_target(target, "input", ALSA, opener) == Form(44_100, 4)
    assert asked == [
        Form(24_000, 1),
        Form(24_000, 2),
        Form(44_100, 1),
        Form(44_100, 2),
        Form(44_100, 4),
    ]


def test_a_form_is_tried_once() -> None:
    asked, opener = refusing(*[-9997] * 9)
    with pytest.raises(SoundError):
        open_target(Target("", "Desk", 0, 24_000, 2), "output", ALSA, opener)
    assert asked == [Form(24_000, 1), Form(24_000, 2)]


def test_a_busy_device_is_a_problem_of_its_own() -> None:
    busy = problem(-9985)
    assert busy.title == "The microphone is busy: Desk"
    assert busy.action is Action.CHOOSE_MICROPHONE
    assert "plays" in problem(-9985, way="output").hint


def test_another_refusal_says_the_librarys_words() -> None:
    refused = problem(-9999, way="output")
    assert (refused.kind, refused.action) == (Kind.NO_SPEAKER, Action.CHOOSE_SPEAKER)
    assert "(Refused)" in refused.hint


def test_the_environment_leads_the_stream_and_is_as_before_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PULSE_PROP", "before")
    monkeypatch.delenv("PULSE_SINK", raising=False)
    seen: list[str | None] = []

    def opener(form: Form) -> None:
        seen.extend(os.environ.get(name) for name in ("PULSE_PROP", "PULSE_SINK"))

    target = Target("", "Desk", 0, environment={"PULSE_PROP": "during", "PULSE_SINK": "x"})
    open_target(target, "output", ALSA, opener)
    assert seen == ["during", "x"]
    assert os.environ["PULSE_PROP"] == "before"
    assert "PULSE_SINK" not in os.environ


def test_portaudios_list_becomes_a_table() -> None:
    table = read_table(ALSA)
    assert [d.name for d in table.devices] == ["hda (hw:0,0)", "default"]
    assert table.default_inputs["ALSA"] == 0
