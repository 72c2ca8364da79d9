"""What a check of the sound found, and what follows from it.  The words are in `check_words`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_app.core.problems import Problem

SILENT_DBFS = -96.0
FAINT_ECHO_DBFS = -65.0
"""An echo softer than this, or far below the room's noise, is what leaks out of headphones."""
FAR_BELOW_NOISE_DB = 10.0
ENOUGH_REMOVED_DB = 18.0
"""What a canceller that has found the echo removes at least; servers then hear no speech in it."""
LOUDEST_LEFT_DBFS = -40.0
"""But not even for a moment may so much be left: loudspeakers that distort do that."""
HARMLESS_DBFS = -58.0
HARMLESS_OVER_NOISE_DB = 8.0
"""What is left of an echo is harmless when it is so soft, or hardly louder than the room."""
COPY_LIKENESS = 0.985
NO_NOISE_DBFS = -88.0
"""A recording that is all copy and no noise comes out of the computer, not out of a room."""
CLIPPED_SHARE = 0.01
LOUD_ROOM_DBFS = -42.0
SOFT_VOICE_DBFS = -48.0
TELEPHONE_HZ = 4_000
CALL_HZ = 8_000


class CheckStage(StrEnum):
    """What goes on while the sound is checked."""

    QUIET = "quiet"
    """Nobody should make a sound: the room is heard."""
    TUNE = "tune"
    VOICE = "voice"
    """The user is asked to say something."""


class Mode(StrEnum):
    """How Parley listens while it speaks."""

    UNKNOWN = "unknown"
    """It could not be found out; nothing changes."""
    HEADPHONES = "headphones"
    LOUDSPEAKER = "loudspeaker"
    """The microphone hears the speaker, and the echo is taken out."""
    HALF_DUPLEX = "half_duplex"
    """The echo can't be taken out: Parley listens only while it is silent."""


class Trouble(StrEnum):
    """Why a talk would not work."""

    NONE = "none"
    NO_MICROPHONE = "no_microphone"
    NO_SPEAKER = "no_speaker"
    NO_SOUND = "no_sound"
    """The microphone was opened, and not one block came."""
    ZEROED = "zeroed"
    """The system gives exact silence: it withholds the microphone, or has muted it."""
    DEAD = "dead"
    """The input works, and nothing is behind it."""
    MONITOR = "monitor"
    """What is recorded is what the speaker plays, not a room."""
    UNHEARD = "unheard"
    """Neither the speaker nor the user's voice was heard."""


class Note(StrEnum):
    """What works, but could be better."""

    CLIPPING = "clipping"
    TELEPHONE = "telephone"
    CALL = "call"
    NOISY = "noisy"
    SOFT_VOICE = "soft_voice"
    NO_VOICE = "no_voice"
    """The user was asked to speak and was not heard, but the speaker was."""
    NO_CANCELLER = "no_canceller"


