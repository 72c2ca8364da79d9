"""The user's words while they still speak: only what two looks agree on is shown.  Pure.

What was shown can't be taken back (deltas are appended), and each look at a longer stretch of
sound may change its last words.
"""

from __future__ import annotations


class Subtitles:
    """What of one turn has been shown."""

    def __init__(self) -> None:
        self._last: list[str] = []
        self._shown: list[str] = []

    def more(self, text: str) -> str:
        """Take the words as they look now; return those that can be shown in addition."""
        words = text.split()
        agreed = _common(self._last, words)
        self._last = words
        fresh = agreed[len(self._shown) :]
        if not fresh or agreed[: len(self._shown)] != self._shown:
            return ""
        return self._add(fresh)

    def rest(self, text: str) -> str:
        """Take the final words; return what of them is still to be shown.

        Nothing, when they are not what was shown: the whole transcript that follows puts it right.
        """
        words = text.split()
        if words[: len(self._shown)] != self._shown:
            return ""
        return self._add(words[len(self._shown) :])

    def _add(self, words: list[str]) -> str:
        gap = " " if self._shown and words else ""
        self._shown += words
        return gap + " ".join(words)


def _common(one: list[str], other: list[str]) -> list[str]:
    same = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        same += 1
    return one[:same]
