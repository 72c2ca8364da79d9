"""What the Doctor may have found, for pictures and tests of the window."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core.sound_check import Findings

HEADPHONES = Findings(
    microphone="USB Headset Mono",
    speaker="USB Headset Stereo",
    system="linux",
    blocks=560,
    noise_dbfs=-63.2,
    band_hz=12_000,
    asked=True,
    voice_dbfs=-27.4,
)
LOUDSPEAKER = replace(
    HEADPHONES,
    microphone="Built-in Microphone",
    speaker="Built-in Speakers",
    delay_ms=83.6,
    gain_db=-17.8,
    echo_dbfs=-34.9,
    likeness=0.8,
    canceller=True,
    removed_db=36.1,
    left_dbfs=-62.0,
    left_noise_dbfs=-63.0,
)
HALF_DUPLEX = replace(
    LOUDSPEAKER, delay_ms=612.0, removed_db=4.2, left_dbfs=-31.5, noise_dbfs=-40.0, band_hz=8_000
)
TELEPHONE = replace(HEADPHONES, band_hz=4_000, clipped_share=0.07)
DEAD = replace(HEADPHONES, zeroed=True, noise_dbfs=-96.0, band_hz=None, asked=False)
FOUND = {
    "headphones": HEADPHONES,
    "loudspeaker": LOUDSPEAKER,
    "half_duplex": HALF_DUPLEX,
    "telephone": TELEPHONE,
    "dead": DEAD,
}
