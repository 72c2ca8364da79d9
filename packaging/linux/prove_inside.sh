#!/bin/sh
# Run as root in a bare Debian or Ubuntu with the checkout at /parley: install, try and remove both packages.
# PARLEY_PROOF_DISPLAY=1 says that DISPLAY leads to a screen, so the window is opened too.
# PARLEY_PROOF_WEIGHTS names a folder of speech weights, so the engine has to answer too.
set -eu
export DEBIAN_FRONTEND=noninteractive LANG=C.UTF-8

step() { echo "-- $*"; }

# Everything but the places that apt, dpkg and this proof write to anyway.
everything() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /run -o -path /parley \
        -o -path /var/lib/apt -o -path /var/lib/dpkg -o -path /var/cache -o -path /var/log -o -path "$HOME" \) \
        -prune -o -print | grep -i parley | sort || true
}

try() {
    "$1" --version
    "$1" devices || echo "(no sound system here)"
    QT_QPA_PLATFORM=offscreen "$1" self-test | tee "$HOME/told"
    grep -q "^ok .*window" "$HOME/told"
    if grep -q "^FAIL" "$HOME/told"; then exit 1; fi
    if [ -n "${PARLEY_PROOF_WEIGHTS:-}" ]; then grep -q "answered.*391" "$HOME/told"; fi
    if [ -n "${PARLEY_PROOF_DISPLAY:-}" ]; then
        # It stays open until it is asked to leave, and then leaves in good order.
        code=0
        timeout --signal=TERM --kill-after=10 8 "$1" gui || code=$?
        if [ "$code" -ne 124 ]; then
            echo "the window ended with $code" >&2
            exit 1
        fi
    fi
}

HOME=$(mktemp -d)
export HOME
apt-get update -qq
step "Debian package: install"
before=$(dpkg-query -W | wc -l)
apt-get install -qq --yes --no-install-recommends /parley/dist/parley_*.deb >/dev/null
echo "$(($(dpkg-query -W | wc -l) - before)) packages were installed"
if [ -n "${PARLEY_PROOF_WEIGHTS:-}" ]; then
    cp -R "$PARLEY_PROOF_WEIGHTS" /usr/local/share/parley-weights
fi
step "Debian package: try"
try /usr/bin/parley
step "Debian package: remove"
apt-get remove -qq --yes parley >/dev/null
rm -rf /usr/local/share/parley-weights
left=$(everything)
if [ -n "$left" ]; then
    echo "left behind: $left" >&2
    exit 1
fi

step "archive: install"
place=$(mktemp -d)
apt-get install -qq --yes --no-install-recommends xz-utils >/dev/null
tar -xf /parley/dist/parley-*-linux-*.tar.xz -C "$place"
if [ -n "${PARLEY_PROOF_WEIGHTS:-}" ]; then
    cp -R "$PARLEY_PROOF_WEIGHTS" "$place/parley-weights"
fi
"$place"/parley-*/install.sh
step "archive: try"
try "$HOME/.local/bin/parley"
step "archive: remove"
"$place"/parley-*/install.sh --remove
left=$(find "$HOME/.local" -iname '*parley*' ! -type d | grep -v '/share/parley/\|/state/' || true)
if [ -n "$left" ]; then
    echo "left behind: $left" >&2
    exit 1
fi
rm -rf "$place"
step "all is well"
