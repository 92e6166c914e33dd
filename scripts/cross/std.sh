# The standard library of a target that rustup has not installed is built from source; sourced after common.sh.
# shellcheck shell=bash

# The package that holds std's source, for the toolchain that this project is built with (rust-version).
deb_version=1.95.0
deb_name=rust-src_1.95.0+dfsg1-2~bpo13+1_all.deb
deb_sha256=7b76db5b880a77f9e52975d2baa6209d2f76d2c9c2789515c3088cb960e2c83b

: "${root:?common.sh comes first}"
sysroot=$(rustc --print sysroot)

# std_source: prints the folder of std's source: that of `rustup component add rust-src`, or of a Debian package of the
# same version, which is kept in target/cross.
std_source() {
    local work=$root/target/cross library=$sysroot/lib/rustlib/src/rust/library version mirror
    if [ -e "$library/Cargo.lock" ]; then
        echo "$library"
        return
    fi
    version=$(rustc --version | cut -d' ' -f2)
    [ "$version" = "$deb_version" ] ||
        die "rustc is $version and std's source is known for $deb_version alone. Run: rustup component add rust-src"
    library=$work/rust-src/usr/src/rustc-$deb_version/library
    if [ ! -e "$library/Cargo.lock" ]; then
        need curl=curl
        mirror=$(debian_mirror)
        (
            mkdir -p "$work"
            cd "$work"
            rm -rf rust-src
            curl -sSfO --retry 3 "$mirror/pool/main/r/rustc/$deb_name"
            echo "$deb_sha256  $deb_name" | sha256sum --check --quiet -
            mkdir rust-src
            dpkg-deb --fsys-tarfile "$deb_name" | tar -x -C rust-src --wildcards './usr/src/*/library/*'
            rm "$deb_name"
        ) >&2 || die "std's source could not be fetched. Run: rustup component add rust-src"
    fi
    echo "$library"
}

# debian_mirror: prints the address of the Debian mirror that apt is set up with.
debian_mirror() {
    local mirror
    mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
        grep -v '^ *#' | grep -oE 'https?://[^ ]*/debian/?( |$)' | head -n 1 | tr -d ' ' || true)
    [ -n "$mirror" ] || die "apt knows no Debian mirror to fetch std's source from. Run: rustup component add rust-src"
    echo "${mirror%/}"
}

# std_settings TARGET: sets `build_std` to cargo's words and `environment` to the variables that build std with the
# program; nothing where rustup has installed the target.
# shellcheck disable=SC2034 # the caller's
std_settings() {
    build_std=() environment=()
    if [ -d "$sysroot/lib/rustlib/$1/lib" ]; then return; fi
    local source
    source=$(std_source)
    build_std=(-Zbuild-std)
    # A stable compiler is told to take -Z: std's source has to fit the compiler to the letter.
    environment=(RUSTC_BOOTSTRAP=1 "__CARGO_TESTS_ONLY_SRC_ROOT=$source")
}
