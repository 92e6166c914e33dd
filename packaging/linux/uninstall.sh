#!/bin/sh
# Removes what install.sh put under the folder that this script is in, and the folders it made, where they are empty.
# Settings, history and secrets stay: ~/.config/affix, ~/.local/share/affix, and the keyring.
#
# usage: PREFIX/share/affix/uninstall.sh
set -eu

prefix=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
list=$prefix/share/affix/installed
applications=$prefix/share/applications
icons=$prefix/share/icons/hicolor

# refresh: tells the desktop that its programs and icons changed, as far as it keeps lists of them.
refresh() {
    if [ -d "$applications" ] && command -v update-desktop-database >/dev/null 2>&1; then
        update-desktop-database -q "$applications" || true
    fi
    # A newer folder is read in place of the list of its icons.
    if [ -d "$icons" ]; then touch "$icons"; fi
}

if [ "${1-}" = --refresh ]; then
    refresh
    exit 0
fi
[ -r "$list" ] || {
    echo "uninstall.sh: $list is gone, so nobody knows what was installed" >&2
    exit 1
}

what=$(cat "$list")
own=share/affix/uninstall.sh
printf '%s\n' "$what" | grep -v '/$' | while read -r file; do
    # What an installation that ended too early was about to put in its place, too. This script goes last: until then it
    # can be run again.
    [ "$file" = "$own" ] || rm -f "$prefix/$file" "$prefix/$file.affix-new"
done
rm -f "$prefix/$own" "$prefix/$own.affix-new" "$list"
if [ -z "$(find "$applications" -name '*.desktop' 2>/dev/null)" ]; then rm -f "$applications/mimeinfo.cache"; fi
# What is deepest goes first.
printf '%s\n' "$what" | grep '/$' | LC_ALL=C sort -r | while read -r folder; do
    rmdir "$prefix/${folder#./}" 2>/dev/null || true
done
refresh
echo "Affix is removed. Its settings and history are where they were."
