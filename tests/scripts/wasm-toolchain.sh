#!/usr/bin/env bash
# Prints the environment (shell code for eval) in which cargo and rustc can build for wasm32-unknown-unknown:
#
#   eval "$(tests/scripts/wasm-toolchain.sh)"
#
# 1. the rustc in use has the target                    nothing to change
# 2. an earlier run made a private toolchain            use it
# 3. rustup can add the target                          nothing to change
# 4. Debian or Ubuntu: the newest packaged rustc whose library source is packaged too, unpacked into a cache folder
#    (nothing is installed, no root needed), and std compiled once into it
#
# WASM_TOOLCHAIN=debian       go straight to 4
# WASM_TOOLCHAIN_DIR=folder   where private toolchains live (default: the user's cache folder)
# RUSTUP_TIMEOUT=seconds      how long rustup may try (default 120)
set -euo pipefail

target=wasm32-unknown-unknown
revision=1 # raise it when a toolchain made by an older version of this script must not be used any more
cache=${WASM_TOOLCHAIN_DIR:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/wasm-toolchain}
forced=${WASM_TOOLCHAIN:-}

say() { echo "wasm-toolchain: $*" >&2; }
die() {
    say "$*"
    exit 1
}

has_target() { # rustc
    local libdir
    libdir=$("$1" --print target-libdir --target "$target" 2>/dev/null) && compgen -G "$libdir/libstd-*.rlib" >/dev/null
}

print_env() { # toolchain folder
    printf 'export PATH=%q:"$PATH" RUSTC=%q RUSTDOC=%q\n' "$1/bin" "$1/bin/rustc" "$1/bin/rustdoc"
}

use_private_toolchain() {
    local ok
    for ok in $(ls -t "$cache"/*-r$revision/ok 2>/dev/null); do
        if has_target "${ok%/ok}/bin/rustc"; then
            print_env "${ok%/ok}"
            return 0
        fi
    done
    return 1
}

add_with_rustup() {
    local log
    [ -z "${RUSTC:-}" ] && command -v rustup >/dev/null || return 1
    say "adding $target with rustup"
    if log=$(RUST_BACKTRACE=0 timeout "${RUSTUP_TIMEOUT:-120}" rustup target add "$target" 2>&1) && has_target rustc; then
        return 0
    fi
    say "rustup could not add it: $(grep -m1 '^error' <<<"$log" || echo 'timed out'); trying the distribution's packages"
    return 1
}

# Sets compiler, source, builder (package names) and version.
pick_packages() {
    local candidate c s b v
    version=0
    for candidate in rustc-web:rust-web-src:cargo-web rustc:rust-src:cargo; do
        IFS=: read -r c s b <<<"$candidate"
        v=$(apt-cache policy "$c" 2>/dev/null | awk '/Candidate:/{print $2}')
        if [ -z "$v" ] || [ "$v" = '(none)' ] || ! apt-cache show "$s" >/dev/null 2>&1; then continue; fi
        if dpkg --compare-versions "$v" gt "$version"; then
            compiler=$c source=$s builder=$b version=$v
        fi
    done
    [ "$version" != 0 ]
}

# Downloads what the compiler needs and this machine does not have, as apt's own resolver sees it.
download_packages() { # folder llvm-version
    local wanted=("$compiler=$version" "$builder" "$source" "lld-$2") packages p
    mapfile -t packages < <(apt-get install -s --no-install-recommends -o Debug::NoLocking=1 "${wanted[@]}" 2>/dev/null | awk '/^Inst /{print $2}')
    for p in "$compiler" "$builder" "$source" "lld-$2"; do # also those installed already
        case " ${packages[*]} " in *" $p "*) ;; *) packages+=("$p") ;; esac
    done
    (cd "$1" && apt-get download -qq -o APT::Sandbox::User=root "${packages[@]}" >&2)
}

unpack_packages() { # from-folder into-folder
    local deb
    for deb in "$1"/*.deb; do
        case $deb in
        */"$source"_*) dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$2" --wildcards './usr/src/rustc-*/library' './usr/lib/rustlib/src*' ;;
        *) dpkg -x "$deb" "$2" ;;
        esac
    done
}

