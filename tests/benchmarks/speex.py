"""SpeexDSP's echo canceller and residual suppressor, to compare with (Debian: libspeexdsp1)."""

from __future__ import annotations

import ctypes
import ctypes.util

import numpy as np

from tests.servers import speech
from tests.servers.speech import RATE_HZ, Sound

FRAME = RATE_HZ // 100
TAIL = RATE_HZ // 5
"""200 ms of room, as its manual advises."""
# From speex/speex_echo.h and speex/speex_preprocess.h.
ECHO_SET_SAMPLING_RATE = 24
PREPROCESS_SET_ECHO_STATE = 24


def cancelled(near: Sound, far: Sound) -> Sound:
    """Return ``near`` without the echo of ``far``.

    Raises:
        FileNotFoundError: If the library is not installed.
    """
    name = ctypes.util.find_library("speexdsp")
    if name is None:
        raise FileNotFoundError("libspeexdsp1 is not installed")
    library = ctypes.CDLL(name)
    for maker in (library.speex_echo_state_init, library.speex_preprocess_state_init):
        maker.restype = ctypes.c_void_p
    echo = ctypes.c_void_p(library.speex_echo_state_init(FRAME, TAIL))
    rest = ctypes.c_void_p(library.speex_preprocess_state_init(FRAME, RATE_HZ))
    rate = ctypes.c_int(RATE_HZ)
    library.speex_echo_ctl(echo, ECHO_SET_SAMPLING_RATE, ctypes.byref(rate))
    library.speex_preprocess_ctl(rest, PREPROCESS_SET_ECHO_STATE, echo)
    heard, played = speech.to_pcm(near), speech.to_pcm(far)
    out, given = np.zeros(FRAME, np.int16), []
    pointer = out.ctypes.data_as(ctypes.c_void_p)
    for at in range(0, len(heard) - 2 * FRAME + 1, 2 * FRAME):
        block = slice(at, at + 2 * FRAME)
        library.speex_echo_cancellation(echo, heard[block], played[block], pointer)
        library.speex_preprocess_run(rest, pointer)
        given.append(out.tobytes())
    library.speex_preprocess_state_destroy(rest)
    library.speex_echo_state_destroy(echo)
    return speech.from_pcm(b"".join(given))
