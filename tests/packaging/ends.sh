#!/usr/bin/env bash
# One end of the ranges of pyproject.toml: an environment of the oldest, or of the newest, versions that they
# allow, in which a study is run and those tests that go through most of what heldout takes from others.
#
#   tests/packaging/ends.sh lowest|highest [PYTEST-ARGUMENTS]
#
# PyTorch is its build for CPUs, of the version in constraints.txt, for its other builds are gigabytes;
# HELDOUT_ENDS_TORCH=torch==2.11.0 tries another. PYTHON names the Python; HELDOUT_ENDS_FOLDER keeps the environment.
set -euo pipefail
. "$(dirname "$0")/environment.sh"
cd "$root"

end=${1:-}
case $end in
lowest) resolution=lowest-direct ;;
highest) resolution=highest ;;
*) echo "usage: ends.sh lowest|highest [PYTEST-ARGUMENTS]" >&2 && exit 2 ;;
esac
shift
python=$(find_python "${PYTHON:-3.11}")
folder=${HELDOUT_ENDS_FOLDER:-$(mktemp -d)}
mkdir -p "$folder"
[ -n "${HELDOUT_ENDS_FOLDER:-}" ] || trap 'rm -rf "$folder"' EXIT

tell "the $end versions that are allowed"
torch=${HELDOUT_ENDS_TORCH:-$(cpu_torch "$python")}
[ -n "$torch" ] || { echo "no build of PyTorch for CPUs: name one with HELDOUT_ENDS_TORCH" >&2 && exit 1; }
echo "$torch" >"$folder/torch.txt"
"$uv" pip compile pyproject.toml --extra runtime --extra slurm --python "$python" --quiet --no-header \
    --annotation-style line --resolution "$resolution" --overrides "$folder/torch.txt" >"$folder/pins.txt"
grep -E '# via .*(heldout|--override)' "$folder/pins.txt" | sed 's/ *#.*//'

tell "installing them"
"$uv" venv --quiet --clear --python "$python" "$folder/venv"
export VIRTUAL_ENV=$folder/venv
grep -E '^(pytest|pytest-xdist|hypothesis)==' constraints.txt >"$folder/tests.txt"
"$uv" pip install --quiet --requirement "$folder/pins.txt"
"$uv" pip install --quiet --requirement "$folder/tests.txt" --constraint "$folder/pins.txt"
"$uv" pip install --quiet --no-deps --editable .

tell "a study from begin to end"
first_study "$folder/venv/bin" "$folder/study"

tell "tests"
OMP_NUM_THREADS=1 "$folder/venv/bin/python" -m pytest -n 2 --deselect \
    tests/compiler/lower/test_emit.py::test_snakefmt_would_change_nothing \
    tests/compiler/{archive,images,launch,lower,profiles,syntax,test_schema.py} \
    tests/compiler/cli/{doctor,test_application.py,test_read_only_commands.py} \
    tests/runtime/{artifacts,control,graphs,hub,language,models,statistics,components/networks} \
    tests/runtime/machine/{catalog,report,store} "$@"
tell "the $end versions do"
