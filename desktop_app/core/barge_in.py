"""Barge-in that is quick and fair: hold at once, then judge.

As soon as a voice is heard over the assistant its speech is held, which nobody who means to
interrupt will miss; what was held goes on, with no word lost, if it was a cough or a "mm-hmm".
A real interruption ends the answer.  All of this only where the server was told not to interrupt;
elsewhere its own `UserSpeechStarted` ends the answer at once.
"""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.backchannels import takes_the_floor
from desktop_app.core.changes import link, live, overlap, responses, then
from desktop_app.core.far_end import (
    InputCommitted,
    ResponseEnded,
    ResponseStarted,
    UserSpeechStarted,
)
from desktop_app.core.interrupting import (
    SPEECH,
    least_voice_ms,
    listens,
    patience,
    sounding,
)
from desktop_app.core.overlap import Doubt, Verdict
from desktop_app.core.responses import ask, response_started
from desktop_app.core.sound import VOICE_MS, VoiceHeard
from desktop_app.core.state import AppState, Floor, Step
from desktop_app.core.transcript import Role, Row, find, place
from desktop_app.core.turn_taking import input_committed, yielded

ECHO_ENDS_MS = 200
"""So long after the answer is held its echo still hides who speaks over it."""

WARY_MS = 10_000
"""Music in the room is heard through the echo, too: it holds the answer only so often."""

LONGEST_DOUBT_MS = 1_500
"""In this much sound every doubt is settled."""

STALE_MS = 2_000
"""A doubt is dropped after this time even if no sound comes any more."""

LATELY_MS = 1_200
"""The server hears the begin of a sound at the latest so long after we let it pass."""

OWED_MS = 800
"""If the server has not begun to answer by then, it will not do so by itself."""

VERDICT_MS = 4_000
"""How long the verdict is shown."""

LEAST_WORD_MS = 96
"""Words that the server finds in less speech than this were not said: recognisers make them up."""

KEPT_PASSED = 8

DOUBT_TIMER = "doubt"
LATELY_TIMER = "lately"
OWED_TIMER = "owed"
VERDICT_TIMER = "verdict"
WARY_TIMER = "wary"


# --- what the microphone hears ----------------------------------------------------------------


def voice_heard(state: AppState, event: VoiceHeard) -> Step:
    """The next moment of the microphone: raise a doubt, or settle it."""
    if not listens(state):
        return state, ()
    loud = event.probability >= SPEECH
    doubt = state.overlap.doubt
    if doubt is not None:
        return _judged(state, _heard(doubt, loud=loud))
    run_ms = state.overlap.run_ms + VOICE_MS if loud else 0
    unsure = run_ms < least_voice_ms(state, event)
    if unsure and (state.overlap.wary or not event.near):
        return (overlap(state, run_ms=run_ms) if run_ms != state.overlap.run_ms else state), ()
    if not sounding(state):
        # The user speaks on, and the assistant has ended meanwhile: it is a turn like any other.
        return overlap(state, run_ms=0, passing=False, lately=False), ()
    return _doubted(state, Doubt(run_ms, age_ms=run_ms, grace_ms=ECHO_ENDS_MS if event.near else 0))


def _heard(doubt: Doubt, *, loud: bool) -> Doubt:
    counts = not loud and doubt.age_ms >= doubt.grace_ms
    return replace(
        doubt,
        voiced_ms=doubt.voiced_ms + (VOICE_MS if loud else 0),
        quiet_ms=doubt.quiet_ms + VOICE_MS if counts else 0,
        age_ms=doubt.age_ms + VOICE_MS,
    )


def _doubted(state: AppState, doubt: Doubt) -> Step:
    state = overlap(state, doubt=doubt, run_ms=0)
    return state, (fx.HoldSpeaker(), fx.StartTimer(DOUBT_TIMER, STALE_MS))


