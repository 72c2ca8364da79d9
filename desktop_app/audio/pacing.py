"""When to look into a ring buffer that a device fills, and that tells nobody.

Sound arrives at a steady pace, so there is no need to be woken for it: it is enough to look just
behind the moment at which it must be there.  That moment is found by trying: each look that finds
something lets the next one come a little earlier, and one that comes too early moves it later.
"""

from __future__ import annotations

EARLIER_S = 0.00005
"""After each look that found something: about one look in ten is in vain then."""
LATER_S = 0.0005
"""After those in vain for the same block, however many: one late block is no trend."""
RETRY_S = 0.001
"""At first; where nothing comes for long we look more and more rarely."""
LONGEST_RETRY_S = 0.010
RETRY_SHARE = 4
"""The wait for the next try is that part of how long we have waited in vain."""
TRUSTED_SHARE = 8
"""Where sound comes much earlier or later than that, we follow it by this part at once."""


class Pacer:
    """Says when to look for sound, and how much of it to take: whole blocks.

    Attributes:
        next_s: When to look.
    """

    def __init__(self, now_s: float, block: int, rate_hz: int) -> None:
        """Begin; a ``block`` is so many samples."""
        self.next_s = now_s
        self._block = block
        self._rate_hz = rate_hz
        self._block_s = block / rate_hz
        self._wanted = 1
        self._taken_s = now_s
        """When the last sample that was taken had just arrived."""
        self._in_vain = False

    def want(self, blocks: int) -> None:
        """From now on take as many ``blocks`` together, or more where they are late."""
        self._wanted = blocks
        self.next_s = self._due_s()

    def look(self, now_s: float, waiting: int) -> int:
        """Return how many of the ``waiting`` samples to take, and decide when to look again."""
        rest = waiting % self._block
        whole = waiting - rest
        if whole < self._wanted * self._block:
            self._in_vain = True
            wait_s = (now_s - self._due_s()) / RETRY_SHARE
            self.next_s = now_s + min(max(wait_s, RETRY_S), LONGEST_RETRY_S)
            return 0
        later_s = max((now_s - self._due_s()) / TRUSTED_SHARE, LATER_S)
        taken_s = self._taken_s + whole / self._rate_hz + (later_s if self._in_vain else -EARLIER_S)
        # The rest behind it took its time as well.
        latest_s = now_s - rest / self._rate_hz
        taken_s -= max(taken_s - latest_s, 0.0) / TRUSTED_SHARE
        # Had it been there for longer than a block there would be one more.
        self._taken_s = min(max(taken_s, now_s - self._block_s), now_s)
        self._in_vain = False
        self.next_s = max(self._due_s(), now_s + RETRY_S)
        return whole

    def _due_s(self) -> float:
        return self._taken_s + self._wanted * self._block_s
