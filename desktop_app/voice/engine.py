"""Carries out effects and feeds events: the only code that knows both sides."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass

from desktop_app.audio.cues import cue_sound
from desktop_app.audio.preroll import Preroll
from desktop_app.audio.volume import Volume
from desktop_app.core import effects as fx
from desktop_app.core.cleaning import cleaning
from desktop_app.core.cues import cue_between
from desktop_app.core.events import Event, TimerFired
from desktop_app.core.far_end import ToolFinished
from desktop_app.core.interrupting import blocks_at_once
from desktop_app.core.settings import Settings
from desktop_app.core.sound import MicOpened, SpeakerOpened
from desktop_app.core.state import AppState
from desktop_app.core.wishes import ProblemFound
from desktop_app.ports import (
    Destination,
    Devices,
    Link,
    Microphone,
    SettingsStore,
    Speaker,
    ToolProvider,
)
from desktop_app.sound_ports import VoiceDetector
from desktop_app.voice.chain import NO_CLEANERS, Chain, Cleaners
from desktop_app.voice.listening import Listening
from desktop_app.voice.muted_ear import MutedEar
from desktop_app.voice.session import Session
from desktop_app.voice.silent_ear import SilentEar
from desktop_app.voice.sounds import Sounds
from desktop_app.voice.store import Store
from desktop_app.voice.timers import Timers

PREROLL_MS = 5_000
"""What was heard is kept this long while nobody takes it (connecting, between presses)."""

CLOSE_S = 1.0
"""Longest wait for the devices when everything ends."""

TOOL_S = 60.0
"""Longest run of a tool; without any output the conversation would stall."""

SAVING = "settings-save"
SESSION = "session"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside of the engine."""

    make_link: Callable[[], Link]
    destination: Destination
    microphone: Microphone
    speaker: Speaker
    settings: SettingsStore
    tools: ToolProvider
    devices: Devices | None = None
    """None: nobody tells when devices come or go."""
    aclose: Callable[[], Awaitable[None]] | None = None
    """Called once the worker ends: closes what lives as long as it, such as the engine."""
    cleaners: Cleaners = NO_CLEANERS
    """What cleans the microphone's sound."""
    detector: VoiceDetector | None = None
    """None: speech is not told from other sound here."""


