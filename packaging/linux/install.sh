#!/bin/sh
# Installs Affix from the unpacked archive that this script is in, or takes it away again.
#
# usage: ./install.sh [--prefix DIR]     into DIR; without it /usr/local as root, else ~/.local
#        DIR/share/affix/uninstall.sh    removes what was installed, and nothing of the user's own
set -eu

die() {
    echo "install.sh: $*" >&2
    exit 1
}

here=$(cd "$(dirname "$0")" && pwd)
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
# What an older version had and this one has not goes first.
[ ! -e "$prefix/share/affix/uninstall.sh" ] || sh "$prefix/share/affix/uninstall.sh" >/dev/null
made=
[ -d "$prefix" ] || made=./
mkdir -p "$prefix" || die "$prefix cannot be made"
prefix=$(cd "$prefix" && pwd)
# The path goes into the .desktop file, where these characters mean something else.
case $prefix in
*[\"\`\$\\%\|]* | *'
'*) die "Affix cannot be installed under a path with one of \" \` \$ \\ % | in it: $prefix" ;;
esac

list=$prefix/share/affix/installed
scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
[ -z "$made" ] || echo "$made" >"$scratch"

# folder NAME: makes it with those above it, and notes which were not there before.
folder() {
    [ ! -d "$prefix/$1" ] || return 0
    case $1 in
    */*) folder "${1%/*}" ;;
    esac
    mkdir "$prefix/$1"
    printf '%s/\n' "$1" >>"$scratch"
}

(cd "$here" && find bin share -type f) | LC_ALL=C sort | while read -r file; do
    folder "${file%/*}"
    # Beside, then renamed: a program that runs keeps its old file.
    cp "$here/$file" "$prefix/$file.new"
    mv -f "$prefix/$file.new" "$prefix/$file"
    printf '%s\n' "$file" >>"$scratch"
done
cp "$scratch" "$list"
chmod 644 "$list"

# The session may not look for programs in this folder, so it is told where.
desktop=$prefix/share/applications/app.affix.Affix.desktop
sed -e "s|^Exec=affix|Exec=\"$prefix/bin/affix\"|" -e "s|^TryExec=affix|TryExec=$prefix/bin/affix|" \
    "$desktop" >"$desktop.new"
mv -f "$desktop.new" "$desktop"

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
