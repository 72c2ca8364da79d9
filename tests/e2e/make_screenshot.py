"""Take the picture of the README from a real conversation: ``python -m tests.e2e.make_screenshot``.

The window is the real one, on a virtual screen; the words are spoken into a virtual microphone.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.e2e.app_process import ROOT, AppProcess
from tests.e2e.conversation import MICROPHONE
from tests.e2e.window import Window
from tests.servers import speech
from tests.servers.persona import Persona, spoken
from tests.servers.scripted import ScriptedServer
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound

FILE = ROOT / "docs" / "screenshot.png"
TURNS = (
    (
        "What can I cook with eggs, spinach and yesterday's rice?",
        "Fried rice! Fry the rice hot in a little oil, push it aside, scramble two eggs, and let "
        "the spinach wilt at the end. A splash of soy sauce, and it's done in ten minutes.",
        2500,
    ),
    (
        "How long do the eggs take?",
        "About a minute. Take them off the heat while they are still a little soft, because they "
        "go on cooking in the hot rice. Then it is time for the",
        9000,
    ),
    (
        "Stop, remind me in ten minutes to turn off the stove.",
        "I will. In ten minutes I'll tell you that the stove wants your attention.",
        6000,
    ),
)
INTERRUPTED_AFTER_MS = 6200


def main() -> None:
    """Talk, and take the picture while the last answer is spoken."""
    persona = Persona(
        answers=[spoken(text, ms) for _, text, ms in TURNS],
        user_words=[asked for asked, _, _ in TURNS],
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        VirtualSound() as sound,
        VirtualScreen() as screen,
        ScriptedServer(persona) as server,
    ):
        home = Path(folder, "home")
        env = sound.env() | screen.settings()
        with AppProcess(["--url", server.url], env, home, {"theme": "light"}) as app:
            window = Window(screen, app)
            window.press("space")
            server.wait_for("input_audio_buffer.append", count=10)
            with sound.record("spk_desk", speech.RATE_HZ) as recorder:
                for number, (asked, _, _) in enumerate(TURNS):
                    wav = speech.write_wav(Path(folder, "asked.wav"), speech.say(asked))
                    sound.say(MICROPHONE, wav)
                    server.wait_said("response.done", count=number + 1)
                    now = len(recorder.pcm())
                    wait_ms = (TURNS[0][2] + 700, INTERRUPTED_AFTER_MS, 4000)[number]
                    recorder.wait_for(now + wait_ms * speech.RATE_HZ // 1000)
                FILE.parent.mkdir(exist_ok=True)
                window.picture(FILE)
            window.close()
            app.wait()
    # Few colours are enough for a flat window, and the file stays small.
    subprocess.run(["mogrify", "-strip", "-colors", "256", f"PNG8:{FILE}"], check=True)
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
