"""What a check of the sound says to people: one sentence each, and a report to copy."""

from __future__ import annotations

from desktop_app.core.sound_check import Findings, Mode, Note, Trouble, Verdict, echo_is_heard

_TITLES = {
    Mode.UNKNOWN: "The sound could not be checked",
    Mode.HEADPHONES: "Headphones: interrupt whenever you like",
    Mode.LOUDSPEAKER: "Loudspeaker: interrupt whenever you like",
    Mode.HALF_DUPLEX: "Loudspeaker: I listen only when I am silent",
}
_TROUBLES = {
    Trouble.NO_SOUND: "The microphone gives no sound",
    Trouble.ZEROED: "The microphone gives only silence",
    Trouble.DEAD: "Nothing is connected to this input",
    Trouble.MONITOR: "This is not a microphone",
    Trouble.UNHEARD: "This microphone does not hear you",
}
_PERMISSION = {
    "darwin": (
        "Allow Parley under System Settings, Privacy & Security, Microphone, then start it again."
    ),
    "win32": (
        "Turn on “Let desktop apps access your microphone” in Settings, Privacy & security, "
        "Microphone."
    ),
}
_UNMUTE = (
    "Unmute it in the system's sound settings and at its own switch; in a sandbox, allow the "
    "microphone there."
)
_NOTES = {
    Note.NO_CANCELLER: "What takes the echo out is missing in this installation.",
    Note.CLIPPING: "The microphone is too loud and distorts: turn its volume down.",
    Note.TELEPHONE: (
        "The sound is as narrow as on a telephone. Bluetooth headsets do that while their "
        "microphone is in use: with the computer's own microphone they sound full."
    ),
    Note.CALL: "The sound has the width of an internet call, as Bluetooth headsets give it.",
    Note.NOISY: "The room is loud: a microphone close to your mouth is understood better.",
    Note.NO_VOICE: "Your voice was not heard: if you spoke, come closer or turn it up.",
    Note.SOFT_VOICE: "Your voice arrives softly: come closer, or turn the microphone up.",
}


def title(verdict: Verdict, found: Findings) -> str:
    """Return the result in a few words."""
    for problem in (found.microphone_problem, found.speaker_problem):
        if problem is not None and not verdict.works:
            return problem.title
    return _TROUBLES.get(verdict.trouble, _TITLES[verdict.mode])


def why(verdict: Verdict, found: Findings) -> str:
    """Return why, and what to do if something is in the way."""
    match verdict.trouble:
        case Trouble.NO_MICROPHONE if found.microphone_problem is not None:
            return found.microphone_problem.hint
        case Trouble.NO_SPEAKER if found.speaker_problem is not None:
            return f"{found.speaker_problem.hint} The microphone works."
        case Trouble.NO_SOUND:
            return "Unplug it and plug it in again, or choose another one."
        case Trouble.ZEROED:
            return _PERMISSION.get(found.system, _UNMUTE)
        case Trouble.DEAD:
            return "Plug the microphone in, switch it on, or choose another one."
        case Trouble.MONITOR:
            return "It records what the computer plays, not the room. Choose your microphone."
        case Trouble.UNHEARD:
            return "It heard neither you nor the speaker. Choose the one in front of you."
        case _:
            return _why_mode(verdict.mode, found)


def _why_mode(mode: Mode, found: Findings) -> str:
    match mode:
        case Mode.HEADPHONES:
            return (
                "The microphone does not hear the speaker, so there is no echo to take out. "
                "If you wear no headphones, turn the volume up or choose another microphone."
            )
        case Mode.LOUDSPEAKER:
            return (
                f"The microphone hears the speaker after {found.delay_ms or 0:.0f} ms, and "
                f"{found.removed_db:.0f} dB of that echo are taken out."
            )
        case _:
            return (
                "Your microphone hears the speaker and I cannot remove it, so I listen only when "
                "I am silent. Headphones bring back interrupting."
            )


def advice(verdict: Verdict) -> tuple[str, ...]:
    """Return what could be better, a sentence each."""
    return tuple(_NOTES[note] for note in verdict.notes)


def measures(found: Findings) -> tuple[tuple[str, str], ...]:
    """Return what was measured, as pairs of name and value."""
    if not found.blocks:
        return ()
    rows = [
        ("Noise of the room", f"{found.noise_dbfs:.0f} dBFS"),
        ("Distorted", f"{100 * found.clipped_share:.0f} %"),
        ("Highest pitch", f"{found.band_hz // 1000} kHz" if found.band_hz else "too soft to say"),
    ]
    if found.asked:
        voice = found.voice_dbfs
        rows.append(("Your voice", "not heard" if voice is None else f"{voice:.0f} dBFS"))
    if found.delay_ms is None:
        return (*rows, ("Speaker to microphone", "not heard"))
    rows.append(("Speaker to microphone", f"{found.delay_ms:.0f} ms, {found.gain_db:+.0f} dB"))
    if found.canceller and echo_is_heard(found):
        rows.append(("Echo taken out", f"{found.removed_db:.0f} dB"))
        rows.append(("Echo left", f"{found.left_dbfs:.0f} dBFS"))
    return tuple(rows)


def report(verdict: Verdict, found: Findings) -> str:
    """Return all of it as text to copy; it names no computer, and no device by its owner's name."""
    lines = [f"{title(verdict, found)}. {why(verdict, found)}", *advice(verdict)]
    lines += [f"{name}: {value}" for name, value in measures(found)]
    lines.append(f"Mode: {verdict.mode}, trouble: {verdict.trouble}, system: {found.system}")
    return "\n".join(lines)
