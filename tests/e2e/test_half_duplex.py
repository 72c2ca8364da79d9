"""The app where its own echo stays: it hears the user whenever it is silent itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.e2e import conversation
from tests.e2e.test_echo import PATIENT, talk
from tests.rooms import asked
from tests.servers import speech
from tests.servers.speech import RATE_HZ

pytestmark = pytest.mark.sound

IN_TURNS = PATIENT | {"half_duplex": "auto", "echo_cancellation": "off"}


@conversation.without_starvation
def test_where_the_echo_stays_the_server_hears_silence_in_its_stead_and_the_user_again(
    tmp_path: Path,
) -> None:
    said = asked(3)
    wav = speech.write_wav(tmp_path / "said.wav", said)
    with talk(tmp_path / "home", 0, **IN_TURNS) as here:
        here.answer()
        here.app.wait_for_line("I listen only when I am silent", on_stderr=True)
        turns = here.turns()
        begun, end = here.answer()
        deaf = here.heard[begun + RATE_HZ : end - 2 * RATE_HZ]
        assert here.turns() == turns
        here.say(wav)
        here.wait_for(len(here.heard) + RATE_HZ)
        alike = speech.correlation(said, here.heard[end:])
    print("loudest while it spoke", np.abs(deaf).max(), "alike", alike)
    assert not deaf.any()
    assert alike > 0.95
