"""What can go wrong for a user, each with a next step.

A failure a user can meet is one `Problem`, shown in a bar with one button.  Bugs are not problems:
they go to the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wrong; at most one problem of a kind is shown at a time."""

    NO_KEY = "no_key"
    BAD_KEY = "bad_key"
    NO_QUOTA = "no_quota"
    NO_NETWORK = "no_network"
    BAD_URL = "bad_url"
    BAD_MODEL = "bad_model"
    SERVER_REFUSED = "server_refused"
    SERVER_TROUBLE = "server_trouble"
    RATE_LIMITED = "rate_limited"
    SETTING_REFUSED = "setting_refused"
    VOICE_FIXED = "voice_fixed"
    ANSWER_FAILED = "answer_failed"
    ANSWER_FILTERED = "answer_filtered"
    ANSWER_CUT = "answer_cut"
    HOLD_LONGER = "hold_longer"
    KEY_STUCK = "key_stuck"
    NO_HOTKEY = "no_hotkey"
    NO_LOGIN_START = "no_login_start"
    WORDS_LOST = "words_lost"
    NO_MICROPHONE = "no_microphone"
    SILENT_MICROPHONE = "silent_microphone"
    HALF_DUPLEX = "half_duplex"
    MUTED_TALK = "muted_talk"
    NO_SPEAKER = "no_speaker"
    NO_SOUND = "no_sound"
    DEVICE_CHANGED = "device_changed"
    NO_KEYRING = "no_keyring"
    BROKEN_SETTINGS = "broken_settings"
    UNSAVED_SETTINGS = "unsaved_settings"
    UNSAVED_TRANSCRIPT = "unsaved_transcript"
    NO_ENGINE = "no_engine"
    ENGINE_RESTARTED = "engine_restarted"
    TOOL_FAILED = "tool_failed"
    NEW_VERSION = "new_version"
    INNER_ERROR = "inner_error"


class Action(StrEnum):
    """What the one button of the bar does."""

    DISMISS = "dismiss"
    RETRY = "retry"
    NEW_CONVERSATION = "new_conversation"
    SET_KEY = "set_key"
    OPEN_SETTINGS = "open_settings"
    CHOOSE_MICROPHONE = "choose_microphone"
    CHOOSE_SPEAKER = "choose_speaker"
    REOPEN_SOUND = "reopen_sound"
    CHECK_SOUND = "check_sound"
    LISTEN_ALWAYS = "listen_always"
    UNMUTE = "unmute"
    USE_OFFLINE = "use_offline"
    GET_WEIGHTS = "get_weights"
    COPY_REPORT = "copy_report"
    OPEN_RELEASES = "open_releases"


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure in words for people.

    Attributes:
        kind: Which failure; a new one of the same kind replaces the old.
        title: What happened, in one short sentence.
        hint: What to do about it, in one sentence.
        action: What the button does.
    """

    kind: Kind
    title: str
    hint: str
    action: Action = Action.DISMISS


Problems = tuple[Problem, ...]


def with_problem(problems: Problems, problem: Problem) -> Problems:
    """Add ``problem``, newest first, in place of one of the same kind."""
    return (problem, *(p for p in problems if p.kind is not problem.kind))


def without(problems: Problems, *kinds: Kind) -> Problems:
    """Drop the problems of ``kinds``; the same tuple when there was none."""
    if not any(p.kind in kinds for p in problems):
        return problems
    return tuple(p for p in problems if p.kind not in kinds)
