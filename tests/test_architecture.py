"""The walls of the house: who may import whom, what may be how long, and what no file may say."""

from __future__ import annotations

import ast
import graphlib
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.source_tree import PACKAGE, Import, SourceTree, called, is_standard

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FILE = 300
LONGEST_FUNCTION = 50

# What each layer may import of ours.
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "audio": set(),
    "wire": {"core"},
    "ports": {"core"},
    "adapters": {"core", "wire", "audio", "ports"},
    "voice": {"core", "ports", "audio"},
    "offline": {"wire", "audio"},
    "ui": {"core", "ports"},
}
PURE = {"core", "audio", "wire"}

# Which libraries each layer may use.
MAY_USE: dict[str, str] = {
    "core": "",
    "audio": "numpy soxr",
    "wire": "msgspec",
    "ports": "",
    "adapters": "Xlib dbus_fast httpx2 keyring msgspec numpy platformdirs pulsectl "
    "pywebrtc_audio rtmixer sounddevice soxr truststore websockets",
    "voice": "numpy",
    "offline": "ctranslate2 faster_whisper hassil hibari httpx2 msgspec numpy pint "
    "piper platformdirs simpleeval soxr truststore websockets xllamacpp",
    "ui": "PySide6",
}
# The files that are the sockets.
PORTS = {"ports", "sound_ports"}
# The files that put everything together.
COMPOSITION = re.compile(r"__main__|app\w*|cli\w*")
COMPOSITION_USES = " ".join([*MAY_USE.values(), "qasync"])

# Where the distribution is not called like the module.
DISTRIBUTIONS = {
    "PySide6": "pyside6-essentials",
    "Xlib": "python-xlib",
    "hibari": "hibari-tts",
}
# Used if a person installed them; their licences or sizes keep them out of the requirements.
OPTIONAL = {"piper", "xllamacpp"}

IMPURE_MODULES = (
    "asyncio concurrent ctypes fcntl http io logging multiprocessing os pathlib platform queue "
    "random secrets select selectors shutil signal socket ssl subprocess sys tempfile threading "
    "time urllib uuid"
)
IMPURE_CALLS = {"open", "print", "input", "exec", "eval"}

BINARY = {".wav", ".png", ".ico", ".icns", ".jpg", ".gz", ".zip", ".onnx", ".bin", ".npz", ".qm"}
# Spelled so that this file does not find itself.
FORBIDDEN = {
    "an unfinished thought": r"\b(?:TO" + "DO|FIX" + "ME|XX" + r"X)\b",
    "a folder of somebody's machine": r"(?<![\w.~/-])/(?:work|root|home/\w+)/|\.\./sha" + "red",
    "a package registry": r"pypi\.(?:org|io)|python" + r"hosted|npm" + r"js\.|crates\.io",
    "a package mirror": r"deb\.deb" + r"ian|snapshot\.deb" + r"ian|archive\.ubu" + "ntu",
    "a download address": r"https?://\S+\.(?:whl|tar\.gz|zip|onnx|deb|exe|msi|gguf)\b",
}


@cache
def tree() -> SourceTree:
    return SourceTree(ROOT)


def layer(module: str) -> str:
    """The layer of one of our modules; the package itself belongs to none."""
    room = tree().modules[module].room
    if room in PORTS:
        return "ports"
    return "composition" if COMPOSITION.fullmatch(room) else room


def test_every_module_has_a_place_in_the_table() -> None:
    known = {"", "composition", *MAY_IMPORT}
    assert [name for name in tree().modules if layer(name) not in known] == []


def test_layers_import_only_the_layers_below_them() -> None:
    def is_wrong(found: Import) -> bool:
        if found.target not in tree().modules or found.target == PACKAGE:
            return False
        source, target = layer(found.importer), layer(found.target)
        return source not in {target, "composition"} and target not in MAY_IMPORT.get(source, set())

    assert [str(found) for found in tree().imports() if is_wrong(found)] == []


def test_every_import_of_ours_exists() -> None:
    ours = [found for found in tree().imports() if found.top == PACKAGE]
    assert [str(found) for found in ours if found.target not in tree().modules] == []


