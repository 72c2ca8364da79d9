"""Which words show that somebody listens, and which say something.

A listener's "mm-hmm" or "genau" wants the speaker to go on; all other words take the floor.
"""

from __future__ import annotations

import re

MOST_WORDS = 4
"""So many such words in a row still only say that somebody listens."""

_LISTENING_WORDS = (
    # Everywhere.
    "a ah aha ahh eh ehm em er erm h ha hah haha heh hm hmh hmhm hmm hmmm hum m mh mhm mhmm mm mmh "
    "mmhm mmhmm mmm oh ooh o ok okay okey oki u ugh uh uhhuh uhuh um umm uhm "
    # English.
    "alright cool fine good got gotcha great huh i indeed interesting it mkay nice really right "
    "see sure true wow ya yah yea yeah yep yes yup "
    # German.
    "ach achso alles genau gut ja jaja jo klar nun richtig schon so stimmt verstehe "
    # French.
    "accord bien bon d'accord mouais oui ouais voilà "
    # Spanish, Italian, Portuguese.
    "acuerdo ajá bene bueno certo claro de entiendo già sí si sì sim tá va vale"
)
_LISTENING = frozenset(_LISTENING_WORDS.split())
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


def takes_the_floor(text: str, *, whole: bool = True) -> bool:
    """Return whether ``text`` says more than that somebody listens.

    Args:
        text: What the server made of the user's voice; empty for a noise.
        whole: False while more of it may come: its last word may be cut short.
    """
    words = _WORD.findall(text.lower().replace("-", "").replace("’", "'"))  # noqa: RUF001
    if not words:
        return any(char.isalnum() for char in text)
    if len(words) > MOST_WORDS:
        return True
    *settled, last = words
    if any(word not in _LISTENING for word in settled):
        return True
    if last in _LISTENING:
        return False
    return whole or not any(word.startswith(last) for word in _LISTENING)
