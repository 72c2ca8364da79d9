"""The names of the beta era, which compatible servers still send.

They stand in the decoder's union, so that a server which speaks them costs one parse as well; what
leaves the decoder bears today's names.
"""

from __future__ import annotations

from msgspec import Struct

from desktop_app.wire.response_events import (
    OutputAudioDelta,
    OutputAudioDone,
    OutputTextDelta,
    OutputTextDone,
    OutputTranscriptDelta,
    OutputTranscriptDone,
)
from desktop_app.wire.server_events import ItemAdded, ItemCreated, ServerEvent


class OldTextDelta(OutputTextDelta, frozen=True, kw_only=True, tag="response.text.delta"):
    """Now `OutputTextDelta`."""


class OldTextDone(OutputTextDone, frozen=True, kw_only=True, tag="response.text.done"):
    """Now `OutputTextDone`."""


class OldAudioDelta(OutputAudioDelta, frozen=True, kw_only=True, tag="response.audio.delta"):
    """Now `OutputAudioDelta`."""


class OldAudioDone(OutputAudioDone, frozen=True, kw_only=True, tag="response.audio.done"):
    """Now `OutputAudioDone`."""


class OldTranscriptDelta(
    OutputTranscriptDelta, frozen=True, kw_only=True, tag="response.audio_transcript.delta"
):
    """Now `OutputTranscriptDelta`."""


class OldTranscriptDone(
    OutputTranscriptDone, frozen=True, kw_only=True, tag="response.audio_transcript.done"
):
    """Now `OutputTranscriptDone`."""


LegacyEvent = (
    OldTextDelta
    | OldTextDone
    | OldAudioDelta
    | OldAudioDone
    | OldTranscriptDelta
    | OldTranscriptDone
)

CURRENT: dict[type[Struct], type[ServerEvent]] = {
    OldTextDelta: OutputTextDelta,
    OldTextDone: OutputTextDone,
    OldAudioDelta: OutputAudioDelta,
    OldAudioDone: OutputAudioDone,
    OldTranscriptDelta: OutputTranscriptDelta,
    OldTranscriptDone: OutputTranscriptDone,
    ItemCreated: ItemAdded,
}


def current(event: ServerEvent | LegacyEvent) -> ServerEvent:
    """Give an event its present name, if it bears an old one."""
    kind = CURRENT.get(type(event))
    if kind is None:
        return event
    return kind(**{name: getattr(event, name) for name in event.__struct_fields__})
