#!/bin/sh
# Install Debian packages, and only those that are missing:
#   machine.sh venv PYTHON   what a virtual environment needs
#   machine.sh tests         what the tests need
set -eu

missing=""

need() {  # command, package
    command -v "$1" >/dev/null 2>&1 || missing="$missing $2"
}

case "$1" in
venv)
    "$2" -c 'import ensurepip, venv' 2>/dev/null || missing=" python3-venv"
    ;;
tests)
    need chromium chromium
    need redis-server redis-server
    need certutil libnss3-tools
    [ -d /usr/share/fonts/truetype/dejavu ] || missing="$missing fonts-dejavu-core"
    ;;
esac

[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "These Debian packages are missing:$missing" >&2
    echo "Install them with: sudo apt-get install$missing" >&2
    exit 1
fi

echo "Installing Debian packages:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet=2
# shellcheck disable=SC2086  # one word per package
apt-get install --quiet=2 --yes --no-install-recommends $missing >/dev/null