def _judged(state: AppState, doubt: Doubt) -> Step:
    state = overlap(state, doubt=doubt)
    measure = patience(state)
    if doubt.voiced_ms >= measure.enough_ms:
        return _interrupted(state, Verdict.SPOKE)
    if doubt.quiet_ms >= measure.quiet_ms or doubt.age_ms >= LONGEST_DOUBT_MS:
        return _let_pass(state, Verdict.SHORT if doubt.voiced_ms else Verdict.NO_VOICE)
    return state, ()


# --- the two ends of a doubt ------------------------------------------------------------------


def _interrupted(state: AppState, verdict: Verdict) -> Step:
    """It is the user's turn: the answer ends here, and the server is told so."""
    doubt = state.overlap.doubt
    state = overlap(state, doubt=None, run_ms=0, passing=False, lately=False, verdict=verdict)
    state, effects = yielded(state, tell_server=True)
    if doubt is not None and fx.CutSpeaker() not in effects:
        effects = (*effects, fx.ResumeSpeaker())
    return state, (*effects, *_told(state, "stopped", doubt, verdict))


def _let_pass(state: AppState, verdict: Verdict) -> Step:
    """It was no interruption: the answer goes on where it was held."""
    doubt = state.overlap.doubt
    voiced_ms = doubt.voiced_ms if doubt else 0
    state = overlap(state, doubt=None, run_ms=0, passing=True, lately=True, verdict=verdict)
    hidden = doubt is not None and doubt.grace_ms > 0 and not voiced_ms
    state = overlap(state, voiced_ms=voiced_ms, wary=hidden or state.overlap.wary)
    return state, (
        fx.ResumeSpeaker(),
        *((fx.StartTimer(WARY_TIMER, WARY_MS),) if hidden else ()),
        fx.StartTimer(LATELY_TIMER, LATELY_MS),
        *_told(state, "went on", doubt, verdict),
    )


def _told(
    state: AppState, what: str, doubt: Doubt | None, verdict: Verdict
) -> tuple[fx.Effect, ...]:
    measured = doubt or Doubt()
    note = (
        f"barge-in: {what} ({verdict}, {state.settings.interrupting}):"
        f" {measured.voiced_ms} ms of speech in {measured.age_ms} ms"
    )
    shown = fx.StartTimer(VERDICT_TIMER, VERDICT_MS)
    return fx.StopTimer(DOUBT_TIMER), shown, fx.Note(note)


def undoubted(state: AppState) -> Step:
    """Drop a doubt that nothing will settle any more: nobody listens, or nobody speaks."""
    if state.overlap.doubt is None or listens(state):
        return state, ()
    return overlap(state, doubt=None, run_ms=0), (fx.ResumeSpeaker(), fx.StopTimer(DOUBT_TIMER))


# --- what the server says ---------------------------------------------------------------------


def speech_started(state: AppState, event: UserSpeechStarted) -> Step:
    """The server heard the user; over the assistant this may be an interruption."""
    state = replace(state, user_speaking=True)
    if event.item_id:
        row = Row(event.item_id, Role.USER)
        state = replace(state, rows=place(state.rows, row, None))
    if not state.settings.interrupt_response:
        return state, ()
    if not state.link.held_back:
        # The server has cancelled the response itself (``interrupt_response``).
        return yielded(state, tell_server=False)
    state = overlap(state, item_id=event.item_id)
    if state.overlap.doubt is not None:
        return state, ()
    if state.overlap.lately:
        return overlap(state, passing=True, lately=False), ()
    if listens(state) and sounding(state):
        return _doubted(state, Doubt())
    # Nothing is heard of the answer that may be under way: the user simply speaks on.
    return yielded(overlap(state, passing=False), tell_server=True)


def committed(state: AppState, event: InputCommitted) -> Step:
    """What the user said is an item: answered by the server, unless it was let pass."""
    effects: tuple[fx.Effect, ...] = ()
    if state.overlap.doubt is not None:
        # The server has waited for silence: there is nothing more to come.
        state, effects = _let_pass(state, Verdict.SHORT)
    over = state.overlap
    if over.passing:
        state = overlap(state, passing=False, lately=False, unasked=True, item_id="")
        if over.voiced_ms >= LEAST_WORD_MS:
            state = overlap(state, passed=(*over.passed, event.item_id)[-KEPT_PASSED:])
    elif over.unasked or over.item_id:
        state = overlap(state, unasked=False, item_id="")
    state, more = input_committed(state, event)
    if state.link.held_back and not over.passing and _too_busy(state):
        state, asked = ask(state)
        more = (*more, *asked)
    return state, (*effects, *more)


