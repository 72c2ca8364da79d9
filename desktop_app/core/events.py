"""Everything that can happen to the assistant: one union of plain values in the past tense.

Three neighbours speak: the user (`wishes`), the server (`far_end`) and the devices (`sound`).
Time is a neighbour too.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core import far_end, sound, wishes


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that the core started with `desktop_app.core.effects.StartTimer` has run out."""

    name: str


Event = (
    wishes.ConnectAsked
    | wishes.HangUpAsked
    | wishes.NewConversationAsked
    | wishes.MuteToggled
    | wishes.InterruptAsked
    | wishes.TalkPressed
    | wishes.TalkReleased
    | wishes.TextSubmitted
    | wishes.AnswerAsked
    | wishes.SettingsChanged
    | wishes.ProblemFound
    | wishes.ProblemSolved
    | far_end.LinkOpened
    | far_end.LinkLost
    | far_end.SessionStarted
    | far_end.SessionConfigured
    | far_end.ServerError
    | far_end.UserSpeechStarted
    | far_end.UserSpeechStopped
    | far_end.InputCommitted
    | far_end.ItemAdded
    | far_end.ItemTruncated
    | far_end.ItemDeleted
    | far_end.UserTextArrived
    | far_end.UserTextDone
    | far_end.UserTextFailed
    | far_end.ResponseStarted
    | far_end.AudioArrived
    | far_end.AssistantTextArrived
    | far_end.AssistantTextDone
    | far_end.ResponseEnded
    | far_end.ToolCalled
    | far_end.ToolFinished
    | far_end.RateLimited
    | sound.MicFrame
    | sound.MicOpened
    | sound.MicLost
    | sound.SpeakerOpened
    | sound.SpeakerLost
    | sound.SpeakerStarted
    | sound.SpeakerStopped
    | TimerFired
)
