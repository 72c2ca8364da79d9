"""Which voices this machine has, and which one to take."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.offline.voice import Voice, VoiceError, VoiceInfo
from desktop_app.offline.voice_hibari import HibariVoice, hibari_voices
from desktop_app.offline.voice_piper import PiperVoice, piper_voices
from desktop_app.offline.voice_system import SystemVoice, system_voices

DEFAULT_ID = "hibari:heart"


def voices() -> list[VoiceInfo]:
    """List every voice that can speak here, the best engines first. Takes a second: ask once."""
    found = [*hibari_voices(), *piper_voices()]
    try:
        return [*found, *system_voices()]
    except VoiceError:
        return found  # A broken system voice is no reason to be without the others.


def open_voice(info: VoiceInfo) -> Voice:
    """Make the voice; nothing is loaded yet."""
    engine = info.id.partition(":")[0]
    match engine:
        case "hibari":
            return HibariVoice(info)
        case "piper":
            return PiperVoice(info)
        case "system":
            return SystemVoice(info)
        case _:
            raise VoiceError(f"There is no voice “{info.id}”. Choose another in the settings.")


def choose(here: Sequence[VoiceInfo], wanted: str = "", language: str = "en") -> VoiceInfo:
    """Pick the voice that was asked for, or else the first one that speaks the language.

    Args:
        here: What `voices` found.
        wanted: An id, or a name a client of another server would use; unknown names are no error.
        language: A tag such as "de" or "de-AT".

    Raises:
        VoiceError: No voice here speaks the language.
    """
    for info in here:
        if wanted and wanted.lower() in {info.id.lower(), info.id.rpartition(":")[2].lower()}:
            return info
    tag = language.lower().replace("_", "-")
    matching = [info for info in here if _primary(info.language) == _primary(tag)]
    exact = [info for info in matching if info.language.lower() == tag]
    if not matching:
        raise VoiceError(
            f"No voice on this machine speaks “{language}”. Install a voice for it (a Piper voice, "
            "or eSpeak NG), or choose English in the settings."
        )
    return next((info for info in exact), matching[0])


def _primary(tag: str) -> str:
    return tag.lower().replace("_", "-").partition("-")[0]
