"""The connection: open, configure, hold, lose, try again, renew.

A session leaves nothing behind at the server: a new socket means a new session with an empty
conversation (protocol page, section 5.6).  What was said is put back as text.
"""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import link, live, numbered, solved, sound, tell, then
from desktop_app.core.failures import judge
from desktop_app.core.far_end import LinkLost, LinkOpened, SessionConfigured, SessionStarted
from desktop_app.core.interrupting import decides_here
from desktop_app.core.overlap import Overlap
from desktop_app.core.own_tools import offered
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.replay import awaited, replayed, texts_sent, waits_for_answer
from desktop_app.core.responses import ask
from desktop_app.core.rest import REST_SOON, woken
from desktop_app.core.state import AppState, Effects, Floor, LinkState, Phase, ResponseState, Step
from desktop_app.core.transcript import OPEN, Role, Row, Rows, Text

FIRST_RETRY_MS = 500
LONGEST_RETRY_MS = 8_000
"""Back-off: doubled from the first to the longest wait, with a quarter of jitter."""

CREATED_TIMEOUT_MS = 3_000
"""Compatible servers may leave out ``session.created``; after this we configure all the same."""

UPDATED_TIMEOUT_MS = 5_000
"""Compatible servers may leave out ``session.updated``; after this we talk all the same."""

STEADY_MS = 10_000
"""A connection that has held so long has not just failed: a later loss counts from the start."""

RENEW_BEFORE_MS = 300_000
"""A session is renewed at a quiet moment in the last five minutes of its life."""

SHORTEST_RENEWED_MS = 2 * RENEW_BEFORE_MS
"""A session that lives shorter is not renewed early but when it ends: renewing would never stop,
and a lifetime that short often means that the two clocks differ."""

PREROLL_MS = 3_000
"""What was said while connecting is sent, up to this much: the first words must not be lost."""

SHORTEST_PRESS_MS = 250
"""A shorter press is a slip; the server would refuse less than 100 ms of audio."""

RELEASE_GRACE_MS = 150
"""Sound after the release that still belongs to the turn: people release while they end."""

WORDS_LOST = Problem(
    Kind.WORDS_LOST, "Your last words may be lost", "The connection broke; please say them again."
)

CREATED_TIMER = "created"
UPDATED_TIMER = "updated"
RETRY_TIMER = "retry"
STEADY_TIMER = "steady"
RENEW_TIMER = "renew"
RELEASE_TIMER = "release"
SOUND_TIMER = "sound"

LINK_PROBLEMS = (
    Kind.NO_KEY,
    Kind.BAD_KEY,
    Kind.NO_NETWORK,
    Kind.BAD_URL,
    Kind.BAD_MODEL,
    Kind.SERVER_REFUSED,
    Kind.SERVER_TROUBLE,
    Kind.RATE_LIMITED,
    Kind.NO_ENGINE,
)


def connect_asked(state: AppState) -> Step:
    """The user wants to talk."""
    state = solved(sound(state, wanted=True), *LINK_PROBLEMS, Kind.ENGINE_RESTARTED)
    opening: Effects = (fx.OpenSound(state.settings.microphone, state.settings.speaker),)
    if state.link.phase in (Phase.OPENING, Phase.CONFIGURING, Phase.LIVE):
        return state, opening
    return then(_open(link(state, wanted=True, attempt=0)), opening)


def hang_up_asked(state: AppState) -> Step:
    """The user wants to end; nothing stays open."""
    # What plays stays until the speaker says how much of it was heard.
    effects: Effects = (fx.CutSpeaker(),) if state.sound.playing else ()
    state = _without_session(sound(state, wanted=False))
    state = replace(state, link=LinkState(), texts=(), pressed=False, releasing=False)
    stops = tuple(fx.StopTimer(name) for name in (RELEASE_TIMER, SOUND_TIMER))
    return state, (*effects, fx.CloseLink(), fx.CloseSound(), *_stop_timers(), *stops)


def renew(state: AppState) -> Step:
    """Change to a new session now, at once; the conversation goes on."""
    state = _without_session(state)
    return _open(state)


