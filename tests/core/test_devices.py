"""Which device is used when devices come and go."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import wishes as wish
from desktop_app.core.events import TimerFired
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.sound import (
    Device,
    DeviceList,
    DevicesChanged,
    DevicesStale,
    MicLost,
    MicOpened,
    SpeakerLost,
    SpeakerOpened,
    SpeakerStopped,
)
from desktop_app.core.state import AppState, Floor, Talk
from tests.core.dialogue import after, kinds, live, only, pcm, run, speaking, told

DESK, HEADSET = "mic_desk", "mic_headset"
MIC_GONE = Problem(Kind.NO_MICROPHONE, "The microphone is gone", "Plug it in.")
SPEAKER_GONE = Problem(Kind.NO_SPEAKER, "The speaker is gone", "Plug it in.")
CHOSEN = Settings(microphone=HEADSET, speaker="spk_headset")
REOPENED = fx.OpenSound(HEADSET, "spk_headset")


def devices(*names: str, default: str = "") -> DeviceList:
    """A list with microphones and speakers of these names; the first of a kind is the default."""

    def kind(prefix: str) -> tuple[Device, ...]:
        found = [name for name in names if name.startswith(prefix)]
        first = next((name for name in found if name == default), next(iter(found), ""))
        return tuple(Device(name, name.title(), name == first) for name in found)

    return DeviceList(kind("mic"), kind("spk"), live=True)


ALL = devices(DESK, HEADSET, "spk_desk", "spk_headset")
LEFT = devices(DESK, "spk_desk")
AT_HEADSET = DevicesChanged(ALL, HEADSET, "spk_headset")
UNPLUGGED = DevicesChanged(LEFT, DESK, "spk_desk")


def with_headset(settings: Settings = CHOSEN) -> AppState:
    """A live state that uses the headset."""
    return after(live(settings), AT_HEADSET)


def notice(state: AppState) -> Problem:
    (problem,) = [p for p in state.problems if p.kind is Kind.DEVICE_CHANGED]
    return problem


def test_the_first_report_is_what_the_pickers_show_and_changes_nothing() -> None:
    state, effects = run(live(), DevicesChanged(ALL, DESK, "spk_desk"))
    assert state.sound.devices is ALL
    assert (state.sound.mic_label, state.sound.speaker_label) == ("Mic_Desk", "Spk_Desk")
    assert effects == ()
    assert not state.problems


def test_a_chosen_device_that_goes_is_replaced_and_that_is_told_in_one_line() -> None:
    state, effects = run(with_headset(), UNPLUGGED)
    # The server has moved both already: nothing is opened anew, so nothing is lost.
    assert not only(effects, fx.OpenSound)
    assert state.sound.mic_label == "Mic_Desk"
    told_ = notice(state)
    assert told_.title == "Now using Mic_Desk and Spk_Desk"
    assert told_.hint.startswith("Mic_Headset and Spk_Headset are not connected.")
    assert "goes back" in told_.hint
    assert told_.action is Action.CHOOSE_MICROPHONE
    assert fx.StartTimer("device-notice", 15_000) in effects
    assert kinds(after(state, TimerFired("device-notice"))) == set()


def test_a_stream_that_was_left_behind_is_led_to_the_default() -> None:
    effects = told(with_headset(), DevicesChanged(LEFT, HEADSET, "spk_headset"))
    assert only(effects, fx.OpenSound) == [REOPENED]


def test_a_chosen_device_that_comes_back_is_used_again() -> None:
    state, effects = run(with_headset(), UNPLUGGED, DevicesChanged(ALL, DESK, "spk_desk"))
    assert only(effects, fx.OpenSound) == [REOPENED]
    assert notice(state).title == "Using Mic_Headset and Spk_Headset again"


def test_what_the_user_knows_already_is_not_told_again() -> None:
    state = after(with_headset(), UNPLUGGED, wish.ProblemSolved(Kind.DEVICE_CHANGED))
    more = devices(DESK, "mic_third", "spk_desk")
    assert kinds(after(state, DevicesChanged(more, DESK, "spk_desk"))) == set()


def test_the_default_is_followed_where_the_system_does_not_lead() -> None:
    state = after(live(), DevicesChanged(ALL, DESK, "spk_desk"))
    other = devices(DESK, HEADSET, "spk_desk", "spk_headset", default=HEADSET)
    assert only(told(state, DevicesChanged(other, DESK, "spk_desk")), fx.OpenSound)
    assert told(state, DevicesChanged(other, HEADSET, "spk_desk")) == ()


def test_a_chosen_device_is_not_left_for_another_default() -> None:
    other = devices(DESK, HEADSET, "spk_desk", "spk_headset", default=HEADSET)
    state = after(live(Settings(microphone=DESK)), DevicesChanged(ALL, DESK, "spk_desk"))
    assert told(state, DevicesChanged(other, DESK, "spk_desk")) == ()


def test_a_default_that_goes_is_told_as_well() -> None:
    state = after(live(), DevicesChanged(ALL, DESK, "spk_desk"))
    left = devices(HEADSET, "spk_desk", "spk_headset")
    state = after(state, DevicesChanged(left, HEADSET, "spk_desk"))
    assert notice(state).title == "Now using Mic_Headset"
    assert notice(state).hint == "Mic_Desk is not connected."


def test_a_stream_that_somebody_moved_in_the_mixer_stays_there() -> None:
    state, effects = run(with_headset(), DevicesChanged(ALL, DESK, "spk_headset"))
    assert effects == ()
    assert state.sound.mic_label == "Mic_Desk"


def test_a_device_that_was_gone_and_back_before_anybody_looked_is_used_again() -> None:
    anew = tuple(replace(d, serial=7) if d.name == "spk_headset" else d for d in ALL.speakers)
    back = replace(ALL, speakers=anew)
    assert REOPENED in told(with_headset(), DevicesChanged(back, HEADSET, "spk_desk"))
    assert REOPENED not in told(with_headset(), DevicesChanged(back, HEADSET, "spk_headset"))


def test_a_stream_on_a_speakers_monitor_is_led_away() -> None:
    effects = told(with_headset(), DevicesChanged(ALL, "spk_desk.monitor", "spk_headset"))
    assert only(effects, fx.OpenSound) == [REOPENED]


def test_a_device_that_is_missing_from_the_start_is_named() -> None:
    state = after(live(CHOSEN), UNPLUGGED)
    assert notice(state).title == "Now using Mic_Desk and Spk_Desk"
    assert notice(state).hint.startswith("mic_headset and spk_headset")


def test_without_a_talk_devices_are_only_shown() -> None:
    state, effects = run(AppState(settings=CHOSEN), UNPLUGGED, DevicesStale())
    assert (state.sound.devices, effects, state.problems) == (LEFT, (), ())


def test_a_list_that_is_old_is_renewed_with_both_devices_let_go() -> None:
    assert told(live(CHOSEN), DevicesStale()) == (replace(REOPENED, afresh=True),)


def test_a_lost_microphone_is_replaced_at_once_and_nobody_hears_of_it() -> None:
    state, effects = run(with_headset(), MicLost(MIC_GONE))
    assert effects == (fx.StartTimer("sound", 200),)
    assert kinds(state) == set()
    assert told(state, TimerFired("sound")) == (REOPENED,)


def test_a_microphone_that_cannot_be_replaced_is_told_and_looked_for() -> None:
    state, effects = run(with_headset(), MicLost(MIC_GONE), MicLost(MIC_GONE))
    assert kinds(state) == {Kind.NO_MICROPHONE}
    assert effects[-1] == fx.StartTimer("sound", 2000)
    back = told(state, DevicesChanged(LEFT, "", "spk_desk"))
    assert only(back, fx.OpenSound) == [REOPENED], "not after two seconds: at once"
    assert kinds(after(state, MicOpened("Mic_Desk"))) == set()


def test_where_lists_grow_old_a_missing_device_is_looked_for_afresh() -> None:
    dead = replace(ALL, live=False)
    state = after(live(), DevicesChanged(dead), MicLost(MIC_GONE))
    assert told(state, TimerFired("sound")) == (fx.OpenSound("", "", afresh=True),)


def test_the_answer_waits_for_another_speaker_and_keeps_the_floor() -> None:
    state, effects = run(speaking(with_headset()), SpeakerLost(SPEAKER_GONE))
    assert state.floor is Floor.ASSISTANT
    assert fx.StartTimer("sound", 200) in effects
    assert not only(effects, fx.CutSpeaker)
    state = after(state, SpeakerLost(SPEAKER_GONE))
    state, effects = run(state, SpeakerOpened("Spk_Desk"))
    assert effects == (fx.StopTimer("speaker"),)
    state = after(state, SpeakerStopped("a1", 2000, cut=False))
    assert state.floor is Floor.NOBODY
    assert kinds(state) == set()


def test_who_talks_over_an_answer_that_waits_is_told_what_was_heard() -> None:
    state = after(speaking(with_headset()), SpeakerLost(SPEAKER_GONE))
    state, effects = run(state, far.UserSpeechStarted("u1"))
    assert only(effects, fx.CutSpeaker)
    effects = told(state, SpeakerStopped("a1", 700, cut=True))
    assert [cut.heard_ms for cut in only(effects, fx.TruncateItem)] == [700]


def test_an_answer_does_not_wait_for_ever() -> None:
    state = after(speaking(with_headset()), SpeakerLost(SPEAKER_GONE), SpeakerLost(SPEAKER_GONE))
    state, effects = run(state, TimerFired("speaker"))
    assert effects == (fx.CutSpeaker(),)
    state, effects = run(state, SpeakerStopped("a1", 700, cut=True))
    assert not only(effects, fx.TruncateItem), "the user reads it"
    assert state.talk is not Talk.SPEAKING
    state, effects = run(state, far.AudioArrived("r1", "a1", pcm(20)))
    assert effects == ()
    state = after(state, SpeakerOpened("Spk_Desk"))
    assert only(told(state, far.AudioArrived("r1", "a1", pcm(20))), fx.Play)


def test_without_a_speaker_from_the_start_it_is_waited_for_once() -> None:
    gone = SpeakerLost(SPEAKER_GONE)
    state, effects = run(AppState(), wish.ConnectAsked(), gone, gone)
    assert kinds(state) == {Kind.NO_SPEAKER}
    assert effects.count(fx.StartTimer("speaker", 10_000)) == 1
    state, effects = run(state, TimerFired("speaker"), gone)
    assert state.sound.silent
    assert effects == (fx.CutSpeaker(), fx.StartTimer("sound", 2000))


def test_a_speaker_that_came_in_time_is_not_given_up() -> None:
    state = after(speaking(with_headset()), SpeakerLost(SPEAKER_GONE), SpeakerOpened("Spk_Desk"))
    assert run(state, TimerFired("speaker")) == (state, ())


NAMES = st.lists(st.sampled_from([DESK, HEADSET, "spk_desk", "spk_headset"]), unique=True)
REPORTS = st.builds(
    lambda names, default, mic, spk: DevicesChanged(devices(*names, default=default), mic, spk),
    NAMES,
    st.sampled_from([DESK, HEADSET]),
    st.sampled_from(["", DESK, HEADSET, "spk_desk.monitor"]),
    st.sampled_from(["", "spk_desk", "spk_headset"]),
)


@given(st.lists(REPORTS, max_size=6))
def test_whatever_comes_and_goes_a_report_twice_orders_nothing_new(
    reports: list[DevicesChanged],
) -> None:
    state = after(with_headset(), *reports)
    for report in reports[-1:]:
        again = told(state, report)
        astray = report.microphone.endswith(".monitor") or any(
            name and all(d.name != name for d in kind)
            for name, kind in (
                (report.microphone, report.devices.microphones),
                (report.speaker, report.devices.speakers),
            )
        )
        assert astray or not only(again, fx.OpenSound)
