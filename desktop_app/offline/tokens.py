"""What things would cost: the protocol's tokens, estimated.  Pure.

Sound counts exactly as the protocol has it (the user's 10 tokens a second, the assistant's 20);
text by the rule of thumb of four characters a token.
"""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.offline.conversation import Entry
from desktop_app.wire.items import FunctionCall, FunctionCallOutput, Message
from desktop_app.wire.response import CachedTokens, InputTokens, OutputTokens, Usage

USER_MS = 100
ASSISTANT_MS = 50
_CHARS = 4


def of_text(text: str) -> int:
    """Tokens of a text."""
    return -(-len(text) // _CHARS)


def of_user_sound(ms: float) -> int:
    """Tokens of what the user said."""
    return -(-round(ms) // USER_MS)


def of_speech(ms: float) -> int:
    """Tokens of what the assistant said."""
    return -(-round(ms) // ASSISTANT_MS)


def usage(entries: Iterable[Entry], instructions: str, text_out: int, sound_out_ms: float) -> Usage:
    """What a response cost.

    Args:
        entries: What it knew.
        instructions: What it was told.
        text_out: Tokens of text it wrote or spoke.
        sound_out_ms: How long it spoke.
    """
    text, sound = of_text(instructions), 0
    for entry in entries:
        sound += _sound_in(entry)
        text += _text_in(entry)
    spoken = of_speech(sound_out_ms)
    return Usage(
        total_tokens=text + sound + text_out + spoken,
        input_tokens=text + sound,
        output_tokens=text_out + spoken,
        input_token_details=InputTokens(
            text_tokens=text,
            audio_tokens=sound,
            image_tokens=0,
            cached_tokens=0,
            cached_tokens_details=CachedTokens(text_tokens=0, audio_tokens=0, image_tokens=0),
        ),
        output_token_details=OutputTokens(text_tokens=text_out, audio_tokens=spoken),
    )


def _sound_in(entry: Entry) -> int:
    item = entry.item
    if not isinstance(item, Message) or not entry.audio_ms:
        return 0
    if item.role == "user":
        return of_user_sound(entry.audio_ms)
    return of_speech(entry.audio_ms if entry.heard_ms is None else entry.heard_ms)


def _text_in(entry: Entry) -> int:
    match entry.item:
        case FunctionCall(name=name, arguments=arguments):
            return of_text(name + arguments)
        case FunctionCallOutput(output=output):
            return of_text(output)
        case _:
            return 0 if entry.audio_ms else of_text(entry.words)