def test_libraries_are_used_only_in_their_layers() -> None:
    def is_wrong(found: Import) -> bool:
        if found.top == PACKAGE or is_standard(found.top):
            return False
        where = layer(found.importer)
        allowed = COMPOSITION_USES if where == "composition" else MAY_USE.get(where, "")
        return found.top not in allowed.split()

    assert [str(found) for found in tree().imports() if is_wrong(found)] == []


def test_what_the_program_imports_is_among_its_requirements() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = {re.split(r"[^\w.-]", line)[0].lower() for line in project["dependencies"]}

    def distribution(top: str) -> str:
        return DISTRIBUTIONS.get(top, top).lower().replace("_", "-")

    foreign = [f for f in tree().imports() if f.top != PACKAGE and not is_standard(f.top)]
    unmet = [f for f in foreign if distribution(f.top) not in names and f.top not in OPTIONAL]
    assert [str(found) for found in unmet] == []


def test_pure_layers_touch_no_clock_file_thread_or_socket() -> None:
    pure = {name for name in tree().modules if layer(name) in PURE}
    impure = IMPURE_MODULES.split()
    imported = [f for f in tree().imports() if f.importer in pure and f.top in impure]
    assert [str(found) for found in imported] == []
    calls = [
        f"{name}:{node.lineno} calls {node.func.id}()"
        for name in sorted(pure)
        for node in ast.walk(tree().modules[name].tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if called(node) in IMPURE_CALLS
    ]
    assert calls == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    sorter = graphlib.TopologicalSorter(tree().neighbours())
    circle: list[str] = []
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        circle = list(error.args[1])
    assert circle == []


def test_imports_are_absolute() -> None:
    assert [str(found) for found in tree().imports() if found.relative] == []


def test_files_are_short() -> None:
    lengths = {m.name: len(m.text.splitlines()) for m in tree().modules.values()}
    assert {name: n for name, n in lengths.items() if n > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    long = {
        f"{module.name}.{name}": length
        for module in tree().modules.values()
        for name, length in module.functions()
        if length > LONGEST_FUNCTION
    }
    assert long == {}


def test_nothing_is_raised_from_an_except_star() -> None:
    # Before Python 3.11.4 (Debian 12 has 3.11.2) it would arrive wrapped in a group.
    def raises(module: ast.AST) -> bool:
        stars = (node for node in ast.walk(module) if isinstance(node, ast.TryStar))
        handlers = (handler for star in stars for handler in star.handlers)
        return any(isinstance(node, ast.Raise) for each in handlers for node in ast.walk(each))

    modules = tree().modules.values()
    assert [module.name for module in modules if raises(ast.parse(module.text))] == []


def test_packages_say_their_rule_and_nothing_else() -> None:
    def is_wrong(name: str, body: list[ast.stmt]) -> bool:
        match body:
            case [ast.Expr(value=ast.Constant(value=str()))]:
                return False
            case [
                ast.Expr(value=ast.Constant(value=str())),
                ast.Assign(targets=[ast.Name(id="__version__")]),
            ]:
                return name != PACKAGE
            case _:
                return True

    packages = [m for m in tree().modules.values() if m.is_package]
    assert [m.name for m in packages if is_wrong(m.name, m.tree.body)] == []


def test_the_packaging_folder_is_no_package() -> None:
    assert not (ROOT / "packaging" / "__init__.py").exists(), "it would hide the library packaging"


def test_no_file_says_what_none_may_say() -> None:
    patterns = {what: re.compile(pattern) for what, pattern in FORBIDDEN.items()}
    found = [
        f"{path.relative_to(ROOT)}:{number}: {what}"
        for path in project_files()
        for number, line in enumerate(read(path).splitlines(), start=1)
        for what, pattern in patterns.items()
        if pattern.search(line)
    ]
    assert found == []


def project_files() -> Iterator[Path]:
    """The project's files: all that .gitignore does not name."""
    listed = (ROOT / ".gitignore").read_text().splitlines()
    ignored = {line.strip("/") for line in listed if line.strip()} | {".git"}
    folders = [ROOT]
    while folders:
        for path in sorted(folders.pop().iterdir()):
            if path.name in ignored or any(path.match(pattern) for pattern in ignored):
                continue
            if path.is_dir() and not path.is_symlink():
                folders.append(path)
            elif path.is_file():
                yield path


def read(path: Path) -> str:
    """A file's text; nothing of what is no text."""
    return "" if path.suffix in BINARY else path.read_text(encoding="utf-8")