def _too_busy(state: AppState) -> bool:
    """Whether the server could not answer a turn by itself: its last answer still ran."""
    return state.responses.active is not None and state.settings.create_response


def words_heard(state: AppState, item_id: str, *, whole: bool) -> Step:
    """The server has written down what the user said: words decide, whatever the sound was."""
    over, row = state.overlap, find(state.rows, item_id)
    if not state.link.held_back or row is None or not takes_the_floor(row.text, whole=whole):
        return state, ()
    heard_ms = over.doubt.voiced_ms if over.doubt else over.voiced_ms if over.passing else 0
    if item_id == over.item_id and heard_ms >= LEAST_WORD_MS:
        return _interrupted(state, Verdict.WORDS)
    if item_id in over.passed:
        return _recalled(state, item_id)
    return state, ()


def _recalled(state: AppState, item_id: str) -> Step:
    """What was let pass turned out to be a turn: stop, and see that it is answered."""
    passed = tuple(i for i in state.overlap.passed if i != item_id)
    unasked = state.overlap.unasked
    state, effects = _interrupted(overlap(state, passed=passed, unasked=False), Verdict.WORDS)
    if not state.settings.create_response:
        return state, effects
    if unasked and not state.responses.active:
        # The server is about to answer by itself.
        state = overlap(state, owed=True)
        return state, (*effects, fx.StartTimer(OWED_TIMER, OWED_MS))
    state, asked = ask(state)
    return state, (*effects, *asked)


def began_to_answer(state: AppState, event: ResponseStarted) -> Step:
    """The server began a response: nobody wants one to a "mm-hmm", or while they speak on."""
    over = state.overlap
    ours = state.responses.requested or not event.in_conversation or not state.link.held_back
    if ours:
        return response_started(state, event)
    effects: tuple[fx.Effect, ...] = (fx.StopTimer(OWED_TIMER),) if over.owed else ()
    speaks_on = state.user_speaking and not sounding(state) and not over.passing
    if over.unasked or speaks_on:
        state = responses(state, unwanted=True)
    if over.unasked or over.owed:
        state = overlap(state, unasked=False, owed=False)
    return then(response_started(state, event), effects)


def insisted(state: AppState, event: ResponseEnded) -> Step:
    """A server that interrupts although it was told not to is not told so again."""
    known = event.response_id in state.responses.silenced
    if not state.link.held_back or event.reason != "turn_detected" or known:
        return state, ()
    able = replace(state.link.capabilities, holds_back=False)
    state = link(state, capabilities=able, held_back=False)
    state, effects = yielded(overlap(state, doubt=None, passing=False), tell_server=False)
    return state, (*effects, fx.Note("the server interrupts by itself"), fx.ResumeSpeaker())


# --- time -------------------------------------------------------------------------------------


def timed_out(state: AppState, name: str) -> Step:
    """One of this room's timers has run out."""
    over = state.overlap
    match name:
        case "doubt" if over.doubt is not None:
            return _let_pass(state, Verdict.SHORT)
        case "lately":
            # What the server has not heard by now, it never will.
            return overlap(state, lately=False, passing=over.passing and bool(over.item_id)), ()
        case "wary":
            return overlap(state, wary=False), ()
        case "verdict":
            return overlap(state, verdict=Verdict.NONE), ()
        case "owed" if over.owed:
            return _owed(overlap(state, owed=False))
        case _:
            return state, ()


def _owed(state: AppState) -> Step:
    busy = state.responses.active or state.responses.requested
    if busy or not live(state) or state.floor is Floor.USER:
        return state, ()
    return ask(state)


TIMERS = (DOUBT_TIMER, LATELY_TIMER, OWED_TIMER, VERDICT_TIMER, WARY_TIMER)
