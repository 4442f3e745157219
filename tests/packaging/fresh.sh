#!/usr/bin/env bash
# heldout as people install it: the wheel of the sdist, in a fresh environment of a Python, outside any checkout.
#
#   tests/packaging/fresh.sh [PYTHON]      a version or a path; 3.11 where none is named
#
# A study is begun, checked, run, archived and verified. Where PyTorch's build for CPUs cannot be had for this
# Python, that is left to the index's, of several gigabytes, with HELDOUT_FRESH_TORCH=index; without it the
# compiler alone is installed, which begins, checks and plans a study, and says what the rest needs.
set -euo pipefail
. "$(dirname "$0")/environment.sh"
python=$(find_python "${1:-3.11}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

tell "sdist, and the wheel of it"
"$uv" build --quiet --out-dir "$folder/dist" "$root"
wheel=$(echo "$folder"/dist/*.whl)

tell "a fresh environment of $python"
"$uv" venv --quiet --python "$python" "$folder/venv"
export VIRTUAL_ENV=$folder/venv
torch=$(cpu_torch "$python")
wanted=runtime
case $torch,${HELDOUT_FRESH_TORCH:-} in
,index) ;;
,*) wanted= ;;
*) echo "$torch" >"$folder/torch.txt" ;;
esac
touch "$folder/torch.txt"
"$uv" pip install --quiet --constraint "$root/constraints.txt" --overrides "$folder/torch.txt" \
    "heldout${wanted:+[$wanted]} @ file://$wheel"
bin=$folder/venv/bin
"$bin/heldout" --version
for name in compiler runtime tests src; do
    (cd "$folder" && ! "$bin/python" -c "import $name" 2>/dev/null) || { echo "$name can be imported" && exit 1; }
done

if [ -n "$wanted" ]; then
    tell "a study from begin to end"
    first_study "$bin" "$folder/study"
else
    tell "the compiler alone: there is no build of PyTorch for CPUs for this Python"
    mkdir "$folder/study" && cd "$folder/study"
    "$bin/heldout" new my-study.yaml
    "$bin/heldout" check my-study.yaml
    "$bin/heldout" plan my-study.yaml --write
    code=0
    "$bin/heldout" run my-study.yaml --scale smoke >said.txt 2>&1 || code=$?
    [ "$code" = 3 ] && grep -q 'heldout\[runtime\]' said.txt || { cat said.txt && exit 1; }
fi
tell "done"
