"""Global keys of Windows, with the calls of Windows replaced: they have never run on the system."""

from __future__ import annotations

import ctypes
import queue
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from desktop_app.adapters import windows_hooks as hooks
from desktop_app.adapters.hotkeys_windows import CODES, REFUSED, WindowsHotkeys
from desktop_app.core.key_names import KEYS, chord, chords
from desktop_app.ports import HotkeyReport

CTRL, ALT, WIN = 0x11, 0x12, 0x5B
F9, SPACE, A = 0x78, 0x20, ord("A")
PASSED_ON = 77


class User32:
    """The user32 of a computer with one keyboard."""

    def __init__(self) -> None:
        self.messages: queue.SimpleQueue[int] = queue.SimpleQueue()
        self.hooks: dict[int, Callable[[int, int, int], int]] = {}
        self.held: set[int] = set()
        self.masked = 0
        self.secure = False
        self.allowed = True
        self.unhooked = 0

    def SetWindowsHookExW(self, kind: int, call: Any, module: int, thread: int) -> int:  # noqa: N802
        assert thread == 0
        self.hooks[kind] = call
        return kind if self.allowed else 0

    def UnhookWindowsHookEx(self, hook: int) -> None:  # noqa: N802
        del self.hooks[hook]
        self.unhooked += 1

    def CallNextHookEx(self, hook: None, code: int, what: int, where: int) -> int:  # noqa: N802
        return PASSED_ON

    def GetMessageW(self, message: Any, *_: object) -> int:  # noqa: N802
        what = self.messages.get(timeout=10)
        ctypes.cast(message, ctypes.POINTER(hooks.Message)).contents.what = what
        return int(what != hooks.WM_QUIT)

    def PeekMessageW(self, *_: object) -> int:  # noqa: N802
        return 0

    def PostThreadMessageW(self, thread: int, what: int, w: int, l_: int) -> None:  # noqa: N802
        self.messages.put(what)

    def SetTimer(self, *_: object) -> int:  # noqa: N802
        return 1

    def KillTimer(self, *_: object) -> None:  # noqa: N802
        pass

    def GetAsyncKeyState(self, code: int) -> int:  # noqa: N802
        return -0x8000 if code in self.held else 0

    def OpenInputDesktop(self, *_: object) -> int:  # noqa: N802
        return 0 if self.secure else 5

    def CloseDesktop(self, desktop: int) -> None:  # noqa: N802
        assert desktop == 5

    def keybd_event(self, key: int, scan: int, flags: int, extra: int) -> None:
        assert (key, flags) == (hooks.NO_KEY, hooks.UP_FLAG)
        self.masked += 1


class Kernel32:
    """The kernel32 of the same computer."""

    def GetCurrentThreadId(self) -> int:  # noqa: N802
        return threading.get_ident()

    def GetModuleHandleW(self, name: None) -> int:  # noqa: N802
        return 1


class Computer:
    """Windows, with somebody at the keyboard."""

    def __init__(self) -> None:
        self.user32, self.kernel32 = User32(), Kernel32()
        self.told: list[str] = []

    def procedure(self, function: Callable[[int, int, int], int]) -> Any:
        return function

    def key(self, code: int, what: int = 0x0100) -> int:
        """A key goes down or up; returns what the hook says."""
        info = hooks.KeyInfo(code)
        return self.user32.hooks[hooks.WH_KEYBOARD](0, what, ctypes.addressof(info))

    def up(self, code: int) -> int:
        return self.key(code, 0x0101)

    def button(self, what: int, number: int = 0) -> int:
        info = hooks.MouseInfo(data=number << 16)
        return self.user32.hooks[hooks.WH_MOUSE](0, what, ctypes.addressof(info))

    def heard(self, action: str) -> None:
        self.told.append(f"{action} down")

    def let_go(self, action: str) -> None:
        self.told.append(f"{action} up")


@pytest.fixture
def computer() -> Computer:
    return Computer()


@pytest.fixture
def hotkeys(computer: Computer) -> Iterator[WindowsHotkeys]:
    made = WindowsHotkeys(computer)
    yield made
    made.close()


def bind(hotkeys: WindowsHotkeys, computer: Computer, **keys: str) -> HotkeyReport:
    wanted = {action: chords(text) for action, text in keys.items()}
    return hotkeys.bind(wanted, computer.heard, computer.let_go)


