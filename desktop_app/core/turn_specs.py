"""Declarations of the settings about turns (see `desktop_app.core.settings`)."""

from __future__ import annotations

from desktop_app.core.spec import Spec

INTERRUPTING = Spec(
    "Interrupting",
    "Patient goes on after a cough or a “mm-hmm”, quick stops at any word.",
    "turns",
    choices=(
        ("quick", "Quick"),
        ("balanced", "Balanced"),
        ("patient", "Patient"),
        ("server", "As the server decides"),
    ),
)
