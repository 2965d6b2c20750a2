#!/usr/bin/env bash
# Every check of the repository, in groups that can be run alone. Called by `./build.sh test`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/scripts/common.sh

cache_dir=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/zego-express-alipay
wasm_pack_version=0.15.1
groups=(fmt clippy native lint package wasm node)

describe() {
    case $1 in
    fmt) echo 'Rust formatting (cargo fmt --check)' ;;
    clippy) echo 'Rust lints, warnings are errors (cargo clippy)' ;;
    native) echo 'Rust tests on this machine (cargo test --workspace)' ;;
    lint) echo 'JavaScript lints, types and formatting (eslint, tsc, prettier --check)' ;;
    package) echo 'the built package: syntax, globals, imports, instruction set, sizes' ;;
    wasm) echo 'the module under Node (wasm-pack test --node, or the test runner of wasm-bindgen)' ;;
    node) echo 'shim, media, conformance, demo, page and sample backend tests (node --test)' ;;
    esac
}

usage() {
    echo 'usage: ./build.sh test [--list] [--only GROUP]...'
    echo
    local group
    for group in "${groups[@]}"; do printf '  %-9s %s\n' "$group" "$(describe "$group")"; done
}

# --- the groups ----------------------------------------------------------------------------------------------------

run_fmt() {
    need cargo-fmt 'Get it with: rustup component add rustfmt'
    cargo fmt --all --check
    cargo fmt --manifest-path tests/tools/Cargo.toml --check
    echo 'formatted as rustfmt would'
}

run_clippy() {
    need cargo-clippy 'Get it with: rustup component add clippy'
    cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
}

run_native() {
    cargo test --locked --workspace --all-features
}

run_lint() {
    node_tools
    node_modules/.bin/eslint .
    echo 'eslint found nothing'
    node_modules/.bin/tsc --project .
    echo "tsc found the shim's types in order"
    node_modules/.bin/prettier --check --log-level warn .
    echo 'formatted as prettier would'
}

run_package() {
    build_package
    node --test --test-reporter=spec tests/package/*.test.mjs
    node tests/package/size.mjs --check
}

run_wasm() (
    check_prerequisites
    bindgen_tools
    wasm_toolchain
    # The pair of tests/tools comes first on the path: wasm-pack then downloads nothing.
    export PATH=$tools_dir:$PATH
    unset RUSTFLAGS
    if find_wasm_pack; then
        "$wasm_pack" test --mode no-install --node . --locked --lib --test wasm
    else
        echo "wasm-pack is not installed (cargo install wasm-pack --locked); using the test runner of wasm-bindgen itself"
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner \
            cargo test --locked --target $wasm_target -p zego-express-alipay --lib --test wasm
    fi
)

run_node() {
    build_package
    media_tools
    step 'the room server'
    cargo build --locked -q -p room-server
    step_done
    # Two runners side by side: what drives real media mostly waits. Each takes one file at a time, because its tests measure time.
    local log=$target_dir/node-tests.log quiet=0 media=0 runner
    node_tests tests/shim tests/support tests/conformance docs >"$log" 2>&1 &
    runner=$!
    node_tests tests/media tests/demo tests/pages || media=$?
    wait "$runner" || quiet=$?
    cat "$log"
    return $((media || quiet))
}

node_tests() { # folders
    local files
    mapfile -t files < <(find "$@" -name '*.test.mjs' -not -path '*/node_modules/*' | sort)
    node --test --test-reporter=spec --test-concurrency=1 "${files[@]}"
}

# --- what only tests need ------------------------------------------------------------------------------------------

# Sets wasm_pack; in CI installs it, once, from its sources.
find_wasm_pack() {
    local candidate
    for candidate in wasm-pack "$cache_dir/bin/wasm-pack"; do
        if wasm_pack=$(command -v "$candidate"); then return 0; fi
    done
    [ "${CI:-}" = true ] || return 1
    step "wasm-pack $wasm_pack_version (cargo install, once)"
    local locked
    for locked in --locked ''; do # its own lock file may name releases a mirror does not have
        # shellcheck disable=SC2086
        if env -u RUSTC -u CARGO_TARGET_DIR CARGO_PROFILE_DEV_DEBUG=0 cargo install wasm-pack --version $wasm_pack_version $locked \
            --debug -q --root "$cache_dir" --target-dir "$target_dir/wasm-pack"; then
            rm -rf "$target_dir/wasm-pack"
            step_done
            wasm_pack=$cache_dir/bin/wasm-pack
            return 0
        fi
    done
    echo 'wasm-pack could not be installed'
    return 1
}

# Tests with media or a browser skip themselves without. A laptop's owner decides; in CI they must be there.
media_tools() {
    local missing=()
    if ! { command -v ffmpeg && command -v ffprobe; } >/dev/null; then missing+=(ffmpeg fonts-dejavu-core); fi
    if ! command -v chromium >/dev/null && [ -z "${CHROMIUM:-}" ]; then missing+=(chromium fonts-noto-cjk); fi
    if [ ${#missing[@]} = 0 ]; then return; fi
    if [ "${CI:-}" != true ]; then
        echo "!! missing: tests with real media or a browser will be SKIPPED. Get them with: apt-get install ${missing[*]}"
        return
    fi
    step "${missing[*]} (apt-get install)"
    local as_root=''
    if [ "$(id -u)" != 0 ]; then as_root=sudo; fi
    apt_install() { $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
    apt_install || { $as_root apt-get update -qq && apt_install; } || die "${missing[*]} could not be installed"
    step_done
}

# --- running them --------------------------------------------------------------------------------------------------

only=()
while [ $# -gt 0 ]; do
    case $1 in
    --list)
        usage
        exit
        ;;
    --only)
        [ $# -ge 2 ] || die '--only needs the name of a group'
        [[ " ${groups[*]} " == *" $2 "* ]] || die "no test group is called '$2'; there are: ${groups[*]}"
        only+=("$2")
        shift 2
        ;;
    --only=*)
        set -- --only "${1#--only=}" "${@:2}"
        ;;
    -h | --help)
        usage
        exit
        ;;
    *)
        usage >&2
        die "unknown argument '$1'"
        ;;
    esac
done
if [ ${#only[@]} = 0 ]; then only=("${groups[@]}"); fi

begin=$(now_ms)
summary=()
current=
report() {
    local status=$?
    if [ -n "$current" ]; then summary+=("FAILED  $current"); fi
    echo
    echo '== Summary'
    printf '   %s\n' "${summary[@]}"
    if [ $status = 0 ]; then echo "All groups passed in $(seconds "$begin")"; else echo "Group '$current' failed after $(seconds "$begin")"; fi
}
trap report EXIT
for current in "${only[@]}"; do
    group_begin=$(now_ms)
    echo
    echo "== $current: $(describe "$current")"
    "run_$current"
    summary+=("ok      $current  $(seconds "$group_begin")")
    current=
done
