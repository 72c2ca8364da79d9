"""What is to happen to the microphone's sound before it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core.state import AppState

NOISE_REDUCTION = "audio.input.noise_reduction"
"""How the protocol calls what the server does against noise."""


@dataclass(frozen=True, slots=True)
class Cleaning:
    """The stages that are wanted, in their order.

    Attributes:
        echo: Take the speaker's echo out, where there is one.
        noise: Take noise out.
        gain: Lift a microphone that is too quiet.
    """

    echo: bool = True
    noise: bool = False
    gain: bool = True


def cleaning(state: AppState) -> Cleaning:
    """Return what the settings and the server ask for."""
    settings = state.settings
    return Cleaning(
        echo=settings.echo_cancellation != "off",
        noise=settings.noise_suppression == "on"
        or (settings.noise_suppression == "auto" and _left_to_us(state)),
        gain=settings.microphone_gain != "off",
    )


def _left_to_us(state: AppState) -> bool:
    """Whether noise is to be reduced, but the server says that it does not do it."""
    refused = NOISE_REDUCTION in state.link.omitted or state.link.noise_reduced is False
    return refused and state.settings.noise_reduction != "off"
