# Sourced by build.sh and test.sh, with the repository's root as the working folder: the build and what it needs.
# shellcheck shell=bash

root=$PWD
target_dir=${CARGO_TARGET_DIR:-$root/target}
export CARGO_TARGET_DIR=$target_dir
tools_dir=$target_dir/tools/debug
generated_files=(index.js host-worker.js index.esm.js index.d.ts types.d.ts error-codes.js error-codes.d.ts log-upload.js rtc-room.js rtc-room.d.ts rtc-room.axml engine.wasm engine.wasm.br engine-wasm.js engine-plain.js worker.js LICENSE THIRD-PARTY.txt)
wasm_target=wasm32-unknown-unknown

# --- saying what happens -------------------------------------------------------------------------------------------

now_ms() { date +%s%3N; }
seconds() { awk -v ms="$(($(now_ms) - $1))" 'BEGIN { printf "%.1f s", ms / 1000 }'; }

step() { # what
    step_start=$(now_ms)
    printf -- '- %s\n' "$1"
}
step_done() { # [remark]
    printf '    %s  %s\n' "$(seconds "$step_start")" "${1:-}"
}
die() {
    echo "build.sh: $*" >&2
    exit 1
}

# --- what the build needs ------------------------------------------------------------------------------------------

need() { # command, how to get it
    command -v "$1" >/dev/null || die "'$1' is missing. $2"
}
check_prerequisites() {
    need cargo 'Install Rust 1.88 or newer: https://rustup.rs'
    need rustc 'Install Rust 1.88 or newer: https://rustup.rs'
    need cc 'Install a C compiler, which Rust uses as its linker (Debian: apt-get install gcc libc6-dev).'
    need node 'Install Node.js 20 or newer: https://nodejs.org'
    need npm 'Install npm; it comes with Node.js: https://nodejs.org'
    local node_major
    node_major=$(node -p 'process.versions.node.split(".")[0]')
    [ "$node_major" -ge 20 ] || die "Node.js $(node --version) is too old; 20 or newer is needed: https://nodejs.org"
    local rust
    rust=$(rustc --version | awk '{print $2}')
    [ "$(printf '%s\n1.88.0\n' "${rust%%-*}" | sort -V | head -1)" = 1.88.0 ] || die "rustc $rust is too old; 1.88 or newer is needed: rustup update"
}

# npm's own record of what it installed is newer than the lock file when there is nothing to do.
node_tools() {
    if [ node_modules/.package-lock.json -nt package-lock.json ]; then return; fi
    step 'JavaScript tools (npm ci)'
    npm ci --silent --no-progress --ignore-scripts || die 'npm ci failed; is the npm registry reachable?'
    touch node_modules/.package-lock.json
    step_done
}

# wasm-bindgen and its test runner, at the library's version.
bindgen_tools() {
    if [ "$tools_dir/wasm-bindgen" -nt tests/tools/Cargo.lock ] && [ "$tools_dir/wasm-bindgen" -nt tests/tools/Cargo.toml ]; then return; fi
    step 'wasm-bindgen (tests/tools)'
    # Never with the wasm toolchain's flags or the caller's: these run on this machine.
    env -u RUSTFLAGS -u CARGO_BUILD_TARGET cargo build --locked -q --manifest-path tests/tools/Cargo.toml --target-dir "$target_dir/tools" 2> >(grep -v 'future version of Rust\|future-incompat' >&2)
    touch "$tools_dir/wasm-bindgen"
    step_done
}

# Sets PATH and RUSTC so that the wasm target is there.
wasm_toolchain() {
    step 'Rust with the wasm target'
    local env
    env=$(tests/scripts/wasm-toolchain.sh) || die 'no compiler for wasm32-unknown-unknown. Get it with: rustup target add wasm32-unknown-unknown'
    eval "$env"
    step_done "$("${RUSTC:-rustc}" --version)"
}

# --- the package ---------------------------------------------------------------------------------------------------

build_package() {
    local begin
    begin=$(now_ms)
    echo "Building pkg/"
    check_prerequisites
    node_tools
    bindgen_tools
    (
        wasm_toolchain
        compile_module
    )
    local staging=$target_dir/pkg.staging
    rm -rf "$staging"
    mkdir -p "$staging"
    bind_module
    write_package "$staging"
    echo "Built pkg/ in $(seconds "$begin")"
    node tests/package/size.mjs
}

