#!/usr/bin/env bash
# Put on this machine what a bare Debian lacks: `tools/install.sh broker`, `fonts`, `clock` or `venv`.
set -euo pipefail

debian() { # packages…: install them from Debian, silent unless it fails
    local as_root=() said
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    echo "Installing $* from Debian" >&2
    said=$("${as_root[@]}" apt-get -q update 2>&1 &&
        "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get -q -y install --no-install-recommends "$@" 2>&1 </dev/null) ||
        { echo "$said" >&2; return 1; }
}

python() { # print the name of a complete Python 3.11
    local name
    for name in python3.11 python3 /usr/bin/python3; do
        if "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info[:2] != (3, 11))' \
            2>/dev/null; then
            echo "$name"
            return
        fi
    done
    return 1
}

case "${1-}" in
broker)
    debian rabbitmq-server
    ;;
fonts)
    debian fonts-tlwg-laksaman fonts-hosny-amiri fonts-dejavu-core fonts-symbola fonts-droid-fallback
    ;;
clock) # one that can be set for a single process, for the tests of faults
    debian libfaketime
    ;;
venv)
    found=$(python) || { debian python3-venv && found=$(python); } ||
        { echo "Sucharit needs Python 3.11, and Debian here has another" >&2; exit 1; }
    "$found" -m venv .venv
    ;;
*)
    sed -n 2p "$0" >&2
    exit 2
    ;;
esac
