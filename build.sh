#!/usr/bin/env bash
# Builds, tests and packs the engine. `./build.sh --help` lists what it can do; docs/build.md explains every step.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. tests/scripts/common.sh

usage() {
    cat <<'TEXT'
usage: ./build.sh [command]

  build               build the package into pkg/ (default)
  test [--list] [--only GROUP]...
                      run every check, or only the named groups
  demo                build, then make a call between two simulated mini programs, in the terminal
  demo --browser      the same on a web page: phones to use, a live timeline, buttons that break things
  demo --headless     the same driven by Chromium, with a verdict; demo --help lists more (tests/demo/run.mjs)
  simulate [--seeds N] [--from N] [--jobs N] | --seed N
                      run engines and the room server through seeded faults, or print the trace of one seed
  load [--connections N] [--rooms N] [--seconds N] [--churn N] [--bad-clients N] ...
                      put load on the room server, with checks and a report (load --help)
  fuzz [--list] [--target NAME]... [--executions N]
                      give hostile input to decoders, engine, tokens and room server, guided by coverage
  bench [--quick] [--list] [--only GROUP]... [--out FOLDER]
                      build, then measure the vendor's client beside ours (docs/performance.md)
  pack                build, then write the package as a .tgz into .artifacts/
  reference           write docs/reference*.md and the files of codes in src/shim/ (tests/reference/generate.mjs)
  fmt                 format Rust and JavaScript sources
  clean               remove everything the other commands made inside this folder

The first build prepares its tools and takes some minutes; later ones take seconds. Needed beforehand: rustc and
cargo 1.88 or newer, a C linker, Node 20 or newer with npm, and access to the Rust and npm package registries. The
wasm32-unknown-unknown target is added by itself: through rustup, or on Debian from its packages.

  WASM_TOOLCHAIN=debian     take the wasm target from Debian's packages even where rustup has it
  WASM_TOOLCHAIN_DIR=DIR    keep the toolchain made from Debian's packages in DIR
  CI=true                   also install what only tests need (wasm-pack; ffmpeg and a font, as root)
TEXT
}

case ${1:-build} in
build)
    build_package
    ;;
test)
    shift
    exec tests/scripts/test.sh "$@"
    ;;
demo)
    shift
    build_package
    step 'the room server'
    cargo build --locked -q -p room-server
    step_done
    exec node tests/demo/run.mjs "$@"
    ;;
simulate)
    shift
    cargo build --locked -q --example simulate
    exec "$target_dir/debug/examples/simulate" "$@"
    ;;
load)
    shift
    step 'the room server and its load'
    cargo build --locked -q --profile load -p room-server -p room-load
    step_done
    exec "$target_dir/load/room-load" "$@"
    ;;
fuzz)
    shift
    exec tests/scripts/fuzz.sh "$@"
    ;;
bench)
    shift
    build_package
    step 'the room server'
    cargo build --locked -q -p room-server
    step_done
    exec node tests/bench/run.mjs "$@"
    ;;
pack)
    build_package
    mkdir -p .artifacts
    step 'npm pack'
    tarball=$(cd pkg && npm pack --silent --pack-destination ../.artifacts)
    step_done ".artifacts/$tarball"
    cat <<TEXT

To use it in a mini program, in the folder that holds its package.json or app.json:
  npm install $PWD/.artifacts/$tarball     through npm: import ... from 'zego-express-alipay'
  cp -R $PWD/pkg libs/zego-express-alipay  copied: import ... from '/libs/zego-express-alipay/index'

To publish it, logged in to the registry:
  npm publish $PWD/.artifacts/$tarball --access public
TEXT
    ;;
reference)
    node_tools
    exec node tests/reference/generate.mjs
    ;;
fmt)
    cargo fmt --all
    cargo fmt --manifest-path tests/tools/Cargo.toml
    cargo fmt --manifest-path tests/bench/native/Cargo.toml
    node_tools
    node_modules/.bin/prettier --write --log-level warn .
    ;;
clean)
    rm -rf "$target_dir" node_modules .artifacts miniprogram/pkg
    for file in "${generated_files[@]}"; do rm -f "pkg/$file"; done
    echo "Removed build output. A toolchain made from Debian's packages stays in ${XDG_CACHE_HOME:-$HOME/.cache}/wasm-toolchain."
    ;;
-h | --help | help)
    usage
    ;;
*)
    echo "build.sh: unknown command '$1'" >&2
    usage >&2
    exit 2
    ;;
esac
