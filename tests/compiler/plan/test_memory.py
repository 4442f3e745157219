"""What a study takes of memory grows with its cells, and by little for each."""

import tracemalloc

from benchmarks.studies import Size, search_study
from heldout.compiler.catalog import load_catalog
from heldout.compiler.compile import compile_spec

MOST_BYTES = 400  # a cell, of its task's identity, number, place and what they are found by


def peak(size: Size) -> tuple[int, int]:
    """The tasks of a study, and the bytes that it takes at most to compile it."""
    catalog = load_catalog()
    tracemalloc.start()
    try:
        compiled, _ = compile_spec(search_study(size).encode(), "study.yaml", None, catalog)
        assert compiled is not None
        return compiled.plan.tasks, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_cell_takes_a_few_hundred_bytes():
    peak(Size(1, 2, 1))  # what is imported and found once
    (few, small), (many, large) = peak(Size(2, 20, 5)), peak(Size(8, 20, 5))
    assert (few, many) == (1 + 100 + 2 * 1_000, 1 + 100 + 2 * 4_000)
    assert (large - small) / (many - few) < MOST_BYTES
