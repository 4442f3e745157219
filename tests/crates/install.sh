#!/usr/bin/env bash
# The public checkers of crates, for the tests of archives:
#   HELDOUT_CRATE_CHECKERS=.venv-crates/bin python -m pytest -m crates
set -euo pipefail
cd "$(dirname "$0")/../.."
if [ .venv-crates/installed -nt tests/crates/requirements.txt ]; then
    exit 0
fi
"${PYTHON:-python3.11}" -m venv .venv-crates
.venv-crates/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/crates/requirements.txt
touch .venv-crates/installed
