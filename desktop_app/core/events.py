"""Everything that can happen to the assistant: one union of plain values in the past tense.

Three neighbours speak: the user (`wishes`), the server (`far_end`) and the devices (`sound`).
Time is a neighbour too.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core.far_end import FarEndEvent
from desktop_app.core.sound import SoundEvent
from desktop_app.core.wishes import Wish


@dataclass(frozen=True, slots=True)
class TimerFired:
    """A timer that the core started with `desktop_app.core.effects.StartTimer` has run out."""

    name: str


Event = Wish | FarEndEvent | SoundEvent | TimerFired
