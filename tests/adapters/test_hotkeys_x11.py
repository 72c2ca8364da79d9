"""Global keys on a real X server, pressed by xdotool while another program has the keyboard."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest

from desktop_app.adapters.hotkeys_x11 import X11Hotkeys
from desktop_app.core.key_names import chords
from desktop_app.ports import HotkeyReport
from tests.other_program import other_program
from tests.private_process import wait_until
from tests.virtual_screen import VirtualScreen

KEYS = {"talk": "Ctrl+Alt+Space, Pause", "mute": "F9", "show": "Mouse4"}


class Heard:
    """What the keys have reported so far."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self._guard = threading.Lock()

    def pressed(self, action: str) -> None:
        with self._guard:
            self.told.append(f"{action} down")

    def released(self, action: str) -> None:
        with self._guard:
            self.told.append(f"{action} up")

    def wait_for(self, *told: str) -> None:
        wait_until(lambda: len(self.told) >= len(told), f"{told} comes, and not {self.told}")
        assert self.told == list(told)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def hotkeys(screen: VirtualScreen) -> Iterator[X11Hotkeys]:
    made = X11Hotkeys(screen.display)
    yield made
    made.close()


def bind(hotkeys: X11Hotkeys, heard: Heard, keys: dict[str, str] = KEYS) -> HotkeyReport:
    wanted = {action: chords(text) for action, text in keys.items()}
    return hotkeys.bind(wanted, heard.pressed, heard.released)


def test_all_keys_are_taken_and_told(hotkeys: X11Hotkeys, heard: Heard) -> None:
    report = bind(hotkeys, heard)
    assert report.ready == {"talk": "Ctrl+Alt+Space, Pause", "mute": "F9", "show": "Mouse4"}
    assert report.refused == ()


def test_a_hold_is_one_press_and_one_release_while_another_program_has_the_keyboard(
    screen: VirtualScreen, hotkeys: X11Hotkeys, heard: Heard
) -> None:
    bind(hotkeys, heard)
    with other_program(screen, screen.env()):
        screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "space")
        heard.wait_for("talk down")
        # The server repeats a held key after 660 ms: two of these are not to be heard.
        screen.xdotool("sleep", "1", "keyup", "space", "keyup", "alt", "keyup", "ctrl")
        heard.wait_for("talk down", "talk up")
        screen.xdotool("key", "Pause")
        heard.wait_for("talk down", "talk up", "talk down", "talk up")


def test_modifiers_may_be_let_go_first(
    screen: VirtualScreen, hotkeys: X11Hotkeys, heard: Heard
) -> None:
    bind(hotkeys, heard)
    screen.xdotool("keydown", "ctrl", "keydown", "alt", "keydown", "space")
    screen.xdotool("keyup", "ctrl", "keyup", "alt")
    heard.wait_for("talk down")
    screen.xdotool("keyup", "space")
    heard.wait_for("talk down", "talk up")


def test_a_mouse_button_is_a_key_too(
    screen: VirtualScreen, hotkeys: X11Hotkeys, heard: Heard
) -> None:
    bind(hotkeys, heard)
    screen.xdotool("mousedown", "8", "mouseup", "8")
    heard.wait_for("show down", "show up")


def test_locks_make_no_other_key_of_it(
    screen: VirtualScreen, hotkeys: X11Hotkeys, heard: Heard
) -> None:
    bind(hotkeys, heard)
    screen.xdotool("key", "Caps_Lock")
    try:
        screen.xdotool("key", "F9")
        heard.wait_for("mute down", "mute up")
    finally:
        screen.xdotool("key", "Caps_Lock")


def test_other_keys_stay_with_the_other_program(
    screen: VirtualScreen, hotkeys: X11Hotkeys, heard: Heard
) -> None:
    bind(hotkeys, heard)
    screen.xdotool("key", "space", "ctrl+space", "F8", "shift+F9", "F9")
    heard.wait_for("mute down", "mute up")


def test_a_key_of_another_program_is_refused_in_words(
    screen: VirtualScreen, hotkeys: X11Hotkeys, heard: Heard
) -> None:
    other = X11Hotkeys(screen.display)
    bind(other, heard, {"mute": "F9"})
    try:
        report = bind(hotkeys, heard, {"mute": "F9", "talk": "F10"})
        assert report.refused == ("F9 belongs to another program.",)
        assert report.ready == {"talk": "F10"}
    finally:
        other.close()


def test_two_meanings_of_one_key_are_told(hotkeys: X11Hotkeys, heard: Heard) -> None:
    assert bind(hotkeys, heard, {"mute": "F9", "talk": "F9"}).refused == ("F9 is set twice.",)


def test_what_is_down_at_the_end_is_let_go(
    screen: VirtualScreen, hotkeys: X11Hotkeys, heard: Heard
) -> None:
    bind(hotkeys, heard)
    screen.xdotool("keydown", "F9")
    heard.wait_for("mute down")
    hotkeys.close()
    screen.xdotool("keyup", "F9")
    assert heard.told == ["mute down", "mute up"]
    screen.xdotool("key", "F9")
    assert heard.told == ["mute down", "mute up"]


def test_the_keys_can_be_changed(screen: VirtualScreen, hotkeys: X11Hotkeys, heard: Heard) -> None:
    bind(hotkeys, heard)
    bind(hotkeys, heard, {"interrupt": "F10"})
    screen.xdotool("key", "F9", "F10")
    heard.wait_for("interrupt down", "interrupt up")
    assert bind(hotkeys, heard, {"interrupt": ""}).ready == {}


def test_a_keyboard_grab_of_a_lock_screen_lets_the_key_go(
    screen: VirtualScreen, hotkeys: X11Hotkeys, heard: Heard
) -> None:
    from Xlib import X
    from Xlib.display import Display

    bind(hotkeys, heard)
    screen.xdotool("keydown", "F9")
    heard.wait_for("mute down")
    display = Display(screen.display)
    try:
        root = display.screen().root
        root.grab_keyboard(False, X.GrabModeAsync, X.GrabModeAsync, X.CurrentTime)
        display.sync()
        screen.xdotool("keyup", "F9")
        heard.wait_for("mute down", "mute up")
    finally:
        display.close()


def test_when_the_x_server_goes_nothing_stays_down(heard: Heard) -> None:
    hotkeys = X11Hotkeys()
    with VirtualScreen() as short_lived:
        hotkeys = X11Hotkeys(short_lived.display)
        bind(hotkeys, heard)
        short_lived.xdotool("keydown", "F9")
        heard.wait_for("mute down")
    heard.wait_for("mute down", "mute up")
    hotkeys.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_without_an_x_server_it_says_so(heard: Heard) -> None:
    report = bind(X11Hotkeys(":9999"), heard)
    gc.collect()  # python-xlib forgets to close what it could not connect.
    assert report.ready == {}
    assert "X server" in report.text
