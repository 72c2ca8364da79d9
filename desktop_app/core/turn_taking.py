"""Who has the floor: speech, talk control, interruption, truncation.

The server does not know what was played (protocol page, section 5.1): the loudspeaker says how much
of each item was heard, and the far end is told to forget the rest.
"""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import link, live, numbered, responses, solved, sound, tell, with_row
from desktop_app.core.connection import (
    RELEASE_GRACE_MS,
    RELEASE_TIMER,
    SHORTEST_PRESS_MS,
    connect_asked,
)
from desktop_app.core.copying import changed
from desktop_app.core.far_end import AudioArrived, InputCommitted
from desktop_app.core.half_duplex import deaf, fell_silent, rung
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.responses import ask, cancel, silenced
from desktop_app.core.rest import woken
from desktop_app.core.sound import MicFrame, SpeakerStopped
from desktop_app.core.state import AppState, Effects, ItemAudio, Phase, Step
from desktop_app.core.transcript import OPEN, Role, Row, Text, find, heard_part, place, worded

RATE_KHZ = 24
"""Samples in a millisecond on the wire."""

PTT_PREROLL_MS = 300
"""Sound from before the press that is sent with it: people begin to speak while they press."""

DRY_SLACK_MS = 20
"""A speaker that ran dry may count a little less than we gave it: it has its own rate."""

TRANSCRIPT_TIMEOUT_MS = 15_000
"""A transcript that has not come by then will not come."""

TRANSCRIPT_TIMER = "transcript:"

HOLD_LONGER = Problem(
    Kind.HOLD_LONGER, "That was too short", "Hold the talk button while you speak."
)


def mic_frame(state: AppState, event: MicFrame) -> Step:
    """A block from the microphone: send it, send silence for it, or keep it back."""
    state = rung(state, event)
    if not live(state):
        # It waits for the connection, unless nobody may hear it.
        return state, (fx.DropPreroll(),) if deaf(state) else ()
    if state.manual:
        if not (state.pressed or state.releasing):
            # A server that makes the turns must hear that this one is over.
            return state, (fx.SendAudio(bytes(len(event.pcm))),) if state.overruled else ()
        ms = len(event.pcm) // (2 * RATE_KHZ)
        state = changed(state, sent_ms=state.sent_ms + ms)
    # The server's clock is the audio it gets, so what it must not hear becomes silence.
    return state, (fx.SendAudio(bytes(len(event.pcm)) if deaf(state) else event.pcm),)


def audio_arrived(state: AppState, event: AudioArrived) -> Step:
    """Speech of the assistant: play it, unless the user has talked over it."""
    if event.response_id in state.responses.silenced or not live(state) or not event.pcm:
        return state, ()
    playing, samples = state.sound.playing, len(event.pcm) // 2
    dry = state.sound.dry
    at = next((i for i, p in enumerate(playing) if p.item_id == event.item_id), -1)
    if at >= 0:
        more = changed(playing[at], received=playing[at].received + samples)
        playing = (*playing[:at], more, *playing[at + 1 :])
    elif dry is not None and dry.item_id == event.item_id:
        # The speaker counts all pieces of an item together, and so must we.
        playing = (*playing, replace(dry, received=dry.received + samples))
    else:
        playing = (*playing, ItemAudio(event.item_id, event.response_id, samples))
        row = find(state.rows, event.item_id) or Row(event.item_id, Role.ASSISTANT)
        state = with_row(state, replace(row, spoken=True))
    if state.sound.silent:
        return (state if state.link.spoke else link(state, spoke=True)), ()
    state = sound(state, playing=playing)
    return state if state.link.spoke else link(state, spoke=True), (
        fx.Play(event.item_id, event.pcm),
    )


def yielded(state: AppState, *, tell_server: bool) -> Step:
    """Let the assistant fall silent.  What was heard, and so truncation, waits for the speaker."""
    talking = tuple(item.response_id for item in state.sound.playing)
    heard = any(response_id not in state.responses.silenced for response_id in talking)
    state = silenced(state, state.responses.active or "", *talking)
    effects: Effects = ()
    if tell_server:
        state, effects = cancel(state)
    if heard:
        effects = (*effects, fx.CutSpeaker())
    return state, effects


def speaker_stopped(state: AppState, event: SpeakerStopped) -> Step:
    """The speaker fell silent: settle what of each item was heard."""
    state = fell_silent(state)
    playing = state.sound.playing
    at = next((i for i, p in enumerate(playing) if p.item_id == event.item_id), -1)
    if not event.cut:
        if at < 0:
            return state, ()
        done = event.heard_ms + DRY_SLACK_MS >= playing[at].received // RATE_KHZ
        dry = playing[at] if done else None
        return sound(state, playing=playing[at + 1 if done else at :], dry=dry), ()
    end = _cut_end(state, event, at)
    state = sound(state, playing=playing[end:])
    # What was thrown away does not go on, even if nobody here ordered the silence.
    state = silenced(state, *(p.response_id for p in playing[max(at, 0) : end] if not p.gone))
    effects: Effects = ()
    for i in range(max(at, 0), end):
        heard_ms = max(event.heard_ms, 0) if i == at else 0
        state, more = _unheard(state, playing[i], heard_ms)
        effects = (*effects, *more)
    return state, effects


