"""Hot keys of macOS, with the calls of Carbon replaced: they have never run on the system."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from desktop_app.adapters import carbon
from desktop_app.adapters.carbon import Carbon, KeyId
from desktop_app.adapters.hotkeys_macos import CODES, COMMAND, CONTROL, SECURE, MacHotkeys
from desktop_app.core.key_names import KEYS, chords
from desktop_app.ports import HotkeyReport


class Framework:
    """Carbon on a Mac of our own; its events are pairs of a kind and a `KeyId`."""

    def __init__(self) -> None:
        self.keys: dict[int, tuple[int, int, int]] = {}
        self.taken: set[int] = set()
        self.handler: Any = None
        self.secure = 0
        self.events: dict[int, tuple[int, KeyId]] = {}
        self.told: list[str] = []

    def GetEventDispatcherTarget(self) -> int:  # noqa: N802
        return 9

    def InstallEventHandler(  # noqa: N802
        self, target: int, handler: Any, count: int, kinds: Any, data: None, made: Any
    ) -> int:
        wanted = [(kinds[i].group, kinds[i].kind) for i in range(count)]
        assert target == 9
        assert wanted == [(carbon.four("keyb"), 5), (carbon.four("keyb"), 6)]
        self.handler = handler
        return 0

    def RemoveEventHandler(self, installed: Any) -> None:  # noqa: N802
        self.handler = None

    def RegisterEventHotKey(  # noqa: N802
        self, code: int, mask: int, key: KeyId, target: int, options: int, made: Any
    ) -> int:
        if code in self.taken:
            return -9878
        number = len(self.keys) + 1
        self.keys[number] = (code, mask, key.number)
        ctypes.cast(made, ctypes.POINTER(ctypes.c_void_p)).contents.value = number
        return 0

    def UnregisterEventHotKey(self, reference: ctypes.c_void_p) -> None:  # noqa: N802
        del self.keys[int(reference.value or 0)]

    def GetEventKind(self, event: int) -> int:  # noqa: N802
        return self.events[event][0]

    def GetEventParameter(  # noqa: N802
        self, event: int, name: int, kind: int, _: None, size: int, __: None, into: Any
    ) -> int:
        assert (name, kind, size) == (carbon.four("----"), carbon.four("hkid"), 8)
        given = self.events[event][1]
        ctypes.memmove(into, ctypes.byref(given), size)
        return 0

    def IsSecureEventInputEnabled(self) -> int:  # noqa: N802
        return self.secure

    def send(self, kind: int, code: int, signature: int = carbon.OURS) -> int:
        """A key goes down (5) or up (6); returns what the handler says."""
        number = next((n for c, _, n in self.keys.values() if c == code), 0)
        self.events[1] = (kind, KeyId(signature, number))
        return int(self.handler(None, 1, None))

    def heard(self, action: str) -> None:
        self.told.append(f"{action} down")

    def let_go(self, action: str) -> None:
        self.told.append(f"{action} up")


@pytest.fixture
def mac() -> Framework:
    return Framework()


@pytest.fixture
def hotkeys(mac: Framework) -> MacHotkeys:
    return MacHotkeys(Carbon(mac))


def bind(hotkeys: MacHotkeys, mac: Framework, **keys: str) -> HotkeyReport:
    wanted = {action: chords(text) for action, text in keys.items()}
    return hotkeys.bind(wanted, mac.heard, mac.let_go)


def test_keys_are_registered_with_their_modifiers(hotkeys: MacHotkeys, mac: Framework) -> None:
    report = bind(hotkeys, mac, talk="Ctrl+Cmd+Space, F9", mute="F10")
    assert report.ready == {"talk": "Ctrl+Super+Space, F9", "mute": "F10"}
    assert mac.keys[1] == (CODES["Space"], CONTROL | COMMAND, 1)
    assert mac.keys[2] == (CODES["F9"], 0, 2)


def test_press_and_release_are_told_once_each(hotkeys: MacHotkeys, mac: Framework) -> None:
    bind(hotkeys, mac, mute="F8", talk="F9")
    for kind in (5, 5, 6, 6):
        assert mac.send(kind, CODES["F9"]) == carbon.NO_ERROR
    assert mac.told == ["talk down", "talk up"]


def test_a_hot_key_of_somebody_else_is_passed_on(hotkeys: MacHotkeys, mac: Framework) -> None:
    bind(hotkeys, mac, talk="F9")
    assert mac.send(5, CODES["F9"], carbon.four("else")) == carbon.NOT_HANDLED
    assert mac.told == []


def test_a_key_that_is_taken_or_does_not_exist_is_refused_in_words(
    hotkeys: MacHotkeys, mac: Framework
) -> None:
    mac.taken = {CODES["F9"]}
    report = bind(hotkeys, mac, talk="F9, F10", show="Mouse4", mute="RightCtrl")
    assert report.ready == {"talk": "F10"}
    assert [text.split(":")[0].split(" is")[0] for text in report.refused] == [
        "F9",
        "Mouse4",
        "RightCtrl",
    ]


def test_a_keyboard_that_is_kept_by_a_password_field_is_told(
    hotkeys: MacHotkeys, mac: Framework
) -> None:
    mac.secure = 1
    assert bind(hotkeys, mac, talk="F9").text == SECURE


def test_what_is_down_at_the_end_is_let_go_and_all_is_given_back(
    hotkeys: MacHotkeys, mac: Framework
) -> None:
    bind(hotkeys, mac, talk="F9")
    mac.send(5, CODES["F9"])
    hotkeys.close()
    hotkeys.close()
    assert mac.told == ["talk down", "talk up"]
    assert (mac.keys, mac.handler) == ({}, None)


def test_keys_can_be_changed(hotkeys: MacHotkeys, mac: Framework) -> None:
    bind(hotkeys, mac, talk="F9")
    bind(hotkeys, mac, talk="F10")
    assert [code for code, _, _ in mac.keys.values()] == [CODES["F10"]]


def test_every_key_of_an_apple_keyboard_has_a_code() -> None:
    no_such = {name for name in KEYS.values() if name.startswith(("Mouse", "Right"))} - {"Right"}
    missing = set(KEYS.values()) - set(CODES) - no_such
    assert missing == {"Menu", "F21", "F22", "F23", "F24"}
