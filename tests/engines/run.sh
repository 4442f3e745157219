#!/usr/bin/env bash
# The tests with real engines, from nothing: install, start, test, stop. Arguments go to pytest.
#
#   tests/engines/run.sh --durations 10
#   HELDOUT_ENGINE_TESTS=all tests/engines/run.sh      # the whole image built twice more, too
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/environment.sh"
cd "$here/../.."

"$here/install.sh"
trap '"$here/stop.sh"' EXIT
trap 'exit 130' INT TERM
"$here/start.sh" >/dev/null
"$here/base.sh" >/dev/null
"$here/wheels.sh" >/dev/null
# Not under /tmp, which containers have their own of: what is not bound must be seen to be missing.
HELDOUT_ENGINE_TESTS=${HELDOUT_ENGINE_TESTS:-1} .venv/bin/python -m pytest -m engines --basetemp "$engines/tests" \
    -o faulthandler_timeout=900 "$@" tests/engines