@dataclass(frozen=True, slots=True)
class Findings:
    """What was measured.  Levels are in dBFS: 0 is full scale, -96 is silence.

    Attributes:
        microphone: Its name for people.
        speaker: Its name for people.
        microphone_problem: Why it could not be used, if so.
        speaker_problem: The same of the speaker.
        system: ``sys.platform``.
        blocks: How many blocks of 10 ms the microphone gave.
        zeroed: All of them were exact silence.
        dead: Nothing but its last bit ever moved.
        noise_dbfs: The room, while nobody makes a sound on purpose.
        clipped_share: Share of the blocks that were cut off at full scale.
        band_hz: Up to which pitch there was sound; None: too soft to say.
        delay_ms: From playing to hearing; None: nothing of what was played was heard.
        gain_db: How loud that came back, against what was played.
        echo_dbfs: How loud that was.
        likeness: How much of what was heard is a plain copy of what was played, from 0 to 1.
        canceller: There was one to take the echo out.
        removed_db: How much softer it made the echo.
        left_dbfs: How loud the rest is at its loudest.
        left_noise_dbfs: The room behind the canceller.
        asked: The user was asked to say something, and did not skip it.
        voice_dbfs: How loud that was; None: nothing was heard.
    """

    microphone: str = ""
    speaker: str = ""
    microphone_problem: Problem | None = None
    speaker_problem: Problem | None = None
    system: str = ""
    blocks: int = 0
    zeroed: bool = False
    dead: bool = False
    noise_dbfs: float = SILENT_DBFS
    clipped_share: float = 0.0
    band_hz: int | None = None
    delay_ms: float | None = None
    gain_db: float = 0.0
    echo_dbfs: float = SILENT_DBFS
    likeness: float = 0.0
    canceller: bool = False
    removed_db: float = 0.0
    left_dbfs: float = SILENT_DBFS
    left_noise_dbfs: float = SILENT_DBFS
    asked: bool = False
    voice_dbfs: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows: how to listen, what is in the way, and what could be better."""

    mode: Mode
    trouble: Trouble = Trouble.NONE
    notes: tuple[Note, ...] = ()

    @property
    def works(self) -> bool:
        """Whether a talk is possible."""
        return self.trouble is Trouble.NONE


def judge(found: Findings) -> Verdict:
    """Return what follows from ``found``."""
    trouble = _trouble(found)
    if trouble in (Trouble.NONE, Trouble.NO_SPEAKER):
        mode = _mode(found) if trouble is Trouble.NONE else Mode.UNKNOWN
        return Verdict(mode, trouble, _notes(found, mode))
    return Verdict(Mode.UNKNOWN, trouble)


def echo_is_heard(found: Findings) -> bool:
    """Whether the microphone hears the speaker loud enough to be taken for speech."""
    if found.delay_ms is None:
        return False
    least = max(FAINT_ECHO_DBFS, found.noise_dbfs - FAR_BELOW_NOISE_DB)
    return found.echo_dbfs >= least


def hears_itself(found: Findings) -> bool:
    """Whether what the far end gets while Parley speaks sounds like somebody speaking."""
    if not echo_is_heard(found):
        return False
    if not found.canceller:
        return True
    harmless = max(HARMLESS_DBFS, found.left_noise_dbfs + HARMLESS_OVER_NOISE_DB)
    if found.left_dbfs <= harmless:
        return False
    return found.removed_db < ENOUGH_REMOVED_DB or found.left_dbfs > LOUDEST_LEFT_DBFS


def _trouble(found: Findings) -> Trouble:
    if found.microphone_problem is not None:
        return Trouble.NO_MICROPHONE
    if not found.blocks:
        return Trouble.NO_SOUND
    if found.zeroed:
        return Trouble.ZEROED
    if found.dead:
        return Trouble.DEAD
    if found.likeness >= COPY_LIKENESS and found.noise_dbfs <= NO_NOISE_DBFS:
        return Trouble.MONITOR
    if found.asked and found.voice_dbfs is None and not echo_is_heard(found):
        return Trouble.UNHEARD
    if found.speaker_problem is not None:
        return Trouble.NO_SPEAKER
    return Trouble.NONE


def _mode(found: Findings) -> Mode:
    if not echo_is_heard(found):
        return Mode.HEADPHONES
    return Mode.HALF_DUPLEX if hears_itself(found) else Mode.LOUDSPEAKER


def _notes(found: Findings, mode: Mode) -> tuple[Note, ...]:
    telephone = found.band_hz is not None and found.band_hz <= TELEPHONE_HZ
    call = found.band_hz is not None and TELEPHONE_HZ < found.band_hz <= CALL_HZ
    soft = found.voice_dbfs is not None and found.voice_dbfs < SOFT_VOICE_DBFS
    checks = (
        (Note.NO_CANCELLER, mode is Mode.HALF_DUPLEX and not found.canceller),
        (Note.CLIPPING, found.clipped_share >= CLIPPED_SHARE),
        (Note.TELEPHONE, telephone),
        (Note.CALL, call),
        (Note.NOISY, found.noise_dbfs >= LOUD_ROOM_DBFS),
        (Note.SOFT_VOICE, soft),
        (Note.NO_VOICE, found.asked and found.voice_dbfs is None),
    )
    return tuple(note for note, holds in checks if holds)
