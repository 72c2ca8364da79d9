"""A door to devices, keys and the log that answers at once, or when the test says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from desktop_app.core.settings import Settings
from desktop_app.core.sound import Device, DeviceList, MicLevel
from desktop_app.core.sound_check import CheckStage, Findings
from desktop_app.ui.services import (
    DownloadOffer,
    DownloadOutcome,
    KeyStatus,
    LanguageModel,
    ModelShelf,
    TestOutcome,
)
from tests.fakes.desk import FakeDesk

DEVICES = DeviceList(
    microphones=(
        Device("alsa_input.usb-headset", "USB Headset Mono", default=True),
        Device("alsa_input.pci-internal", "Built-in Microphone"),
    ),
    speakers=(
        Device("alsa_output.pci-internal", "Built-in Speakers", default=True),
        Device("alsa_output.usb-headset", "USB Headset Stereo"),
    ),
)

OFFER = DownloadOffer("Whisper base, all languages", 147.9, "MIT", "models.example.org")
SHELF = ModelShelf(
    (
        LanguageModel("small", "Small: quick, often wrong", 491.4, "Apache-2.0", here=True),
        LanguageModel("large", "Large: better, for fast computers", 2497.3, "MIT", here=False),
    )
)


class FakeServices:
    """Implements `desktop_app.ui.services.Services`; remembers what was asked.

    Args:
        at_once: Answer inside the call, as a test likes it; else `answer` hands the answers out.
    """

    def __init__(self, *, at_once: bool = True) -> None:
        self.at_once = at_once
        self.desk = FakeDesk()
        self.devices = DEVICES
        self.keys: dict[str, str] = {}
        self.environment = ""
        self.outcome = TestOutcome(True, "It works: a session opened and closed in 0.4 s.")
        self.mic_level = MicLevel(-18.0, -9.0)
        self.level_reads = 0
        self.tests: list[tuple[Settings, str | None]] = []
        self.offer: DownloadOffer | None = OFFER
        self.wanted = ""
        self.shelf = SHELF
        self.releases_opened = 0
        self.weights_cancelled = 0
        self.folders: dict[str, DownloadOutcome] = {}
        self.progress: Callable[[float, float], None] | None = None
        self.weights_done: Callable[[DownloadOutcome], None] | None = None
        self.checks: list[tuple[Settings, bool]] = []
        self.check_progress: Callable[[CheckStage, float], None] | None = None
        self.check_done: Callable[[Findings], None] | None = None
        self.voices_skipped = self.checks_cancelled = 0
        self.waiting: list[tuple[Callable[[Any], None], Any]] = []

    def list_devices(self, done: Callable[[DeviceList], None]) -> None:
        self._later(done, self.devices)

    def key_status(self, url: str, done: Callable[[KeyStatus], None]) -> None:
        self._later(done, self._status(url))

    def set_key(self, url: str, key: str, done: Callable[[KeyStatus], None]) -> None:
        self.keys[url] = key
        self._later(done, self._status(url))

    def forget_key(self, url: str, done: Callable[[KeyStatus], None]) -> None:
        self.keys.pop(url, None)
        self._later(done, self._status(url))

    def test_connection(
        self, settings: Settings, key: str | None, done: Callable[[TestOutcome], None]
    ) -> None:
        self.tests.append((settings, key))
        self._later(done, self.outcome)

    def level(self) -> MicLevel:
        self.level_reads += 1
        return self.mic_level

    def weights_offer(self, wanted: str, done: Callable[[DownloadOffer | None], None]) -> None:
        self.wanted = wanted
        self._later(done, self.offer)

    def start_weights(
        self,
        wanted: str,
        progress: Callable[[float, float], None],
        done: Callable[[DownloadOutcome], None],
    ) -> None:
        assert wanted == self.wanted
        assert self.weights_done is None, "it is fetched already"
        self.progress, self.weights_done = progress, done

    def cancel_weights(self, wanted: str) -> None:
        assert wanted == self.wanted
        self.weights_cancelled += 1
        self.end_weights(DownloadOutcome(False))

    def use_weights_folder(
        self, wanted: str, folder: str, done: Callable[[DownloadOutcome], None]
    ) -> None:
        assert wanted == self.wanted
        wrong = DownloadOutcome(False, f"{folder} has no model.bin. Choose another folder.")
        self._later(done, self.folders.get(folder, wrong))

    def arrive(self, done_mb: float) -> None:
        """Let so much have arrived."""
        assert self.progress is not None
        assert self.offer is not None
        self.progress(done_mb, self.offer.size_mb)

    def end_weights(self, outcome: DownloadOutcome) -> None:
        """Let the fetching end."""
        done, self.weights_done = self.weights_done, None
        if done is not None:
            self._later(done, outcome)

    def language_models(self, done: Callable[[ModelShelf], None]) -> None:
        self._later(done, self.shelf)

    def remove_model(self, model_id: str, done: Callable[[ModelShelf], None]) -> None:
        models = (replace(m, here=m.here and m.id != model_id) for m in self.shelf.models)
        self.shelf = replace(self.shelf, models=tuple(models))
        self._later(done, self.shelf)

    def check_sound(
        self,
        settings: Settings,
        progress: Callable[[CheckStage, float], None],
        done: Callable[[Findings], None],
        *,
        ask: bool,
    ) -> None:
        assert self.check_done is None, "the sound is checked already"
        self.checks.append((settings, ask))
        self.check_progress, self.check_done = progress, done

    def skip_voice(self) -> None:
        self.voices_skipped += 1

    def cancel_check(self) -> None:
        self.checks_cancelled += 1
        self.check_done = None

    def end_check(self, found: Findings) -> None:
        """Let the check end."""
        done, self.check_done = self.check_done, None
        if done is not None:
            self._later(done, found)

    def open_releases(self) -> None:
        self.releases_opened += 1

    def report(self) -> str:
        return "Parley 0.1.0 on a computer that exists for tests"

    def answer(self) -> None:
        """Hand out the answers that wait, oldest first."""
        waiting, self.waiting = self.waiting, []
        for done, value in waiting:
            done(value)

    def _later(self, done: Callable[[Any], None], value: Any) -> None:
        if self.at_once:
            done(value)
        else:
            self.waiting.append((done, value))

    def _status(self, url: str) -> KeyStatus:
        if self.environment:
            return KeyStatus("environment", f"the environment variable {self.environment}")
        if url in self.keys:
            return KeyStatus("keyring", "the system's keyring (Secret Service)")
        return KeyStatus()
