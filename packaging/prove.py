#!/usr/bin/env python3
"""Install, try and remove what was built in a bare Debian, as root, and say what happened.

    python3 dev.py package --prove      or, for what lies in dist already,
    python3 packaging/prove.py [--suite bookworm | --bare FOLDER] [--weights FOLDER] [--keep]

It needs debootstrap and Xvfb.  The bare system gets this one's settings of apt and certificates, a
screen of its own, and, if asked, speech weights from a folder, so that the engine answers.  A
release that debootstrap here does not know can be made before: ``--bare`` proves in a copy of it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from builder.places import ROOT, BuildError, run, say

SHARED = ("/etc/apt/apt.conf.d", "/etc/resolv.conf", "/etc/hosts")
HOME = "/root"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def main(arguments: Sequence[str]) -> int:
    """Prove it; return the exit code."""
    parser = argparse.ArgumentParser(description="Try the packages in a bare Debian.")
    parser.add_argument("--suite", default="bookworm")
    parser.add_argument("--bare", type=Path, help="a bare system to copy, in place of a new one")
    parser.add_argument("--weights", type=Path, help="a folder of speech weights to lend")
    parser.add_argument("--keep", action="store_true", help="leave the bare system where it is")
    options = parser.parse_args(arguments)
    try:
        prove(options.bare or options.suite, options.weights, keep=options.keep)
    except BuildError as problem:
        print(f"prove: {problem}", file=sys.stderr)
        return 1
    return 0


def prove(base: str | Path, weights: Path | None, *, keep: bool) -> None:
    """Do it all.

    Raises:
        BuildError: If anything is not as it should be.
    """
    if os.geteuid() != 0:
        raise BuildError("a bare Debian can be made only by root")
    use_the_window()
    place = Path(tempfile.mkdtemp(prefix="parley-proof-"))
    place.chmod(0o755)  # apt downloads as somebody else.
    try:
        with ExitStack() as stack:
            display = stack.enter_context(screen())
            bare_system(base, place)
            shares = {ROOT / "dist": "parley/dist", ROOT / "packaging": "parley/packaging"}
            shares |= {Path("/proc"): "proc", Path("/dev"): "dev", Path("/dev/pts"): "dev/pts"}
            shares |= {Path("/tmp/.X11-unix"): "tmp/.X11-unix"}
            shares |= {weights.resolve(): "parley/weights"} if weights else {}
            for source, target in shares.items():
                stack.enter_context(mounted(source, place / target))
            try_inside(place, display, lent=weights is not None)
            if weights:
                talk_inside(place)
    finally:
        if keep:
            say(f"the bare system is in {place}")
        else:
            shutil.rmtree(place)


def use_the_window() -> None:
    """Use every feature of the frozen program through its window, on this system."""
    program = ROOT / "build" / "frozen" / "parley" / "parley"
    test = ROOT / "tests" / "e2e" / "test_frozen.py"
    command: list[str | Path] = [sys.executable, "-m", "pytest", "-q", test]
    run(command, PARLEY_FROZEN=str(program), QT_QPA_PLATFORM="offscreen")


def bare_system(base: str | Path, place: Path) -> None:
    """Make a system that holds what is essential, and nothing else: a suite's, or a copy."""
    say(f"making a bare {base}")
    if isinstance(base, Path):
        run(["cp", "--archive", f"{base}/.", place])
    else:
        run(["debootstrap", "--variant=minbase", base, place])
    for name in SHARED:
        source, target = Path(name), place / name[1:]
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        elif source.exists():
            shutil.copy(source, target)
    (place / CERTIFICATES[1:]).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(CERTIFICATES, place / CERTIFICATES[1:])


def try_inside(place: Path, display: str, *, lent: bool) -> None:
    """Run the proof in the bare system."""
    variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DISPLAY": display}
    variables |= {"PARLEY_PROOF_DISPLAY": "1", "PARLEY_PROOF_WEIGHTS": "/parley/weights" * lent}
    words = [f"{name}={value}" for name, value in variables.items()]
    inside = "/parley/packaging/linux/prove_inside.sh"
    run(["chroot", place, "/usr/bin/env", "-i", *words, "sh", inside])


def talk_inside(place: Path) -> None:
    """Install both packages again, and ask each a question aloud."""
    script = "apt-get install -qq --yes --no-install-recommends libasound2-plugins "
    script += "/parley/dist/parley_*.deb >/dev/null && mkdir -p ~/.cache/parley "
    script += "&& cp -R /parley/weights ~/.cache/parley/models "
    script += "&& tar -xf /parley/dist/parley-*-linux-*.tar.xz -C ~ && ~/parley-*/install.sh"
    path = "PATH=/usr/sbin:/usr/bin:/sbin:/bin"
    home = f"HOME={HOME}"
    quiet = "DEBIAN_FRONTEND=noninteractive"
    run(["chroot", place, "/usr/bin/env", "-i", path, home, quiet, "sh", "-c", script])
    program = Path(__file__).parent / "prove_sound.py"
    for installed in ("/usr/bin/parley", f"{HOME}/.local/bin/parley"):
        run([sys.executable, program, "--inside", place, installed])


@contextmanager
def mounted(source: Path, target: Path) -> Iterator[None]:
    """Show a folder of this system in the bare one, for as long as it is needed."""
    target.mkdir(parents=True, exist_ok=True)
    run(["mount", "--bind", source, target])
    try:
        yield
    finally:
        run(["umount", "--lazy", target])


@contextmanager
def screen() -> Iterator[str]:
    """Run a virtual screen; give its name."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"]
    process = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as answer:
            number = answer.readline().strip()
        if not number:
            raise BuildError("the virtual screen did not start")
        yield f":{number}"
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
