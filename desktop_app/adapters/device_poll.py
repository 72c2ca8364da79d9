"""Notices that devices come and go where no sound server tells it: on Windows and macOS.

PortAudio's list is as old as its start, and it can only be started anew while nothing is open.  So
this looks at something cheaper once a second, the list of the system itself, and only says that
something has changed.  Whoever has a device open lets go of it for a moment, and the list is made
anew.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import logging
import sys
import threading
from collections.abc import Callable

from desktop_app.adapters.portaudio import PORTAUDIO
from desktop_app.core.sound import DeviceList, DevicesChanged, DevicesStale
from desktop_app.ports import Dispatch

LOOK_S = 1.0
STOP_S = 2.0
"""Longest wait for a look that is under way: opening a device may hold it up."""

# CoreAudio/AudioHardware.h: the system object, and what is asked of it.
_SYSTEM_OBJECT = 1
_LISTS = (b"dev#", b"dIn ", b"dOut")
_GLOBAL_SCOPE = b"glob"

_log = logging.getLogger(__name__)


class DevicePoll:
    """Looks once a second whether the system has other devices, in a thread of its own."""

    def __init__(
        self,
        dispatch: Dispatch,
        listed: Callable[[], DeviceList],
        fingerprint: Callable[[], bytes] | None = None,
    ) -> None:
        """Start to look.

        Args:
            dispatch: Takes the reports.
            listed: Returns PortAudio's devices, renewed if nothing is open.
            fingerprint: Returns something that is another when the devices are.
        """
        self._dispatch, self._listed = dispatch, listed
        self._fingerprint = fingerprint or system_fingerprint
        self._stopping = threading.Event()
        self._mark: bytes | None = None
        self._renewals = 0
        self._told: DeviceList | None = None
        self._thread = threading.Thread(target=self._run, name="device-poll", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the looking.  Idempotent, bounded."""
        self._stopping.set()
        self._thread.join(STOP_S)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(LOOK_S)

    def look(self) -> None:
        """Report what is new."""
        mark = self._fingerprint()
        changed, self._mark = mark != self._mark, mark
        if changed and PORTAUDIO.in_use:
            self._tell(DevicesStale())
        elif changed or PORTAUDIO.renewals != self._renewals:
            found = self._listed()
            self._renewals = PORTAUDIO.renewals
            if found != self._told:
                self._told = found
                self._tell(DevicesChanged(found))

    def _tell(self, event: DevicesChanged | DevicesStale) -> None:
        if not self._stopping.is_set():
            self._dispatch(event)


def system_fingerprint() -> bytes:
    """Return the devices of the system in a form that can only be compared."""
    try:
        return _windows_devices() if sys.platform == "win32" else _mac_devices()
    except (OSError, AttributeError) as error:
        _log.warning("The system does not tell its devices: %s", error)
        return b""


class _WaveCaps(ctypes.Structure):
    """The common begin of WAVEINCAPSW and WAVEOUTCAPSW (mmeapi.h), and room for their ends."""

    _fields_ = (
        ("mid", ctypes.c_uint16),
        ("pid", ctypes.c_uint16),
        ("driver_version", ctypes.c_uint32),
        ("name", ctypes.c_wchar * 32),
        ("rest", ctypes.c_uint32 * 4),
    )


def _windows_devices() -> bytes:
    """Return the names of the wave devices; the first is the default one."""
    library = ctypes.CDLL("winmm")
    names: list[str] = []
    for way in ("In", "Out"):
        count, ask = library[f"wave{way}GetNumDevs"], library[f"wave{way}GetDevCapsW"]
        for number in range(count()):
            caps = _WaveCaps()
            ask(ctypes.c_size_t(number), ctypes.byref(caps), ctypes.sizeof(caps))
            names.append(f"{way} {caps.name}")
    return "\n".join(names).encode()


def _mac_devices() -> bytes:
    """Return the numbers of all devices and of both defaults."""
    library = ctypes.CDLL(ctypes.util.find_library("CoreAudio") or "CoreAudio")
    found = b""
    for what in _LISTS:
        # Four-character codes, as the system's own byte order has them.
        codes = [int.from_bytes(code, "big") for code in (what, _GLOBAL_SCOPE)]
        address = (ctypes.c_uint32 * 3)(*codes, 0)
        size = ctypes.c_uint32()
        asked = (_SYSTEM_OBJECT, ctypes.byref(address), 0, None, ctypes.byref(size))
        library.AudioObjectGetPropertyDataSize(*asked)
        data = ctypes.create_string_buffer(size.value)
        library.AudioObjectGetPropertyData(*asked, data)
        found += what + data.raw[: size.value]
    return found
