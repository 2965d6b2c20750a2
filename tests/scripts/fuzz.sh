#!/usr/bin/env bash
# Hostile input guided by coverage: libFuzzer on the installed stable compiler. Called by `./build.sh fuzz`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. tests/scripts/common.sh

host=$(rustc -vV | sed -n 's/^host: //p')
fuzz_dir=$target_dir/fuzz
# Inputs found on the way, kept from run to run.
corpus_dir=$fuzz_dir/corpus
default_executions=1000000
# What costs more than the targets themselves is off: comparing operands, weighing rare features, reading the folder again.
# Longest that one input may take, seconds, and most memory, MB. An input beyond is a finding.
input_timeout=10
memory_limit=2048

# Package and longest input of each target, bytes. A conversation is whole calls with a server: it is slow, and shorter.
declare -A packages=() lengths=(
    [a_conversation_with_changed_frames_ends_in_good_order]=256
    [an_engine_stands_any_service_and_any_page]=192
    [the_room_server_stands_any_clients]=192
)
for folder in tests/fuzz/__fuzz__/*/; do packages[$(basename "$folder")]=zego-express-alipay; done
for folder in src/token/tests/__fuzz__/*/; do packages[$(basename "$folder")]=zego-token; done

usage() {
    echo 'usage: ./build.sh fuzz [--target NAME]... [--executions N]   (default: every target, one million each)'
    echo
    printf '  %s\n' "${!packages[@]}" | sort
}

seeds_of() { # target
    if [ "${packages[$1]}" = zego-token ]; then echo "src/token/tests/__fuzz__/$1/corpus"; else echo "tests/fuzz/__fuzz__/$1/corpus"; fi
}

# Prints the path of a package's test program. Build scripts and macros are not instrumented, as they are for this machine.
compile() { # package
    local flags='--cfg fuzzing --cfg fuzzing_libfuzzer -Cpasses=sancov-module'
    local pass
    for pass in level=4 inline-8bit-counters pc-table; do
        flags+=" -Cllvm-args=-sanitizer-coverage-$pass"
    done
    local features=()
    if [ "$1" = zego-token ]; then features=(--features mrtc); fi
    RUSTFLAGS=$flags cargo test --locked -q --profile fuzz --target "$host" --target-dir "$fuzz_dir" \
        -p "$1" "${features[@]}" --test fuzz --no-run --message-format json |
        sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' | tail -1
}

# libFuzzer's own lines as one line of progress; everything else is passed on.
progress() { # executions
    awk -v runs="$1" -v tty="$([ -t 1 ] && echo 1 || echo 0)" '
        /^#[0-9]+/ {
            done = substr($1, 2) + 0; cov = ""; speed = ""
            for (i = 2; i < NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "exec/s:") speed = $(i + 1) }
            share = done / runs; if (share > 1) share = 1
            bar = ""; for (i = 0; i < 30; i++) bar = bar (i < share * 30 ? "=" : " ")
            line = sprintf("    [%s] %3d %%  %d of %d, %s a second, coverage %s", bar, share * 100, done, runs, speed, cov)
            if (tty) { printf "\r%s", line; fflush() }
            else if (share * 10 >= next_tenth) { print line; fflush(); next_tenth = int(share * 10) + 1 }
            next
        }
        /^"|NEW_FUNC|^###### / { next }
        /^(INFO|stat::|Done|WARNING|Seed|test |running )/ || /^$/ { if (/average_exec|executed_units/) { if (tty) print ""; tty = 0; print "    " $0 } next }
        { print; fflush() }'
}

run() { # target, executions
    local target=$1 executions=$2 program
    step "$target: $executions executions"
    program=$(compile "${packages[$target]}")
    mkdir -p "$corpus_dir/$target" "$fuzz_dir/findings"
    touch "$corpus_dir/$target.begun"
    # bolero takes the arguments apart at each space.
    local arguments=("$corpus_dir/$target" "$root/$(seeds_of "$target")" "-runs=$executions" "-max_len=${lengths[$target]:-4096}"
        "-timeout=$input_timeout" "-rss_limit_mb=$memory_limit" -entropic=0 -reload=0 -reduce_inputs=0 -print_final_stats=1 "-artifact_prefix=$fuzz_dir/findings/$target-")
    if ! BOLERO_TEST_NAME=$target BOLERO_LIBTEST_HARNESS=1 BOLERO_LIBFUZZER_ARGS="${arguments[*]}" \
        "$program" "$target" --exact --nocapture --test-threads 1 2>&1 | progress "$executions"; then
        local finding
        finding=$(find "$fuzz_dir/findings" -name "$target-*" -newer "$corpus_dir/$target.begun" | head -1)
        [ -n "$finding" ] || die "$target was stopped; what it learnt is kept in $corpus_dir"
        die "$target found something: $finding. Put it into $(seeds_of "$target") with the fix."
    fi
    step_done
}

targets=()
executions=$default_executions
while [ $# -gt 0 ]; do
    case $1 in
    --target)
        [ -n "${packages[${2:-}]:-}" ] || die "fuzz: no target '${2:-}'; ./build.sh fuzz --list shows them"
        targets+=("$2")
        shift 2
        ;;
    --executions)
        executions=${2:?how many?}
        shift 2
        ;;
    --list | -h | --help)
        usage
        exit
        ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
done
need c++ 'libFuzzer is C++. Install a compiler (Debian: apt-get install g++).'
if [ ${#targets[@]} = 0 ]; then mapfile -t targets < <(printf '%s\n' "${!packages[@]}" | sort); fi
for target in "${targets[@]}"; do run "$target" "$executions"; done