def _cut_end(state: AppState, event: SpeakerStopped, at: int) -> int:
    """Return how many of the items that play were cut; a newer answer may be queued already."""
    playing, silent = state.sound.playing, state.responses.silenced
    last = max((i for i, p in enumerate(playing) if p.gone or p.response_id in silent), default=-1)
    if last < 0 and (at >= 0 or event.item_id is None):
        return len(playing)
    return max(last, at) + 1


def _unheard(state: AppState, item: ItemAudio, heard_ms: int) -> Step:
    """Cut one item to what was heard, here and at the far end."""
    received_ms = item.received // RATE_KHZ
    heard_ms = min(heard_ms, received_ms)
    row = find(state.rows, item.item_id)
    if heard_ms >= received_ms and received_ms and item.response_id != state.responses.active:
        return state, ()
    if row is not None:
        text = heard_part(row.text, heard_ms, received_ms)
        cut = worded(row, text, Text.INTERRUPTED if heard_ms else Text.NONE)
        state = with_row(state, replace(cut, heard_ms=heard_ms))
    able = state.link.capabilities
    if item.gone or not live(state) or not (able.truncate if heard_ms else able.delete):
        return state, ()
    state, event_id = numbered(state, "cut" if heard_ms else "drop")
    if heard_ms:
        return state, (fx.TruncateItem(item.item_id, heard_ms, event_id),)
    # Truncating to nothing is refused while no audio exists: the item goes as a whole.
    return state, (fx.DeleteItem(item.item_id, event_id),)


def interrupt_asked(state: AppState) -> Step:
    """The interrupt key wins always."""
    return yielded(state, tell_server=True)


def talk_pressed(state: AppState) -> Step:
    """The talk control went down: interrupt, and listen from a moment ago."""
    if state.pressed or not state.manual:
        return state, ()
    again = state.releasing
    state = solved(replace(state, pressed=True, releasing=False, muted=False), Kind.HOLD_LONGER)
    if again:
        # A key that repeats, or a second thought: the turn goes on, nothing said is lost.
        return state, (fx.StopTimer(RELEASE_TIMER),)
    if state.link.phase is Phase.OFFLINE:
        return connect_asked(state)
    if not live(state):
        return woken(state)
    state, effects = yielded(replace(state, sent_ms=0), tell_server=True)
    return state, (
        *effects,
        fx.StopTimer(RELEASE_TIMER),
        fx.ClearInput(),
        fx.SendPreroll(PTT_PREROLL_MS),
    )


def talk_released(state: AppState) -> Step:
    """The talk control went up; the last word is still on its way through the microphone."""
    if not state.pressed:
        return state, ()
    state = replace(state, pressed=False, releasing=True)
    return state, (fx.StartTimer(RELEASE_TIMER, RELEASE_GRACE_MS),)


def release_ended(state: AppState) -> Step:
    """The grace after the release is over: the turn ends, or was a slip."""
    if not state.releasing:
        return state, ()
    if not live(state):
        # Pressed while the connection was still being made: `go_live` starts the timer again.
        return state, ()
    state = replace(state, releasing=False)
    if state.sent_ms < SHORTEST_PRESS_MS:
        state, owed = ask(state) if state.responses.pending else (state, ())
        return tell(state, HOLD_LONGER), (fx.ClearInput(), *owed)
    if state.overruled:
        return state, ()  # It commits and answers by itself, after the silence that follows.
    state, event_id = numbered(state, "commit")
    return replace(state, commit=event_id), (fx.CommitInput(event_id),)


def input_committed(state: AppState, event: InputCommitted) -> Step:
    """The user's audio is an item now; in manual turns this is when to ask for the answer."""
    row = Row(event.item_id, Role.USER)
    state = replace(state, rows=place(state.rows, row, event.previous_item_id), user_speaking=False)
    row = find(state.rows, event.item_id) or row
    effects: Effects = ()
    if row.state in OPEN:
        if state.settings.transcription_model:
            name = TRANSCRIPT_TIMER + event.item_id
            effects = (fx.StartTimer(name, TRANSCRIPT_TIMEOUT_MS),)
        else:
            state = with_row(state, replace(row, state=Text.FAILED))
    state = solved(state, Kind.WORDS_LOST)
    if state.commit is None:
        return state, effects
    state = replace(state, commit=None)
    if state.pressed or state.releasing:
        # The user speaks again already: one answer to both, when this turn has ended.
        return responses(state, pending=True), effects
    state, more = ask(state)
    return state, (*effects, *more)
