#!/bin/sh
# run_tests.sh [--long]: every test of a tree that is built. ctest runs what is C++ or about the build; pytest runs what
# drives the Python package and the command. Both always run, and their summaries close the output.
set -u
cd "$(dirname "$0")/.."

if [ "${1:-}" = --long ]; then
  export POLYGLYPH_LONG_TESTS=1
fi
jobs=$(nproc)

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
{ ctest --test-dir build --output-on-failure --no-tests=error --parallel "$jobs"; echo $? >"$logs/ctest.status"; } 2>&1 |
  tee "$logs/ctest"
{ .venv/bin/python -m pytest --numprocesses "$jobs" tests/python tests/cli; echo $? >"$logs/pytest.status"; } 2>&1 |
  tee "$logs/pytest"

echo
echo "ctest:  $(grep 'tests passed' "$logs/ctest")"
echo "pytest: $(tail -n 1 "$logs/pytest")"
[ "$(cat "$logs/ctest.status")" = 0 ] && [ "$(cat "$logs/pytest.status")" = 0 ]
