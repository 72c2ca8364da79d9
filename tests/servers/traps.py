"""Servers that misbehave, one for each trap, by name.

A trap that is a moment rather than a habit (close now, cut now, garbage now) is a method of
`tests.servers.scripted.ScriptedServer` instead.
"""

from __future__ import annotations

import json
from dataclasses import replace

from tests.servers import speech
from tests.servers.persona import Answer, Persona, Spoken, failed, spoken

MEGABYTE = 1_000_000
LONG_MS = 8000

PLAIN = Persona()
# Told when the user speaks, and slow enough to be interrupted.
PATIENT = Persona(name="patient", vad="script", answers=[spoken(duration_ms=LONG_MS)], pace=2.0)

TRANSCRIPT_DURING = Persona(name="transcript during the speech", transcript="during")
TRANSCRIPT_BEFORE = Persona(name="transcript before the answer", transcript="before")
TRANSCRIPT_AMID = Persona(name="transcript during the answer", transcript="amid")
TRANSCRIPT_AFTER = Persona(name="transcript after the answer", transcript="after")
TRANSCRIPT_NEVER = Persona(name="transcript never", transcript="never")
TRANSCRIPT_FAILED = Persona(name="transcript failed", transcript="failed")

EARLY_DONE = Persona(
    name="response.done long before playback ends", answers=[spoken(duration_ms=LONG_MS)], pace=0
)
LATE_CANCEL = replace(PATIENT, name="cancel loses the race", cancel_loses=True)
BUSY = Persona(name="active response", grabs_the_floor=1)
QUOTA = Persona(name="quota used up", answers=[failed("insufficient_quota")])
RATE_LIMITED = Persona(
    name="rate limit, then fine", answers=[failed("rate_limit_exceeded"), spoken()]
)
SERVER_ERROR = Persona(name="server error, then fine", answers=[failed("server_error"), spoken()])
FILTERED = Persona(
    name="filtered",
    answers=[replace(spoken(), status="incomplete", reason="content_filter")],
)
CUT_SHORT = Persona(
    name="out of tokens",
    answers=[replace(spoken(), status="incomplete", reason="max_output_tokens")],
)
MULTI_ITEM = Persona(
    name="preamble and answer",
    vad="script",
    answers=[
        Answer(
            (
                Spoken("Let me see.", speech.to_pcm(speech.answer(1200, seed=11))),
                Spoken("It is half past three.", speech.to_pcm(speech.answer(2400, seed=12))),
                Spoken("Anything else?", speech.to_pcm(speech.answer(1200, seed=13))),
            )
        )
    ],
)
LATE_DELTAS = replace(PATIENT, name="late deltas of a cancelled response", late_deltas=5)
REFUSES_NOISE_REDUCTION = Persona(
    name="refuses noise_reduction",
    refuses=frozenset({"session.audio.input.noise_reduction"}),
)
REFUSES_REASONING = Persona(name="refuses reasoning", refuses=frozenset({"session.reasoning"}))
SESSION_LIMIT = Persona(name="session limit", lifetime_ms=1500)
UNAUTHORIZED = Persona(name="wrong key", http_status=401, http_code="invalid_api_key")
FORBIDDEN = Persona(name="forbidden", http_status=403, http_code="account_deactivated")
OVERLOADED = Persona(
    name="too many requests",
    http_status=429,
    http_code="rate_limit_exceeded",
    http_headers=(("Retry-After", "1"),),
)
DOWN = Persona(name="down", http_status=503)
MODEL_UNKNOWN_HTTP = Persona(name="model unknown, by HTTP", models=("some-other-model",))
MODEL_UNKNOWN_FRAME = replace(
    MODEL_UNKNOWN_HTTP, name="model unknown, by frame", unknown_model="frame"
)
BETA_REFUSED = Persona(name="beta shape refused", first_error="beta_api_shape_disabled")
BETA = Persona(name="speaks beta", dialect="beta")
BETA_STRICT = Persona(name="speaks and wants beta", dialect="beta-strict")
NO_TRUNCATE = replace(
    PATIENT,
    name="no truncate, no cancel",
    lacks=frozenset({"conversation.item.truncate", "response.cancel"}),
)
NO_TRUNCATE_SILENT = replace(
    NO_TRUNCATE, name="no truncate, no cancel, says nothing", lacking="silent"
)
FLOOD = Persona(name="20,000 deltas, then sound", flood=20_000, pace=0)
HUGE_FRAME = Persona(
    name="a frame of 20 MB",
    junk=(json.dumps({"type": "session.dump", "event_id": "e", "dump": "x" * 20 * MEGABYTE}),),
)
HUGE_DELTA = Persona(
    name="a minute of sound in one delta",
    answers=[spoken(duration_ms=60_000)],
    delta_ms=60_000,
    pace=0,
)
GARBAGE = Persona(
    name="garbage",
    junk=(
        b"\x00\xff\xfe\x80garbage" * 100,
        "not JSON {",
        "[1, 2, 3]",
        "null",
        '{"no": "type"}',
        '{"type": 7}',
        '{"type": "response.output_audio.delta"}',
        '{"type": "response.output_audio.delta", "event_id": "g", "response_id": "r", '
        '"item_id": "i", "output_index": 0, "content_index": 0, "delta": "!not base64!"}',
        '{"type": "response.done", "event_id": "g", "response": null}',
        "[" * 5000,
        "",
    ),
)
DROPPED = replace(PATIENT, name="dropped in mid-word", drops_after_ms=600)
RESTARTED = replace(
    PATIENT, name="restarted in mid-word", closes_after_ms=600, close=(1012, "restart")
)
SLOW_HANDSHAKE = Persona(name="slow handshake", handshake_ms=1500)
NEVER_SHAKES = Persona(name="never shakes hands", handshake_ms=600_000)
NO_CREATED = Persona(name="no session.created", answers_start=False)
NO_UPDATED = Persona(name="no session.updated", answers_update=False)
SPRINKLED = Persona(name="unknown events and fields", sprinkle=True)
STALLED = Persona(name="stops reading", stalls_on="input_audio_buffer.append")

TRAPS = {name: persona for name, persona in globals().items() if isinstance(persona, Persona)}
"""All of the above by the names they have here."""
