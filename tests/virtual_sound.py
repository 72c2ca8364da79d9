"""A sound system for tests: private, with speakers and microphones made of software.

A speaker is a null sink; what it plays is recorded from its monitor.  A microphone is a null sink
(``feed_NAME``) whose monitor is remapped to a real source: what is played into the feed is what the
microphone hears.  Nothing here touches the machine's own sound system.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
import numpy.typing as npt

from tests.private_process import PlaceError, private_folder, start, stop, wait_until
from tests.sound_recorder import Recorder

Kind = Literal["mic", "spk"]

RATE_HZ = 48_000
EXACT_RATE_HZ = 24_000
COMMAND_TIMEOUT_S = 10.0
FIRST_DEVICES: tuple[tuple[Kind, str, str], ...] = (
    ("spk", "spk_desk", "Desk Speakers"),
    ("spk", "spk_headset", "Headset Earphones"),
    ("mic", "mic_desk", "Desk Microphone"),
    ("mic", "mic_headset", "Headset Microphone"),
)
FOREIGN = ("DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "PULSE_SINK", "PULSE_SOURCE", "PULSE_COOKIE")


@dataclass(frozen=True, slots=True)
class Device:
    """One speaker or microphone, as it was plugged in."""

    kind: Kind
    name: str
    description: str
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream of a client, and the device that carries it now."""

    kind: Kind
    device: str
    client: str
    pid: int


