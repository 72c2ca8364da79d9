from __future__ import annotations

import numpy as np
import pytest

from desktop_app.audio.gain import DB_PER_S, LOUDEST_NOISE_DBFS, MOST_DB, PEAK, TARGET_DBFS, Lift
from desktop_app.audio.pcm import BLOCK_BYTES
from tests.rooms import as_loud, asked, loudness_dbfs, noise
from tests.servers import speech
from tests.servers.speech import RATE_HZ, Sound


def lifted(lift: Lift, sound: Sound, *, learn: bool = True) -> Sound:
    pcm = speech.to_pcm(sound)
    blocks = [
        lift.lift(pcm[at : at + BLOCK_BYTES], learn=learn)
        for at in range(0, len(pcm) // BLOCK_BYTES * BLOCK_BYTES, BLOCK_BYTES)
    ]
    return speech.from_pcm(b"".join(blocks))


@pytest.mark.parametrize("voice_dbfs", [-40, -44])
def test_a_quiet_voice_comes_near_to_a_usual_one(voice_dbfs: float) -> None:
    lift = Lift()
    loud = lifted(lift, as_loud(asked(20), voice_dbfs))
    assert loudness_dbfs(loud[10 * RATE_HZ :]) == pytest.approx(TARGET_DBFS, abs=6)


def test_a_usual_voice_keeps_its_bytes() -> None:
    lift, said = Lift(), as_loud(asked(10), -30)
    assert lifted(lift, said).tolist() == speech.from_pcm(speech.to_pcm(said)).tolist()
    assert lift.db == 0


def test_the_lift_has_a_limit_and_grows_slowly() -> None:
    lift, said = Lift(), as_loud(asked(20), -58)
    lifted(lift, said[: 4 * RATE_HZ])
    assert lift.db <= 4 * DB_PER_S
    lifted(lift, said)
    assert lift.db == MOST_DB


def test_the_noise_between_the_words_does_not_become_loud() -> None:
    lift, said = Lift(), as_loud(asked(20), -40)
    lifted(lift, said + noise(len(said), -56))
    assert 0 < lift.db < LOUDEST_NOISE_DBFS + 57


def test_clicks_are_no_voice() -> None:
    clicks = noise(10 * RATE_HZ, -80)
    for at in range(0, len(clicks), RATE_HZ // 3):
        clicks[at : at + RATE_HZ // 20] += noise(RATE_HZ // 20, -45)
    lift = Lift()
    lifted(lift, clicks)
    assert lift.db == 0


def test_somebody_who_comes_near_is_not_cut_off_and_soon_left_alone() -> None:
    lift, near = Lift(), as_loud(asked(14, seed=3), -22)
    lifted(lift, as_loud(asked(20), -50))
    before = lift.db
    assert before > 10
    loud = lifted(lift, near)
    assert float(np.abs(loud).max()) <= max(PEAK + 0.001, float(np.abs(near).max()))
    assert lift.db == 0


def test_while_it_may_not_learn_it_stays_as_it_is() -> None:
    lift = Lift()
    lifted(lift, as_loud(asked(10), -50), learn=False)
    assert lift.db == 0


def test_a_reset_forgets() -> None:
    lift = Lift()
    lifted(lift, as_loud(asked(10), -50))
    assert lift.db > 0
    lift.reset()
    said = as_loud(asked(1), -50)
    assert lifted(lift, said).tolist() == speech.from_pcm(speech.to_pcm(said)).tolist()