def new_conversation_asked(state: AppState) -> Step:
    """Start afresh: nothing of the old conversation is put back."""
    effects: Effects = (fx.CutSpeaker(),) if state.sound.playing else ()
    connected = state.link.wanted
    state = _without_session(sound(state, playing=()))
    state = replace(state, rows=(), meter=AppState().meter, texts=())
    state = solved(state, Kind.VOICE_FIXED, Kind.WORDS_LOST)
    if not connected:
        return state, effects
    opened, more = _open(state)
    return opened, (*effects, *more)


def link_opened(state: AppState, event: LinkOpened) -> Step:
    """The socket is open; the server speaks first."""
    if state.link.phase is not Phase.OPENING:
        return state, ()
    state = link(
        state, phase=Phase.CONFIGURING, server=event.server, capabilities=event.capabilities
    )
    return state, (fx.StartTimer(CREATED_TIMER, CREATED_TIMEOUT_MS),)


def session_started(state: AppState, event: SessionStarted) -> Step:
    """``session.created`` came; configure unless that is done."""
    effects: Effects = ()
    if event.lifetime_ms is not None and event.lifetime_ms >= SHORTEST_RENEWED_MS:
        effects = (fx.StartTimer(RENEW_TIMER, event.lifetime_ms - RENEW_BEFORE_MS),)
    if event.model:
        state = link(state, model=event.model)
    if not unconfigured(state):
        return state, effects
    state, more = configure(state)
    return state, (*effects, fx.StopTimer(CREATED_TIMER), *more)


def configuring(state: AppState) -> bool:
    """Whether the session waits for its configuration to be accepted."""
    return state.link.phase is Phase.CONFIGURING and state.link.configs > 0


def unconfigured(state: AppState) -> bool:
    """Whether the socket is open and nothing has been configured yet."""
    return state.link.phase is Phase.CONFIGURING and not state.link.configs


def configure(state: AppState) -> Step:
    """Send the whole configuration."""
    state, event_id = numbered(state, "cfg")
    held_back = decides_here(state)
    state = link(state, configs=state.link.configs + 1, config_due=False, held_back=held_back)
    order = fx.ConfigureSession(
        state.settings,
        event_id,
        state.link.omitted,
        state.link.spoke,
        held_back,
        offered(state),
    )
    if live(state):
        return state, (order,)
    return state, (order, fx.StartTimer(UPDATED_TIMER, UPDATED_TIMEOUT_MS))


def session_configured(state: AppState, event: SessionConfigured) -> Step:
    """``session.updated``: the first one opens the conversation."""
    state = link(
        state,
        model=event.model or state.link.model,
        voice=event.voice or state.link.voice,
        noise_reduced=event.noise_reduced,
    )
    return go_live(state) if configuring(state) else (state, ())


def go_live(state: AppState) -> Step:
    """The session works: put back what was said, then let the user's words in."""
    state, woke = woken(solved(link(state, phase=Phase.LIVE), *LINK_PROBLEMS))
    unanswered = bool(state.texts)
    replay: Effects = ()
    if state.link.capabilities.replay:
        unanswered = unanswered or waits_for_answer(state.rows)
        state, replay = replayed(state)
    state, typed = texts_sent(state)
    steady = fx.StartTimer(STEADY_TIMER, STEADY_MS)
    effects: Effects = (*woke, fx.StopTimer(UPDATED_TIMER), steady, *replay, *typed)
    if state.manual and (state.pressed or state.releasing):
        # Pressed while the connection was being made: what was said counts.
        state = replace(state, sent_ms=SHORTEST_PRESS_MS)
        effects = (*effects, fx.ClearInput(), fx.SendPreroll(PREROLL_MS))
        if state.releasing:
            effects = (*effects, fx.StartTimer(RELEASE_TIMER, RELEASE_GRACE_MS))
        unanswered = False  # The answer to what is being said is the answer to all.
    elif not state.manual and not state.muted:
        effects = (*effects, fx.SendPreroll(PREROLL_MS))
    if unanswered:
        state, more = ask(state)
        effects = (*effects, *more)
    return state, effects


