# Shared by the scripts beside this file; sourced, never run.
# shellcheck shell=bash

set -euo pipefail

# The top folder of the checkout, whatever directory a script was started from.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

# Tools that the checks need and cargo builds are kept out of the checkout and out of the user's PATH, so that
# a second clone, or a `cargo clean`, does not build them again.
tools=${AFFIX_TOOLS:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/affix-dev}
export tools

say() { printf '%s\n' "$*" >&2; }

die() {
    say "$(basename "$0"): $*"
    exit 1
}

# need_cargo: says in words what to do where there is no Rust toolchain.
need_cargo() {
    # A toolchain that rustup has just installed is not on the PATH of the shell that installed it.
    if ! command -v cargo >/dev/null && [ -x "${HOME:-/root}/.cargo/bin/cargo" ]; then
        export PATH="${HOME:-/root}/.cargo/bin:$PATH"
    fi
    command -v cargo >/dev/null ||
        die "cargo was not found. Install a Rust toolchain (1.95 or newer) with rustup, then run this again."
}

# need COMMAND=PACKAGE…: installs the Debian package of each command that is not there. `file:PATH=PACKAGE` asks
# for a file instead. Does nothing at all, and asks for no password, when everything is there.
need() {
    local pair wanted missing=()
    for pair in "$@"; do
        wanted=${pair%%=*}
        if [[ $wanted == file:* ]]; then
            [ -e "${wanted#file:}" ] || missing+=("${pair#*=}")
        else
            command -v "$wanted" >/dev/null || missing+=("${pair#*=}")
        fi
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    install_packages "${missing[@]}"
}

install_packages() {
    local as_root=()
    command -v apt-get >/dev/null ||
        die "these are missing and this system has no apt-get, install them by hand: $*"
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || die "these are missing; install them as root, then run this again: $*"
        as_root=(sudo)
    fi
    say "Installing $*"
    # The lists are read anew only when they do not know a package: a fresh image has none at all.
    local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive
        apt-get install -y -qq --no-install-recommends "$@")
    if ! "${install[@]}" </dev/null >/dev/null 2>&1; then
        "${as_root[@]}" apt-get update -qq </dev/null >&2
        "${install[@]}" </dev/null >&2
    fi
}

# need_window: what the window loads when it starts, and a driver that draws without a graphics card.
need_window() {
    local lib
    lib=/usr/lib/$(uname -m)-linux-gnu
    need "file:$lib/libX11.so.6=libx11-6" "file:$lib/libX11-xcb.so.1=libx11-xcb1" \
        "file:$lib/libXcursor.so.1=libxcursor1" "file:$lib/libXi.so.6=libxi6" \
        "file:$lib/libxkbcommon.so.0=libxkbcommon0" "file:$lib/libxkbcommon-x11.so.0=libxkbcommon-x11-0" \
        "file:$lib/libGL.so.1=libgl1" "file:$lib/libEGL.so.1=libegl1" "file:$lib/dri=libgl1-mesa-dri" \
        "file:$lib/libwayland-client.so.0=libwayland-client0" "file:$lib/libwayland-egl.so.1=libwayland-egl1" \
        "file:$lib/libfontconfig.so.1=libfontconfig1" "file:$lib/libdbus-1.so.3=libdbus-1-3"
}

# install_cargo_tool NAME VERSION FLAGS…: from the PATH, else built once, kept for later runs. They run for seconds
# and build for minutes, so they are built without optimisation.
install_cargo_tool() {
    local name=$1 version=$2
    shift 2
    export PATH="$tools/$name-$version/bin:$PATH"
    if command -v "$name" >/dev/null; then return; fi
    say "Building $name $version"
    CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=64 \
        CARGO_TARGET_DIR="$tools/build" \
        cargo install --quiet --locked --version "$version" "$@" --root "$tools/$name-$version" "$name" >&2
    rm -rf "$tools/build"
}
