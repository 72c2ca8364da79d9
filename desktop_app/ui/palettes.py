"""The colours of the window, light and dark, by what they are for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Colors:
    """One set of colours, as ``#rrggbb``; `PAIRS` tells which stand on which.

    Attributes:
        window: Ground of the window.
        surface: Ground of inputs, cards and menus.
        raised: Ground of buttons, and of what the pointer is over.
        line: Hairlines that only decorate.
        outline: Borders that show where a control is.
        muted: Text of less weight.
        faint: Text and icons of what cannot be used now.
        accent: The one colour that calls for action, and focus.
        accent_over: `accent` under the pointer.
        bubble: Ground of what the user said.
        speaking: Ground of the talk control while the assistant speaks.
    """

    window: str
    surface: str
    raised: str
    line: str
    outline: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_over: str
    on_accent: str
    accent_soft: str
    on_accent_soft: str
    bubble: str
    on_bubble: str
    bubble_muted: str
    speaking: str
    on_speaking: str
    thinking_soft: str
    on_thinking_soft: str
    warning_soft: str
    on_warning_soft: str
    danger_soft: str
    on_danger_soft: str
    danger: str
    on_danger: str
    warning: str
    good: str


LIGHT = Colors(
    window="#f7f6f3",
    surface="#ffffff",
    raised="#eeece7",
    line="#e3e0d9",
    outline="#8d8880",
    text="#1d1c1a",
    muted="#66625b",
    faint="#a09b92",
    accent="#0b6e66",
    accent_over="#095c55",
    on_accent="#ffffff",
    accent_soft="#d5ece8",
    on_accent_soft="#084f49",
    bubble="#dcebe8",
    on_bubble="#102f2c",
    bubble_muted="#47625e",
    speaking="#4a4fb5",
    on_speaking="#ffffff",
    thinking_soft="#e5e5f7",
    on_thinking_soft="#3a3e96",
    warning_soft="#fbeccb",
    on_warning_soft="#6a4300",
    danger_soft="#fbe3df",
    on_danger_soft="#8a1f11",
    danger="#b3261e",
    on_danger="#ffffff",
    warning="#a86400",
    good="#2f7d32",
)

DARK = Colors(
    window="#161918",
    surface="#1e2221",
    raised="#2a302e",
    line="#2e3432",
    outline="#747d7a",
    text="#ebeae6",
    muted="#a6aca9",
    faint="#6b7370",
    accent="#45c9b8",
    accent_over="#62d6c7",
    on_accent="#04211d",
    accent_soft="#17403b",
    on_accent_soft="#a9ece2",
    bubble="#1f3b38",
    on_bubble="#e0f3f0",
    bubble_muted="#9fbfba",
    speaking="#8f94f3",
    on_speaking="#11123a",
    thinking_soft="#2b2d52",
    on_thinking_soft="#cdd0ff",
    warning_soft="#443310",
    on_warning_soft="#fbdc9a",
    danger_soft="#4b211c",
    on_danger_soft="#ffc9c0",
    danger="#ff8a7d",
    on_danger="#3a0905",
    warning="#f2b54a",
    good="#7fd083",
)

TEXT_PAIRS = (
    ("text", "window"),
    ("text", "surface"),
    ("text", "raised"),
    ("muted", "window"),
    ("muted", "surface"),
    ("muted", "raised"),
    ("accent", "window"),
    ("accent", "surface"),
    ("danger", "window"),
    ("danger", "surface"),
    ("good", "surface"),
    ("on_accent", "accent"),
    ("on_accent", "accent_over"),
    ("on_accent_soft", "accent_soft"),
    ("on_bubble", "bubble"),
    ("bubble_muted", "bubble"),
    ("on_speaking", "speaking"),
    ("on_thinking_soft", "thinking_soft"),
    ("on_warning_soft", "warning_soft"),
    ("on_danger_soft", "danger_soft"),
    ("on_danger", "danger"),
)
"""Text and the ground it stands on: at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""

SHAPE_PAIRS = (
    ("outline", "window"),
    ("outline", "surface"),
    ("accent", "raised"),
    ("accent", "bubble"),
    ("good", "raised"),
    ("warning", "raised"),
    ("danger", "raised"),
)
"""Borders, focus and meters on their ground: at least 3 to 1 (WCAG 2.2, 1.4.11)."""
