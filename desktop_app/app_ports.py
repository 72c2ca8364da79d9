"""Plugs the adapters into the ports of the voice worker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.desk_tools import DeskTools
from desktop_app.adapters.destination import ServerOrEngine
from desktop_app.adapters.offline_process import OfflineProcess
from desktop_app.app_house import House
from desktop_app.ports import Link
from desktop_app.voice.chain import Cleaners
from desktop_app.voice.engine import Ports

if TYPE_CHECKING:
    from desktop_app.adapters.voice_detector import Network


def link_maker() -> Callable[[], Link]:
    """Return what makes a link for each session; imports the socket's library."""
    from desktop_app.adapters.link import WebSocketLink

    tools = DeskTools().specs()
    return lambda: WebSocketLink(tools)


def voice_network() -> Network:
    """Load the network that the engine on this computer hears with; takes 0.02 s."""
    from desktop_app.offline.vad import SpeechProbability

    return SpeechProbability()


def real_ports(house: House, secrets: AsyncSecrets, engine: OfflineProcess) -> Ports:
    """Build the real outside.  Called on the worker's thread: the imports take a while."""
    from desktop_app.adapters.devices import SystemDevices
    from desktop_app.adapters.echo import find_canceller
    from desktop_app.adapters.microphone import PortAudioMicrophone
    from desktop_app.adapters.noise import find_suppressor
    from desktop_app.adapters.speaker import PortAudioSpeaker
    from desktop_app.adapters.voice_detector import LocalVoiceDetector

    return Ports(
        make_link=link_maker(),
        destination=ServerOrEngine(secrets, engine),
        microphone=PortAudioMicrophone(),
        speaker=PortAudioSpeaker(),
        settings=house.settings_store,
        tools=DeskTools(),
        devices=SystemDevices(),
        detector=LocalVoiceDetector(voice_network),
        aclose=engine.aclose,
        cleaners=Cleaners(find_canceller(), find_suppressor()),
    )