# The packages' shared libraries lie in the private folder, so each command is told where.
write_commands() { # staging-folder final-folder llvm-version
    local command program
    for command in rustc rustdoc cargo rust-lld; do
        program=$command
        if [ "$command" = rust-lld ]; then program=lld-$3; fi
        cat >"$1/bin/$command" <<SCRIPT
#!/bin/sh
prefix='$2/root/usr'
export LD_LIBRARY_PATH="\$prefix/lib/$(uname -m)-linux-gnu\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
exec "\$prefix/bin/$program" "\$@"
SCRIPT
        chmod +x "$1/bin/$command"
    done
}

# Cargo can build std, but only as part of some crate, so an empty one asks for it. Done once here, no later build needs
# an unstable flag. Bitcode is embedded for the link-time optimisation of the release profile; paths, which end up in
# panic texts, are written as they are in the official builds.
compile_std() { # toolchain folder
    local work=$1/std libdir flags='-Cembed-bitcode=yes' registry
    flags+=" --remap-path-prefix=$1/root/usr/lib/rustlib/src/rust=/rustc"
    for registry in "${CARGO_HOME:-$HOME/.cargo}"/registry/src/{,*/}; do flags+=" --remap-path-prefix=$registry="; done
    mkdir -p "$work"
    cat >"$work/Cargo.toml" <<'TOML'
[package]
name = "empty"
version = "0.0.0"
edition = "2021"
[lib]
path = "lib.rs"
[profile.release]
opt-level = "s"
panic = "abort"
[workspace]
TOML
    echo '#![no_std]' >"$work/lib.rs"
    (
        cd "$work"
        env -u CARGO_TARGET_DIR -u CARGO_BUILD_TARGET -u CARGO_ENCODED_RUSTFLAGS PATH="$1/bin:$PATH" RUSTC="$1/bin/rustc" \
            RUSTC_BOOTSTRAP=1 RUSTFLAGS="$flags" "$1/bin/cargo" build -q --release \
            -Zbuild-std=std,panic_abort,test --target "$target" --target-dir t >&2
    )
    libdir=$("$1/bin/rustc" --print target-libdir --target "$target")
    mkdir -p "$libdir"
    cp "$work/t/$target/release/deps/"lib*.rlib "$libdir/"
    rm -rf "$libdir"/libempty-* "$work"
}

make_from_packages() {
    local llvm final staging
    command -v apt-get >/dev/null || die "this machine has no $target library for rustc. Get it with: rustup target add $target"
    if ! pick_packages; then
        say "refreshing apt's lists"
        apt-get update -qq >&2 || true
        pick_packages || die "apt offers no rustc with its library source. Get the target with: rustup target add $target"
    fi
    llvm=$(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances \
        "$compiler=$version" 2>/dev/null | sed -n 's/^libllvm\([0-9]*\).*/\1/p' | head -1)
    [ -n "$llvm" ] || die "cannot tell which LLVM $compiler $version uses"

    final=$cache/$compiler-$version-r$revision
    staging=$final.tmp.$$
    say "making a private toolchain of $compiler $version in $cache (once, about a minute)"
    rm -rf "$staging"
    mkdir -p "$staging/deb/partial" "$staging/root" "$staging/bin"
    # shellcheck disable=SC2064
    trap "rm -rf '$staging'" EXIT
    if ! download_packages "$staging/deb" "$llvm"; then
        say "refreshing apt's lists"
        apt-get update -qq >&2
        rm -f "$staging"/deb/*.deb
        download_packages "$staging/deb" "$llvm"
    fi
    unpack_packages "$staging/deb" "$staging/root"
    rm -rf "$staging/deb"
    write_commands "$staging" "$final" "$llvm"
    rm -rf "$final"
    mv "$staging" "$final"
    trap - EXIT

    say "compiling std for $target"
    compile_std "$final"
    has_target "$final/bin/rustc" || die "std for $target did not build"
    touch "$final/ok"
    print_env "$final"
}

if [ "$forced" != debian ] && has_target "${RUSTC:-rustc}"; then exit 0; fi
if use_private_toolchain; then exit 0; fi
if [ "$forced" != debian ] && add_with_rustup; then exit 0; fi
mkdir -p "$cache"
exec 9>"$cache/.lock"
if command -v flock >/dev/null; then flock 9; fi
if use_private_toolchain; then exit 0; fi # made while waiting for the lock
make_from_packages
