"""What the window needs beyond snapshots: slow or asynchronous things, done elsewhere.

`desktop_app.app` implements `Services`.  Every ``done`` is called exactly once, later, on the
window's thread; the window stays usable meanwhile and copes with answers that come too late.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from desktop_app.core.problems import Problem
from desktop_app.core.settings import Settings
from desktop_app.core.sound import DeviceList, MicLevel
from desktop_app.core.sound_check import CheckStage, Findings
from desktop_app.ui.desk import Desk


@dataclass(frozen=True, slots=True)
class KeyStatus:
    """Whether there is a key and where it lies; never the key itself.

    Attributes:
        source: ``environment``, ``keyring``, ``session`` or ``none``.
        place: The place in words for people ("Environment variable OPENAI_API_KEY").
        problem: Why the keyring cannot be used, if so.
    """

    source: str = "none"
    place: str = ""
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class TestOutcome:
    """What became of a trial session.

    Attributes:
        ok: The session opened and closed as it should.
        text: The result in one sentence for people.
    """

    __test__ = False  # Not a test class, whatever its name tells pytest.

    ok: bool
    text: str


@dataclass(frozen=True, slots=True)
class DownloadOffer:
    """What the engine on this computer lacks, and where it can be had.

    Attributes:
        name: What it is, for people.
        size_mb: Megabytes (millions of bytes) of all of it.
        licence: Name of its licence.
        host: The computer it comes from.
        done_mb: How much of it an earlier attempt has left here.
        hears: It is for understanding what is said; else it is for answering.
    """

    name: str
    size_mb: float
    licence: str
    host: str
    done_mb: float = 0.0
    hears: bool = True


@dataclass(frozen=True, slots=True)
class DownloadOutcome:
    """How an attempt to get the weights has ended.

    Attributes:
        ready: The engine has all it needs now.
        text: Why not, in one or two sentences for people; empty when the user stopped it.
    """

    ready: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """A language model that Parley can fetch.

    Attributes:
        id: Its name in the settings.
        name: What it is, for people.
        size_mb: Megabytes (millions of bytes) of all of it.
        licence: Name of its licence.
        here: It has been fetched.
    """

    id: str
    name: str
    size_mb: float
    licence: str
    here: bool


@dataclass(frozen=True, slots=True)
class ModelShelf:
    """The language models that Parley can fetch.

    Attributes:
        models: The smallest first.
        hindrance: Why none of them can answer here, for people; empty when they can.
    """

    models: tuple[LanguageModel, ...]
    hindrance: str = ""


class Services(Protocol):
    """The window's door to devices, keys and the log.  Nothing here blocks."""

    @property
    def desk(self) -> Desk:
        """The door to the desktop."""
        ...

    def list_devices(self, done: Callable[[DeviceList], None]) -> None:
        """Find the microphones and speakers of this computer."""
        ...

    def key_status(self, url: str, done: Callable[[KeyStatus], None]) -> None:
        """Find out which key would be used for the server at ``url``."""
        ...

    def set_key(self, url: str, key: str, done: Callable[[KeyStatus], None]) -> None:
        """Store ``key`` for the server at ``url``."""
        ...

    def forget_key(self, url: str, done: Callable[[KeyStatus], None]) -> None:
        """Remove the stored key of the server at ``url``."""
        ...

    def test_connection(
        self, settings: Settings, key: str | None, done: Callable[[TestOutcome], None]
    ) -> None:
        """Open and close a session; ``key`` None means the stored one."""
        ...

    def level(self) -> MicLevel:
        """Return the newest loudness of the microphone.  Costs nothing."""
        ...

    def weights_offer(self, wanted: str, done: Callable[[DownloadOffer | None], None]) -> None:
        """Find out what the engine on this computer lacks; None when it lacks nothing.

        Args:
            wanted: A model that is asked for by name; empty: what the settings need.
            done: Takes the answer.
        """
        ...

    def start_weights(
        self,
        wanted: str,
        progress: Callable[[float, float], None],
        done: Callable[[DownloadOutcome], None],
    ) -> None:
        """Fetch it; the user has said yes.

        Args:
            wanted: As it was offered.
            progress: Called again and again with the megabytes that are here and those of all.
            done: Called once, also after `cancel_weights`.
        """
        ...

    def cancel_weights(self, wanted: str) -> None:
        """Stop fetching ``wanted`` and keep what has arrived; does nothing when none is fetched."""
        ...

    def use_weights_folder(
        self, wanted: str, folder: str, done: Callable[[DownloadOutcome], None]
    ) -> None:
        """Use what lies in ``folder`` from now on, if it is what is needed."""
        ...

    def language_models(self, done: Callable[[ModelShelf], None]) -> None:
        """Find out which language models there are, and which are here."""
        ...

    def remove_model(self, model_id: str, done: Callable[[ModelShelf], None]) -> None:
        """Delete a fetched model, and look again."""
        ...

    def check_sound(
        self,
        settings: Settings,
        progress: Callable[[CheckStage, float], None],
        done: Callable[[Findings], None],
        *,
        ask: bool,
    ) -> None:
        """Play a tune on the speaker of ``settings``, and measure what its microphone hears.

        Args:
            settings: Whose devices are meant.
            progress: Told what goes on, and how much of that is over, from 0 to 1.
            done: Called once, unless `cancel_check` comes first.
            ask: The user is asked to say something, too.
        """
        ...

    def skip_voice(self) -> None:
        """The user does not want to say anything.  Does nothing when nobody is asked."""
        ...

    def cancel_check(self) -> None:
        """End the check and forget it.  Does nothing when there is none."""
        ...

    def open_releases(self) -> None:
        """Show the page of Parley's releases in the browser."""
        ...

    def report(self) -> str:
        """Return a diagnostic report to copy; it holds no secret and nothing that was said."""
        ...
