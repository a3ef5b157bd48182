#!/bin/sh
# run_bench.sh [OPTION...]: builds the benchmarks and prints the whole picture, the peers last; with options for Google
# Benchmark, only what they ask for. bench/README.md says how to read it.
set -eu
cd "$(dirname "$0")/.."

cmake --preset release -DPOLYGLYPH_BENCH=ON --log-level=WARNING >/dev/null
cmake --build --preset release
build/bench/polyglyph_bench "$@"
[ $# -eq 0 ] || exit 0

.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement bench/requirements.txt
exec .venv/bin/python bench/peers.py
