"""What faster-whisper imports and nobody installs."""

from __future__ import annotations

import subprocess
import sys

from desktop_app.offline.left_out import LEFT_OUT, stand_in


def test_the_recogniser_loads_without_what_is_left_out_and_whoever_uses_that_is_told() -> None:
    code = (
        "import sys\n"
        "class Nowhere:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.partition('.')[0] in {LEFT_OUT!r}: raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Nowhere())\n"
        "from desktop_app.offline.left_out import stand_in\n"
        "stand_in()\n"
        "import faster_whisper\n"
        "assert callable(faster_whisper.WhisperModel)\n"
        "try:\n    sys.modules['av'].open('x')\n"
        "except ImportError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "av.open is not part of Parley\n", done.stderr


def test_a_library_that_somebody_has_loaded_already_is_left_alone() -> None:
    before = {name: sys.modules.get(name) for name in LEFT_OUT}
    try:
        sys.modules["av"] = theirs = type(sys)("av")
        stand_in()
        assert sys.modules["av"] is theirs
        stand_in()
        assert not hasattr(sys.modules["huggingface_hub"], "__path__")
    finally:
        for name, module in before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module
