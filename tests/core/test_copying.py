from __future__ import annotations

from dataclasses import fields, replace

import pytest

from desktop_app.core.copying import changed
from desktop_app.core.state import AppState, ItemAudio, LinkState, ResponseState, SoundState


@pytest.mark.parametrize("whole", [AppState(), LinkState(), ResponseState(), SoundState()])
def test_whatever_is_changed_is_all_that_changes(whole: object) -> None:
    for field in fields(whole):  # type: ignore[arg-type]
        mark = object()
        copy = changed(whole, **{field.name: mark})
        assert copy == replace(whole, **{field.name: mark})  # type: ignore[type-var]
        assert getattr(copy, field.name) is mark


def test_several_fields_at_once_and_the_original_stays() -> None:
    item = ItemAudio("i", "r", 5)
    assert changed(item, received=7, gone=True) == ItemAudio("i", "r", 7, gone=True)
    assert item == ItemAudio("i", "r", 5)


def test_a_field_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        changed(ItemAudio("i", "r"), sent=1)