class Engine:
    """Ties a store to the outside.  `run` owns all tasks; when it ends, nothing is left open."""

    def __init__(self, store: Store, ports: Ports) -> None:
        self._store, self._ports = store, ports
        self._preroll = Preroll(PREROLL_MS)
        self._timers = Timers(lambda name: store.dispatch(TimerFired(name)))
        self._sounds = Sounds(
            ports.microphone, ports.speaker, self._sound_event, self._heard, self._spawn
        )
        self._sounds.volume = Volume(store.state.settings.volume)
        self._chain = Chain(ports.cleaners, ports.speaker.reference, store.dispatch)
        self._listening = Listening(ports.detector, store.dispatch, self._spawn)
        self._muted_ear = MutedEar(store.dispatch)
        self._silent_ear = SilentEar(store.dispatch)
        self._session: Session | None = None
        self._holding: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._saving = asyncio.Lock()
        self._taken = False
        self._unwatch: Callable[[], None] = _nothing
        store.perform = self._perform
        store.changed = self._changed

    async def run(self, stopped: asyncio.Event) -> None:
        """Work until ``stopped``, or until something breaks; then hang up and close the devices.

        Raises:
            ExceptionGroup: What broke.
        """
        try:
            async with asyncio.TaskGroup() as self._group:
                self._watch()
                try:
                    self._listening.begin()
                    await stopped.wait()
                finally:
                    await self._wind_down()
        finally:
            self._group = None

    def fail(self, error: BaseException) -> None:
        """End `run` with ``error``, which came up where no task can tell it."""
        self._spawn(_raised(error), "failure")

    async def _wind_down(self) -> None:
        self._store.perform = self._perform_last
        self._close_link()
        self._timers.stop_all()
        await asyncio.sleep(0)  # What was dispatched before the end is still heard.
        try:
            async with asyncio.timeout(CLOSE_S):
                await asyncio.to_thread(self._unwatch)
                await self._sounds.aclose()
        except TimeoutError:
            log.warning("a sound device does not close")
        for task in self._tasks:
            if task.get_name() not in (SAVING, SESSION):  # The one is awaited, the other hangs up.
                task.cancel()

    def _watch(self) -> None:
        """Let the core know of devices that come and go."""
        if self._ports.devices is None:
            return
        loop = asyncio.get_running_loop()

        def noticed(event: Event) -> None:
            with contextlib.suppress(RuntimeError):  # The loop has ended: nobody listens.
                loop.call_soon_threadsafe(self._store.dispatch, event)

        self._unwatch = self._ports.devices.watch(noticed)

    def _spawn(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None] | None:
        if self._group is None:
            work.close()
            return None
        try:
            task = self._group.create_task(work, name=name)
        except RuntimeError:  # The group is about to end.
            work.close()
            return None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _sound_event(self, event: Event) -> None:
        if isinstance(event, MicOpened | SpeakerOpened):
            self._chain.reset()
            self._listening.reset()
        if isinstance(event, MicOpened):
            self._silent_ear.reset()
        self._store.dispatch(event)

    def _heard(self, piece: bytes) -> None:
        self._silent_ear.heard(piece, self._store.state)
        frame = self._chain.hear(piece, cleaning(self._store.state))
        self._taken = False
        self._store.dispatch(frame)
        if self._taken or self._store.state.muted:
            # Older sound would not join on; and what was said while muted is for nobody.
            self._preroll.clear()
        else:
            self._preroll.push(frame.pcm)
        self._listening.heard(frame, self._store.state)
        self._muted_ear.heard(frame, self._store.state)

    def _changed(self, before: AppState, after: AppState) -> None:
        if before is after:
            return
        at_once = blocks_at_once(after)
        if at_once != blocks_at_once(before):
            # Not with each piece of speech: each time what waits there is looked at.
            self._ports.microphone.blocks_at_once = at_once
        if _places(before) != _places(after):
            self._chain.reset()  # The server has moved a stream: another room.
        cue = cue_between(before, after)
        if cue is not None:
            self._sounds.cue(cue_sound(cue, after.settings.cue_volume))

    def _perform(self, effect: fx.Effect) -> None:
        """Carry out one effect.  Never blocks: slow work becomes a task."""
        match effect:
            case fx.SendAudio():
                # Silence in place of what was heard leaves that for the next press.
                self._taken = self._taken or any(effect.pcm)
                self._send(effect)
            case fx.Play():
                self._sounds.volume.set_percent(self._store.state.settings.volume)
                self._sounds.play(effect)
            case fx.CutSpeaker():
                self._sounds.cut()
            case fx.HoldSpeaker():
                self._sounds.hold()
            case fx.ResumeSpeaker():
                self._sounds.resume()
            case fx.SendPreroll(max_ms):
                for block in self._preroll.take(max_ms):
                    self._send(fx.SendAudio(block))
                self._preroll.clear()
            case fx.DropPreroll():
                self._preroll.clear()
            case fx.StartTimer():
                self._timers.start(effect)
            case fx.StopTimer(name):
                self._timers.stop(name)
            case fx.OpenLink(settings):
                self._open_link(settings)
            case fx.CloseLink():
                self._close_link()
            case _:
                self._perform_slow(effect)

    def _perform_slow(self, effect: fx.SlowEffect) -> None:
        match effect:
            case fx.OpenSound():
                self._sounds.open(effect)
            case fx.CloseSound():
                self._preroll.clear()
                self._sounds.close()
            case fx.RunTool():
                self._spawn(self._run_tool(effect), f"tool-{effect.name}")
            case fx.SaveSettings(settings):
                self._spawn(self._save(settings), SAVING)
            case fx.Note(text):
                log.info("%s", text)
            case _:
                self._send(effect)

    def _perform_last(self, effect: fx.Effect) -> None:
        """When everything ends, nothing begins any more; but what was set is kept."""
        if isinstance(effect, fx.SaveSettings):
            self._perform_slow(effect)

    def _send(self, order: fx.Order) -> None:
        if self._session is not None:
            self._session.outbox.put(order)

    def _open_link(self, settings: Settings) -> None:
        session = Session(self._ports.make_link, self._ports.destination, self._store.dispatch)
        self._session = session
        self._holding = self._spawn(session.run(settings), SESSION)

    def _close_link(self) -> None:
        if self._session is not None:
            self._session.leave()
            self._session = None
        if self._holding is not None:
            self._holding.cancel()
            self._holding = None

    async def _run_tool(self, call: fx.RunTool) -> None:
        try:
            async with asyncio.timeout(TOOL_S):
                output = await self._ports.tools.call(call.name, call.arguments)
        except Exception as error:
            # A call without an output would stall the conversation; the bug is in the log.
            log.exception("the tool %s failed", call.name)
            output = f"The tool failed: {type(error).__name__}."
        self._store.dispatch(ToolFinished(call.call_id, output))

    async def _save(self, settings: Settings) -> None:
        async with self._saving:
            problem = await asyncio.to_thread(self._ports.settings.save, settings)
        if problem is not None:
            self._store.dispatch(ProblemFound(problem))


def _places(state: AppState) -> tuple[str, str]:
    return state.sound.mic_at, state.sound.speaker_at


def _nothing() -> None:
    """Nobody watches."""


async def _raised(error: BaseException) -> None:
    raise error
