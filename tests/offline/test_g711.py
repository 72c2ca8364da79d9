from __future__ import annotations

import numpy as np
import pytest

from desktop_app.offline.g711 import FromTelephone, Law, ToTelephone, decoded, encoded

# Source: the tables of ITU-T G.191.
KNOWN: list[tuple[Law, int, int]] = [
    ("audio/pcmu", 0xFF, 0),
    ("audio/pcmu", 0x80, 32_124),
    ("audio/pcmu", 0x00, -32_124),
    ("audio/pcma", 0xD5, 8),
    ("audio/pcma", 0x55, -8),
    ("audio/pcma", 0xAA, 32_256),
    ("audio/pcma", 0x2A, -32_256),
]


@pytest.mark.parametrize(("law", "byte", "level"), KNOWN)
def test_a_byte_has_the_level_of_the_recommendation(law: Law, byte: int, level: int) -> None:
    assert decoded(bytes([byte]), law)[0] == level


@pytest.mark.parametrize("law", ["audio/pcmu", "audio/pcma"])
def test_every_level_survives_the_way_there_and_back(law: Law) -> None:
    levels = decoded(bytes(range(256)), law)
    assert (decoded(encoded(levels, law), law) == levels).all()


@pytest.mark.parametrize("law", ["audio/pcmu", "audio/pcma"])
def test_a_tone_comes_back_from_the_telephone_as_it_was(law: Law) -> None:
    tone = (8_000 * np.sin(np.arange(24_000) * 2 * np.pi * 440 / 24_000)).astype(np.int16)
    there, back = ToTelephone(law), FromTelephone(law)
    data = b"".join(there.take(tone[at : at + 960]) for at in range(0, len(tone), 960))
    sound = np.concatenate([back.take(data[at : at + 160]) for at in range(0, len(data), 160)])
    assert len(sound) > 22_000
    middle = sound[6_000:18_000].astype(float)
    assert abs(float(np.sqrt((middle**2).mean())) - 8_000 / 2**0.5) < 120
