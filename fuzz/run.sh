#!/bin/sh
# Runs targets, all of them unless some are named: RUNS inputs each, none longer than 4096 bytes, 10 seconds or 2 GB.
# Without a nightly toolchain the stable compiler is told to take nightly options.
# No sanitizer: there is no unsafe code here to watch, and all is several times as fast.
set -eu
cd "$(dirname "$0")"
if rustup toolchain list 2>/dev/null | grep -q ^nightly; then
    fuzz() { cargo +nightly fuzz "$@"; }
else
    fuzz() { RUSTC_BOOTSTRAP=1 cargo fuzz "$@"; }
fi
for target in ${@:-$(cd fuzz_targets && ls | sed 's/\.rs$//')}; do
    mkdir -p "corpus/$target"
    words=$(test -e "dictionaries/$target" && echo "-dict=dictionaries/$target" || true)
    # shellcheck disable=SC2086
    fuzz run --sanitizer none "$target" "corpus/$target" "seeds/$target" -- \
        -runs="${RUNS:-1000000}" -max_len=4096 -timeout=10 -rss_limit_mb=2048 $words
done
