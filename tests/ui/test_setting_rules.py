"""Which settings make sense together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core.settings import Settings, specs
from desktop_app.ui import setting_rules

DEFAULTS = Settings()


@pytest.mark.parametrize(
    ("mode", "usable"),
    [
        (
            "server_vad",
            {
                "threshold",
                "prefix_padding_ms",
                "silence_duration_ms",
                "idle_timeout_ms",
                "create_response",
                "interrupt_response",
                "interrupting",
            },
        ),
        ("semantic_vad", {"eagerness", "create_response", "interrupt_response", "interrupting"}),
        ("manual", {"talk_key_mode"}),
    ],
)
def test_each_mode_has_its_parameters(mode: str, usable: set[str]) -> None:
    draft = replace(DEFAULTS, turn_detection=mode)
    others = {"turn_detection", "transcription_model", "transcription_language"}
    turns = {name for name, spec in specs().items() if spec.page == "turns"}
    assert {n for n in turns if setting_rules.usable(n, draft)} == usable | others


def test_how_to_interrupt_matters_only_where_speech_may() -> None:
    assert not setting_rules.usable("interrupting", replace(DEFAULTS, interrupt_response=False))


def test_nothing_about_servers_matters_on_this_computer() -> None:
    offline = replace(DEFAULTS, service="offline")
    assert not setting_rules.usable("server_url", offline)
    assert setting_rules.usable("voice", offline)
    assert setting_rules.usable("server_url", DEFAULTS)


@pytest.mark.parametrize(
    ("url", "allow", "flaw"),
    [
        ("wss://api.openai.com/v1/realtime", False, ""),
        ("  wss://api.openai.com  ", False, ""),
        ("ws://localhost:9/x", False, ""),
        ("ws://[::1]:9", False, ""),
        ("ws://example.org", False, "insecure"),
        ("ws://example.org", True, ""),
        ("https://api.openai.com", False, "url"),
        ("api.openai.com", False, "url"),
        ("wss://host:port", False, "url"),
        ("wss://[::1", False, "url"),
        ("", False, "url"),
    ],
)
def test_a_bad_address_is_noticed_at_once(url: str, allow: bool, flaw: str) -> None:
    draft = replace(DEFAULTS, server_url=url, allow_insecure=allow)
    assert setting_rules.flaw("server_url", draft) == flaw


def test_a_time_no_server_takes_is_noticed() -> None:
    for ms, flaw in ((0, ""), (1000, "idle"), (5000, "")):
        draft = replace(DEFAULTS, idle_timeout_ms=ms)
        assert setting_rules.flaw("idle_timeout_ms", draft) == flaw
    assert setting_rules.flaw("voice", DEFAULTS) == ""


def test_only_what_the_user_changed_is_changed() -> None:
    newest = replace(DEFAULTS, microphone="picked meanwhile")
    draft = replace(DEFAULTS, voice="cedar")
    wanted = setting_rules.merged(newest, DEFAULTS, draft)
    assert wanted == replace(DEFAULTS, voice="cedar", microphone="picked meanwhile")
    assert setting_rules.merged(newest, DEFAULTS, DEFAULTS) is newest


@pytest.mark.parametrize(
    ("settings", "without_key", "with_key"),
    [
        (Settings(), True, False),
        (Settings(service="server"), False, False),
        (Settings(service="offline"), True, True),
        (Settings(server_url="ws://localhost:8000"), False, False),
    ],
)
def test_the_key_decides_who_answers_where_nothing_else_does(
    settings: Settings, without_key: bool, with_key: bool
) -> None:
    assert setting_rules.runs_here(settings, False) is without_key
    assert setting_rules.runs_here(settings, True) is with_key
    assert setting_rules.runs_here(settings, None) is (
        without_key if without_key is with_key else None
    )


@pytest.mark.parametrize(
    ("brain", "usable"),
    [
        ("auto", {"engine_server", "engine_server_model", "engine_remote", "engine_gguf"}),
        ("server", {"engine_server", "engine_server_model", "engine_remote"}),
        ("gguf", {"engine_gguf"}),
        ("skills", set()),
    ],
)
def test_only_what_may_answer_on_this_computer_has_settings(brain: str, usable: set[str]) -> None:
    draft = replace(DEFAULTS, engine_brain=brain)
    engine = {name for name, spec in specs().items() if spec.page == "engine"}
    assert {n for n in engine if setting_rules.usable(n, draft)} == usable | {
        "engine_brain",
        "engine_ears",
    }
    elsewhere = replace(draft, service="server")
    assert not any(setting_rules.usable(name, elsewhere) for name in engine)


@pytest.mark.parametrize(
    ("url", "remote", "flaw"),
    [
        ("", False, ""),
        ("http://localhost:11434", False, ""),
        ("https://127.0.0.1/v1", False, ""),
        ("http://[::1]:8080", False, ""),
        ("http://192.168.1.7:11434", False, "remote"),
        ("http://192.168.1.7:11434", True, ""),
        ("localhost:11434", False, "model_server"),
        ("ws://localhost", False, "model_server"),
        ("http://localhost:port", False, "model_server"),
    ],
)
def test_a_model_server_is_on_this_computer_unless_the_user_insists(
    url: str, remote: bool, flaw: str
) -> None:
    draft = replace(DEFAULTS, engine_server=url, engine_remote=remote)
    assert setting_rules.flaw("engine_server", draft) == flaw
