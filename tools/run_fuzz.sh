#!/bin/sh
# run_fuzz.sh [SECONDS]: builds every fuzz target with libFuzzer and the sanitizers, and lets each search for a minute, or as
# long as asked. What it finds is written to build-fuzz/findings/TARGET; the committed corpus stays as it is.
set -eu
cd "$(dirname "$0")/.."

seconds=${1:-60}
cmake --preset fuzz --log-level=WARNING >/dev/null
cmake --build --preset fuzz

failed=
for target in build-fuzz/fuzz/fuzz_*; do
  [ -f "$target" ] && [ -x "$target" ] || continue
  name=$(basename "$target" | sed 's/^fuzz_//')
  findings=build-fuzz/findings/$name
  mkdir -p "$findings/corpus"
  echo "== $name"
  set --
  [ ! -f "fuzz/dictionaries/$name.dict" ] || set -- "-dict=fuzz/dictionaries/$name.dict"
  "$target" "$@" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix="$findings/" "$findings/corpus" "fuzz/corpus/$name" 2>&1 | tee "$findings/log" | tail -n 12
  grep -q '^Done ' "$findings/log" || failed="$failed $name"
done
if [ -n "$failed" ]; then
  echo "Found something in$failed: see build-fuzz/findings" >&2
  exit 1
fi
