"""What servers differ in: data, not names."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this server can do; the core adapts to it and never asks which vendor it is.

    Attributes:
        truncate: Takes ``conversation.item.truncate``.
        delete: Takes ``conversation.item.delete``.
        cancel: Takes ``response.cancel``.
        replay: Takes earlier turns as text items.
        holds_back: Does not interrupt when it is told not to.
        steers: May change how loud and fast it is heard when the user asks for that.
    """

    truncate: bool = True
    delete: bool = True
    cancel: bool = True
    replay: bool = True
    holds_back: bool = True
    steers: bool = False
