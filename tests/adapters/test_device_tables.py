"""PortAudio's lists of three systems, as data: what people are offered of them."""

from __future__ import annotations

from desktop_app.adapters.device_tables import Table, TableDevice
from desktop_app.core.problems import Kind
from desktop_app.core.sound import Device

LONG = "Microphone Array (Realtek(R) High Definition Audio Codec)"


def table(
    *rows: tuple[str, str, int, int], inputs: dict[str, int], outputs: dict[str, int]
) -> Table:
    devices = [
        TableDevice(index, name, api, ins, outs, 48_000)
        for index, (name, api, ins, outs) in enumerate(rows)
    ]
    return Table(devices, inputs, outputs)


WINDOWS = table(
    ("Microsoft Sound Mapper - Input", "MME", 2, 0),
    (LONG[:31], "MME", 2, 0),
    ("Microsoft Sound Mapper - Output", "MME", 0, 2),
    ("Speakers (Realtek(R) High Defin", "MME", 0, 2),
    (LONG, "Windows DirectSound", 2, 0),
    ("Disabled thing", "Windows DirectSound", 2, 0),
    ("Speakers (Realtek(R) High Definition Audio)", "Windows WASAPI", 0, 2),
    ("Headphones (Buds)", "Windows WASAPI", 0, 2),
    (LONG, "Windows WASAPI", 2, 0),
    ("Input (Realtek HD)", "Windows WDM-KS", 2, 0),
    inputs={"MME": 0, "Windows DirectSound": 4, "Windows WASAPI": 8, "Windows WDM-KS": 9},
    outputs={"MME": 2, "Windows DirectSound": -1, "Windows WASAPI": 6, "Windows WDM-KS": -1},
)
MAC = table(
    ("MacBook Pro Microphone", "Core Audio", 1, 0),
    ("MacBook Pro Speakers", "Core Audio", 0, 2),
    ("USB Headset", "Core Audio", 1, 2),
    ("USB Headset", "Core Audio", 1, 2),
    inputs={"Core Audio": 0},
    outputs={"Core Audio": 2},
)
BARE_LINUX = table(
    ("HDA Intel PCH: ALC257 Analog (hw:0,0)", "ALSA", 2, 2),
    ("sysdefault", "ALSA", 128, 128),
    ("surround51", "ALSA", 0, 6),
    ("dmix", "ALSA", 0, 2),
    ("default", "ALSA", 128, 128),
    ("/dev/dsp", "OSS", 16, 16),
    inputs={"ALSA": 4, "OSS": 5},
    outputs={"ALSA": 4, "OSS": 5},
)
EMPTY = table(inputs={}, outputs={})


def test_windows_offers_wasapi_only_with_whole_names() -> None:
    listed = WINDOWS.listed()
    assert listed.microphones == (Device(LONG, LONG, default=True),)
    assert [(d.name, d.default) for d in listed.speakers] == [
        ("Speakers (Realtek(R) High Definition Audio)", True),
        ("Headphones (Buds)", False),
    ]
    assert listed.problem is None


def test_macos_offers_each_name_once() -> None:
    listed = MAC.listed()
    assert [d.name for d in listed.microphones] == ["MacBook Pro Microphone", "USB Headset"]
    assert [(d.name, d.default) for d in listed.speakers] == [
        ("MacBook Pro Speakers", False),
        ("USB Headset", True),
    ]


def test_linux_without_a_sound_server_offers_hardware_and_the_default() -> None:
    hardware = "HDA Intel PCH: ALC257 Analog (hw:0,0)"
    listed = BARE_LINUX.listed()
    assert [(d.name, d.label, d.default) for d in listed.speakers] == [
        (hardware, hardware, False),
        ("default", "Default of ALSA", True),
    ]


def test_where_nothing_is_listed_a_problem_says_so() -> None:
    listed = EMPTY.listed()
    assert (listed.microphones, listed.speakers) == ((), ())
    assert listed.problem is not None
    assert listed.problem.kind is Kind.NO_SPEAKER
    assert EMPTY.default("input") is None
    assert EMPTY.server("output") is None


def test_names_are_found_whole_or_as_they_were_cut_elsewhere() -> None:
    found = WINDOWS.find("input", LONG)
    assert found is not None
    assert found.index == 8
    assert WINDOWS.find("input", LONG[:31]) == found
    assert WINDOWS.find("input", LONG[:20]) is None
    assert WINDOWS.find("output", LONG) is None


def test_the_way_to_the_sound_server_is_preferred_by_name() -> None:
    with_pulse = table(
        ("default", "ALSA", 32, 32), ("pulse", "ALSA", 32, 32), inputs={}, outputs={}
    )
    server = with_pulse.server("input")
    assert server is not None
    assert server.name == "pulse"
    fallback = BARE_LINUX.server("output")
    assert fallback is not None
    assert fallback.name == "default"
    assert MAC.server("input") is None
