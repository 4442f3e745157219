"""The spec of the small study whose results are made up."""

from pathlib import Path

import pytest


@pytest.fixture
def spec(small_spec: Path) -> Path:
    return small_spec
