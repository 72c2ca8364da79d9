"""Run before Parley in the frozen program: two libraries that it leaves out.

faster-whisper imports them at once and uses them only to read sound files and to download models.
Parley does both itself.
"""

import sys
import types


class _StandIn(types.ModuleType):
    """Can be imported; whoever uses it is told that it is not here."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(f"{self.__name__}.{name} is not part of Parley")


for _name in ("av", "huggingface_hub"):
    sys.modules[_name] = _StandIn(_name)
