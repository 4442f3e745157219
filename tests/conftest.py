"""One thread a process: tests fork, and run side by side. Tests with a need of their own are asked for."""

import os
from pathlib import Path

import pytest

# What tests of several folders are given; what one folder needs stands in its own conftest.
pytest_plugins = [
    f"tests.fixtures.{path.stem}" for path in sorted(Path(__file__).parent.glob("fixtures/*.py"))
]

# Before torch is imported: a forked child of a process with a thread pool waits for threads it has not.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What takes minutes, or more than Python, is chosen by a variable of its own; `.ci/run` sets them all.
CHOSEN_BY = {
    "benchmarks": "HELDOUT_BENCHMARK_TESTS",
    "browser": "HELDOUT_BROWSER_TESTS",
    "crates": "HELDOUT_CRATE_CHECKERS",
    "engines": "HELDOUT_ENGINE_TESTS",
    "environments": "HELDOUT_ENVIRONMENT_TESTS",
    "site": "HELDOUT_SITE_TESTS",
}

FOUND = pytest.StashKey[tuple[pytest.Item, ...]]()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose marker nobody asked for."""
    config.stash[FOUND] = tuple(items)
    unasked = {marker for marker, variable in CHOSEN_BY.items() if not os.environ.get(variable)}
    left_out = [item for item in items if any(item.get_closest_marker(marker) for marker in unasked)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(left_out)
        items[:] = [item for item in items if item not in gone]


@pytest.fixture
def found(request: pytest.FixtureRequest) -> tuple[pytest.Item, ...]:
    """Every test that was found, before any was left out."""
    return request.config.stash[FOUND]


@pytest.fixture
def chosen_by() -> dict[str, str]:
    """The variables that ask for tests which are left out otherwise, by marker."""
    return CHOSEN_BY
