#!/bin/sh
# install_test.sh BUILD SOURCE SCRATCH CMAKE CXX FLAGS: installs the build into a prefix, moves the prefix, and uses it from
# another directory as strangers do: the command, a CMake project, and a compiler with pkg-config.
set -eu
build=$1 source=$2 scratch=$3 cmake=$4 cxx=$5 flags=$6

rm -rf "$scratch"
mkdir -p "$scratch/elsewhere"
"$cmake" --install "$build" --prefix "$scratch/before" >/dev/null
mv "$scratch/before" "$scratch/after"
prefix=$scratch/after
cd "$scratch/elsewhere"

echo "== what the shared library shows"
library=$(find "$prefix" -name 'libpolyglyph.so' -print -quit)
if [ -n "$library" ]; then
  strangers=$(nm -DC --defined-only "$library" | cut -c20- | grep -vE \
    '^((typeinfo|typeinfo name|vtable) for )?polyglyph::([a-z_0-9]+|[A-Z][A-Za-z]*(::[^:(]+)?)(\[abi:cxx11\])?(\(|$)' ||
    true)
  [ -z "$strangers" ] || { echo "symbols that are no part of the public API:"; echo "$strangers"; exit 1; }
fi

if [ -x "$prefix/bin/polyglyph" ]; then
  echo "== the command"
  "$prefix/bin/polyglyph" --version
  echo 'Hello, 안녕하세요 세계!' | "$prefix/bin/polyglyph" count --tokenizer qwen3,deepseek-v3,o200k,cl100k,gpt-oss
fi

echo "== a CMake project"
"$cmake" -S "$source/tests/consumer" -B cmake -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_CXX_COMPILER="$cxx" \
  -DCMAKE_CXX_FLAGS="$flags"   -DCMAKE_BUILD_TYPE=Debug >/dev/null
"$cmake" --build cmake >/dev/null
./cmake/consumer

echo "== pkg-config"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name polyglyph.pc)")
export PKG_CONFIG_PATH
static=
[ -n "$library" ] || static=--static
# shellcheck disable=SC2046  # flags are words
"$cxx" $flags "$source/tests/consumer/main.cc" -o consumer $(pkg-config $static --cflags --libs polyglyph)
LD_LIBRARY_PATH=$(pkg-config --variable=libdir polyglyph) ./consumer
rm -rf "$scratch"