def test_a_hold_is_one_press_and_one_release_and_nobody_else_gets_it(
    hotkeys: WindowsHotkeys, computer: Computer
) -> None:
    assert bind(hotkeys, computer, talk="F9").ready == {"talk": "F9"}
    assert [computer.key(F9) for _ in range(5)] == [1] * 5
    assert computer.up(F9) == 1
    assert computer.told == ["talk down", "talk up"]
    assert computer.up(F9) == PASSED_ON


def test_modifiers_count_and_may_be_let_go_first(
    hotkeys: WindowsHotkeys, computer: Computer
) -> None:
    bind(hotkeys, computer, talk="Ctrl+Alt+Space, F9")
    assert computer.key(SPACE) == PASSED_ON
    computer.user32.held = {CTRL}
    assert computer.key(SPACE) == PASSED_ON
    assert computer.key(F9) == PASSED_ON
    computer.user32.held = {CTRL, ALT}
    assert computer.key(SPACE, 0x0104) == 1
    computer.user32.held = set()
    assert computer.key(SPACE, 0x0105) == 1
    assert computer.told == ["talk down", "talk up"]


def test_a_key_with_alt_or_win_opens_no_menu(hotkeys: WindowsHotkeys, computer: Computer) -> None:
    bind(hotkeys, computer, talk="Super+A")
    computer.user32.held = {WIN}
    computer.key(SPACE)
    assert computer.user32.masked == 0
    computer.key(A)
    assert computer.user32.masked == 1
    assert computer.key(hooks.NO_KEY) == PASSED_ON


def test_a_right_ctrl_alone_is_a_key(hotkeys: WindowsHotkeys, computer: Computer) -> None:
    bind(hotkeys, computer, talk="RightCtrl")
    computer.user32.held = {ALT}
    assert computer.key(CODES["RightCtrl"]) == 1
    computer.user32.held = {ALT, CTRL}
    assert computer.key(CODES["RightCtrl"]) == 1
    computer.up(CODES["RightCtrl"])
    assert computer.told == ["talk down", "talk up"]


def test_mouse_buttons_are_keys_too_and_cost_nothing_where_none_is_set(
    hotkeys: WindowsHotkeys, computer: Computer
) -> None:
    bind(hotkeys, computer, talk="F9")
    assert set(computer.user32.hooks) == {hooks.WH_KEYBOARD}
    bind(hotkeys, computer, talk="Mouse4", mute="Mouse3")
    assert computer.button(hooks.SIDE_DOWN, 1) == 1
    assert computer.button(hooks.SIDE_DOWN, 2) == PASSED_ON
    assert computer.button(0x0200) == PASSED_ON
    assert computer.button(hooks.SIDE_UP, 1) == 1
    assert computer.button(hooks.MIDDLE_DOWN) == 1
    assert computer.button(hooks.MIDDLE_UP) == 1
    assert computer.told == ["talk down", "talk up", "mute down", "mute up"]


def test_when_the_lock_screen_takes_the_keyboard_the_key_is_let_go(
    hotkeys: WindowsHotkeys, computer: Computer
) -> None:
    bind(hotkeys, computer, talk="F9")
    computer.key(F9)
    computer.user32.messages.put(hooks.WM_TIMER)
    computer.user32.secure = True
    computer.user32.messages.put(hooks.WM_TIMER)
    hotkeys.close()
    assert computer.told == ["talk down", "talk up"]


def test_what_is_down_at_the_end_is_let_go_and_the_hooks_go(
    hotkeys: WindowsHotkeys, computer: Computer
) -> None:
    bind(hotkeys, computer, talk="F9", mute="Mouse5")
    computer.key(F9)
    hotkeys.close()
    hotkeys.close()
    assert computer.told == ["talk down", "talk up"]
    assert computer.user32.hooks == {}


def test_where_hooks_are_forbidden_it_says_so(hotkeys: WindowsHotkeys, computer: Computer) -> None:
    computer.user32.allowed = False
    report = bind(hotkeys, computer, talk="F9, F10")
    assert (report.text, report.ready, report.refused) == (REFUSED, {}, ("F9", "F10"))


def test_two_meanings_of_one_key_are_told(hotkeys: WindowsHotkeys, computer: Computer) -> None:
    report = bind(hotkeys, computer, talk="F9", mute="F9, F10")
    assert report.refused == ("F9 is set twice.",)
    assert report.ready == {"talk": "F9", "mute": "F10"}


def test_every_key_that_can_be_named_has_a_code_of_its_own() -> None:
    from desktop_app.adapters.hotkeys_windows import code_of

    codes = [code_of(chord(f"Ctrl+{name}")) for name in KEYS.values()]
    assert len(set(codes)) == len(codes)
    assert all(0 < code < 0xFF for code in codes)
