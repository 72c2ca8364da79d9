"""The one place where the assistant changes: ``step(state, event)``.

It only says which room of the core an event belongs to; the rooms decide.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from desktop_app.core import (
    barge_in,
    connection,
    devices,
    far_end,
    half_duplex,
    muted_talk,
    refusals,
    responses,
    rest,
    silent_microphone,
    sound,
    talk_key,
    turn_taking,
    wishes,
    words,
)
from desktop_app.core import effects as fx
from desktop_app.core.changes import link, live, solved, tell, then, with_row
from desktop_app.core.changes import sound as sound_changed
from desktop_app.core.events import Event, TimerFired
from desktop_app.core.interrupting import decides_here
from desktop_app.core.preferences import configured_when_quiet, settings_changed
from desktop_app.core.problems import Kind
from desktop_app.core.state import AppState, Phase, Step
from desktop_app.core.tool_calls import quieted, settle_calls, tool_called, tool_finished
from desktop_app.core.transcript import Text, find

_FREQUENT = (sound.MicFrame, sound.VoiceHeard, far_end.AudioArrived)


def step(state: AppState, event: Event) -> Step:
    """Return the next state and what to do about it."""
    state, effects = _step(state, event)
    if isinstance(event, _FREQUENT):
        return state, effects  # They come a hundred times a second, and quiet nothing.
    if state.overlap.doubt is not None:
        state, more = barge_in.undoubted(state)
        effects = (*effects, *more)
    if state.link.held_back != decides_here(state) and live(state):
        state = link(state, config_due=True)
    if state.problems and not state.muted:
        state = solved(state, Kind.MUTED_TALK)
    if state.link.config_due or state.link.rotate:
        for when_quiet in (configured_when_quiet, connection.renewed_when_quiet):
            state, more = when_quiet(state)
            effects = (*effects, *more)
    return state, effects


def _step(state: AppState, event: Event) -> Step:
    # Sound comes a hundred times a second, and stands first in both unions.
    if isinstance(event, sound.SoundEvent):
        return _sound(state, event)
    if isinstance(event, far_end.FarEndEvent):
        return _far_end(state, event)
    if isinstance(event, TimerFired):
        return _timer(state, event.name)
    return _wish(state, event)


def _wish(state: AppState, event: wishes.Wish) -> Step:
    match event:
        case wishes.ConnectAsked():
            return connection.connect_asked(state)
        case wishes.HangUpAsked():
            return connection.hang_up_asked(state)
        case wishes.NewConversationAsked():
            return connection.new_conversation_asked(state)
        case wishes.MuteToggled():
            return replace(state, muted=not state.muted), ()
        case wishes.InterruptAsked():
            return turn_taking.interrupt_asked(state)
        case wishes.TalkPressed():
            return turn_taking.talk_pressed(state)
        case wishes.TalkReleased():
            return turn_taking.talk_released(state)
        case wishes.KeyPressed():
            return talk_key.key_pressed(state)
        case wishes.KeyReleased(held):
            return talk_key.key_released(state, held=held)
        case wishes.TalkToggled():
            return talk_key.toggled(state)
        case wishes.ComputerLocked():
            return talk_key.locked(state)
        case wishes.ComputerUnlocked():
            return talk_key.unlocked(state)
        case wishes.TextSubmitted(text):
            return words.text_submitted(state, text)
        case wishes.AnswerAsked():
            return responses.ask(state)
        case wishes.SettingsChanged(settings):
            return settings_changed(state, settings)
        case wishes.SoundCheckBegan():
            return turn_taking.interrupt_asked(replace(state, checking=True))
        case wishes.SoundCheckEnded(found):
            return half_duplex.check_ended(state, found)
        case wishes.ProblemFound(problem):
            return tell(state, problem), ()
        case wishes.ProblemSolved(kind):
            return solved(state, kind), ()
        case _:
            assert_never(event)


def _far_end(state: AppState, event: far_end.FarEndEvent) -> Step:
    linked = state.link.phase in (Phase.CONFIGURING, Phase.LIVE)
    if not linked and not isinstance(event, far_end.LinkOpened | far_end.LinkLost):
        # Without a link nobody speaks there: it is the echo of a session that has ended.
        return state, ()
    match event:
        case far_end.AudioArrived():
            return turn_taking.audio_arrived(state, event)
        case far_end.LinkOpened():
            return connection.link_opened(state, event)
        case far_end.LinkLost():
            return connection.link_lost(state, event)
        case far_end.SessionStarted():
            return connection.session_started(state, event)
        case far_end.SessionConfigured():
            return connection.session_configured(state, event)
        case far_end.ServerError():
            return refusals.server_error(state, event)
        case far_end.UserSpeechStarted():
            return barge_in.speech_started(state, event)
        case far_end.UserSpeechStopped():
            return replace(state, user_speaking=False), ()
        case far_end.InputCommitted():
            return barge_in.committed(state, event)
        case far_end.ResponseStarted():
            return barge_in.began_to_answer(state, event)
        case far_end.ResponseEnded():
            return _response_ended(state, event)
        case far_end.ToolCalled():
            return tool_called(state, event)
        case far_end.ToolFinished(call_id, output):
            return tool_finished(state, call_id, output)
        case far_end.RateLimited():
            return link(state, reset_s=event.reset_s), ()
        case _:
            return _words(state, event)


def _words(state: AppState, event: far_end.WordEvent) -> Step:
    match event:
        case far_end.ItemAdded():
            return words.item_added(state, event)
        case far_end.ItemTruncated():
            return state, ()
        case far_end.ItemDeleted(item_id):
            row = find(state.rows, item_id)
            return (with_row(state, replace(row, state=Text.NONE)) if row else state), ()
        case far_end.UserTextArrived():
            state, effects = words.user_text_arrived(state, event)
            return then(barge_in.words_heard(state, event.item_id, whole=False), effects)
        case far_end.UserTextDone():
            state, effects = words.user_text_done(state, event)
            return then(barge_in.words_heard(state, event.item_id, whole=True), effects)
        case far_end.UserTextFailed():
            return words.user_text_failed(state, event)
        case far_end.AssistantTextArrived():
            return words.assistant_text_arrived(state, event)
        case far_end.AssistantTextDone():
            return words.assistant_text_done(state, event)
        case _:
            assert_never(event)


def _response_ended(state: AppState, event: far_end.ResponseEnded) -> Step:
    state, insisted = barge_in.insisted(state, event)
    state = words.answer_ended(state, event)
    if event.status != "completed":
        state = quieted(state, event.response_id)
    state, effects = responses.response_ended(state, event)
    asked = any(isinstance(effect, fx.CreateResponse) for effect in effects)
    state, more = settle_calls(state, asked=asked)
    return state, (*insisted, *effects, *more)


def _sound(state: AppState, event: sound.SoundEvent) -> Step:
    match event:
        case sound.MicFrame():
            return turn_taking.mic_frame(state, event)
        case sound.VoiceHeard():
            return barge_in.voice_heard(state, event)
        case sound.DetectorChanged(works):
            return sound_changed(state, detects=works), ()
        case sound.TalkedMuted():
            return muted_talk.talked(state)
        case sound.MicSilent():
            return silent_microphone.mic_silent(state, event)
        case sound.MicOpened(label):
            return devices.mic_opened(state, label)
        case sound.MicLost(problem):
            return devices.mic_lost(state, problem)
        case sound.SpeakerOpened(label):
            return devices.speaker_opened(state, label)
        case sound.SpeakerLost(problem):
            return devices.speaker_lost(state, problem)
        case sound.SpeakerStarted():
            return state, ()
        case sound.SpeakerStopped():
            return turn_taking.speaker_stopped(state, event)
        case sound.EchoJudged():
            return half_duplex.echo_judged(state, event)
        case sound.DevicesChanged():
            return devices.devices_changed(state, event)
        case sound.DevicesStale():
            return devices.devices_stale(state)
        case _:
            assert_never(event)


def _timer(state: AppState, name: str) -> Step:
    """Time is an event like any other; a timer that no longer matters changes nothing."""
    if name.startswith(turn_taking.TRANSCRIPT_TIMER):
        item_id = name.removeprefix(turn_taking.TRANSCRIPT_TIMER)
        return words.transcript_timed_out(state, item_id)
    match name:
        case connection.RETRY_TIMER:
            return connection.retry(state)
        case connection.CREATED_TIMER if connection.unconfigured(state):
            return connection.configure(state)
        case connection.UPDATED_TIMER if connection.configuring(state):
            return connection.go_live(state)
        case connection.STEADY_TIMER if state.link.phase is Phase.LIVE:
            return link(state, steady=True, attempt=0), ()
        case connection.RENEW_TIMER if state.link.phase is Phase.LIVE:
            return link(state, rotate=True), ()
        case connection.RELEASE_TIMER:
            return turn_taking.release_ended(state)
        case talk_key.TAP_TIMER:
            return talk_key.tap_over(state)
        case talk_key.WATCHDOG_TIMER:
            return talk_key.watchdog(state)
        case _ if name in barge_in.TIMERS:
            return barge_in.timed_out(state, name)
        case _ if name in muted_talk.TIMERS:
            return muted_talk.timed_out(state, name)
        case responses.REQUEST_TIMER:
            return responses.request_timed_out(state)
        case responses.AGAIN_TIMER:
            return responses.ask_again(state)
        case connection.SOUND_TIMER:
            return devices.look_again(state)
        case devices.SPEAKER_TIMER:
            return devices.speaker_given_up(state)
        case rest.REST_TIMER:
            return rest.idle_for_long(state)
        case devices.NOTICE_TIMER:
            return solved(state, Kind.DEVICE_CHANGED), ()
        case _:
            return state, ()
