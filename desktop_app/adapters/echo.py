"""WebRTC's echo canceller (AEC3), as `desktop_app.sound_ports.EchoCanceller`."""

from __future__ import annotations

import logging

import numpy as np

from desktop_app.audio.pcm import RATE_HZ, from_bytes, to_bytes
from desktop_app.sound_ports import EchoCanceller

DELAY_SAMPLES = 223
"""How late sound comes out: two frames of 4 ms in the canceller, the rest in its filters."""

_log = logging.getLogger(__name__)


class WebRtcEchoCanceller:
    """Echo canceller and high-pass filter.  It learns the way from speaker to microphone.

    Raises:
        ImportError: If the library is missing, or is the empty one of some systems.
    """

    delay_samples = DELAY_SAMPLES

    def __init__(self) -> None:
        from pywebrtc_audio import AudioProcessor

        self._processor = AudioProcessor(
            sample_rate=RATE_HZ, echo_cancellation=True, high_pass_filter=True
        )

    def process(self, near: bytes, far: bytes | None) -> bytes:
        """Return ``near`` without the echo of ``far``."""
        heard = from_bytes(near)
        played = np.zeros_like(heard) if far is None else from_bytes(far)
        return to_bytes(self._processor.process(heard, played))

    def reset(self) -> None:
        """Forget what was learnt."""
        self._processor.reset()


def find_canceller() -> EchoCanceller | None:
    """Return the canceller, or None (and say so in the log) where there is none."""
    try:
        return WebRtcEchoCanceller()
    except ImportError as error:
        _log.warning("The echo of the speaker cannot be taken out: %s", error)
        return None
