"""Versions of Parley: which of two is newer."""

from __future__ import annotations

import re

_RELEASE = re.compile(r"v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})", re.ASCII)


class ReleasesUnknown(Exception):  # noqa: N818 - not an error: nobody is kept from anything
    """Where new versions appear, nothing was learned; ``str`` says why, for the log."""


def is_newer(found: str, ours: str) -> bool:
    """Whether ``found`` is a release that came after ``ours``.

    Previews (``1.3.0-rc1``) and whatever is no version at all are never newer.
    """
    theirs, mine = _RELEASE.fullmatch(found), _RELEASE.match(ours)
    if theirs is None or mine is None:
        return False
    return _numbers(theirs) > _numbers(mine)


def _numbers(match: re.Match[str]) -> tuple[int, ...]:
    return tuple(int(number) for number in match.groups())
