from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import get_args

import pytest

from desktop_app.core import effects as fx
from desktop_app.core.events import TimerFired
from desktop_app.core.far_end import (
    AudioArrived,
    InputCommitted,
    LinkFailure,
    ResponseStarted,
    SessionConfigured,
    ToolCalled,
    UserSpeechStarted,
)
from desktop_app.core.interrupting import UNHEARD_BLOCKS
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.sound import Device, DeviceList, DevicesChanged, SpeakerStopped
from desktop_app.core.state import AppState
from desktop_app.core.wishes import (
    ConnectAsked,
    HangUpAsked,
    MuteToggled,
    SettingsChanged,
    TalkPressed,
    TalkReleased,
)
from desktop_app.ports import Dispatch
from desktop_app.voice import engine as engine_module
from desktop_app.voice.engine import Engine
from desktop_app.voice.store import Store
from tests.fakes.link import FakeLink, FakeLinks, silent
from tests.fakes.sound import FakeMicrophone, FakeSpeaker
from tests.voice.stage import Stage, block, settle, until

Scene = Callable[[Stage, Engine], Awaitable[None]]
MANUAL = Settings(turn_detection="manual")


def play(scene: Scene, *links: FakeLink, settings: Settings | None = None) -> Stage:
    stage = Stage(links=FakeLinks(*links))
    if settings is not None:
        stage.store.state = AppState(settings=settings)

    async def run() -> None:
        async with asyncio.timeout(10), stage.playing() as engine:
            await scene(stage, engine)
        left = asyncio.all_tasks() - {asyncio.current_task()}
        assert not left, "tasks are left"

    asyncio.run(run())
    assert not stage.microphone.is_open
    assert not stage.speaker.is_open
    assert all(link.closed for link in stage.links.made)
    return stage


def sounds_of(link: FakeLink) -> list[bytes]:
    return [order.pcm for order in link.sent(fx.SendAudio)]


def heard(stage: Stage, *numbers: int) -> None:
    stage.microphone.hear(b"".join(block(n) for n in numbers))


# --- the first words ------------------------------------------------------------------------------


def test_words_spoken_while_connecting_arrive_exactly_once_and_in_order() -> None:
    link = FakeLink(replies=silent)

    async def scene(stage: Stage, _: Engine) -> None:
        stage.tell(ConnectAsked())
        await until(lambda: stage.state.sound.mic_open)
        heard(stage, *range(20))
        await until(lambda: bool(link.sent(fx.ConfigureSession)))
        heard(stage, *range(20, 40))
        await settle()
        assert not sounds_of(link), "sound before the session was configured"
        link.say(SessionConfigured())
        heard(stage, *range(40, 50))
        await until(lambda: len(sounds_of(link)) >= 50)
        heard(stage, 50)
        await until(lambda: len(sounds_of(link)) >= 51)
        assert sounds_of(link) == [block(n) for n in range(51)]

    play(scene, link)


def test_words_spoken_while_the_connection_was_lost_arrive_with_the_next() -> None:
    first, second = FakeLink(), FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        heard(stage, 0)
        await until(lambda: len(sounds_of(first)) == 1)
        first.lose()
        await until(lambda: stage.state.link.phase == "backing_off")
        heard(stage, 1, 2, 3)
        await settle()
        stage.tell(TimerFired("retry"))
        await until(lambda: len(sounds_of(second)) == 3)
        heard(stage, 4)
        await until(lambda: len(sounds_of(second)) == 4)
        assert sounds_of(second) == [block(n) for n in (1, 2, 3, 4)]

    play(scene, first, second)


def test_what_was_said_while_muted_is_never_sent() -> None:
    first, second = FakeLink(), FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        stage.tell(MuteToggled())
        await stage.connected()
        heard(stage, 1, 2)
        await until(lambda: len(sounds_of(first)) >= 2)
        first.lose()
        await until(lambda: stage.state.link.phase == "backing_off")
        heard(stage, 3, 4)
        await settle()
        stage.tell(MuteToggled())
        heard(stage, 5)
        await settle()
        stage.tell(TimerFired("retry"))
        await until(lambda: bool(sounds_of(second)))
        await settle()
        assert set(sounds_of(first)) == {bytes(len(block(0)))}
        assert sounds_of(second) == [block(5)]

    play(scene, first, second)


