"""What of all that is found goes into the frozen program, and what does not.

Three reasons to leave something out: its licence (GPL would bind the whole program), that it must
come from the user's system, or that nobody would ever use it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePath

Entry = tuple[str, str, str]
"""Where a file goes, where it is, and what kind of thing PyInstaller takes it for."""

GPL = ("readline", "_gdbm", "_dbm")
"""Python's own modules that need GNU readline and gdbm."""
STOOD_IN = ("av", "huggingface_hub")
"""Imported by faster-whisper and never installed: `desktop_app/offline/left_out.py` says why."""
OPTIONAL = ("piper", "xllamacpp", "openai", "torch")
UNUSED = (
    "IPython",
    "PySide6.QtNetwork",
    "_curses",
    "curses",
    "doctest",
    "httpx2_jsfetch",
    "idlelib",
    "lib2to3",
    "matplotlib",
    "numpy.f2py",
    "onnxruntime.backend",
    "onnxruntime.datasets",
    "onnxruntime.quantization",
    "onnxruntime.tools",
    "onnxruntime.transformers",
    "pip",
    "pkg_resources",
    "pytest",
    "setuptools",
    "tkinter",
    "tomlkit",
    "turtledemo",
    "xmlrpc",
)
EXCLUDED = tuple(sorted({*GPL, *STOOD_IN, *OPTIONAL, *UNUSED}))

HIDDEN = (
    "_cffi_backend",
    "_rtmixer",
    "_sounddevice",
    "hibari",
    "keyring.backends",
    "pa_ringbuffer",
    "pint",
    "rtmixer",
    "sounddevice",
    "tzdata",
    "unicode_rbnf",
)
"""Modules that are imported by name only, or whose import PyInstaller does not see."""

WITH_DATA = ("faster_whisper", "hassil", "hibari", "pint", "unicode_rbnf")
"""Packages whose own files are read at run time."""

IDLE_HOOKS = ("pyi_rth_multiprocessing",)
"""What PyInstaller runs before Parley for processes that Python's ``multiprocessing`` starts.

On Linux nothing of ours starts any, and the first paint would wait 20 ms for it.
"""

SIGNATURES = "files.dir"
"""Where Qt for Python looks for its own Python files before it compiles those in its libraries."""

UNWANTED = re.compile(
    r"(^|/)PySide6/(Qt/)?plugins/(egldeviceintegrations|generic|networkinformation|printsupport"
    r"|qmltooling|sqldrivers|vectorimageformats|tls|position|designer"
    r"|wayland-graphics-integration-server)/"
    r"|/platforms/(lib)?q(eglfs|linuxfb|minimalegl|minimal|vnc|vkkhrdisplay|direct2d)\b"
    r"|/platformthemes/libqgtk3|libqtvirtualkeyboard|/platforminputcontexts/libqtvirtual"
    r"|/imageformats/(lib)?q(tiff|webp|wbmp|tga|icns|pdf|gif|ico|jpeg|svg)\b"
    r"|\.dist-info/(RECORD|INSTALLER|REQUESTED|direct_url\.json)$"
    r"|/iconengines/|(^|/)PySide6/(Qt/)?translations/|opengl32sw|/d3dcompiler_"
    r"|(^|/)PySide6/(Qt/lib/(lib)?)?Qt6?(Network|Pdf|Qml|Quick|Svg|VirtualKeyboard)\w*[.-]"
)
"""What pip wrote about a distribution hangs on the paths here: it hashes scripts with them."""
FROM_THE_SYSTEM = re.compile(r"^lib(asound|jack|db-5|portaudio|stdc\+\+|gcc_s)\.?[\w.-]*\.so")
"""PortAudio with ALSA and JACK below it belong to the user's sound system (their plugins' folder is
compiled in); an older C++ library than the user's would break the graphics driver, which needs
the newer one in the same process."""


def is_wanted(name: str) -> bool:
    """Whether the file that would go to ``name`` is any use to us."""
    path = PurePath(name.replace("\\", "/"))
    return not UNWANTED.search(path.as_posix()) and not FROM_THE_SYSTEM.match(path.name)


def signatures(shiboken: Path) -> list[tuple[str, str]]:
    """The compiled files that `freeze.unpack_signatures` made, and the folders they go to."""
    made = (p for p in sorted((shiboken / SIGNATURES).rglob("*.pyc")) if p.parent.name[:2] != "__")
    return [(str(p), str(p.parent.relative_to(shiboken.parent))) for p in made]


def needed_by(path: str) -> set[str]:
    """The names of the shared libraries that a library asks for."""
    done = subprocess.run(
        ["readelf", "--dynamic", "--wide", path], capture_output=True, text=True, check=False
    )
    return set(re.findall(r"\(NEEDED\).*\[(.+?)\]", done.stdout))


def is_library(name: str) -> bool:
    """Whether a file is there only for others that ask for it: a library on top, or one of Qt's."""
    path = PurePath(name)
    on_top = path.parent.as_posix() in {".", "PySide6", "PySide6/Qt/lib"}
    return on_top and path.name.startswith("lib")


def reached(entries: Sequence[Entry], asks: Callable[[str], Iterable[str]] = needed_by) -> set[str]:
    """The names of the libraries that what is left still asks for, directly or through others."""
    sources = {PurePath(name).name: source for name, source, _ in entries}
    live = {name for name in sources if name.startswith("libpython")}
    work = [source for name, source, _ in entries if not is_library(name)]
    work += [sources[name] for name in live]
    while work:
        for name in asks(work.pop()):
            if name in sources and name not in live:
                live.add(name)
                work.append(sources[name])
    return live


def lean_binaries(entries: Sequence[Entry], *, linux: bool) -> list[Entry]:
    """What of the binaries to keep."""
    wanted = [entry for entry in entries if is_wanted(entry[0])]
    if not linux:
        return wanted
    live = reached(wanted)
    return [e for e in wanted if not is_library(e[0]) or PurePath(e[0]).name in live]


def lean_data(entries: Sequence[Entry], binaries: Sequence[Entry]) -> list[Entry]:
    """What of the data files to keep: no link to a library that went."""
    names = {PurePath(name).name for name, _, _ in binaries}
    return [
        entry
        for entry in entries
        if is_wanted(entry[0]) and (entry[2] != "SYMLINK" or PurePath(entry[0]).name in names)
    ]
