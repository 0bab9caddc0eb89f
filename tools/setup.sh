#!/bin/sh
# Prepare .venv: locked, hash-checked requirements and the project itself, with nothing but Python 3.11-3.13.
# A second call is instant. Needs no root, no git configuration, and writes only into this folder and uv's cache.
set -eu
cd "$(dirname "$0")/.."
venv=.venv
say() { printf 'setup: %s\n' "$*" >&2; }

suitable() { # prints "minor" when the interpreter runs, is 3.11-3.13 and can make environments
    "$1" -c 'import sys, ensurepip, venv, ssl; (3, 11) <= sys.version_info[:2] <= (3, 13) and print(sys.version_info[1])' 2>/dev/null
}

choose() { # the newest suitable interpreter
    best=; best_minor=0
    for name in python3 python3.13 python3.12 python3.11; do
        minor=$(suitable "$name") || continue
        [ -n "$minor" ] && [ "$minor" -gt "$best_minor" ] && best=$name best_minor=$minor
    done
    if [ -z "$best" ]; then
        say "no Python 3.11, 3.12 or 3.13 with the modules venv and ensurepip was found on PATH."
        say "Install one (on Debian or Ubuntu: python3.12 and python3.12-venv) and run 'make setup' again."
        exit 1
    fi
}

stamp_key() { { pwd; cat requirements.lock pyproject.toml tools/setup.sh; } | cksum; }

follow_pip_settings() { # uv does not read pip's configuration: pass on where pip was told to look
    index=${PIP_INDEX_URL:-$("$venv/bin/python" -m pip config get global.index-url 2>/dev/null || true)}
    cert=${PIP_CERT:-$("$venv/bin/python" -m pip config get global.cert 2>/dev/null || true)}
    [ -n "$index" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ] && export UV_DEFAULT_INDEX="$index"
    [ -n "$cert" ] && [ -z "${SSL_CERT_FILE:-}" ] && export SSL_CERT_FILE="$cert"
    export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}" UV_NO_PROGRESS=1
    return 0
}

find_uv() {
    uv=$(command -v uv || true)
    [ -n "$uv" ] && "$uv" --version >/dev/null 2>&1 && return
    say "installing uv into $venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv && uv=$venv/bin/uv || uv=
}

install_requirements() {
    find_uv
    if [ -n "$uv" ] && "$uv" pip sync --quiet --python "$venv/bin/python" --require-hashes requirements.lock; then
        return
    fi
    say "uv could not install the requirements; trying pip, which takes some minutes"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
}

install_project() { # an editable installation by hand: a path file and the command, nothing to download or build
    "$venv/bin/python" - <<'PY'
import sys, sysconfig
from pathlib import Path

Path(sysconfig.get_path("purelib"), "nnsc_platform.pth").write_text(f"{Path('src').resolve()}\n", encoding="utf-8")
command = Path(sysconfig.get_path("scripts"), "nnsc")
interpreter = Path(sysconfig.get_path("scripts"), "python")
start = f"#!{interpreter}\n" if len(str(interpreter)) < 120 else f'#!/bin/sh\n"exec" "{interpreter}" "$0" "$@"\n'
command.write_text(start + "import sys\n\nfrom cli import main\n\nsys.exit(main())\n", encoding="utf-8")
command.chmod(0o755)
PY
}

if [ -L "$venv" ]; then
    say "$venv is a link to an environment kept elsewhere; used as it is"
    exit 0
fi
[ -f "$venv/.nnsc-stamp" ] && [ "$(cat "$venv/.nnsc-stamp")" = "$(stamp_key)" ] && "$venv/bin/python" -c '' && exit 0
started=$(date +%s)
choose
if [ -z "$(suitable "$venv/bin/python" || true)" ]; then
    say "making $venv with $best ($("$best" -c 'import platform; print(platform.python_version())'))"
    rm -rf "$venv"
    "$best" -m venv "$venv"
fi
rm -f "$venv/.nnsc-stamp"
follow_pip_settings
say "installing the locked requirements"
install_requirements
install_project
stamp_key > "$venv/.nnsc-stamp"
say "done in $(($(date +%s) - started)) s"
