"""Data of strangers before the operators that read them: right, or refused in words; never lost.

A third of them in each turn (tests/turns.py); HELDOUT_STRANGERS=all tries them all, some minutes.
"""

import os
from collections.abc import Iterator

import pytest

from tests.strangers.inputs import folders, hub_models, hubs, pictures, tables
from tests.strangers.judging import Case, Figures, begin, outcome
from tests.turns import in_turn

pytestmark = pytest.mark.slow

ALL = [*tables.cases(), *pictures.cases(), *folders.cases(), *hubs.cases(), *hub_models.models()]
CASES = ALL if os.environ.get("HELDOUT_STRANGERS") == "all" else in_turn(ALL, 3)


@pytest.fixture(scope="module")
def figures() -> Iterator[Figures]:
    counted = Figures()
    yield counted
    print(f"\n{counted}")


@pytest.fixture(scope="module")
def processes():
    return begin()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_it_is_right_or_refused(case: Case, tmp_path, figures, processes):
    end, why = outcome(case, tmp_path, processes)
    figures.of[end] += 1
    assert end != "lost", why
