"""Every event the scripted server says, as the dictionary that goes on the wire.

`event_id` is added when it is sent.  Names and fields are those of the GA Realtime protocol.
"""

from __future__ import annotations

import base64
from typing import Any

Event = dict[str, Any]
Item = dict[str, Any]

BUFFER = "input_audio_buffer"
HEARD = "conversation.item.input_audio_transcription"
TOKENS_LIMIT = {"name": "tokens", "limit": 40000, "remaining": 38112, "reset_seconds": 2.8}
USAGE = {
    "total_tokens": 232,
    "input_tokens": 149,
    "output_tokens": 83,
    "input_token_details": {
        "text_tokens": 132,
        "audio_tokens": 17,
        "image_tokens": 0,
        "cached_tokens": 64,
        "cached_tokens_details": {"text_tokens": 64, "audio_tokens": 0, "image_tokens": 0},
    },
    "output_token_details": {"text_tokens": 21, "audio_tokens": 62},
}


def error(
    code: str, message: str, *, param: str | None = None, cause: str | None = None, kind: str = ""
) -> Event:
    """Complain; ``cause`` is the client's event_id."""
    detail = {
        "type": kind or "invalid_request_error",
        "code": code,
        "message": message,
        "param": param,
        "event_id": cause,
    }
    return {"type": "error", "error": detail}


# --- session ----------------------------------------------------------------------------------


def session_created(session: Event) -> Event:
    return {"type": "session.created", "session": session}


def session_updated(session: Event) -> Event:
    return {"type": "session.updated", "session": session}


def rate_limits() -> Event:
    return {"type": "rate_limits.updated", "rate_limits": [dict(TOKENS_LIMIT)]}


# --- input ------------------------------------------------------------------------------------


def speech_started(item_id: str, audio_start_ms: int) -> Event:
    return {
        "type": f"{BUFFER}.speech_started",
        "item_id": item_id,
        "audio_start_ms": audio_start_ms,
    }


def speech_stopped(item_id: str, audio_end_ms: int) -> Event:
    return {"type": f"{BUFFER}.speech_stopped", "item_id": item_id, "audio_end_ms": audio_end_ms}


def timeout_triggered(item_id: str, audio_start_ms: int, audio_end_ms: int) -> Event:
    return {
        "type": f"{BUFFER}.timeout_triggered",
        "item_id": item_id,
        "audio_start_ms": audio_start_ms,
        "audio_end_ms": audio_end_ms,
    }


def committed(item_id: str, previous_item_id: str | None) -> Event:
    return {
        "type": f"{BUFFER}.committed",
        "previous_item_id": previous_item_id,
        "item_id": item_id,
    }


def cleared() -> Event:
    return {"type": f"{BUFFER}.cleared"}


def heard_delta(item_id: str, delta: str) -> Event:
    return {"type": f"{HEARD}.delta", "item_id": item_id, "content_index": 0, "delta": delta}


def heard_completed(item_id: str, transcript: str, seconds: float) -> Event:
    return {
        "type": f"{HEARD}.completed",
        "item_id": item_id,
        "content_index": 0,
        "transcript": transcript,
        "usage": {"type": "duration", "seconds": round(seconds, 3)},
    }


def heard_failed(item_id: str) -> Event:
    detail = {
        "type": "transcription_error",
        "code": "audio_unintelligible",
        "message": "The audio could not be transcribed.",
    }
    return {"type": f"{HEARD}.failed", "item_id": item_id, "content_index": 0, "error": detail}


# --- conversation -----------------------------------------------------------------------------


def item_added(item: Item, previous_item_id: str | None) -> Event:
    return {
        "type": "conversation.item.added",
        "previous_item_id": previous_item_id,
        "item": dict(item),
    }


def item_done(item: Item, previous_item_id: str | None) -> Event:
    return {
        "type": "conversation.item.done",
        "previous_item_id": previous_item_id,
        "item": dict(item),
    }


def item_retrieved(item: Item) -> Event:
    return {"type": "conversation.item.retrieved", "item": dict(item)}


def item_deleted(item_id: str) -> Event:
    return {"type": "conversation.item.deleted", "item_id": item_id}


def item_truncated(item_id: str, content_index: int, audio_end_ms: int) -> Event:
    return {
        "type": "conversation.item.truncated",
        "item_id": item_id,
        "content_index": content_index,
        "audio_end_ms": audio_end_ms,
    }


# --- response ---------------------------------------------------------------------------------


def response_created(response: Event) -> Event:
    return {"type": "response.created", "response": dict(response)}


def response_done(response: Event) -> Event:
    return {"type": "response.done", "response": dict(response)}


def output_item(step: str, response_id: str, output_index: int, item: Item) -> Event:
    """``step`` is ``added`` or ``done``."""
    return {
        "type": f"response.output_item.{step}",
        "response_id": response_id,
        "output_index": output_index,
        "item": dict(item),
    }


def content_part(step: str, place: Event, part: Event) -> Event:
    """``step`` is ``added`` or ``done``; ``place`` is what `place` returns."""
    return {"type": f"response.content_part.{step}", **place, "part": part}


def place(response_id: str, item_id: str, output_index: int) -> Event:
    """Where a delta belongs."""
    return {
        "response_id": response_id,
        "item_id": item_id,
        "output_index": output_index,
        "content_index": 0,
    }


def audio_delta(place: Event, pcm: bytes) -> Event:
    delta = base64.b64encode(pcm).decode("ascii")
    return {"type": "response.output_audio.delta", **place, "delta": delta}


def audio_done(place: Event) -> Event:
    return {"type": "response.output_audio.done", **place}


def transcript_delta(place: Event, delta: str) -> Event:
    return {"type": "response.output_audio_transcript.delta", **place, "delta": delta}


def transcript_done(place: Event, transcript: str) -> Event:
    return {"type": "response.output_audio_transcript.done", **place, "transcript": transcript}


def text_delta(place: Event, delta: str) -> Event:
    return {"type": "response.output_text.delta", **place, "delta": delta}


def text_done(place: Event, text: str) -> Event:
    return {"type": "response.output_text.done", **place, "text": text}


def arguments_delta(place: Event, call_id: str, delta: str) -> Event:
    return {
        "type": "response.function_call_arguments.delta",
        **_without_content(place),
        "call_id": call_id,
        "delta": delta,
    }


def arguments_done(place: Event, call_id: str, name: str, arguments: str) -> Event:
    return {
        "type": "response.function_call_arguments.done",
        **_without_content(place),
        "call_id": call_id,
        "name": name,
        "arguments": arguments,
    }


def _without_content(place: Event) -> Event:
    return {key: value for key, value in place.items() if key != "content_index"}
