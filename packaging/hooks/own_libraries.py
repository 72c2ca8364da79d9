"""Run before Parley in the frozen program: programs that it starts get their own libraries.

The loader of this process has read the variable already; a browser or pactl must not see it.
"""

import os
import sys

if sys.platform == "linux":
    _before = os.environ.get("LD_LIBRARY_PATH_ORIG")
    if _before:
        os.environ["LD_LIBRARY_PATH"] = _before
    else:
        os.environ.pop("LD_LIBRARY_PATH", None)
