#!/bin/sh
# run_bench.sh: builds the benchmarks and prints the whole picture; bench/README.md says how to read it.
set -eu
cd "$(dirname "$0")/.."

cmake --preset release -DPOLYGLYPH_BENCH=ON --log-level=WARNING >/dev/null
cmake --build --preset release
exec build/bench/polyglyph_bench "$@"
exec build/bench/polyglyph_bench
