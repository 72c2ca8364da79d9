"""Two libraries that faster-whisper imports at once and Parley leaves out.

PyAV reads sound files and carries encoders under the GPL (x264, x265); the hub's client downloads
models. Parley does both itself, so neither is installed, and something takes their place that can
be imported and nothing else.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Never

LEFT_OUT = ("av", "huggingface_hub")


class _StandIn(ModuleType):
    """Can be imported; whoever uses it is told that it is not here."""

    def __getattr__(self, name: str) -> Never:
        if name.startswith("__"):
            raise AttributeError(name)  # The import system asks for such names.
        raise ImportError(f"{self.__name__}.{name} is not part of Parley")


def stand_in() -> None:
    """Let faster-whisper be imported without them.  Idempotent."""
    for name in LEFT_OUT:
        sys.modules.setdefault(name, _StandIn(name))
