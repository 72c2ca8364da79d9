"""WebRTC's noise suppression, as `desktop_app.sound_ports.NoiseSuppressor`."""

from __future__ import annotations

import logging

from desktop_app.audio.pcm import RATE_HZ, from_bytes, to_bytes
from desktop_app.sound_ports import NoiseSuppressor

DELAY_SAMPLES = 176
"""How late sound comes out of its filters."""
LEVEL = 1
"""Of 0 to 3.  More hardly takes out more noise, but more of the voice."""

_log = logging.getLogger(__name__)


class WebRtcNoiseSuppressor:
    """Takes about 6 dB of even noise out.

    Raises:
        ImportError: If the library is missing, or is the empty one of some systems.
    """

    delay_samples = DELAY_SAMPLES

    def __init__(self) -> None:
        from pywebrtc_audio import AudioProcessor

        self._processor = AudioProcessor(
            sample_rate=RATE_HZ, noise_suppression=True, ns_level=LEVEL
        )

    def process(self, pcm: bytes) -> bytes:
        """Return ``pcm`` with less noise."""
        return to_bytes(self._processor.process(from_bytes(pcm)))

    def reset(self) -> None:
        """Forget the noise."""
        self._processor.reset()


def find_suppressor() -> NoiseSuppressor | None:
    """Return the suppressor, or None (and say so in the log) where there is none."""
    try:
        return WebRtcNoiseSuppressor()
    except ImportError as error:
        _log.warning("Noise cannot be taken out: %s", error)
        return None
