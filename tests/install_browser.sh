#!/usr/bin/env bash
# Debian's Chromium, for the tests that look at pages: HELDOUT_BROWSER_TESTS=1 python -m pytest -m browser
set -euo pipefail
if command -v chromium >/dev/null; then
    exit 0
fi
apt-get update --quiet --quiet
DEBIAN_FRONTEND=noninteractive apt-get install --quiet --quiet --yes --no-install-recommends chromium
