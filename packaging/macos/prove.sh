#!/bin/sh
# Mount the disk image, copy the app as a user would, and let it test itself.
set -eu
place=$(mktemp -d)
hdiutil attach -nobrowse -mountpoint "$place/image" dist/*.dmg
cp -R "$place/image/Parley.app" "$place/Parley.app"
hdiutil detach "$place/image"
codesign --verify --deep --strict "$place/Parley.app"
program="$place/Parley.app/Contents/MacOS/parley"
"$program" --version
QT_QPA_PLATFORM=offscreen "$program" self-test
rm -rf "$place"
