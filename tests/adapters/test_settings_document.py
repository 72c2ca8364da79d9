from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.adapters.settings_document import (
    LIMIT_BYTES,
    VERSION,
    BrokenFileError,
    Document,
    parse,
    render,
)
from desktop_app.core.settings import Settings, specs

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20
)


def value_of(name: str) -> st.SearchStrategy[Any]:
    """Everything that the declaration of setting ``name`` allows."""
    default, spec = getattr(Settings(), name), specs()[name]
    if isinstance(default, bool):
        return st.booleans()
    if isinstance(default, int):
        return st.integers(int(spec.low or 0), int(spec.high or 0))
    if isinstance(default, float):
        return st.floats(spec.low, spec.high)
    chosen = st.sampled_from([value for value, _ in spec.choices] or [default])
    return chosen | TEXT if spec.editable or not spec.choices else chosen


VALID = st.builds(Settings, **{name: value_of(name) for name in specs()})


def written(document: dict[str, Any]) -> bytes:
    return json.dumps(document).encode()


def near_miss(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Files of the right shape with anything for values."""
    inside = st.dictionaries(st.sampled_from(sorted(specs())) | st.text(), values)
    return st.fixed_dictionaries(
        {"settings": inside}, optional={"version": st.integers(0, 3) | values}
    )


@given(VALID)
def test_all_that_can_be_set_is_read_as_it_was_written(settings: Settings) -> None:
    document = parse(render(Document(), settings))
    assert document.settings == settings
    assert document.misfits == ()


@given(st.binary() | JSON.map(lambda v: json.dumps(v).encode()) | near_miss(JSON).map(written))
def test_whatever_stands_in_the_file_is_settings_or_broken_and_nothing_else(raw: bytes) -> None:
    try:
        document = parse(raw)
    except BrokenFileError:
        return
    again = parse(render(document, document.settings))
    assert again.settings == document.settings


@given(near_miss(JSON), VALID)
def test_what_we_do_not_know_survives_at_the_top_and_inside(
    file: dict[str, Any], mine: Settings
) -> None:
    file = {**file, "version": VERSION, "theirs": ["kept"]}
    after = json.loads(render(parse(written(file)), mine))
    strangers = {k: v for k, v in file["settings"].items() if k not in specs()}
    assert json.dumps(after["theirs"]) == json.dumps(["kept"])
    kept = {k: v for k, v in after["settings"].items() if k not in specs()}
    assert json.dumps(kept) == json.dumps(strangers)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"null",
        b"3",
        b"{",
        b"\xff\xfe{\x00}\x00",
        b'{"version": 1, "settings": []}',
        b'{"version": "1", "settings": {}}',
        b'{"version": true, "settings": {}}',
        b'{"version": -1, "settings": {}}',
        b'{"x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"x": ' + b"[" * 40 + b"]" * 40 + b"}",
        b'{"x": ' + b"9" * 5000 + b"}",
        b" " * (LIMIT_BYTES + 1),
    ],
)
def test_these_files_are_broken_and_it_is_said_why(raw: bytes) -> None:
    with pytest.raises(BrokenFileError, match=r"\w+ \w+"):
        parse(raw)


def test_a_file_of_version_0_had_its_settings_at_the_top() -> None:
    document = parse(b'{"voice": "cedar", "mystery": 1}')
    assert document.settings == replace(Settings(), voice="cedar")
    after = json.loads(render(document, document.settings))
    assert after["version"] == VERSION
    assert after["settings"]["mystery"] == 1
    assert after["settings"]["voice"] == "cedar"
    assert "voice" not in after


def test_a_file_written_by_hand_needs_no_version() -> None:
    assert parse(b'{"settings": {"voice": "cedar"}}').settings.voice == "cedar"


def test_a_byte_order_mark_is_no_harm() -> None:
    assert parse(b'\xef\xbb\xbf{"settings": {"theme": "dark"}}').settings.theme == "dark"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("speed", 99),
        ("speed", 10**400),
        ("speed", "fast"),
        ("speed", True),
        ("max_output_tokens", 10**400),
        ("theme", "neon"),
        ("instructions", None),
        ("instructions", "\ud83d"),
        ("create_response", 1),
    ],
)
def test_a_value_that_does_not_fit_gives_way_to_the_default_and_is_named(
    name: str, value: object
) -> None:
    document = parse(written({"version": 1, "settings": {name: value, "voice": "cedar"}}))
    assert document.misfits == (name,)
    assert document.settings == replace(Settings(), voice="cedar")


def test_in_a_newer_file_what_only_it_understands_stays_until_it_is_changed_here() -> None:
    newer = written({"version": 7, "era": "later", "settings": {"theme": "neon", "voice": "cedar"}})
    document = parse(newer)
    assert document.settings == replace(Settings(), voice="cedar")
    untouched = json.loads(render(document, replace(document.settings, voice="ash")))
    assert untouched["version"] == 7
    assert untouched["era"] == "later"
    assert untouched["settings"]["theme"] == "neon"
    assert untouched["settings"]["voice"] == "ash"
    changed = json.loads(render(document, replace(document.settings, theme="dark")))
    assert changed["settings"]["theme"] == "dark"


def test_words_are_written_as_people_read_them() -> None:
    raw = render(Document(), replace(Settings(), instructions="Grüße, 你好"))
    assert "Grüße, 你好" in raw.decode()


def test_half_a_character_in_what_is_not_ours_survives() -> None:
    document = parse(b'{"version": 1, "settings": {}, "theirs": "\\ud83d"}')
    assert json.loads(render(document, Settings()))["theirs"] == "\ud83d"


def test_every_setting_is_written() -> None:
    inside = json.loads(render(Document(), Settings()))["settings"]
    assert set(inside) == {f.name for f in fields(Settings)}
