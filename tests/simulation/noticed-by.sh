#!/usr/bin/env bash
# Prints which check fails in the present folder: the build, the first seed, the first test; or "nothing".
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! cargo build --offline -q --example simulate >"$log" 2>&1; then
    echo "the compiler: $(grep -m1 '^error' "$log")"
    exit
fi
by=''
if ! "$CARGO_TARGET_DIR/debug/examples/simulate" --seeds 2000 >"$log" 2>&1; then
    by="simulation, $(grep -a '^seed' "$log" | tail -1 | cut -c1-110)"
fi
if ! cargo test --offline -q --test scenarios >"$log" 2>&1; then
    by="$by${by:+; }test $(grep -a -m1 -oP '(?<=^---- )\S+(?= stdout)' "$log")"
fi
echo "${by:-nothing}"
