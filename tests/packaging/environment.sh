# Read by the scripts of this folder: uv, the build of PyTorch that an environment gets, and a study to run in it.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
uv=${UV:-$root/.venv/bin/uv}
[ -x "$uv" ] || { echo "no uv at $uv: run \`make .venv/development\`, or name one with UV" >&2; exit 1; }

# Wheels that the package index lacks, such as PyTorch's for CPUs: uv has a variable of its own.
export UV_FIND_LINKS=${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}}
export UV_PYTHON_DOWNLOADS=never
# Nothing of the checkout, nor of the user's, is on the path of what is tried here.
unset PYTHONPATH VIRTUAL_ENV

tell() { printf '\n-- %s (after %d s)\n' "$*" "$SECONDS"; }

# The interpreter of a version, such as 3.13, or at a path. What pyenv puts on the path may be empty promises.
find_python() {
    local each
    for each in "$1" "python$1" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        "$each" -c 'import sys; print(sys.executable)' 2>/dev/null && return
    done
    echo "there is no Python $1 here" >&2
    return 1
}

# PyTorch's build for CPUs, at the version that heldout is developed with, where it can be had for a Python.
cpu_torch() {
    local wanted
    wanted=$(sed -n 's/^\(torch==.*\)/\1+cpu/p' "$root/constraints.txt")
    echo "$wanted" | "$uv" pip compile - --quiet --no-deps --no-header --python "$1" 2>/dev/null || true
}

# A newcomer's first study, from begin to end, in a folder of its own.
first_study() {
    local bin=$1 folder=$2
    mkdir -p "$folder"
    (
        cd "$folder"
        "$bin/heldout" new my-study.yaml
        "$bin/heldout" check my-study.yaml
        "$bin/heldout" run my-study.yaml --scale smoke
        "$bin/heldout" archive my-study.yaml --scale smoke -o my-study.zip
        "$bin/heldout" verify my-study.zip
    )
}
