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
from desktop_app.core.wishes import ProblemFound
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


def test_an_order_is_carried_out_once_and_what_is_open_stays_open() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.sounds.play(Play("i1", SOUND))
        room.microphone.hear(block(1))
        order = OpenSound("", "")
        room.sounds.open(order)
        room.sounds.open(order)
        await until(lambda: len(room.events) == 2)
        await settle()
        assert room.events == [MicOpened("Fake microphone"), SpeakerOpened("Fake speaker")]
        assert (room.microphone.opened, room.speaker.opened) == (["", ""], ["", ""])
        assert room.speaker.unheard_ms == 100
        assert room.heard == [block(1)]

    play(scene)


def test_a_new_name_changes_the_device_it_is_the_name_of() -> None:
    async def scene(room: Room) -> None:
        await room.opened("A", "A")
        room.sounds.open(OpenSound("A", "B"))
        await until(lambda: SpeakerOpened("B") in room.events)
        assert room.events == [MicOpened("A"), SpeakerOpened("B")]

    play(scene, lambda: FakeMicrophone("A", "B"), lambda: FakeSpeaker("A", "B"))


def test_both_are_let_go_of_when_the_list_must_be_made_anew_and_no_word_is_lost() -> None:
    async def scene(room: Room) -> None:
        await room.opened("A", "A")
        room.sounds.play(Play("i1", SOUND))
        room.speaker.play_ms(30)
        room.sounds.open(OpenSound("B", "B", afresh=True))
        room.sounds.open(OpenSound("B", "B"))
        await until(lambda: SpeakerOpened("B") in room.events)
        assert room.microphone.closed == 1
        assert room.speaker.unheard_ms == 70
        room.microphone.hear(block(3))
        await until(lambda: room.heard == [block(3)])

    play(scene, lambda: FakeMicrophone("A", "B"), lambda: FakeSpeaker("A", "B"))


def test_a_device_that_refuses_is_replaced_by_the_default_and_that_is_told() -> None:
    class Busy(FakeMicrophone):
        async def open(self, device: str) -> str:
            self.refusal = MIC_GONE if device == "B" else None
            return await super().open(device)

    async def scene(room: Room) -> None:
        room.sounds.open(OpenSound("B", ""))
        await until(lambda: len(room.events) == 3)
        assert room.microphone.opened == ["B", ""]
        assert room.events[:2] == [MicOpened("A"), ProblemFound(MIC_GONE)]

    play(scene, lambda: Busy("A", "B"))


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


def test_without_any_speaker_the_problem_is_told_and_nothing_waits_after_a_cut() -> None:
    async def scene(room: Room) -> None:
        room.speaker.refusal = SPEAKER_GONE
        room.sounds.open(OpenSound("", ""))
        room.sounds.play(Play("i1", SOUND))
        await until(lambda: SpeakerLost(SPEAKER_GONE) in room.events)
        assert MicOpened("Fake microphone") in room.events, "the microphone works all the same"
        room.events.clear()
        room.sounds.cut()
        assert room.events == [SpeakerStopped(None, 0, cut=True)]
        room.speaker.refusal = None
        await room.opened()
        assert room.speaker.unheard_ms == 0

    play(scene)


def test_with_nothing_ordered_nobody_has_the_floor() -> None:
    async def scene(room: Room) -> None:
        room.sounds.play(Play("i1", SOUND))
        assert room.events == [SpeakerLost()]

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
        room.sounds.play(Play("i1", SOUND))
        room.speaker.play_ms(40)
        room.microphone.lose()
        room.speaker.lose()
        await until(lambda: len(room.events) == 3)
        assert set(room.events[1:]) == {MicLost(MIC_GONE), SpeakerLost(SPEAKER_GONE)}
        room.sounds.play(Play("i1", SOUND))
        room.events.clear()
        await room.opened()
        room.microphone.hear(block(7))
        await until(lambda: room.heard == [block(7)])
        assert room.speaker.unheard_ms == 160, "the rest of the first, and the second"
        room.speaker.play_ms(200)
        assert room.events == [SpeakerStopped("i1", 200, cut=False)]

    play(scene)


def test_a_cut_while_the_speaker_is_away_says_what_was_heard_of_it() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.sounds.play(Play("i1", SOUND))
        room.speaker.play_ms(40)
        room.speaker.lose()
        room.sounds.play(Play("i1", SOUND))
        room.sounds.cut()
        stopped = room.events[-1]
        assert isinstance(stopped, SpeakerStopped)
        assert (stopped.item_id, stopped.cut) == ("i1", True)
        assert abs(stopped.heard_ms - 40) <= 10
        await room.opened()
        assert room.speaker.unheard_ms <= 10, "nothing but the end of a fade"

    play(scene)


def test_another_speaker_in_mid_word_goes_on_and_counts_on() -> None:
    async def scene(room: Room) -> None:
        await room.opened()
        room.sounds.play(Play("i1", SOUND))
        room.speaker.play_ms(40)
        room.events.clear()
        room.sounds.open(OpenSound("", "B"))
        await until(lambda: SpeakerOpened("B") in room.events)
        room.sounds.play(Play("i1", SOUND))
        room.speaker.play_ms(100)
        room.sounds.cut()
        stopped = room.events[-1]
        assert isinstance(stopped, SpeakerStopped)
        assert stopped.item_id == "i1"
        assert abs(stopped.heard_ms - 140) <= 10  # The fade is heard, too.

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
