#!/usr/bin/env bash
# Every check of the repository, in groups that can be run alone. Called by `./build.sh test`.
#
# Everything is built first, one thing after the other. Then the groups run side by side in lanes: what drives real media or a
# clock mostly waits, while the compiler's and linters' work fills the time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/scripts/common.sh

cache_dir=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/zego-express-alipay
wasm_pack_version=0.15.1
groups=(fmt clippy lint native package wasm node conformance media browser)
# Groups of one lane run one after the other.
lanes=('fmt clippy lint native package wasm' 'conformance' 'media' 'node browser')

describe() {
    case $1 in
    fmt) echo 'Rust formatting (cargo fmt --check)' ;;
    clippy) echo 'Rust lints, warnings are errors (cargo clippy)' ;;
    native) echo 'Rust tests on this machine (cargo test --workspace)' ;;
    lint) echo 'JavaScript lints, types and formatting (eslint, tsc, prettier --check), public names and the reference' ;;
    package) echo 'the built package: syntax, globals, imports, instruction set, sizes, instruction counts' ;;
    wasm) echo 'the module under Node (wasm-pack test --node and build, or the test runner of wasm-bindgen)' ;;
    node) echo 'shim and sample backend tests (node --test)' ;;
    conformance) echo "the vendor's client beside ours (node --test)" ;;
    media) echo 'calls with real media, stand-in component, demo, sample pages in jsdom (node --test)' ;;
    browser) echo 'the sample pages and the demo in Chromium, a web peer (node --test)' ;;
    esac
}

usage() {
    echo 'usage: ./build.sh test [--list] [--only GROUP]...'
    echo
    local group
    for group in "${groups[@]}"; do printf '  %-9s %s\n' "$group" "$(describe "$group")"; done
}

# --- building ------------------------------------------------------------------------------------------------------

selected() { [[ " ${only[*]} " == *" $1 "* ]]; }

# What the selected groups need, so that no group waits for the compiler while another one measures time.
prepare() {
    if selected fmt; then need cargo-fmt 'Get it with: rustup component add rustfmt'; fi
    if selected clippy; then need cargo-clippy 'Get it with: rustup component add clippy'; fi
    if selected lint; then
        node_tools
        step 'the table of codes'
        cargo build --locked -q --example codes
        step_done
    fi
    if selected package || selected wasm || selected node || selected conformance || selected media || selected browser; then build_package; fi
    if selected clippy; then
        step 'clippy'
        cargo clippy --locked -q --workspace --all-targets --all-features -- -D warnings
        step_done
    fi
    if selected native; then
        step 'native tests'
        cargo test --locked -q --workspace --all-features --no-run
        step_done
    fi
    if selected wasm; then prepare_wasm; fi
    if selected media || selected browser; then media_tools; fi
    if selected node || selected conformance || selected media || selected browser; then
        step 'the room server'
        cargo build --locked -q -p room-server
        step_done
    fi
}

prepare_wasm() {
    find_wasm_pack || true
    (
        wasm_environment
        step 'wasm tests'
        cargo test --locked -q --no-run --target $wasm_target -p zego-express-alipay --lib --test wasm
        step_done
    )
}

# The pair of tests/tools comes first on the path: wasm-pack then downloads nothing.
wasm_environment() {
    wasm_toolchain
    export PATH=$tools_dir:$PATH
    unset RUSTFLAGS
}

# --- the groups ----------------------------------------------------------------------------------------------------

run_fmt() {
    cargo fmt --all --check
    cargo fmt --manifest-path tests/tools/Cargo.toml --check
    cargo fmt --manifest-path tests/bench/native/Cargo.toml --check
    echo 'formatted as rustfmt would'
}

run_clippy() {
    cargo clippy --locked --workspace --all-targets --all-features -- -D warnings
    # Nothing else compiles these.
    cargo clippy --locked --manifest-path tests/bench/native/Cargo.toml --target-dir "$target_dir" --all-targets -- -D warnings
    if compgen -G "$(rustc --print target-libdir --target $wasm_target)/libcore-*.rlib" >/dev/null; then
        cargo clippy --locked -p zego-express-alipay -p unpacker --no-default-features --target $wasm_target -- -D warnings
        cargo clippy --locked -p zego-express-alipay --target $wasm_target -- -D warnings
    else
        echo "the module's own code is not looked at: this compiler has no $wasm_target"
    fi
}