def test_sound_that_no_longer_joins_on_is_not_sent_with_a_later_connection() -> None:
    links = [FakeLink(), FakeLink()]

    async def scene(stage: Stage, _: Engine) -> None:
        stage.tell(ConnectAsked())
        await until(lambda: stage.state.sound.mic_open)
        stage.tell(MuteToggled())
        await until(lambda: stage.state.link.phase == "live")
        stage.tell(MuteToggled())
        heard(stage, 1, 2)
        await until(lambda: len(sounds_of(links[0])) == 2)
        links[0].lose()
        await until(lambda: stage.state.link.phase == "backing_off")
        stage.tell(TimerFired("retry"))
        await until(lambda: stage.state.link.phase == "live")
        heard(stage, 3)
        await until(lambda: bool(sounds_of(links[1])))
        assert sounds_of(links[1]) == [block(3)]

    play(scene, *links)


def test_the_last_words_of_one_conversation_do_not_open_the_next() -> None:
    links = [FakeLink(), FakeLink()]

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        heard(stage, 1)
        await until(lambda: bool(sounds_of(links[0])))
        stage.tell(HangUpAsked())
        heard(stage, 2)
        await until(lambda: not stage.state.sound.mic_open)
        await stage.connected()
        heard(stage, 3)
        await until(lambda: bool(sounds_of(links[1])))
        assert sounds_of(links[1]) == [block(3)]

    play(scene, *links)


# --- push to talk ---------------------------------------------------------------------------------


def test_a_press_sends_a_moment_from_before_it_and_nothing_older() -> None:
    link = FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        heard(stage, *range(100))
        await settle()
        assert not sounds_of(link), "nobody pressed"
        stage.tell(TalkPressed())
        heard(stage, *range(100, 130))
        await until(lambda: len(sounds_of(link)) >= 60)
        stage.tell(TalkReleased(), TimerFired("release"))
        await until(lambda: bool(link.sent(fx.CommitInput)))
        heard(stage, 130)
        await settle()
        # 300 ms from before the press, then all of it.
        assert sounds_of(link) == [block(n) for n in range(70, 130)]
        kinds = [type(order) for order in link.orders]
        assert kinds.index(fx.ClearInput) < kinds.index(fx.SendAudio) < kinds.index(fx.CommitInput)

    play(scene, link, settings=MANUAL)


def test_a_turn_pressed_and_released_while_connecting_arrives_whole() -> None:
    link = FakeLink(replies=silent)

    async def scene(stage: Stage, _: Engine) -> None:
        stage.tell(TalkPressed())
        await until(lambda: stage.state.sound.mic_open)
        heard(stage, *range(30))
        await until(lambda: bool(link.sent(fx.ConfigureSession)))
        stage.tell(TalkReleased())
        link.say(SessionConfigured())
        await until(lambda: bool(link.sent(fx.CommitInput)))
        assert sounds_of(link) == [block(n) for n in range(30)]
        link.say(InputCommitted("item_1"))
        await until(lambda: bool(link.sent(fx.CreateResponse)))

    play(scene, link, settings=MANUAL)


# --- effects --------------------------------------------------------------------------------------

ORDERS: list[fx.Order] = [
    fx.SendAudio(block(0)),
    fx.ConfigureSession(Settings(), "cfg_9"),
    fx.CommitInput("commit_9"),
    fx.ClearInput(),
    fx.CreateResponse("resp_9"),
    fx.CancelResponse("r", "cancel_9"),
    fx.AddText("msg_9", "user", "Hello."),
    fx.AddToolOutput("call_9", "42"),
    fx.TruncateItem("i", 100, "cut_9"),
    fx.DeleteItem("i", "drop_9"),
]


def test_every_kind_of_order_reaches_the_far_end_as_it_is() -> None:
    link = FakeLink()
    assert {type(order) for order in ORDERS} == set(get_args(fx.Order))

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        link.orders.clear()
        for order in ORDERS:
            stage.store.perform(order)
        await until(lambda: len(link.orders) == len(ORDERS))
        assert link.orders == ORDERS

    play(scene, link)


