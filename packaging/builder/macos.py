"""The disk image for macOS: signed and notarised if this machine was given the means."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from builder.places import BUILD, DIST, FROZEN, PACKAGING, run, say, version

IDENTITY = "PARLEY_SIGN_MACOS"
"""Names the signing identity; without it the app is signed for this machine only (ad hoc)."""
PROFILE = "PARLEY_NOTARY_PROFILE"
"""Names the keychain profile of notarytool; without it nothing is sent to Apple."""


def build() -> Path:
    """Sign the app, pack it into an image, have it notarised; return it."""
    app = FROZEN.parent / "Parley.app"
    identity = os.environ.get(IDENTITY, "-")
    for name in ("licences", "sbom.json"):  # Written after the app was made of the folder.
        run(["ditto", FROZEN / "_internal" / name, app / "Contents" / "Resources" / name])
    sign(app, identity)
    folder = BUILD / "dmg"
    run(["rm", "-rf", folder])
    folder.mkdir(parents=True)
    run(["ditto", app, folder / "Parley.app"])
    (folder / "Applications").symlink_to("/Applications")
    DIST.mkdir(exist_ok=True)
    made = DIST / f"Parley-{version()}-{platform.machine()}.dmg"
    run(["hdiutil", "create", "-volname", "Parley", "-srcfolder", folder, "-ov", made])
    if profile := os.environ.get(PROFILE):
        run(["xcrun", "notarytool", "submit", made, "--keychain-profile", profile, "--wait"])
        run(["xcrun", "stapler", "staple", made])
    else:
        say("not notarised: macOS will ask the user to allow Parley in its settings")
    return made


def sign(app: Path, identity: str) -> None:
    """Sign everything inside, then the app itself, with its entitlements."""
    entitlements = PACKAGING / "macos" / "entitlements.plist"
    command: list[str | Path] = ["codesign", "--force", "--sign", identity]
    if identity != "-":
        command += ["--timestamp"]
    command += ["--options", "runtime", "--entitlements", entitlements]
    inside = [p for s in ("*.so", "*.dylib") for p in app.rglob(s) if not p.is_symlink()]
    for path in sorted(inside, key=lambda path: -len(path.parts)):
        run([*command, path])
    run([*command, app])
    run(["codesign", "--verify", "--deep", "--strict", app])