run_native() {
    cargo test --locked --workspace --all-features
}

run_lint() {
    node_modules/.bin/eslint .
    echo 'eslint found nothing'
    node_modules/.bin/tsc --project .
    node_modules/.bin/tsc --project tests/shim/platform
    echo "tsc found the shim's types in order, also beside the platform's own"
    node_modules/.bin/prettier --check --log-level warn .
    echo 'formatted as prettier would'
    node tests/reference/generate.mjs --check
    node --test --test-reporter=spec tests/reference/*.test.mjs
}

run_package() {
    node --test --test-reporter=spec tests/package/*.test.mjs tests/bench/*.test.mjs
    node tests/package/size.mjs --check
}

run_wasm() (
    build_package
    wasm_environment
    if find_wasm_pack; then
        "$wasm_pack" test --mode no-install --node . --locked --lib --test wasm
        "$wasm_pack" build --mode no-install --target nodejs --out-dir "$target_dir/wasm-pack-build" . --locked
        node tests/wasm-pack/same-results.mjs "$target_dir/wasm-pack-build"
    else
        echo "wasm-pack is not installed (cargo install wasm-pack --locked); using the test runner of wasm-bindgen itself"
        CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=wasm-bindgen-test-runner \
            cargo test --locked --target $wasm_target -p zego-express-alipay --lib --test wasm
    fi
)

run_node() {
    node_tests tests/shim tests/support docs
}

run_conformance() {
    node_tests tests/conformance
}

run_media() {
    node_tests tests/media tests/demo tests/pages -not -path '*browser*'
}

run_browser() {
    node_tests tests/demo/browser tests/pages/browser.test.mjs
}

# One file at a time, because these tests measure time.
node_tests() { # folders and files, conditions of find
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
logs=$target_dir/test-logs
mkdir -p "$logs"
prepare

# The selected groups of a lane, also after one that failed.
run_lane() { # groups
    trap 'echo lane-ended >&3' EXIT
    local group group_begin verdict
    for group in "$@"; do
        selected "$group" || continue
        group_begin=$(now_ms)
        # In the background, because `set -e` does not count inside a condition.
        ("run_$group") >"$logs/$group.log" 2>&1 </dev/null &
        if wait $!; then verdict=ok; else verdict=FAILED; fi
        printf '%-7s %s  %s\n' $verdict "$group" "$(seconds "$group_begin")" >"$logs/$group.verdict"
        echo "$group" >&3
    done
}

for group in "${groups[@]}"; do rm -f "$logs/$group.verdict"; done
rm -f "$logs/ended"
mkfifo "$logs/ended" # the lanes' news: names of groups that ended
exec 3<>"$logs/ended"
running=()
trap 'kill -- "${running[@]}" 2>/dev/null; exit 130' INT TERM
echo "Running: ${only[*]}"
set -m # each lane is a process group of its own, so that an interrupt ends all of it
for lane in "${lanes[@]}"; do
    # shellcheck disable=SC2086
    run_lane $lane &
    running+=("-$!")
done
set +m
open=${#lanes[@]}
while [ "$open" -gt 0 ]; do
    read -r group <&3
    if [ "$group" = lane-ended ]; then
        open=$((open - 1))
        continue
    fi
    echo
    echo "== $group: $(describe "$group")"
    cat "$logs/$group.log"
    echo "== $(cat "$logs/$group.verdict")"
done
wait
status=0
for group in "${only[@]}"; do grep -q '^ok' "$logs/$group.verdict" 2>/dev/null || status=1; done

echo
echo '== Summary'
for group in "${only[@]}"; do
    echo "   $(cat "$logs/$group.verdict" 2>/dev/null || echo "not run $group")"
done
if [ $status = 0 ]; then echo "All groups passed in $(seconds "$begin")"; else echo "Failed after $(seconds "$begin")"; fi
exit $status
