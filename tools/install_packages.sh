#!/bin/sh
# install_packages.sh PURPOSE...: installs the packages of debian-packages.txt that are missing, as root or through
# sudo; names them and stops where neither is at hand. Says nothing when nothing is missing.
set -eu

list=$(dirname "$0")/debian-packages.txt
missing=
for purpose in "$@"; do
  for package in $(awk -v purpose="$purpose" '$2 == purpose { print $1 }' "$list"); do
    status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || missing="$missing $package"
  done
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=env
elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
  as_root='sudo env'
else
  echo "These Debian packages are missing, and installing them takes root. Please run:" >&2
  echo "  apt-get update && apt-get install --no-install-recommends$missing" >&2
  exit 1
fi
echo "Installing$missing"
$as_root DEBIAN_FRONTEND=noninteractive apt-get -qq update </dev/null
# shellcheck disable=SC2086  # one word a package
$as_root DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends $missing </dev/null >/dev/null