# The instruction set: what Alipay documents for its Workers and needs no other glue; the shim finds out whether a runtime has it
# (host-inline.js). Paths in panic texts are cut, so that the module is the same on every machine.
compile_module() {
    step 'cargo build (wasm, release)'
    # The stack that a linker gives by default is a megabyte of every page's memory; the deepest call takes some kilobytes.
    local flags="${RUSTFLAGS:-} -Ctarget-cpu=mvp -Ctarget-feature=+bulk-memory,+sign-ext,+nontrapping-fptoint,+mutable-globals -Clink-arg=-zstack-size=131072" prefix
    # What is inlined at LLVM's own limit for small code costs more than it saves (docs/size.md).
    flags+=" -Cllvm-args=-inline-threshold=10"
    local registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
    # The last prefix that matches counts.
    for prefix in "$root/" "$registry/" "$registry"/*/ "$("${RUSTC:-rustc}" --print sysroot)/"; do
        flags+=" --remap-path-prefix=$prefix="
    done
    RUSTFLAGS=$flags cargo build --locked -q --release --lib -p zego-express-alipay -p unpacker --no-default-features --target $wasm_target
    step_done
}

# Glue and optimised modules, into target/glue; nothing to do when the compiler's output is the same as last time.
bind_module() {
    local compiled=$target_dir/$wasm_target/release glue=$target_dir/glue stamp
    stamp=$(cat "$compiled"/{zego_express_alipay,unpacker}.wasm tests/scripts/common.sh package-lock.json tests/tools/Cargo.lock | sha256sum)
    if [ -f "$glue/stamp" ] && [ "$(cat "$glue/stamp")" = "$stamp" ]; then return; fi
    rm -rf "$glue"
    step 'wasm-bindgen'
    # 'bundler' is the form of glue that mentions neither WebAssembly, fetch, URL nor import.meta.
    "$tools_dir/wasm-bindgen" --target bundler --out-name engine --out-dir "$glue" --no-typescript --remove-producers-section "$compiled/zego_express_alipay.wasm"
    step_done
    step 'wasm-opt'
    # Which passes, and how large a function with one caller may be to be inlined, was measured on the packed text (docs/size.md).
    # The lowest memory is the far end of the stack, a hundred times as far away as the deepest call: nothing valid lies there.
    shrink "$glue/engine_bg.wasm" "$glue/engine.wasm" "$glue/names.json" --flatten --rereloop -Oz --low-memory-unused --optimize-added-constants -Oz --one-caller-inline-max-function-size 40
    # It runs before anybody knows what the runtime has, and is too small to gain anything.
    shrink "$compiled/unpacker.wasm" "$glue/unpacker.wasm" "$glue/unpacker-names.json" "${lower_to_mvp[@]}" -Oz
    # What wasm2js translates: the first WebAssembly release.
    node_modules/.bin/wasm-opt "${wasm_features[@]}" "${lower_to_mvp[@]}" "$glue/engine.wasm" -o "$glue/engine-mvp.wasm"
    step_done
    echo "$stamp" >"$glue/stamp"
}

wasm_features=(--mvp-features --enable-sign-ext --enable-nontrapping-float-to-int --enable-bulk-memory --enable-bulk-memory-opt --enable-mutable-globals)
lower_to_mvp=(--signext-lowering --llvm-nontrapping-fptoint-lowering --llvm-memory-copy-fill-lowering)

# Shrinks a module, and gives imports and exports names of one letter; which stands for what goes to the file of names, for
# the glue and the tests. Anything newer than the features fails.
shrink() { # from, to, names, passes
    node_modules/.bin/wasm-opt "${wasm_features[@]}" "${@:4}" --strip-debug --strip-producers --strip-target-features "$1" -o "$2.shrunk"
    node_modules/.bin/wasm-opt --quiet "${wasm_features[@]}" --minify-imports-and-exports-and-modules "$2.shrunk" -o "$2" >"$3"
    rm "$2.shrunk"
}

# Everything is made in the staging folder and moved into pkg/ at the end: pkg/ is never half-built.
write_package() { # staging folder
    step 'bundle'
    node tests/scripts/bundle.mjs --wasm "$target_dir/glue/engine.wasm" --glue "$target_dir/glue" --out "$1"
    cp "$target_dir/glue/engine.wasm" src/shim/{index,types,error-codes,rtc-room}.d.ts src/shim/rtc-room.axml LICENSE "$1/"
    node tests/scripts/third-party.mjs "$1/THIRD-PARTY.txt"
    (
        trap '' INT TERM
        for file in "${generated_files[@]}"; do mv -f "$1/$file" "pkg/$file"; done
        rmdir "$1"
        if [ -d miniprogram ]; then # the IDE cannot reach outside the project it opened
            rm -rf miniprogram/pkg
            cp -R pkg miniprogram/pkg
        fi
    )
    step_done
}
