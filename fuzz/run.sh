#!/bin/sh
# Runs targets, all of them unless some are named: RUNS inputs each, none longer than 4096 bytes, 10 seconds or 2 GB.
# No sanitizer: there is no unsafe code here to watch, and all is several times as fast.
set -eu
cd "$(dirname "$0")"
for target in ${@:-$(cd fuzz_targets && ls | sed 's/\.rs$//')}; do
    mkdir -p "corpus/$target"
    words=$(test -e "dictionaries/$target" && echo "-dict=dictionaries/$target" || true)
    # shellcheck disable=SC2086
    cargo +nightly fuzz run --sanitizer none "$target" "corpus/$target" "seeds/$target" -- \
        -runs="${RUNS:-1000000}" -max_len=4096 -timeout=10 -rss_limit_mb=2048 $words
done