def link_lost(state: AppState, event: LinkLost) -> Step:
    """The link broke or could not be opened."""
    if event.failure is None or state.link.phase in (Phase.OFFLINE, Phase.BACKING_OFF):
        return state, ()
    verdict = judge(event.failure, state.link.last_error)
    was_live, was_steady = live(state), state.link.steady
    attempt = state.link.attempt
    state = _words_lost(state, _without_session(state))
    if not verdict.retry:
        state = sound(link(state, wanted=False), wanted=False)
        state = tell(state, verdict.problem) if verdict.problem else state
        state = replace(state, pressed=False, releasing=False)
        cut: Effects = (fx.CutSpeaker(),) if state.sound.playing else ()
        return state, (*cut, fx.CloseSound(), *_stop_timers())
    if verdict.at_once and was_steady:
        return _open(state)
    if verdict.problem and not (was_live and attempt == 0):
        state = tell(state, verdict.problem)
    wait_ms = min(FIRST_RETRY_MS * 2 ** min(attempt, 8), LONGEST_RETRY_MS)
    state = link(state, phase=Phase.BACKING_OFF, attempt=attempt + 1)
    rests: Effects = REST_SOON if was_live or attempt == 0 else ()
    return state, (*_stop_timers(), *rests, fx.StartTimer(RETRY_TIMER, wait_ms, jitter=0.25))


def retry(state: AppState) -> Step:
    """The wait is over."""
    return _open(state) if state.link.phase is Phase.BACKING_OFF else (state, ())


def renewed_when_quiet(state: AppState) -> Step:
    """Renew an old session once nobody speaks and nothing is under way."""
    busy = (
        state.floor is not Floor.NOBODY
        or state.releasing
        or state.commit
        or state.calls
        or state.responses.requested
        or state.responses.active
        or awaited(state.rows)
    )
    if not state.link.rotate or busy or not live(state):
        return state, ()
    return renew(state)


def _open(state: AppState) -> Step:
    state = link(state, phase=Phase.OPENING)
    return state, (*_stop_timers(), fx.CloseLink(), fx.OpenLink(state.settings))


def _stop_timers() -> Effects:
    ours = (CREATED_TIMER, UPDATED_TIMER, STEADY_TIMER, RETRY_TIMER, RENEW_TIMER)
    return tuple(fx.StopTimer(name) for name in (*ours, "response", "again"))


def _without_session(state: AppState) -> AppState:
    """Forget all that belonged to the session; keep what the user has and wants."""
    playing = tuple(replace(item, gone=True) for item in state.sound.playing)
    rows = _left_behind(state.rows)
    old = state.link
    return replace(
        sound(state, playing=playing, dry=None),
        link=LinkState(wanted=old.wanted, attempt=old.attempt, omitted=old.omitted),
        rows=rows if rows != state.rows else state.rows,
        responses=ResponseState(),
        overlap=Overlap(doubt=state.overlap.doubt),
        calls=(),
        user_speaking=False,
        commit=None,
    )


def _words_lost(before: AppState, after: AppState) -> AppState:
    """Tell the user of words that were on their way when the link broke."""
    pairs = zip(before.rows, after.rows, strict=True)
    if any(new is not old and new.state is Text.LOST for old, new in pairs):
        return tell(after, WORDS_LOST)
    return after


def _left_behind(rows: Rows) -> Rows:
    """End the rows that were still being written when the session ended."""
    kept: list[Row] = []
    answered = False
    for row in reversed(rows):
        if row.state not in OPEN:
            kept.append(row)
        elif row.role is not Role.USER:
            kept.append(replace(row, state=Text.INTERRUPTED))
        elif row.tail:
            kept.append(replace(row, state=Text.DONE))
        else:
            kept.append(replace(row, state=Text.FAILED if answered else Text.LOST))
        answered = answered or row.role is Role.ASSISTANT
    return tuple(reversed(kept))
