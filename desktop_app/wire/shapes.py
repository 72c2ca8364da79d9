"""The two shapes of a session: today's, nested by direction, and the flat one of the beta era.

Pure mappings of plain JSON values; each returns a new object and leaves its argument alone.
"""

from __future__ import annotations

from desktop_app.wire.base import JsonObject

_FORMAT_NAMES = {"audio/pcm": "pcm16", "audio/pcmu": "g711_ulaw", "audio/pcma": "g711_alaw"}
_FORMAT_TYPES = {name: kind for kind, name in _FORMAT_NAMES.items()}

# Where each flat field lives now.
_PLACES = {
    "voice": ("output", "voice"),
    "speed": ("output", "speed"),
    "output_audio_format": ("output", "format"),
    "input_audio_format": ("input", "format"),
    "input_audio_transcription": ("input", "transcription"),
    "input_audio_noise_reduction": ("input", "noise_reduction"),
    "turn_detection": ("input", "turn_detection"),
}
_LIFTED = ("voice", "turn_detection")
_TOKENS = "max_response_output_tokens"
_FLAT_FIELDS = frozenset((*_PLACES, "modalities", _TOKENS))
_UNKNOWN_THEN = frozenset({"type", "reasoning", "truncation", "prompt", "parallel_tool_calls"})
_OLD_TRANSCRIPTION = ("model", "language", "prompt")


def is_flat(session: JsonObject) -> bool:
    """Tell whether a session or response has fields that stand elsewhere today."""
    return not _FLAT_FIELDS.isdisjoint(session)


def nested(session: JsonObject) -> JsonObject:
    """Bring a session or response of any server into today's shape."""
    if not is_flat(session):
        return dict(session)
    result = {name: value for name, value in session.items() if name not in _FLAT_FIELDS}
    audio = _copy_of_audio(result.get("audio"))
    for name, (side, field) in _PLACES.items():
        if name in session:
            audio.setdefault(side, {}).setdefault(field, _format_object(session[name], field))
    if audio:
        result["audio"] = audio
    modalities = session.get("modalities")
    if isinstance(modalities, list) and "output_modalities" not in result:
        result["output_modalities"] = ["audio"] if "audio" in modalities else ["text"]
    if _TOKENS in session:
        result.setdefault("max_output_tokens", session[_TOKENS])
    return result


def flattened(session: JsonObject) -> JsonObject:
    """Bring a session or the config of a response into the shape of the beta era."""
    dropped = _UNKNOWN_THEN | {"audio", "output_modalities", "max_output_tokens"}
    result = {name: value for name, value in session.items() if name not in dropped}
    audio = _copy_of_audio(session.get("audio"))
    for name, (side, field) in _PLACES.items():
        if field in audio.get(side, {}):
            result[name] = _old_value(audio[side][field], field)
    modalities = session.get("output_modalities")
    if isinstance(modalities, list | tuple):
        # Speech alone could not be asked for then: it came with its words.
        result["modalities"] = ["audio", "text"] if "audio" in modalities else ["text"]
    if "max_output_tokens" in session:
        result[_TOKENS] = session["max_output_tokens"]
    return result


def lifted(session: JsonObject) -> JsonObject:
    """Take voice and turn detection out to the top of a session that is nested otherwise."""
    result = dict(session)
    audio = _copy_of_audio(session.get("audio"))
    for name in _LIFTED:
        side, field = _PLACES[name]
        if field in audio.get(side, {}):
            result[name] = audio[side].pop(field)
    audio = {side: fields for side, fields in audio.items() if fields}
    result.pop("audio", None)
    if audio:
        result["audio"] = audio
    return result


def _copy_of_audio(audio: object) -> dict[str, JsonObject]:
    if not isinstance(audio, dict):
        return {}
    return {side: dict(fields) for side, fields in audio.items() if isinstance(fields, dict)}


def _format_object(value: object, field: str) -> object:
    """Spell a format as an object; the rate is left open, for servers disagree on it."""
    if field == "format" and isinstance(value, str):
        return {"type": _FORMAT_TYPES.get(value, value)}
    return value


def _old_value(value: object, field: str) -> object:
    if not isinstance(value, dict):
        return value
    if field == "format":
        return _FORMAT_NAMES.get(str(value.get("type")), "pcm16")
    if field == "voice":
        return value.get("id")
    if field == "transcription":
        return _old_transcription(value)
    return value


def _old_transcription(value: JsonObject) -> JsonObject:
    result = {name: value[name] for name in _OLD_TRANSCRIPTION if name in value}
    languages = value.get("languages")
    if "language" not in result and isinstance(languages, list | tuple) and len(languages) == 1:
        result["language"] = languages[0]
    return result
