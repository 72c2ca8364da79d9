#!/bin/sh
# Install Parley for this user, without root; "./install.sh --remove" takes it away again.
# What you told Parley and what it fetched stays in either case: see docs/install.md.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
data=${XDG_DATA_HOME:-"$HOME/.local/share"}
bin="$HOME/.local/bin"
target="$data/parley-app"

icons() { (cd "$here/share/icons/hicolor" && find . -type f); }

take_away() {
    rm -rf -- "$target"
    rm -f -- "$bin/parley" "$data/applications/parley.desktop" "$data/man/man1/parley.1"
    rm -f -- "$data"/icons/hicolor/*/apps/parley.png "$data/icons/hicolor/scalable/apps/parley.svg"
    rm -f -- "$data/metainfo/app.parley.Parley.metainfo.xml"
}

missing_libraries() {
    known=$(/sbin/ldconfig -p 2>/dev/null || ldconfig -p 2>/dev/null || true)
    for name in libportaudio.so.2 libGL.so.1 libEGL.so.1 libasound.so.2 libstdc++.so.6; do
        case $known in *"$name"*) ;; *) printf ' %s' "$name" ;; esac
    done
}

case ${1:-} in
--remove)
    take_away
    echo "Parley is removed; its settings and models are yours and stay."
    exit 0
    ;;
"") ;;
*)
    echo "usage: $0 [--remove]" >&2
    exit 2
    ;;
esac

take_away
mkdir -p -- "$target" "$bin" "$data/applications" "$data/man/man1" "$data/metainfo"
cp -R -- "$here/lib/parley/." "$target/"
for weights in "$here/parley-weights" "$here/../parley-weights"; do
    if [ -d "$weights" ]; then
        cp -R -- "$weights" "$target/"
        break
    fi
done
ln -s -- "$target/parley" "$bin/parley"
sed -e "s|^Exec=parley|Exec=\"$bin/parley\"|" -e "s|^TryExec=.*|TryExec=$bin/parley|" \
    "$here/share/applications/parley.desktop" >"$data/applications/parley.desktop"
cp -- "$here/share/man/man1/parley.1" "$data/man/man1/"
cp -- "$here/share/metainfo/app.parley.Parley.metainfo.xml" "$data/metainfo/"
icons | while IFS= read -r icon; do
    mkdir -p -- "$data/icons/hicolor/$(dirname -- "$icon")"
    cp -- "$here/share/icons/hicolor/$icon" "$data/icons/hicolor/$icon"
done

lacking=$(missing_libraries)
if [ -n "$lacking" ]; then
    echo "Parley is installed, but this system lacks:$lacking"
    echo "Debian, Ubuntu: sudo apt-get install libportaudio2 libgl1 libegl1 libasound2-plugins fontconfig fonts-dejavu-core"
    echo "Fedora: sudo dnf install portaudio mesa-libGL mesa-libEGL alsa-lib"
    echo "Arch: sudo pacman -S portaudio libglvnd alsa-lib"
else
    echo "Parley is installed: $bin/parley"
fi