class VirtualSound:
    """A private PulseAudio daemon with two speakers and two microphones.

    Use it as a context manager, and give `env` to the processes that shall live in it.
    """

    def __init__(self) -> None:
        self.folder = private_folder("sound")
        self._daemon: subprocess.Popen[bytes] | None = None
        self._devices: dict[str, Device] = {}
        self._modules: dict[str, list[str]] = {}
        self._speaking: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        try:
            self._start_daemon()
            for kind, name, description in FIRST_DEVICES:
                self.plug(kind, name, description)
            self.set_default("spk_desk")
            self.set_default("mic_desk")
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the daemon and all who speak, and remove the folder.  Idempotent."""
        for player in self._speaking:
            stop(player)
        self._speaking.clear()
        if self._daemon is not None:
            stop(self._daemon)
            self._daemon = None
        shutil.rmtree(self.folder, ignore_errors=True)

    # -- for the processes that live here -------------------------------------------------------

    def settings(self) -> dict[str, str]:
        """The variables that lead a process into this sound system."""
        return {
            "XDG_RUNTIME_DIR": str(self.folder),
            "PULSE_SERVER": f"unix:{self.folder}/native",
            "PULSE_COOKIE": f"{self.folder}/cookie",
            "ALSA_CONFIG_PATH": f"{self.folder}/asound.conf",
        }

    def env(self) -> dict[str, str]:
        """A whole environment for a process: ours, led into this sound system."""
        return {k: v for k, v in os.environ.items() if k not in FOREIGN} | self.settings()

    # -- devices --------------------------------------------------------------------------------

    def plug(self, kind: Kind, name: str, description: str = "", *, exact: bool = False) -> None:
        """Add a device.

        Args:
            kind: ``mic`` or ``spk``.
            name: What the sound server calls it; no spaces.
            description: What people read.
            exact: A device of 24 kHz mono 16-bit, which passes Parley's samples through untouched.
        """
        if name in self._devices:
            raise PlaceError(f"{name} is plugged in already")
        self._devices[name] = Device(kind, name, description or name, exact)
        self._load(self._devices[name])
        self._write_alsa_config()

    def unplug(self, name: str) -> None:
        """Take a device (or an echo path, ``echo_MIC``) away, as if its cable was pulled."""
        for module in reversed(self._modules.pop(name)):
            self.pactl("unload-module", module)
        if self._devices.pop(name, None) is not None:
            self._write_alsa_config()

    def set_default(self, name: str) -> None:
        """Make a device the one that programs get when they ask for none."""
        what = "source" if self._devices[name].kind == "mic" else "sink"
        self.pactl(f"set-default-{what}", name)

    def echo(self, spk: str, mic: str, delay_ms: int = 60, gain_db: float = 0.0) -> None:
        """Let a microphone hear a speaker, later and softer; ``unplug("echo_MIC")`` ends it."""
        module = self.pactl(
            "load-module",
            "module-loopback",
            f"source={spk}.monitor",
            f"sink=feed_{mic}",
            f"latency_msec={delay_ms}",
        )
        self._modules[f"echo_{mic}"] = [module]
        inputs = self._list("sink-inputs")
        index = next(str(i["index"]) for i in inputs if str(i.get("owner_module")) == module)
        # A volume with neither sign nor "dB" is a linear factor: a sign would make it relative.
        self.pactl("set-sink-input-volume", index, f"{10 ** (gain_db / 20):.5f}")

    def where(self) -> list[Stream]:
        """Who plays and records on which device now: the server moves streams silently."""
        found: list[Stream] = []
        kinds: tuple[tuple[Kind, str, str, str], ...] = (
            ("mic", "source-outputs", "sources", "source"),
            ("spk", "sink-inputs", "sinks", "sink"),
        )
        for kind, streams, devices, key in kinds:
            names = {d["index"]: str(d["name"]) for d in self._list(devices)}
            for stream in self._list(streams):
                owner = stream.get("properties", {})
                pid = int(owner.get("application.process.id", 0))
                client = str(owner.get("application.name", ""))
                found.append(Stream(kind, names.get(stream[key], ""), client, pid))
        return found

    # -- sound in, sound out --------------------------------------------------------------------

    def say(self, mic: str, wav: Path | str) -> None:
        """Speak a sound file into a microphone; return when it has been spoken."""
        player = self.say_async(mic, wav)
        if player.wait() != 0:
            raise PlaceError(f"paplay could not play {wav}")

    def say_async(self, mic: str, wav: Path | str) -> subprocess.Popen[bytes]:
        """Begin to speak a sound file into a microphone."""
        command = ["paplay", f"--device=feed_{mic}", "--latency-msec=20", str(wav)]
        player = start(command, self.env())
        self._speaking = [p for p in self._speaking if p.poll() is None] + [player]
        return player

    def record(self, spk: str, rate_hz: int = RATE_HZ) -> Recorder:
        """Record what a speaker plays; the recording has begun when this returns."""
        return Recorder(f"{spk}.monitor", self.env(), rate_hz)

    def listen(self, mic: str, rate_hz: int = RATE_HZ) -> Recorder:
        """Record what a microphone hears, as a program would."""
        return Recorder(mic, self.env(), rate_hz)

    def record_for(self, spk: str, seconds: float, rate_hz: int = RATE_HZ) -> npt.NDArray[np.int16]:
        """Record what a speaker plays during the next seconds."""
        with self.record(spk, rate_hz) as recorder:
            recorder.wait_for(round(seconds * rate_hz))
            return recorder.stop()

    # -- trouble --------------------------------------------------------------------------------

    def crash(self) -> None:
        """Kill the sound server: every device is lost at once."""
        if self._daemon is None:
            raise PlaceError("the sound server is down already")
        self._daemon.kill()
        stop(self._daemon)
        self._daemon = None

    def freeze(self, seconds: float) -> None:
        """Let the sound server do nothing for a while, as if the computer slept."""
        assert self._daemon is not None
        self._daemon.send_signal(signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            self._daemon.send_signal(signal.SIGCONT)

    def restart(self) -> None:
        """Bring the sound server back after a `crash`, with the devices it had."""
        self._start_daemon()
        self._modules.clear()
        for device in self._devices.values():
            self._load(device)
        for name in ("spk_desk", "mic_desk"):
            if name in self._devices:
                self.set_default(name)

    # -- the daemon -----------------------------------------------------------------------------

    def pactl(self, *arguments: str) -> str:
        """Run one pactl command and return what it prints."""
        done = subprocess.run(
            ["pactl", *arguments],
            env=self.env() | {"LC_ALL": "C.UTF-8"},
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            raise PlaceError(f"pactl {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()

    def _start_daemon(self) -> None:
        state = self.folder / "state"
        state.mkdir(exist_ok=True)
        socket = self.folder / "native"
        socket.unlink(missing_ok=True)
        script = self.folder / "daemon.pa"
        script.write_text(
            f"load-module module-native-protocol-unix socket={socket} auth-anonymous=1\n"
        )
        command = ["pulseaudio", "-n", "-F", str(script), "--daemonize=no", "--use-pid-file=no"]
        command += ["--exit-idle-time=-1", "--disallow-exit=yes", "--high-priority=yes"]
        command += ["--realtime=no", f"--log-target=file:{self.folder}/pulse.log"]
        folders = {"HOME": str(self.folder), "PULSE_RUNTIME_PATH": str(self.folder)}
        folders |= {"XDG_CONFIG_HOME": str(state), "PULSE_STATE_PATH": str(state)}
        self._daemon = start(command, self.env() | folders)
        wait_until(self._answers, "the private sound server starts", process=self._daemon)

    def _answers(self) -> bool:
        try:
            self.pactl("info")
        except PlaceError:
            return False
        return True

    def _load(self, device: Device) -> None:
        sink = f"feed_{device.name}" if device.kind == "mic" else device.name
        channels = 1 if device.exact or device.kind == "mic" else 2
        form = [f"rate={EXACT_RATE_HZ if device.exact else RATE_HZ}", f"channels={channels}"]
        form += ["format=s16le"] if device.exact else []
        mono = ["channels=1", "channel_map=mono"]
        label = f"'device.description=\"{device.description}\"'"
        # norewinds=1: without it an idle null sink sleeps 2 s, and so does whoever waits for it.
        made = [["module-null-sink", "norewinds=1", f"sink_name={sink}", *form]]
        if device.kind == "mic":
            made[0] += [
                "channel_map=mono",
                f"sink_properties='device.description=\"feed of {device.name}\"'",
            ]
            master = f"master={sink}.monitor"
            made.append(["module-remap-source", master, f"source_name={device.name}", *mono])
            made[1].append(f"source_properties={label}")
        else:
            made[0].append(f"sink_properties={label}")
        self._modules[device.name] = [self.pactl("load-module", *module) for module in made]

    def _list(self, what: str) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = json.loads(self.pactl("-f", "json", "list", what) or "[]")
        return listed

    def _write_alsa_config(self) -> None:
        """Show PortAudio exactly our devices, each in its one direction (``asym``)."""
        lines = ["pcm.default { type pulse }", "ctl.default { type pulse }"]
        for device in self._devices.values():
            way = "capture" if device.kind == "mic" else "playback"
            inner = f'type pulse device "{device.name}"'
            lines.append(f"pcm.{device.name} {{ type asym {way}.pcm {{ {inner} }} }}")
        # At once, for somebody may just be reading it.
        new = self.folder / "asound.conf.new"
        new.write_text("\n".join(lines) + "\n")
        new.replace(self.folder / "asound.conf")
