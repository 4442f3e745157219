#!/usr/bin/env bash
# The wheels of an image's hash-locked requirements, in a folder outside the clone, so that images are
# built without the network. The folder's path comes out. What is there already is not fetched again.
#
#   tests/engines/wheels.sh [IMAGE]
set -euo pipefail
. "$(dirname "$0")/environment.sh"
image=${1:-cpu}
root=$(cd "$(dirname "$0")/../.." && pwd)
python=${PYTHON:-$root/.venv/bin/python}
requirements=$root/containers/requirements.$image.txt
[ -x "$python" ] || refuse "no Python at $python: run \`make .venv/development\`, or name one with PYTHON"
[ -s "$requirements" ] || refuse "no image is called $image: $requirements is not there"

# One folder for each state of the requirements, so that a build never sees another's wheels.
folder=$engines/wheels/$(sha256sum "$requirements" | cut -c 1-16)
if [ ! -e "$folder/complete" ]; then
    tell "fetching the wheels of $(basename "$requirements")"
    mkdir -p "$folder"
    "$python" -m pip download --quiet --quiet --disable-pip-version-check --require-hashes --no-deps \
        --only-binary :all: --dest "$folder" --requirement "$requirements"
    touch "$folder/complete"
fi
printf '%s\n' "$folder"
