"""Which licence terms the program may hold, in SPDX's words; everything else stops the build."""

from __future__ import annotations

import re

ALLOWED = frozenset(
    {
        "0BSD",
        "AFL-2.1",
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "BSD-3-Clause-Open-MPI",
        "CC0-1.0",
        "FTL",
        "GPL-2.0-or-later WITH Bootloader-exception",
        "GPL-3.0-or-later WITH GCC-exception-3.1",
        "ISC",
        "LGPL-2.1-or-later",
        "LGPL-3.0-only",
        "LGPL-3.0-or-later",
        "LicenseRef-Intel-Simplified-2022-10",
        "LicenseRef-Ooura",
        "MIT",
        "MIT-0",
        "MPL-2.0",
        "PSF-2.0",
        "UCAR",
        "Unicode-3.0",
        "Zlib",
        "blessing",
        "bzip2-1.0.6",
        "libpng-2.0",
    }
)
"""None binds the whole program: the LGPL's parts can be replaced, the GPL's have exceptions."""

OLD_NAMES = {
    # How metadata said it before SPDX.  Families ("BSD") are no licence: notices.toml says which.
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "ISC License (ISCL)": "ISC",
    "LGPLv2+": "LGPL-2.1-or-later",
    "LGPLv3": "LGPL-3.0-only",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def is_allowed(expression: str) -> bool:
    """Whether the terms leave a way that we may go: one of an OR, all of an AND.

    What cannot be read is not allowed.
    """
    words = re.findall(r"\(|\)|[^\s()]+(?: WITH [^\s()]+)?", expression)
    try:
        free = _any_of(words)
    except IndexError:
        return False
    return free and not words


def names_of(expression: str) -> list[str]:
    """The licences that an expression names, exceptions with them."""
    return re.findall(r"(?!AND\b|OR\b)[^\s()]+(?: WITH [^\s()]+)?", expression)


def _any_of(words: list[str]) -> bool:
    free = _all_of(words)
    while words and words[0] == "OR":
        words.pop(0)
        free = _all_of(words) or free
    return free


def _all_of(words: list[str]) -> bool:
    free = _one_of(words)
    while words and words[0] == "AND":
        words.pop(0)
        free = _one_of(words) and free
    return free


def _one_of(words: list[str]) -> bool:
    word = words.pop(0)
    if word != "(":
        return word in ALLOWED
    free = _any_of(words)
    return words.pop(0) == ")" and free
