#!/bin/sh
# Installs Affix from the unpacked archive that this script is in, or a newer one over an older one.
#
# usage: ./install.sh [--prefix DIR]     into DIR; without it /usr/local as root, else ~/.local
#        DIR/share/affix/uninstall.sh    removes what was installed, and nothing of the user's own
#
# What is installed is written into DIR/share/affix/installed before it is there, so whenever this ends too early, it can
# be run again, and what there is can be removed. Files that are on no such list are nobody's to overwrite or remove.
set -eu

die() {
    printf 'install.sh: %s\n' "$*" >&2
    exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
if [ "$(id -u)" -eq 0 ]; then prefix=/usr/local; else prefix=$HOME/.local; fi
while [ $# -gt 0 ]; do
    case $1 in
    --prefix)
        [ $# -ge 2 ] || die "--prefix needs a folder"
        prefix=$2
        shift 2
        ;;
    --prefix=*)
        prefix=${1#--prefix=}
        shift
        ;;
    -h | --help)
        sed -n '2,5s/^# \{0,1\}//p' "$0"
        exit 0
        ;;
    *) die "what is '$1'? It takes --prefix DIR and nothing else" ;;
    esac
done
[ -x "$here/bin/affix" ] || die "bin/affix is not beside this script: unpack the whole archive first"

# ── Nothing is changed before all of this is known to be good ────────────────

[ -n "$prefix" ] || die "--prefix needs a folder"
case $prefix in
/*) ;;
*) prefix=$(pwd)/$prefix ;;
esac
if [ -d "$prefix" ]; then prefix=$(CDPATH='' cd -- "$prefix" && pwd); fi
# The path goes into the .desktop file, where these characters mean something else.
case $prefix in
*[\"\`\$\\%]* | *[[:cntrl:]]*)
    die "Affix cannot be installed under a path with one of \" \` \$ \\ % a tab or a line break in it: $prefix"
    ;;
esac

list=$prefix/share/affix/installed
wanted=$(mktemp)
trap 'rm -f "$wanted" "$list.new"' EXIT
trap 'exit 1' HUP INT TERM
(cd "$here" && find bin share -type f) | LC_ALL=C sort >"$wanted"

is_listed() { [ -e "$list" ] && grep -qxF -e "$1" "$list"; }

foreign=
while read -r file; do
    if [ -e "$prefix/$file" ] || [ -L "$prefix/$file" ]; then
        is_listed "$file" || foreign="$foreign
$prefix/$file"
    fi
done <"$wanted"
[ -z "$foreign" ] || die "these are there already and were not installed by this script. Move them away first, or choose \
another folder with --prefix:$foreign"

# ── Installing ───────────────────────────────────────────────────────────────

note() { is_listed "$1" || printf '%s\n' "$1" >>"$list"; }

# folder NAME: makes it with those above it, and notes which were not there before.
folder() {
    [ ! -d "$prefix/$1" ] || return 0
    case $1 in
    */*) folder "${1%/*}" ;;
    esac
    note "$1/"
    mkdir "$prefix/$1"
}

# The list comes first, and its own folders are noted as soon as there is one.
made=
for name in . share share/affix; do
    [ -d "$prefix/$name" ] || made="$made $name/"
    mkdir -p "$prefix/$name" || die "$prefix/$name cannot be made"
done
for name in $made; do note "$name"; done
[ -e "$list" ] || : >"$list"
chmod 644 "$list"

# The session may not look for programs in this folder, so it is told where.
with_path() {
    while IFS= read -r line; do
        case $line in
        Exec=affix*) printf 'Exec="%s/bin/affix"%s\n' "$prefix" "${line#Exec=affix}" ;;
        TryExec=affix) printf 'TryExec=%s/bin/affix\n' "$prefix" ;;
        *) printf '%s\n' "$line" ;;
        esac
    done
}

while read -r file; do
    folder "${file%/*}"
    note "$file"
    # Beside, then renamed: a program that runs keeps its old file.
    new=$prefix/$file.affix-new
    cp "$here/$file" "$new"
    case $file in
    *.desktop) with_path <"$here/$file" >"$new" ;;
    esac
    mv -f "$new" "$prefix/$file"
done <"$wanted"

# What an older version had and this one has not goes last.
while read -r listed; do
    case $listed in
    */) printf '%s\n' "$listed" ;;
    *) if grep -qxF -e "$listed" "$wanted"; then printf '%s\n' "$listed"; else rm -f "$prefix/$listed"; fi ;;
    esac
done <"$list" >"$list.new"
chmod 644 "$list.new"
mv -f "$list.new" "$list"

"$prefix/share/affix/uninstall.sh" --refresh

# What is loaded at the start is best missed now.
if command -v ldconfig >/dev/null 2>&1 || [ -x /sbin/ldconfig ]; then
    known=$(PATH=$PATH:/sbin ldconfig -p 2>/dev/null || true)
    for library in libX11.so.6 libX11-xcb.so.1 libXcursor.so.1 libXi.so.6 libxkbcommon.so.0 libxkbcommon-x11.so.0 \
        libEGL.so.1 libGL.so.1 libwayland-client.so.0 libwayland-egl.so.1 libfontconfig.so.1 libdbus-1.so.3; do
        case $known in
        *"$library"*) ;;
        *) echo "The window may need $library, which this system does not have: install it with your package manager." >&2 ;;
        esac
    done
fi
case :$PATH: in
*":$prefix/bin:"*) ;;
*) echo "$prefix/bin is not on your PATH: add it to use the command affix." ;;
esac
echo "Affix is installed under $prefix. To remove it: $prefix/share/affix/uninstall.sh"
