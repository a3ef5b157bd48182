#!/bin/sh
# python_environment.sh: brings .venv up to date. It holds what tests/requirements.txt and
# tests/requirements_alone.txt pin and polyglyph itself, built from this tree. Each is installed again only when the content it comes from has changed.
set -eu
cd "$(dirname "$0")/.."

environment=.venv
[ -x $environment/bin/python ] || python3 -m venv $environment

# is_current NAME SUM: whether what NAME stands for was last installed from content of that sum.
is_current() { [ "$(cat "$environment/$1.sum" 2>/dev/null)" = "$2" ]; }

requirements=$(cat tests/requirements.txt tests/requirements_alone.txt | sha256sum)
if ! is_current requirements "$requirements"; then
  $environment/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
  $environment/bin/python -m pip install --quiet --disable-pip-version-check --no-deps \
    --requirement tests/requirements_alone.txt
  echo "$requirements" >$environment/requirements.sum
fi

sources='CMakeLists.txt pyproject.toml README.md LICENSE NOTICE bindings cli cmake include json normalizers packing
         tokenizer tools unicode vocab'
# shellcheck disable=SC2086  # one word a path
package=$(find $sources -name __pycache__ -prune -o -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
if ! is_current package "$requirements $package"; then
  echo "Building the Python package"
  $environment/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps \
    --config-settings=build-dir=build-python .
  echo "$requirements $package" >$environment/package.sum
fi
