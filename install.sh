#!/bin/sh
# Installs everything that `orchestrator run movie.mp4` needs into this folder, without root: finds or installs uv,
# creates the program's environment, and leaves the rest to orchestrator/bootstrap.py. Run it again to repair an
# installation; if nothing is broken, it takes seconds.
set -eu
# A service may start this without standard streams; what is opened later must not land there.
(: <&0) 2>/dev/null || exec </dev/null
(: >&1) 2>/dev/null || exec >/dev/null
(: >&2) 2>/dev/null || exec 2>/dev/null

usage() {
    cat <<'TEXT'
usage: ./install.sh [options]

Installs the stages' environments, checks each stage, and prints the next command to type.

  --envs A,B            install only these environments (media, pyannote, whisperx, nlp, models, ...)
  --no-models           do not install the embedded models; use your own folders or the Hugging Face Hub
  --offline             install from uv's cache only; download nothing
  --torch-backend NAME  torch build on Linux: cpu, cu126, cu128, ..., auto, or a folder or index with such a build
                        (installed by version, not by hash); `default` is the package index's build (by hash)
  --dev                 also install the tools for tests and development
  --no-doctor           do not check the stages at the end
  --yes                 then run `orchestrator setup --yes`: download the models that suit this machine, unasked
  --language A,B        the languages of your films, for the setup (such as de,en)
  --help                show this help message and exit

Set ORCHESTRATOR_BIN to install the `orchestrator` command to another folder (default: ~/.local/bin), and
ORCHESTRATOR_PYTHON to use another Python (default: an installed Python 3.11 to 3.13, else one that uv downloads).
The index settings of uv and pip apply.
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
        --envs | --torch-backend | --language) expects=$word ;;
        --envs=* | --torch-backend=* | --language=* | --no-models | --dev | --no-doctor | --yes) ;;
        *) usage >&2; printf '\ninstall.sh: there is no option %s\n' "$word" >&2; exit 2 ;;
    esac
done
[ -z "$expects" ] || { printf 'install.sh: %s needs a value\n' "$expects" >&2; exit 2; }

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
cd -- "$here"
# Settings for another Python must not affect this one, nor the programs that are started here.
unset VIRTUAL_ENV CONDA_PREFIX $(env | sed -n 's/^\(PYTHON[A-Z0-9_]*\)=.*/\1/p')
# Without HOME, uv and Python ask the system for the user's home folder.
case ${HOME:-} in
    /?*) ;;
    *) unset HOME || true ;;
esac

# False for a uv that is too old, and for a shim without a uv behind it.
works() { "$1" pip sync --help 2>/dev/null | grep -q -e --torch-backend; }

find_uv() {
    for candidate in "$here/.uv/bin/uv" "$(command -v uv || true)" "${HOME:-}/.local/bin/uv" "${HOME:-}/.cargo/bin/uv"; do
        if [ -x "$candidate" ] && works "$candidate"; then
            uv=$candidate
            return 0
        fi
    done
    return 1
}

with_pip() {
    # --target does not touch the system's Python, which distributions protect.
    rm -rf .uv/pip
    PIP_ROOT_USER_ACTION=ignore "$@" -m pip install --quiet --disable-pip-version-check --no-input --target .uv/pip 'uv>=0.9' || return 1
    mkdir -p .uv/bin
    ln -sf ../pip/bin/uv .uv/bin/uv
    find_uv
}

with_debian_pip() {
    # Debian's python3 has no pip, venv or ensurepip, but its pip package can be unpacked here without root.
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    rm -rf .uv/deb
    mkdir -p .uv/deb
    (cd .uv/deb && apt-get download -qq python3-pip >/dev/null 2>&1 && dpkg-deb -x python3-pip_*.deb .) || return 1
    with_pip env PYTHONPATH="$here/.uv/deb/usr/lib/python3/dist-packages" python3 && rm -rf .uv/deb
}

with_installer() {
    # uv's installer, into this folder, without changing the user's shell profile.
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
    [ -z "$offline" ] || die "uv is missing, and --offline allows no download
  omit --offline once"
    echo "uv is missing: installing it into .uv, in this folder"
    if command -v python3 >/dev/null; then
        if python3 -m pip --version >/dev/null 2>&1; then
            with_pip python3 && return 0
        elif with_debian_pip; then
            return 0
        fi
        echo "uv could not be installed from the package index; trying uv's installer"
    fi
    with_installer && return 0
    die "uv could not be installed: neither pip nor curl nor wget can download it
  install pip (on Debian: apt install python3-pip), curl, wget or uv, then run ./install.sh again"
}

find_uv || install_uv

if ! .venv/bin/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then
    rm -rf .venv
    # An installed Python is preferred to a download.
    UV_PYTHON_PREFERENCE=${UV_PYTHON_PREFERENCE:-system} "$uv" venv --quiet --no-project ${offline:+--offline} \
        --python "${ORCHESTRATOR_PYTHON:->=3.11,<3.14}" .venv ||
        die "Python 3.11, 3.12 or 3.13 is missing, and uv could not download one
  install one with the system's package manager"
fi
PYTHONPATH=$here exec .venv/bin/python -P -X utf8 -m orchestrator.bootstrap "$@"
