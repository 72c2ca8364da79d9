from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine

import numpy as np

from desktop_app.core.effects import OpenSound, Play
from desktop_app.core.events import Event
from desktop_app.core.sound import (
    MicLost,
    MicOpened,
    SpeakerLost,
    SpeakerOpened,
    SpeakerStarted,
    SpeakerStopped,
)
from desktop_app.ports import Dispatch
from desktop_app.voice.sounds import Sounds
from tests.fakes.sound import MIC_GONE, SPEAKER_GONE, FakeMicrophone, FakeSpeaker
from tests.voice.stage import block, settle, until

SOUND = (np.arange(1, 2401) * 3).astype("<i2").tobytes()
"""100 ms."""


class SlowSpeaker(FakeSpeaker):
    """Opens when it is let, and says when it began to."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.let = asyncio.Event()

    async def open(self, device: str, dispatch: Dispatch) -> str:
        self.opened.append(device)
        await self.let.wait()
        self.opened.pop()
        return await super().open(device, dispatch)


class SlowMicrophone(FakeMicrophone):
    """Opens when it is let."""

    def __init__(self, *names: str) -> None:
        super().__init__(*names)
        self.let = asyncio.Event()
        self.asked = 0

    async def open(self, device: str) -> str:
        self.asked += 1
        await self.let.wait()
        return await super().open(device)


class Room:
    """Sounds with fakes, and what they say."""

    def __init__(self, microphone: FakeMicrophone, speaker: FakeSpeaker) -> None:
        self.microphone, self.speaker = microphone, speaker
        self.events: list[Event] = []
        self.heard: list[bytes] = []
        self.group = asyncio.TaskGroup()
        self.sounds = Sounds(
            microphone, speaker, self.events.append, self.heard.append, self._spawn
        )

    def _spawn(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[None]:
        return self.group.create_task(work, name=name)

    async def opened(self, microphone: str = "", speaker: str = "") -> None:
        """Open both and wait for it."""
        self.sounds.open(OpenSound(microphone, speaker))
        await until(lambda: self.microphone.is_open and self.speaker.is_open)
        await settle()
        self.events.clear()


def play(
    scene: Callable[[Room], Awaitable[None]],
    microphone: Callable[[], FakeMicrophone] = FakeMicrophone,
    speaker: Callable[[], FakeSpeaker] = FakeSpeaker,
) -> None:
    async def run() -> None:
        async with asyncio.timeout(10):
            room = Room(microphone(), speaker())
            async with room.group:
                await scene(room)
                await room.sounds.aclose()
            assert not room.microphone.is_open
            assert not room.speaker.is_open

    asyncio.run(run())


def test_both_devices_open_under_the_names_asked_for_and_say_what_they_are() -> None:
    async def scene(room: Room) -> None:
        room.sounds.open(OpenSound("B", ""))
        await until(lambda: len(room.events) == 2)
        assert room.events == [MicOpened("B"), SpeakerOpened("Fake speaker")]
        assert (room.microphone.opened, room.speaker.opened) == (["B"], [""])

    play(scene, lambda: FakeMicrophone("A", "B"))


def test_what_is_open_is_not_opened_again() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.sounds.open(OpenSound("", ""))
        await settle()
        assert (room.microphone.opened, room.speaker.opened) == ([""], [""])
        assert not room.events

    play(scene)


def test_a_new_name_reopens_only_the_device_it_is_the_name_of() -> None:
    async def scene(room: Room) -> None:
        await room.opened("A", "A")
        room.sounds.open(OpenSound("A", "B"))
        await until(lambda: SpeakerOpened("B") in room.events)
        assert room.events == [SpeakerLost(), SpeakerOpened("B")]
        assert room.microphone.opened == ["A"]
        room.events.clear()
        room.sounds.open(OpenSound("B", "B"))
        await until(lambda: bool(room.events))
        assert room.events == [MicOpened("B")]
        assert room.speaker.opened == ["A", "B"]

    play(scene, lambda: FakeMicrophone("A", "B"), lambda: FakeSpeaker("A", "B"))


def test_the_microphone_is_heard_block_by_block_and_again_after_it_was_changed() -> None:
    async def scene(room: Room) -> None:
        await room.opened("A")
        room.microphone.hear(block(1) + block(2))
        await until(lambda: len(room.heard) == 2)
        room.sounds.open(OpenSound("B", ""))
        await until(lambda: MicOpened("B") in room.events)
        room.microphone.hear(block(3))
        await until(lambda: len(room.heard) == 3)
        assert room.heard == [block(1), block(2), block(3)]

    play(scene, lambda: FakeMicrophone("A", "B"))


def test_speech_that_comes_while_the_speaker_opens_is_played_when_it_is_open() -> None:
    async def scene(room: Room) -> None:
        assert isinstance(room.speaker, SlowSpeaker)
        room.sounds.open(OpenSound("", ""))
        room.sounds.play(Play("i1", SOUND))  # Before the loop has even begun with it.
        await until(lambda: room.speaker.opened == [""])
        room.sounds.play(Play("i2", SOUND))
        room.speaker.let.set()
        await until(lambda: room.speaker.is_open)
        await settle()
        room.sounds.play(Play("i3", SOUND))
        heard = room.speaker.play_ms(400)
        assert heard[:7200].tobytes() == SOUND * 3
        begun = [event.item_id for event in room.events if isinstance(event, SpeakerStarted)]
        assert begun == ["i1", "i2", "i3"]
        assert SpeakerLost() not in room.events

    play(scene, speaker=SlowSpeaker)


def test_a_cut_while_the_speaker_opens_throws_away_what_was_held() -> None:
    async def scene(room: Room) -> None:
        assert isinstance(room.speaker, SlowSpeaker)
        room.sounds.open(OpenSound("", ""))
        room.sounds.play(Play("i1", SOUND))
        room.sounds.cut()
        assert room.events == [SpeakerStopped(None, 0, cut=True)]
        room.speaker.let.set()
        await until(lambda: room.speaker.is_open)
        await settle()
        assert room.speaker.unheard_ms == 0

    play(scene, speaker=SlowSpeaker)


def test_a_cut_says_how_much_was_heard() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.sounds.play(Play("i1", SOUND))
        room.speaker.play_ms(40)
        room.sounds.cut()
        (stopped,) = [e for e in room.events if isinstance(e, SpeakerStopped)]
        assert (stopped.item_id, stopped.cut) == ("i1", True)
        assert abs(stopped.heard_ms - 40) <= 10  # The fade is heard, too.

    play(scene)


def test_without_any_speaker_nobody_has_the_floor_and_the_problem_is_told() -> None:
    async def scene(room: Room) -> None:
        room.speaker.refusal = SPEAKER_GONE
        room.sounds.open(OpenSound("", ""))
        room.sounds.play(Play("i1", SOUND))
        await until(lambda: SpeakerLost(SPEAKER_GONE) in room.events)
        assert MicOpened("Fake microphone") in room.events, "the microphone works all the same"
        room.events.clear()
        room.sounds.play(Play("i1", SOUND))
        assert room.events == [SpeakerLost()]
        room.events.clear()
        room.sounds.cut()
        assert room.events == [SpeakerStopped(None, 0, cut=True)]

    play(scene)


def test_without_any_microphone_the_speaker_works_all_the_same() -> None:
    async def scene(room: Room) -> None:
        room.microphone.refusal = MIC_GONE
        room.sounds.open(OpenSound("", ""))
        await until(lambda: len(room.events) == 2)
        assert room.events == [MicLost(MIC_GONE), SpeakerOpened("Fake speaker")]

    play(scene)


def test_what_could_not_be_opened_is_tried_anew_with_the_next_order() -> None:
    async def scene(room: Room) -> None:
        room.microphone.refusal, room.speaker.refusal = MIC_GONE, SPEAKER_GONE
        room.sounds.open(OpenSound("", ""))
        await until(lambda: len(room.events) == 2)
        room.events.clear()
        room.microphone.refusal = room.speaker.refusal = None
        room.sounds.open(OpenSound("", ""))
        await until(lambda: len(room.events) == 2)
        assert room.events == [MicOpened("Fake microphone"), SpeakerOpened("Fake speaker")]

    play(scene)


def test_lost_devices_are_told_and_opened_anew_with_the_next_order() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.microphone.lose()
        room.speaker.lose()
        await until(lambda: len(room.events) == 2)
        assert set(room.events) == {MicLost(MIC_GONE), SpeakerLost(SPEAKER_GONE)}
        room.sounds.play(Play("i1", SOUND))
        assert room.events[-1] == SpeakerLost()
        room.events.clear()
        await room.opened()
        room.microphone.hear(block(7))
        await until(lambda: room.heard == [block(7)])
        room.sounds.play(Play("i2", SOUND))
        assert room.speaker.unheard_ms == 100

    play(scene)


def test_another_speaker_in_mid_word_leaves_nobody_with_the_floor_forever() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.sounds.play(Play("i1", SOUND))
        room.sounds.open(OpenSound("", "B"))
        assert room.events == [SpeakerLost()], "told at once, for what was queued is never heard"
        assert room.speaker.unheard_ms <= 10, "the old one does more than fade out"
        room.sounds.play(Play("i1", SOUND))
        await until(lambda: SpeakerOpened("B") in room.events)
        room.speaker.play_ms(200)
        assert room.events[1:] == [
            SpeakerOpened("B"),
            SpeakerStarted("i1"),
            SpeakerStopped("i1", 100, cut=False),
        ]

    play(scene, speaker=lambda: FakeSpeaker("A", "B"))


def test_closing_ends_both_and_says_so_and_the_next_order_opens_them() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.sounds.close()
        await until(lambda: MicLost() in room.events)
        assert room.events == [SpeakerLost(), MicLost()]
        assert not room.microphone.is_open
        assert not room.speaker.is_open
        await room.opened()
        assert room.microphone.opened == ["", ""]

    play(scene)


def test_a_closed_microphone_is_not_heard_any_more_not_even_its_last_blocks() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.microphone.hear(block(1))
        room.sounds.close()
        await until(lambda: MicLost() in room.events)
        assert not room.heard

    play(scene)


def test_a_close_while_they_open_wins() -> None:
    async def scene(room: Room) -> None:
        microphone = room.microphone
        assert isinstance(microphone, SlowMicrophone)
        room.sounds.open(OpenSound("", ""))
        await until(lambda: microphone.asked == 1)
        room.sounds.close()
        microphone.let.set()
        await until(lambda: MicLost() in room.events)
        await settle()
        assert room.events == [MicLost()]
        assert not room.speaker.opened

    play(scene, SlowMicrophone)


def test_of_many_orders_in_a_row_the_last_one_counts() -> None:
    async def scene(room: Room) -> None:
        assert isinstance(room.speaker, SlowSpeaker)
        room.sounds.open(OpenSound("", "A"))
        await until(lambda: room.speaker.opened == ["A"])
        for name in ("B", "C", "B"):
            room.sounds.open(OpenSound("", name))
        room.sounds.play(Play("i1", SOUND))
        room.speaker.let.set()
        await until(lambda: SpeakerOpened("B") in room.events)
        await settle()
        assert [e for e in room.events if isinstance(e, SpeakerOpened)] == [SpeakerOpened("B")]
        assert room.speaker.unheard_ms == 100

    play(scene, speaker=lambda: SlowSpeaker("A", "B", "C"))


def test_a_hang_up_and_a_new_start_at_once_leave_them_open() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.sounds.close()
        room.sounds.open(OpenSound("", ""))
        room.sounds.play(Play("i1", SOUND))
        await until(lambda: SpeakerOpened("Fake speaker") in room.events)
        await settle()
        assert room.microphone.is_open
        assert room.speaker.unheard_ms == 100
        room.microphone.hear(block(4))
        await until(lambda: room.heard == [block(4)])

    play(scene)


def test_closing_what_was_never_open_is_fine_and_so_is_closing_twice() -> None:
    async def scene(room: Room) -> None:
        await room.sounds.aclose()
        await room.sounds.aclose()
        assert set(room.events) <= {MicLost(), SpeakerLost()}

    play(scene)
