"""A chain on the bench: fed from rooms made of numbers, as fast as it can."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.audio.pcm import BLOCK_BYTES, BYTES_PER_SAMPLE
from desktop_app.core.cleaning import Cleaning
from desktop_app.core.events import Event
from desktop_app.core.sound import EchoJudged, EchoState, MicFrame
from desktop_app.sound_ports import EchoCanceller, NoiseSuppressor
from desktop_app.voice.chain import Chain, Cleaners
from tests.servers import speech
from tests.servers.speech import Sound

ON, OFF = Cleaning(gain=False), Cleaning(echo=False, gain=False)


class RoomSpeaker:
    """Of a `Speaker` what the chain needs: what was handed to the device."""

    def __init__(self) -> None:
        self.played = bytearray()
        self.asked = 0
        self._at = 0

    def play(self, pcm: bytes, at: int) -> None:
        """Play something new from the byte ``at`` on."""
        del self.played[at:]
        self.played += bytes(at - len(self.played)) + pcm

    def reference(self, samples: int) -> bytes | None:
        """Return the next stretch."""
        self.asked += 1
        size = samples * BYTES_PER_SAMPLE
        taken = bytes(self.played[self._at : self._at + size]).ljust(size, b"\0")
        self._at += size
        return taken if any(taken) else None


@dataclass
class Bench:
    """A chain, and what came out of it."""

    canceller: EchoCanceller | None
    suppressor: NoiseSuppressor | None = None
    blocks_at_once: int = 1
    events: list[Event] = field(default_factory=list)
    frames: list[MicFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.speaker = RoomSpeaker()
        self.chain = Chain(
            Cleaners(self.canceller, self.suppressor), self.speaker.reference, self.events.append
        )

    def hear(self, heard: Sound, played: Sound | None = None, wanted: Cleaning = ON) -> Sound:
        """Let the microphone hear a sound while another is handed to the speaker."""
        begin = len(self.frames)
        playing = b"" if played is None else speech.to_pcm(played)
        self.speaker.play(playing, begin * self.blocks_at_once * BLOCK_BYTES)
        pcm = speech.to_pcm(heard)
        size = self.blocks_at_once * BLOCK_BYTES
        for at in range(0, len(pcm) // size * size, size):
            self.frames.append(self.chain.hear(pcm[at : at + size], wanted))
        return self.heard(begin)

    def heard(self, begin: int = 0) -> Sound:
        """What came out, from a block on."""
        return speech.from_pcm(b"".join(frame.pcm for frame in self.frames[begin:]))

    @property
    def judged(self) -> list[EchoJudged]:
        """What was told of the echo."""
        return [event for event in self.events if isinstance(event, EchoJudged)]

    @property
    def echoes(self) -> list[EchoState]:
        """The same, in short, without what was only measured."""
        told = [event.echo for event in self.judged]
        return [echo for at, echo in enumerate(told) if not at or echo is not told[at - 1]]
