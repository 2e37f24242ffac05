#!/bin/sh
# Makes everything that `orchestrator run movie.mp4` needs, inside this folder, without root: finds uv or installs it
# here, makes the program's own environment, and hands over to orchestrator/bootstrap.py for the rest. Run it again to
# repair what is broken; where nothing is, it ends in seconds.
set -eu

usage() {
    cat <<'TEXT'
usage: ./install.sh [options]

Installs the stages' environments, then tries each of them and prints the next command to type.

  --envs A,B            only these environments (media, pyannote, whisperx, nlp, models, ...)
  --no-models           not the embedded models: every model will be a folder of yours or come from the Hub
  --offline             only what uv's cache holds; nothing is fetched
  --torch-backend NAME  torch's build on Linux: cpu, cu126, cu128, ..., auto, or a folder or index that holds one;
                        such builds are taken by version, not by hash. `default` is the package index's, by hash
  --dev                 the tools of the tests too, in .venv
  --no-doctor           do not try the stages at the end
  --help                this text

ORCHESTRATOR_BIN is the folder that gets the `orchestrator` command (default: ~/.local/bin), ORCHESTRATOR_PYTHON the
Python to use (default: one from 3.11 to 3.13 that is there, else uv fetches one). The index settings of uv and pip hold.
TEXT
}

die() {
    printf 'install.sh: %s\n' "$1" >&2
    exit 3
}

offline=
expects=
for word in "$@"; do
    if [ -n "$expects" ]; then
        expects=
        continue
    fi
    case $word in
        --help | -h) usage; exit 0 ;;
        --offline) offline=yes ;;
        --envs | --torch-backend) expects=$word ;;
        --envs=* | --torch-backend=* | --no-models | --dev | --no-doctor) ;;
        *) usage >&2; printf '\ninstall.sh: there is no option %s\n' "$word" >&2; exit 2 ;;
    esac
done
[ -z "$expects" ] || { printf 'install.sh: %s needs a value\n' "$expects" >&2; exit 2; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cd -- "$here"
# What the user's shell has set for another Python must not reach ours.
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV CONDA_PREFIX || true

# A uv that is too old, or a shim that leads nowhere, does not answer this.
works() { "$1" pip sync --help 2>/dev/null | grep -q -e --torch-backend; }

find_uv() {
    for candidate in "$here/.uv/bin/uv" "$(command -v uv || true)" "$HOME/.local/bin/uv" "$HOME/.cargo/bin/uv"; do
        if [ -x "$candidate" ] && works "$candidate"; then
            uv=$candidate
            return 0
        fi
    done
    return 1
}

with_pip() {
    # --target leaves the system's Python as it is, so that no distribution minds.
    rm -rf .uv/pip
    PIP_ROOT_USER_ACTION=ignore "$@" -m pip install --quiet --disable-pip-version-check --no-input --target .uv/pip 'uv>=0.9' || return 1
    mkdir -p .uv/bin
    ln -sf ../pip/bin/uv .uv/bin/uv
    find_uv
}

with_debian_pip() {
    # Debian's python3 comes without pip, venv and ensurepip. Its package can be unpacked here without root.
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    rm -rf .uv/deb
    mkdir -p .uv/deb
    (cd .uv/deb && apt-get download -qq python3-pip >/dev/null 2>&1 && dpkg-deb -x python3-pip_*.deb .) || return 1
    with_pip env PYTHONPATH="$here/.uv/deb/usr/lib/python3/dist-packages" python3 && rm -rf .uv/deb
}

with_installer() {
    # uv's own installer, into this folder, leaving the user's shell profile alone.
    export UV_UNMANAGED_INSTALL="$here/.uv/bin"
    if command -v curl >/dev/null; then
        curl -LsSf --connect-timeout 15 https://astral.sh/uv/install.sh | sh || return 1
    elif command -v wget >/dev/null; then
        wget -qO- --timeout=15 https://astral.sh/uv/install.sh | sh || return 1
    else
        return 1
    fi
    find_uv
}

install_uv() {
    [ -z "$offline" ] || die "uv is not there, and --offline forbids to fetch it. Leave --offline out once."
    echo "uv is not there: installing it into .uv, in this folder"
    if command -v python3 >/dev/null; then
        if python3 -m pip --version >/dev/null 2>&1; then
            with_pip python3 && return 0
        elif with_debian_pip; then
            return 0
        fi
        echo "the package index did not give uv; trying uv's own installer"
    fi
    with_installer && return 0
    die "uv could not be installed: there is no pip that reaches a package index, and no curl or wget that reaches uv's installer.
  Install one of them (on Debian: apt install python3-pip), or uv itself, then run ./install.sh again."
}

find_uv || install_uv

if ! .venv/bin/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
    rm -rf .venv
    # A Python that is there is better than one to fetch.
    UV_PYTHON_PREFERENCE=${UV_PYTHON_PREFERENCE:-system} "$uv" venv --quiet --no-project ${offline:+--offline} \
        --python "${ORCHESTRATOR_PYTHON:->=3.11,<3.14}" .venv ||
        die "there is no Python 3.11, 3.12 or 3.13, and uv could not fetch one. Install one with the system's packages."
fi
PYTHONPATH=$here exec .venv/bin/python -P -m orchestrator.bootstrap "$@"
