"""What a recording of the check sound tells: from samples to `desktop_app.core.sound_check`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from desktop_app.audio import hearing
from desktop_app.audio.pcm import BLOCK_BYTES, Float32, samples_of_ms, to_floats
from desktop_app.audio.round_trip import active, find_round_trip
from desktop_app.core.sound_check import Findings

SETTLE_MS = 200
"""A device that has just been opened may crackle."""
LEARN_MS = 2_200
"""So much of the sound the canceller may take to learn the room: sweeps teach it little."""
NEXT_TO_SOUND_MS = 100


@dataclass(slots=True)
class Recording:
    """What was played and heard, side by side, block by block: PCM16, mono, 24 kHz.

    Attributes:
        near: What the microphone heard.
        far: What the device took from us meanwhile; as long as ``near``.
        clean: What the canceller made of it; None without one.
        voice: What was heard while the user was asked to speak, behind the canceller if any; None:
            nobody was asked, or did not want to.
    """

    near: bytearray = field(default_factory=bytearray)
    far: bytearray = field(default_factory=bytearray)
    clean: bytearray | None = None
    voice: bytearray | None = None


def findings_of(recording: Recording, known: Findings) -> Findings:
    """Return ``known`` and all that can be measured."""
    near = to_floats(bytes(recording.near))
    far = to_floats(bytes(recording.far))
    voice = to_floats(bytes(recording.voice or b""))
    heard = np.concatenate([near, voice])
    quiet = _quiet(near, far)
    noise = hearing.noise_dbfs(near[quiet])
    found = replace(
        known,
        blocks=len(recording.near) // BLOCK_BYTES,
        zeroed=hearing.is_zeroed(heard),
        dead=hearing.is_dead(heard[samples_of_ms(SETTLE_MS) :]),
        noise_dbfs=noise,
        clipped_share=hearing.clipped_share(heard),
        band_hz=_band_hz(near[quiet], near, voice),
        asked=recording.voice is not None,
        voice_dbfs=hearing.voice_dbfs(voice, noise),
    )
    return _with_echo(found, recording, near, far, quiet)


def _with_echo(
    found: Findings, recording: Recording, near: Float32, far: Float32, quiet: slice
) -> Findings:
    path = find_round_trip(near, far)
    if path is None:
        return found
    found = replace(
        found,
        delay_ms=path.delay_ms,
        gain_db=path.gain_db,
        echo_dbfs=path.echo_dbfs,
        likeness=path.likeness,
    )
    if recording.clean is None:
        return found
    echoing = active(far, samples_of_ms(round(path.delay_ms)))
    echoing[: int(np.argmax(echoing)) + samples_of_ms(LEARN_MS)] = False
    left = hearing.echo_left(near, to_floats(bytes(recording.clean)), echoing, quiet)
    return replace(
        found,
        canceller=True,
        removed_db=left.removed_db,
        left_dbfs=left.left_dbfs,
        left_noise_dbfs=left.noise_dbfs,
    )


def _quiet(near: Float32, far: Float32) -> slice:
    """Return the stretch before the sound."""
    sounding = active(far)
    end = int(np.argmax(sounding)) if sounding.any() else len(near)
    begin = min(samples_of_ms(SETTLE_MS), end)
    return slice(begin, max(begin, end - samples_of_ms(NEXT_TO_SOUND_MS)))


def _band_hz(quiet: Float32, near: Float32, voice: Float32) -> int | None:
    """Return the narrowest band on the way: of the microphone, or of the speaker before it."""
    microphone = hearing.band_hz(quiet)
    if microphone is None and len(voice):  # The room is too soft to say.
        microphone = hearing.band_hz(voice)
    bands = [band for band in (microphone, hearing.band_hz(near)) if band]
    return min(bands, default=None)