def test_every_effect_has_somebody_who_performs_it(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    other_effects: list[fx.Effect] = [
        fx.OpenSound("", ""),
        fx.Play("i", block(0)),
        fx.CutSpeaker(),
        fx.HoldSpeaker(),
        fx.ResumeSpeaker(),
        fx.SendPreroll(300),
        fx.DropPreroll(),
        fx.StartTimer("nothing", 0),
        fx.StopTimer("nothing"),
        fx.RunTool("call_1", "sum", "{}"),
        fx.SaveSettings(Settings(model="another")),
        fx.Note("a line"),
        fx.CloseSound(),
        fx.CloseLink(),
        fx.OpenLink(Settings()),
    ]
    known = {type(effect) for effect in (*ORDERS, *other_effects)}
    assert known == set(get_args(fx.Effect)), "an effect nobody tests"

    async def scene(stage: Stage, _: Engine) -> None:
        for effect in other_effects:
            stage.store.perform(effect)
        await until(lambda: bool(stage.tools.calls and stage.settings.saved and stage.links.made))

    stage = play(scene)
    assert stage.tools.calls == [("sum", "{}")]
    assert stage.settings.saved == [Settings(model="another")]
    assert "a line" in caplog.messages


def test_dropped_preroll_is_not_sent() -> None:
    link = FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        heard(stage, 1, 2, 3)
        await settle()
        stage.store.perform(fx.DropPreroll())
        heard(stage, 4)
        await settle()
        stage.store.perform(fx.SendPreroll(1000))
        stage.store.perform(fx.SendPreroll(1000))
        await settle()
        assert sounds_of(link) == [block(4)]

    play(scene, link, settings=MANUAL)


def test_timers_of_the_core_come_back_as_events() -> None:
    async def scene(stage: Stage, _: Engine) -> None:
        first = stage.links.made
        stage.tell(ConnectAsked())
        await until(lambda: stage.state.link.phase == "live")
        first[0].lose()
        await until(lambda: stage.state.link.phase == "backing_off")
        stage.store.perform(fx.StartTimer("retry", 1))
        await until(lambda: len(first) == 2 and stage.state.link.phase == "live")

    play(scene)


def test_speech_is_played_and_a_barge_in_tells_the_far_end_what_was_heard() -> None:
    link = FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        link.say(ResponseStarted("r1"), AudioArrived("r1", "i1", block(0) * 100))
        await until(lambda: stage.speaker.unheard_ms == 1000)
        stage.speaker.play_ms(400)
        link.say(UserSpeechStarted("u1"))
        await until(lambda: bool(link.sent(fx.TruncateItem)))
        (cut,) = link.sent(fx.TruncateItem)
        assert cut.item_id == "i1"
        assert 400 <= cut.heard_ms <= 410
        assert stage.state.talk == "hearing"

    play(scene, link)


def test_the_microphone_may_wait_as_long_as_the_assistant_speaks() -> None:
    link = FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        assert stage.microphone.blocks_at_once == 1
        link.say(ResponseStarted("r1"), AudioArrived("r1", "i1", block(0) * 100))
        await until(lambda: stage.speaker.unheard_ms == 1000)
        assert stage.microphone.blocks_at_once > 1
        link.say(UserSpeechStarted("u1"))
        await until(lambda: bool(link.sent(fx.TruncateItem)))
        assert stage.microphone.blocks_at_once == 1

    play(scene, link)


def test_the_microphone_is_told_once_and_not_with_each_piece_of_speech(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    link, told = FakeLink(), list[int]()
    at_once = property(lambda _: told[-1], lambda _, value: told.append(value))
    monkeypatch.setattr(FakeMicrophone, "blocks_at_once", at_once, raising=False)

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        told.clear()
        link.say(ResponseStarted("r1"))
        for number in range(5):
            link.say(AudioArrived("r1", "i1", block(number) * 2))
            await settle()
        await until(lambda: stage.speaker.unheard_ms == 100)
        assert told == [UNHEARD_BLOCKS]

    play(scene, link)


def test_without_a_speaker_the_floor_is_free_after_a_while() -> None:
    link = FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        stage.speaker.refusal = Problem(Kind.NO_SPEAKER, "No speaker", "Plug one in.")
        stage.tell(ConnectAsked())
        await until(lambda: stage.state.link.phase == "live" and bool(stage.state.problems))
        for _time in range(3):
            link.say(AudioArrived("r1", "i1", block(0)))
        await until(lambda: bool(stage.state.rows))
        stage.tell(TimerFired("speaker"))
        link.say(AudioArrived("r1", "i1", block(0)))
        await settle()
        assert stage.state.floor == "nobody"
        assert not stage.state.sound.playing
        assert [problem.kind for problem in stage.state.problems] == [Kind.NO_SPEAKER]

    play(scene, link)


# --- tools and settings ---------------------------------------------------------------------------


async def _called(stage: Stage, link: FakeLink) -> str:
    link.say(ResponseStarted("r1"), ToolCalled("r1", "i1", "call_1", "sum", '{"a": 1}'))
    await until(lambda: bool(link.sent(fx.AddToolOutput)))
    return link.sent(fx.AddToolOutput)[0].output


def test_a_tool_is_run_and_its_output_given_back() -> None:
    link = FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        assert await _called(stage, link) == "42"
        assert stage.tools.calls == [("sum", '{"a": 1}')]

    play(scene, link)


def test_a_tool_with_a_bug_has_an_output_all_the_same_and_the_conversation_goes_on() -> None:
    link = FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        stage.tools.error = ZeroDivisionError("secret")
        await stage.connected()
        assert await _called(stage, link) == "The tool failed: ZeroDivisionError."
        assert stage.state.link.phase == "live"

    play(scene, link)


def test_a_tool_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "TOOL_S", 0.01)
    link = FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        stage.tools.hangs = True
        await stage.connected()
        assert await _called(stage, link) == "The tool failed: TimeoutError."

    play(scene, link)


def test_settings_are_saved_in_the_order_they_were_changed() -> None:
    wanted = [Settings(model=f"m{n}") for n in range(10)]

    async def scene(stage: Stage, _: Engine) -> None:
        for settings in wanted:
            stage.tell(SettingsChanged(settings))
        await until(lambda: len(stage.settings.saved) == len(wanted))

    assert play(scene).settings.saved == wanted


def test_settings_changed_just_before_the_end_are_saved() -> None:
    async def scene(stage: Stage, _: Engine) -> None:
        stage.tell(SettingsChanged(Settings(model="last")))

    assert play(scene).settings.saved == [Settings(model="last")]


def test_settings_that_can_not_be_saved_are_a_problem() -> None:
    problem = Problem(Kind.UNSAVED_SETTINGS, "The settings could not be saved", "Make room.")

    async def scene(stage: Stage, _: Engine) -> None:
        stage.settings.save_problem = problem
        stage.tell(SettingsChanged(Settings(model="another")))
        await until(lambda: stage.state.problems == (problem,))
        assert stage.state.settings.model == "another"

    play(scene)


# --- the end --------------------------------------------------------------------------------------


def test_the_end_hangs_up_and_closes_in_whatever_moment_it_comes() -> None:
    def after(turns: int) -> Scene:
        async def scene(stage: Stage, _: Engine) -> None:
            stage.tell(ConnectAsked())
            for _turn in range(turns):
                await asyncio.sleep(0)

        return scene

    for turns in range(30):
        play(after(turns), FakeLink())


def test_a_running_tool_and_an_opening_link_do_not_hold_up_the_end() -> None:
    async def scene(stage: Stage, _: Engine) -> None:
        stage.tools.hangs = True
        stage.store.perform(fx.RunTool("call_1", "sum", "{}"))
        stage.tell(ConnectAsked())
        await until(lambda: bool(stage.tools.calls and stage.links.made))

    play(scene, FakeLink(hangs=True))


class StuckMicrophone(FakeMicrophone):
    """Never opens."""

    async def open(self, device: str) -> str:
        self.opened.append(device)
        await asyncio.Event().wait()
        return ""


def test_a_device_that_does_not_open_does_not_hold_up_the_end(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine_module, "CLOSE_S", 0.01)
    stage = Stage(microphone=StuckMicrophone())

    async def run() -> None:
        async with asyncio.timeout(5), stage.playing():
            stage.tell(ConnectAsked())
            await until(lambda: bool(stage.microphone.opened))

    asyncio.run(run())
    assert "does not close" in caplog.text


def test_nothing_begins_any_more_once_the_end_has_begun() -> None:
    stage = Stage()

    async def run() -> None:
        engine, stopped = Engine(stage.store, stage.ports()), asyncio.Event()
        stopped.set()
        asyncio.get_running_loop().call_soon(stage.tell, ConnectAsked())
        async with asyncio.timeout(5):
            await engine.run(stopped)
        await settle()

    asyncio.run(run())
    assert not stage.links.made
    assert not stage.microphone.opened


class BrokenSpeaker(FakeSpeaker):
    """Has a bug."""

    def play(self, item_id: str, pcm: bytes) -> None:
        raise ZeroDivisionError


def test_a_bug_ends_the_engine_with_everything_closed() -> None:
    link = FakeLink()
    stage = Stage(links=FakeLinks(link), speaker=BrokenSpeaker())

    async def run() -> None:
        engine = Engine(stage.store, stage.ports())
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(lambda _, context: engine.fail(context["exception"]))
        running = asyncio.create_task(engine.run(asyncio.Event()))
        await asyncio.sleep(0)
        await stage.connected()
        link.say(AudioArrived("r1", "i1", block(0)))
        async with asyncio.timeout(5):
            await running

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(run())
    assert caught.group_contains(ZeroDivisionError)
    assert link.closed
    assert not stage.microphone.is_open
    assert not stage.speaker.is_open


def test_a_bug_in_what_the_microphone_sets_off_ends_the_engine_too() -> None:
    class Unlucky(Store):
        def dispatch(self, event: object) -> None:
            if type(event).__name__ == "MicFrame":
                raise ZeroDivisionError
            super().dispatch(event)  # type: ignore[arg-type]

    stage = Stage()
    stage.store = Unlucky(AppState(), stage.view)

    async def run() -> None:
        engine = Engine(stage.store, stage.ports())
        running = asyncio.create_task(engine.run(asyncio.Event()))
        await asyncio.sleep(0)
        await stage.connected()
        heard(stage, 1)
        async with asyncio.timeout(5):
            await running

    with pytest.raises(ExceptionGroup) as caught:
        asyncio.run(run())
    assert caught.group_contains(ZeroDivisionError)
    assert not stage.microphone.is_open


def test_a_link_that_can_not_be_opened_is_a_problem_and_tried_again() -> None:
    refused = FakeLink(refused=LinkFailure("refused"))

    async def scene(stage: Stage, _: Engine) -> None:
        stage.tell(ConnectAsked())
        await until(lambda: stage.state.link.phase == "backing_off")
        assert [problem.kind for problem in stage.state.problems] == [Kind.NO_NETWORK]
        stage.tell(TimerFired("retry"))
        await until(lambda: stage.state.link.phase == "live")
        assert not stage.state.problems

    play(scene, refused, FakeLink())


def test_another_speaker_in_mid_answer_lets_the_answer_go_on_there() -> None:
    link = FakeLink()

    async def scene(stage: Stage, _: Engine) -> None:
        await stage.connected()
        link.say(ResponseStarted("r1"), AudioArrived("r1", "i1", block(0) * 20))
        await until(lambda: stage.speaker.unheard_ms == 200)
        stage.tell(SettingsChanged(replace(stage.state.settings, speaker="Other")))
        link.say(AudioArrived("r1", "i1", block(0) * 10))
        await until(lambda: stage.speaker.opened == ["", "Other"])
        await until(lambda: stage.speaker.unheard_ms == 300)
        stage.speaker.play_ms(300)
        assert stage.state.floor == "nobody"
        assert not link.sent(fx.TruncateItem)

    play(scene, link)


def test_what_the_watcher_notices_reaches_the_state_until_the_engine_ends() -> None:
    stage = Stage()
    found = DeviceList((Device("mic", "Mic", default=True),))

    async def run() -> None:
        async with asyncio.timeout(5), stage.playing():
            stage.devices.tell(DevicesChanged(found))
            await until(lambda: stage.state.sound.devices is found)
        assert stage.devices.dispatch is None

    asyncio.run(run())


def test_a_late_report_of_a_speaker_changes_nothing() -> None:
    class Talkative(FakeSpeaker):
        async def open(self, device: str, dispatch: Dispatch) -> str:
            label = await super().open(device, dispatch)
            dispatch(SpeakerStopped("unknown", 10, cut=False))
            return label

    stage = Stage(speaker=Talkative())

    async def run() -> None:
        async with asyncio.timeout(5), stage.playing():
            await stage.connected()
            assert stage.state.sound.speaker_open

    asyncio.run(run())
